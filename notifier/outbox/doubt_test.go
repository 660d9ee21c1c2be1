package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestWhenDoubtIsDecided: after a time-out the far side may still take the message, so
// that only a late look-up decides; what was cut or answered is looked up soon.
func TestWhenDoubtIsDecided(t *testing.T) {
	late := notifier.Unknown(fmt.Errorf("no answer within 10s: %w", context.DeadlineExceeded))
	for _, tt := range []struct {
		name    string
		err     error
		arrives time.Duration // at the far side; 0 is never
		sends   int
		within  time.Duration
	}{
		{"cut, and never there", notifier.Unknown(errors.New("reset")), 0, 2, 7 * time.Second},
		{"cut, and there", notifier.Unknown(errors.New("reset")), time.Second, 1, 7 * time.Second},
		{"no answer, and never there", late, 0, 2, 47 * time.Second},
		{"no answer, and there soon", late, time.Second, 1, 16 * time.Second},
		{"no answer, and there late", late, 40 * time.Second, 1, 47 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				sms := &findingChannel{find: func(notifier.Message) (notifier.Receipt, bool, error) {
					there := tt.arrives > 0 && time.Since(began) >= tt.arrives
					return notifier.Receipt{ProviderID: "SM1", Status: notifier.Accepted}, there, nil
				}}
				sms.answer = func(m notifier.Message) (notifier.Receipt, error) {
					if len(sms.sent) == 1 {
						return notifier.Receipt{}, tt.err
					}
					return notifier.Receipt{}, nil
				}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				r.happen(alarm.Raised, "A2BC")
				pass(tt.within)
				became := "sms/wei raised sent 2"
				if tt.sends > 1 {
					became += ": " + mayRepeat
				}
				want(t, "notices", r.states(), became)
				if n := len(sms.lines()); n != tt.sends {
					t.Errorf("sent %d times, want %d", n, tt.sends)
				}
			})
		})
	}
}

// TestARepeatSaysSo: what may have left once is told as that when it leaves again, also when the far side
// was away in between; and the journal says so, also when it is delivered.
func TestARepeatSaysSo(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		answers := []error{notifier.Unknown(errors.New("reset")), errors.New("503"), nil}
		var repeats []bool
		sms := &findingChannel{find: func(notifier.Message) (notifier.Receipt, bool, error) { return notifier.Receipt{}, false, nil }}
		sms.answer = func(m notifier.Message) (notifier.Receipt, error) {
			repeats = append(repeats, m.InDoubt)
			return notifier.Receipt{ProviderID: "SM1"}, answers[len(repeats)-1]
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		want(t, "notices", r.states(), "sms/wei raised sent 3: "+mayRepeat)
		if want := []bool{false, true, true}; !slices.Equal(repeats, want) {
			t.Errorf("told as a repeat %v, want %v", repeats, want)
		}
		if err := r.Receipt(t.Context(), notifier.Receipt{ProviderID: "SM1", Status: notifier.Delivered}); err != nil {
			t.Fatal(err)
		}
		want(t, "notices", r.states(), "sms/wei raised delivered 3: "+mayRepeat)
	})
}

// TestDoubtBlocksNobody: while a message in doubt cannot be looked up, others leave.
func TestDoubtBlocksNobody(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &findingChannel{find: func(notifier.Message) (notifier.Receipt, bool, error) {
			return notifier.Receipt{}, false, errors.New("503")
		}}
		sms.answer = func(notifier.Message) (notifier.Receipt, error) {
			return notifier.Receipt{}, notifier.Unknown(errors.New("reset"))
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		sms.accept()
		r.happen(alarm.Raised, "D3EF")
		pass(time.Minute)
		want(t, "notices", r.states(), "sms/wei raised pending 1: 503", "sms/wei raised sent 1")
	})
}

// TestClockIsSetWhileItRuns: neither does a notice wait for a day, nor is it given up.
func TestClockGoesOnEvenly(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": down(errors.New("refused"))})
		r := open(t, path, dir).start()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute)
		before := r.clock.now()
		r.stop()
		// The wall clock is put back and forth between two runs.
		for _, wall := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
			r = open(t, path, dir)
			r.exec(fmt.Sprintf(`UPDATE clock SET wall = %d`, time.Now().Add(-wall).UnixMilli()))
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			r = open(t, path, dir).start()
			pass(time.Minute)
			if state := r.states()[0]; state[:len("webhook/oncall/1 raised pending")] != "webhook/oncall/1 raised pending" {
				t.Errorf("the clock is off by %v: %s", wall, state)
			}
			if now := r.clock.now(); now < before || now > before+10*time.Minute {
				t.Errorf("the clock is off by %v: the outbox has run for %v, and for %v before", wall, now, before)
			}
			r.stop()
		}
	})
}

// TestARefusalSettlesItsAttemptAlone: a webhook whose answer was lost, and which is
// refused the next time, is the same message until it is taken.
func TestARefusalSettlesItsAttemptAlone(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		hook := &fakeChannel{bundle: 64}
		hook.answer = func(m notifier.Message) (notifier.Receipt, error) {
			ids = append(ids, m.ID)
			switch len(ids) {
			case 1:
				return notifier.Receipt{}, notifier.Unknown(errors.New("reset"))
			case 2:
				return notifier.Receipt{}, notifier.After(errors.New("429"), time.Second)
			}
			return notifier.Receipt{}, nil
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": hook})).start()
		r.happen(alarm.Raised, "A2BC")
		pass(7 * time.Second)
		r.happen(alarm.Raised, "D3EF")
		pass(time.Minute)
		r.stop()
		if len(ids) < 4 || ids[0] != ids[1] || ids[0] != ids[2] && ids[0] != ids[3] {
			t.Errorf("ids %q, want the first until it is taken", ids)
		}
		want(t, "notices", hook.lines(), "webhook/oncall/1 #1 raised A2BC", "webhook/oncall/1 #2 raised A2BC", "webhook/oncall/1 #3 raised A2BC", "webhook/oncall/1 #1 raised D3EF")
	})
}

// TestAHoldForALengthGoesOnAfterARestart: a cap of an hour holds for an hour, wherever the
// wall clock is put meanwhile.
func TestAHoldForALengthGoesOnAfterARestart(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		dir := directoryOf(map[string]notifier.Channel{"sms/wei": sms}, limits(notifier.Limits{PerContact: 1, PerContactEvery: time.Hour}))
		r := open(t, path, dir).start()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Second)
		r.happen(alarm.Raised, "D3EF")
		pass(30 * time.Minute)
		r.exec(`UPDATE notice SET next_at = next_at + 90000000`) // as it was before the clock was put back by 25 hours
		r.stop()
		r = open(t, path, dir).start()
		defer r.stop()
		pass(28 * time.Minute)
		want(t, "before the hour is over", sms.lines(), "sms/wei #1 raised A2BC")
		pass(3 * time.Minute)
		want(t, "then", sms.lines(), "sms/wei #1 raised A2BC", "sms/wei #1 raised D3EF")
	})
}
