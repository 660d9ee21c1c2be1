package outbox

import (
	"fmt"
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
		at instant
		n  int
	}
	for _, tt := range []struct {
		name     string
		sent     []left
		critical bool
		want     instant
	}{
		{"nothing left yet", nil, false, 0},
		{"one", []left{{10 * s, 1}}, false, 0},
		{"three within a minute", []left{{10 * s, 1}, {20 * s, 1}, {30 * s, 1}}, false, 70 * s},
		{"the last three count", []left{{10 * s, 1}, {20 * s, 1}, {30 * s, 1}, {80 * s, 1}}, false, 80 * s},
		{"something critical does not wait", []left{{10 * s, 1}, {20 * s, 1}, {30 * s, 1}}, true, 0},
		{"one that spoke for many", []left{{10 * s, 5}}, false, 70 * s},
		{"four are not many", []left{{10 * s, 4}}, false, 0},
		{"something critical waits for others in a storm", []left{{10 * s, 500}}, true, 14 * s},
	} {
		var p pace
		for _, l := range tt.sent {
			p.left(l.at, l.n)
		}
		if got := p.opens(tt.critical); got != tt.want {
			t.Errorf("%s: opens at %v, want %v", tt.name, got, tt.want)
		}
	}
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
