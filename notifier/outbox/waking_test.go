package outbox

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// down is a channel whose far side is down until it is mended.
func down(err error) *fakeChannel {
	return &fakeChannel{bundle: 100, answer: func(notifier.Message) (notifier.Receipt, error) { return notifier.Receipt{}, err }}
}

// TestRecoveryIsNoticed: however long the outage was, what waits leaves half a minute
// after it, and what is new leaves at once.
func TestRecoveryIsNoticed(t *testing.T) {
	for _, outage := range []time.Duration{10 * time.Minute, 40 * time.Minute} {
		for name, err := range map[string]error{
			"refused": errors.New("connection refused"), "not before": notifier.After(errors.New("429"), 10*time.Second), "in doubt": notifier.Unknown(errors.New("503")),
		} {
			t.Run(fmt.Sprintf("%s for %v", name, outage), func(t *testing.T) {
				t.Parallel()
				path := dbPath(t)
				synctest.Test(t, func(t *testing.T) {
					far := down(err)
					r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": far})).start()
					defer r.stop()
					r.happen(alarm.Raised, "A2BC")
					pass(outage)
					far.accept()
					before := len(far.lines())
					pass(35 * time.Second)
					if got := far.lines()[before:]; len(got) != 1 || !strings.Contains(got[0], "A2BC") {
						t.Errorf("35s after the recovery: %q", got)
					}
				})
			})
			t.Run(fmt.Sprintf("%s for %v, and something new", name, outage), func(t *testing.T) {
				t.Parallel()
				path := dbPath(t)
				synctest.Test(t, func(t *testing.T) {
					far := down(err)
					r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": far})).start()
					defer r.stop()
					r.happen(alarm.Raised, "A2BC")
					pass(outage)
					far.accept()
					before := len(far.lines())
					r.happen(alarm.Raised, "D3EF")
					pass(5 * time.Second)
					if got := strings.Join(far.lines()[before:], "\n"); !strings.Contains(got, "A2BC") || !strings.Contains(got, "D3EF") {
						t.Errorf("5s after the new alarm: %q", got)
					}
				})
			})
		}
	}
}

// TestSomethingNewIsAReasonToTryOnce: new notices do not hammer a far side that is
// down, also when each is over before the next one comes.
func TestSomethingNewIsAReasonToTryOnce(t *testing.T) {
	for name, ended := range map[string]bool{"all stay": false, "each is over before the next": true} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				far := down(errors.New("connection refused"))
				r := open(t, path, directoryOf(map[string]notifier.Channel{"webhook/oncall/1": far})).start()
				defer r.stop()
				for n := range 60 {
					code := fmt.Sprintf("A%03d", n)
					r.happen(alarm.Raised, code)
					pass(time.Second)
					if ended {
						r.happen(alarm.Cleared, code)
						synctest.Wait()
					}
				}
				if n := len(far.lines()); n < 3 || n > 7 {
					t.Errorf("tried %d times within a minute", n)
				}
			})
		})
	}
}

// throughOne is a directory of as many people, who are all reached through one
// provider.
func throughOne(n int, c notifier.Channel) *notifier.Directory {
	e := notifier.Entries{Receivers: make(map[string]notifier.Receiver, n)}
	for i := range n {
		name := fmt.Sprintf("sms/%d", i)
		e.Default = append(e.Default, name)
		e.Receivers[name] = notifier.Receiver{Name: name, Targets: []notifier.Target{{
			Recipient: notifier.Recipient{Channel: "sms", Name: name}, Channel: c, Zone: time.UTC, Way: "sms twilio",
		}}}
	}
	return notifier.NewDirectory(e)
}

// TestOneProbeAtATime: a provider that is down is tried by one message at a time,
// however many people wait for it, and its recovery wakes all of them.
func TestOneProbeAtATime(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		var under, most atomic.Int64
		var up atomic.Bool
		far := &fakeChannel{}
		far.answer = func(notifier.Message) (notifier.Receipt, error) {
			if n := under.Add(1); n > most.Load() {
				most.Store(n)
			}
			defer under.Add(-1)
			<-time.After(2 * time.Second)
			if up.Load() {
				return notifier.Receipt{}, nil
			}
			return notifier.Receipt{}, errors.New("503")
		}
		r := open(t, path, throughOne(200, far)).start()
		defer r.stop()
		r.happen(alarm.Raised, "A2BC")
		pass(time.Minute) // all had their first attempt
		most.Store(0)
		before := len(far.lines())
		pass(10 * time.Minute)
		if n := len(far.lines()) - before; most.Load() != 1 || n < 15 || n > 40 {
			t.Errorf("in ten minutes %d probes, %d at a time", n, most.Load())
		}
		up.Store(true)
		pass(45 * time.Second)
		if pending, _ := r.depth(notifier.Pending); pending != 0 {
			t.Errorf("%d people are not told 45s after the recovery", pending)
		}
	})
}

// TestAHookThatIsWrongHoldsUpNoOther: where one URL of a host fails and another does not,
// the host is not down.
func TestAHookThatIsWrongHoldsUpNoOther(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		wrong, right := down(errors.New("404")), &fakeChannel{}
		target := func(name string, c notifier.Channel) notifier.Target {
			return notifier.Target{Recipient: notifier.Recipient{Channel: "webhook", Name: name}, Channel: c, Zone: time.UTC, Way: "webhook http://h"}
		}
		dir := notifier.NewDirectory(notifier.Entries{
			Receivers: map[string]notifier.Receiver{"oncall": {Name: "oncall", Targets: []notifier.Target{target("webhook/wrong", wrong), target("webhook/right", right)}}},
			Default:   []string{"oncall"},
		})
		r := open(t, path, dir).start()
		defer r.stop()
		for n := range 120 {
			r.happen(alarm.Raised, fmt.Sprintf("A%03d", n))
			pass(time.Second)
		}
		if n := len(right.lines()); n != 120 {
			t.Errorf("%d of 120 messages left at once", n)
		}
		if n := len(wrong.lines()); n > 12 {
			t.Errorf("the wrong one was tried %d times in two minutes", n)
		}
	})
}

// TestReloadAndRestartAreReasonsToTry: whatever changed may have mended it.
func TestReloadAndRestartAreReasonsToTry(t *testing.T) {
	for name, change := range map[string]func(r *rig, dir *notifier.Directory) *rig{
		"reload":  func(r *rig, dir *notifier.Directory) *rig { r.SetDirectory(dir); return r },
		"try now": func(r *rig, _ *notifier.Directory) *rig { r.TryNow(); return r },
		"restart": func(r *rig, dir *notifier.Directory) *rig { r.stop(); return open(r.t, r.path, dir).start() },
	} {
		t.Run(name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				far := down(notifier.After(errors.New("503"), time.Hour))
				dir := directoryOf(map[string]notifier.Channel{"webhook/oncall/1": far})
				r := open(t, path, dir).start()
				r.happen(alarm.Raised, "A2BC")
				pass(time.Minute)
				far.accept()
				r = change(r, dir)
				defer r.stop()
				pass(time.Second)
				want(t, "notices", r.states(), "webhook/oncall/1 raised sent 2")
			})
		})
	}
}
