package outbox

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// calledBy is a directory whose Wei gets text messages, and is called when nobody has acknowledged
// within five minutes.
func calledBy(caller notifier.Channel, others []notifier.Route, change func(*notifier.Entries)) *notifier.Directory {
	to := func(channel string, ch notifier.Channel) notifier.Target {
		return notifier.Target{
			Recipient: notifier.Recipient{Channel: channel, Name: channel + "/wei", Address: "+8613800138000", Display: "wei"}, Zone: time.UTC,
			Channel: ch, Provider: "first", Way: channel + " first",
		}
	}
	call := to(notifier.VoiceChannel, caller)
	call.Others = others
	e := notifier.Entries{Default: []string{"oncall"}, ReceiptWithin: 2 * time.Minute, Receivers: map[string]notifier.Receiver{
		"oncall": {Name: "oncall", Targets: []notifier.Target{to("sms", &fakeChannel{}), call}, CallAfter: 5 * time.Minute},
	}}
	if change != nil {
		change(&e)
	}
	return notifier.NewDirectory(e)
}

// critical raises something critical.
func (r *rig) critical(code string) {
	r.t.Helper()
	c := commitOf(alarm.Raised, code)
	c.Events[0].Severity = alarm.Critical
	if err := r.Commit(r.t.Context(), c); err != nil {
		r.t.Fatal(err)
	}
}

// calls lists the states of calls, with their reasons.
func (r *rig) calls() (out []string) {
	r.t.Helper()
	records, err := r.Notices(r.t.Context(), notifier.Filter{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, n := range records {
		if n.Channel == notifier.VoiceChannel {
			out = append(out, strings.TrimSuffix(n.Code+" "+string(n.State)+": "+n.Reason, ": "))
		}
	}
	return out
}

// TestCallsHaveCapsOfTheirOwn: what is over them waits, and is made when there is room again.
func TestCallsHaveCapsOfTheirOwn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits notifier.Limits
		why    string
		room   time.Duration
	}{
		{"of a contact", notifier.Limits{PerContact: 1, PerContactEvery: time.Hour}, "over the cap of this contact: 1 calls", time.Hour},
		{"of a day", notifier.Limits{PerDay: 1}, "over the cap of a day: 1 calls", 24 * time.Hour},
		{"of a month", notifier.Limits{PerMonth: 1}, "over the cap of a month: 1 calls", 30 * 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := dbPath(t)
			synctest.Test(t, func(t *testing.T) {
				made := &fakeChannel{}
				r := open(t, path, calledBy(made, nil, func(e *notifier.Entries) {
					e.CallLimits, e.Limits = tt.limits, notifier.Limits{PerDay: 2} // text messages have others
				})).start()
				defer r.stop()
				r.critical("A2AA")
				pass(6 * time.Minute)
				r.critical("B2BB")
				pass(6 * time.Minute)
				want(t, "calls", r.calls(), "B2BB held: "+tt.why, "A2AA sent")
				want(t, "text messages", r.states()[:1], "sms/wei raised sent 1")
				pass(tt.room)
				if n := len(made.lines()); n != 2 {
					t.Errorf("%d calls when there is room again: %q", n, made.lines())
				}
			})
		})
	}
}

// TestTextMessagesDoNotCountAsCalls, and calls do not count as text messages.
func TestTextMessagesDoNotCountAsCalls(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		made := &fakeChannel{}
		r := open(t, path, calledBy(made, nil, func(e *notifier.Entries) {
			e.CallLimits, e.Limits = notifier.Limits{PerDay: 1}, notifier.Limits{PerDay: 2}
		})).start()
		defer r.stop()
		r.critical("A2AA")
		pass(6 * time.Minute)
		r.critical("B2BB")
		pass(time.Minute)
		for _, line := range r.states() {
			if strings.HasPrefix(line, "sms/") && !strings.Contains(line, "sent") {
				t.Errorf("a text message waits: %s", line)
			}
		}
		if n := len(made.lines()); n != 1 {
			t.Errorf("%d calls", n)
		}
	})
}

// TestACallIsNotMadeByTwo: how a call ended is known late, and whoever took it is not called once
// more by the next provider meanwhile.
func TestACallIsNotMadeByTwo(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		b := &book{}
		answered := time.Now().Add(10 * time.Minute)
		first := &provider{name: "first", book: b, track: func() (notifier.Receipt, error) {
			if time.Now().Before(answered) {
				return notifier.Receipt{Status: notifier.Accepted}, nil
			}
			return notifier.Receipt{Status: notifier.Delivered}, nil
		}}
		r := open(t, path, calledBy(first, []notifier.Route{{Name: "second", Channel: &provider{name: "second", book: b}, Way: "voice second"}}, nil)).start()
		defer r.stop()
		r.critical("A2AA")
		pass(20 * time.Minute)
		want(t, "calls", b.read(), "first raised A2AA")
		want(t, "what became of it", r.calls(), "A2AA delivered")
	})
}
