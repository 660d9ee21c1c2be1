package outbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestPace(t *testing.T) {
	const s = time.Second
	type left struct {
		at    instant
		n     int
		grave bool
	}
	for _, tt := range []struct {
		name     string
		sent     []left
		critical bool
		want     instant
	}{
		{"nothing left yet", nil, false, 0},
		{"one", []left{{10 * s, 1, false}}, false, 0},
		{"three within a minute", []left{{10 * s, 1, false}, {20 * s, 1, false}, {30 * s, 1, false}}, false, 70 * s},
		{"the last three count", []left{{10 * s, 1, false}, {20 * s, 1, false}, {30 * s, 1, false}, {80 * s, 1, false}}, false, 80 * s},
		{"something critical does not wait", []left{{10 * s, 1, false}, {20 * s, 1, false}, {30 * s, 1, false}}, true, 0},
		{"one that spoke for many", []left{{10 * s, 5, false}}, false, 70 * s},
		{"four are not many", []left{{10 * s, 4, false}}, false, 0},
		{"something critical after one that spoke for many", []left{{10 * s, 500, false}}, true, 0},
		{"and that was critical, too", []left{{10 * s, 500, true}}, true, 0},
		{"the third critical one", []left{{10 * s, 500, true}, {11 * s, 1, true}}, true, 0},
		{"the fourth waits for others", []left{{10 * s, 500, true}, {11 * s, 1, true}, {12 * s, 1, true}}, true, 16 * s},
		{"and so does the next", []left{{10 * s, 500, true}, {11 * s, 1, true}, {12 * s, 1, true}, {16 * s, 70, true}}, true, 20 * s},
		{"what is not critical does not count for that", []left{{10 * s, 1, true}, {11 * s, 1, false}, {12 * s, 1, false}, {13 * s, 9, false}, {14 * s, 1, true}}, true, 0},
		{"three, a minute ago", []left{{10 * s, 1, true}, {11 * s, 1, true}, {69 * s, 1, true}}, true, 70 * s},
	} {
		var p pace
		for _, l := range tt.sent {
			p.left(l.at, l.n, l.grave, false)
		}
		if got := p.opens(tt.critical); got != tt.want {
			t.Errorf("%s: opens at %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestCriticalTrickle: a critical alarm that comes alone, right after a text message that
// spoke for many, leaves at once; and 300 of them that come one after the other within ten
// seconds are a few text messages.
func TestCriticalTrickle(t *testing.T) {
	for _, tt := range []struct {
		name  string
		first int // alarms of the storm before
		then  int // critical ones
		every time.Duration
		most  int           // text messages for those
		wait  time.Duration // of each at most
	}{
		{"one, a moment after a storm", 500, 1, 300 * time.Millisecond, 1, 0},
		{"two, a moment after each other", 500, 2, 300 * time.Millisecond, 2, 0},
		{"one each five seconds", 500, 20, 5 * time.Second, 20, 0},
		{"300 in ten seconds", 0, 300, 33 * time.Millisecond, 6, paceCritical},
		{"300 in ten seconds after a storm", 500, 300, 33 * time.Millisecond, 6, paceCritical},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				texts := 0
				var told []time.Duration
				raised := make(map[string]time.Time)
				sms := &fakeChannel{bundle: 20_000, answer: func(m notifier.Message) (notifier.Receipt, error) {
					some := false
					for i := range m.Notices {
						if at, ours := raised[m.Notices[i].Code]; ours {
							told, some = append(told, time.Since(at)), true
						}
					}
					if some {
						texts++
					}
					return notifier.Receipt{Status: notifier.Accepted}, nil
				}}
				r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
				defer r.stop()
				if tt.first > 0 {
					if err := r.Commit(t.Context(), severe(alarm.Warning, stormCodes("A", tt.first)...)); err != nil {
						t.Fatal(err)
					}
					pass(100 * time.Millisecond)
				}
				for _, code := range stormCodes("C", tt.then) {
					raised[code] = time.Now()
					if err := r.Commit(t.Context(), severe(alarm.Critical, code)); err != nil {
						t.Fatal(err)
					}
					pass(tt.every)
				}
				pass(time.Minute)
				if len(told) != tt.then || texts > tt.most {
					t.Errorf("%d are told in %d text messages, want %d in %d at most", len(told), texts, tt.then, tt.most)
				}
				if most := slices.Max(told); most > tt.wait {
					t.Errorf("one waited for %v, want %v at most", most, tt.wait)
				}
			})
		})
	}
}

func stormCodes(letter string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%04d", letter, i)
	}
	return out
}

// severe is a commit of alarms of a severity, all begun in one round.
func severe(severity alarm.Severity, codes ...string) alarm.Commit {
	var c alarm.Commit
	for _, code := range codes {
		one := commitOf(alarm.Raised, code)
		one.Events[0].Severity = severity
		c.States, c.Events = append(c.States, one.States...), append(c.Events, one.Events...)
	}
	return c
}

// TestStorm: thousands of alarms in one round are one text message to each person at
// once, and then at most one a minute; a critical one among them does not wait.
func TestStorm(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{bundle: 20_000}
		hook := &fakeChannel{bundle: 64}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": hook})).start()
		defer r.stop()
		commit := func(c alarm.Commit) {
			t.Helper()
			if err := r.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		var codes []string
		for n := range 1000 {
			codes = append(codes, fmt.Sprintf("A%04d", n))
		}
		for n := 0; n < len(codes); n += 500 {
			commit(severe(alarm.Warning, codes[n:n+500]...))
		}
		pass(time.Second)
		if n := len(sms.lines()); n != 1 {
			t.Errorf("%d text messages at once", n)
		}
		if n := len(hook.lines()); n < 1000/64 || n > 1000/64+5 {
			t.Errorf("%d webhooks", n)
		}
		pass(20 * time.Second)
		commit(severe(alarm.Critical, "CRIT"))
		pass(time.Second)
		lines := sms.lines()
		if n := len(lines); n != 2 || len(lines[1]) < len("sms/wei #1 raised CRIT") || lines[1][:len("sms/wei #1 raised CRIT")] != "sms/wei #1 raised CRIT" {
			t.Errorf("%d text messages after something critical; the last begins %.40q", n, lines[len(lines)-1])
		}
		pass(10 * time.Minute)
		if n := len(sms.lines()); n != 2 {
			t.Errorf("%d text messages, want nothing more", n)
		}
		sent, err := r.Notices(t.Context(), notifier.Filter{State: notifier.Sent, Limit: 10_000})
		if err != nil || len(sent) != 2002 {
			t.Errorf("%d notices are sent, %v", len(sent), err)
		}
		for _, n := range sent {
			if n.Channel == "sms" && n.Together > 400 && !strings.HasPrefix(n.Said, fmt.Sprintf("%d alarms", n.Together)) || n.Together < 1 || n.Message == "" {
				t.Fatalf("%s went with %d in %s: %s", n.Code, n.Together, n.Message, n.Said)
			}
		}
	})
}

// TestCriticalOvertakes: two thousand warnings wait for a slow provider, and one
// critical alarm comes: it leaves next.
func TestCriticalOvertakes(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{answer: func(notifier.Message) (notifier.Receipt, error) {
			<-time.After(10 * time.Second)
			return notifier.Receipt{}, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		var codes []string
		for n := range 1000 {
			codes = append(codes, fmt.Sprintf("A%04d", n))
		}
		if err := r.Commit(t.Context(), severe(alarm.Warning, codes...)); err != nil {
			t.Fatal(err)
		}
		pass(time.Second)
		if err := r.Commit(t.Context(), severe(alarm.Critical, "CRIT")); err != nil {
			t.Fatal(err)
		}
		pass(12 * time.Second)
		want(t, "sms", sms.lines(), "sms/wei #1 raised A0000", "sms/wei #1 raised CRIT")
		r.stop()
	})
}
