package outbox

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// dated is an event of the calendar of one instance.
func dated(kind alarm.EventKind, rule alarm.RuleName, code, topic string) alarm.Event {
	now := time.Now().UTC()
	in := &fleet.Instance{ID: "a", Name: "a", Product: "mqtt", Term: fleet.Term{Method: fleet.Subscription, Expires: now}}
	course := in.Term.Course(fleet.Policy{}, nil)
	return alarm.Event{
		Kind: kind, Key: alarm.Key{Rule: rule, Instance: "a", Metric: alarm.NoMetric}, Code: code, At: now, RaisedAt: now, Severity: alarm.Critical, Level: 1,
		Instance: in, Topic: topic, Details: &alarm.Details{At: now, Course: &course, Lifecycle: course.At(now)},
	}
}

// closed closes the outbox at the end of its test.
func (r *rig) closed() {
	r.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			r.t.Error(err)
		}
	})
}

// listed returns the notices as "recipient kind code state reason", the oldest first.
func (r *rig) listed() []string {
	r.t.Helper()
	list, err := r.Notices(context.Background(), notifier.Filter{})
	if err != nil {
		r.t.Fatal(err)
	}
	var out []string
	for i := len(list) - 1; i >= 0; i-- {
		n := &list[i]
		line := n.Recipient + " " + string(n.Kind) + " " + n.Code + " " + string(n.State)
		if n.Reason != "" {
			line += " " + n.Reason
		}
		out = append(out, line)
	}
	return out
}

// TestARowOfTextsEnds: what has a date is said, message by message; but nobody gets more than a
// dozen in a row, and the last one counts the rest.
func TestARowOfTextsEnds(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{bundle: 1000}
		var got []string
		sms.answer = func(m notifier.Message) (notifier.Receipt, error) {
			got = append(got, m.Text)
			return notifier.Receipt{Status: notifier.Accepted}, nil
		}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		now := time.Now().UTC()
		var events []alarm.Event
		for i := range 300 {
			ev := dated(alarm.Raised, alarm.Expiry, fmt.Sprintf("%c%c%c%c", "ABCDEFGHJK"[i/100], "ABCDEFGHJK"[i/10%10], "ABCDEFGHJK"[i%10], 65), "")
			in := *ev.Instance
			in.ID, in.Name = fmt.Sprintf("i%03d", i), fmt.Sprintf("i%03d", i)
			in.Term.Expires = now.AddDate(0, 0, i+1) // each has a date of its own
			course := in.Term.Course(fleet.Policy{}, nil)
			ev.Key.Instance, ev.Instance, ev.Severity = in.ID, &in, alarm.Warning
			ev.Details = &alarm.Details{At: in.Term.Expires, Course: &course, Lifecycle: course.At(now)}
			events = append(events, ev)
		}
		if err := r.Commit(t.Context(), alarm.Commit{Events: events}); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Hour)
		if len(got) != paceFollow+1 {
			t.Fatalf("%d messages, want %d:\n%s", len(got), paceFollow+1, strings.Join(got, "\n"))
		}
		if first, last := got[0], got[len(got)-1]; !strings.Contains(first, "more follow") || strings.Contains(last, "more follow") || !strings.Contains(last, "all: reply LIST") {
			t.Errorf("the first says %q, the last %q", first, last)
		}
		for _, line := range r.listed() {
			if !strings.Contains(line, " sent") {
				t.Errorf("one is not sent: %s", line)
			}
		}
		// Afterwards all is as ever.
		if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{dated(alarm.Raised, alarm.Suspension, "B2BB", "")}}); err != nil {
			t.Fatal(err)
		}
		pass(10 * time.Minute)
		if !strings.Contains(got[len(got)-1], "B2BB") {
			t.Errorf("the next text is %q", got[len(got)-1])
		}
	})
}

// TestWebhooksGetEachAlert: people get one message about one thing, webhooks each alert; the
// end goes to all who were told, also in another's words.
func TestWebhooksGetEachAlert(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		sms, hook := &fakeChannel{bundle: 1000}, &fakeChannel{bundle: 64}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms, "webhook/oncall/1": hook})).start()
		defer r.stop()
		commit := func(events ...alarm.Event) {
			t.Helper()
			if err := r.Commit(t.Context(), alarm.Commit{Events: events}); err != nil {
				t.Fatal(err)
			}
			pass(10 * time.Minute)
		}
		commit(dated(alarm.Raised, alarm.Expiry, "A2AA", ""), dated(alarm.Raised, alarm.Suspension, "B2BB", ""))
		commit(dated(alarm.Cleared, alarm.Suspension, "B2BB", ""))
		for _, ch := range []*fakeChannel{sms, hook} {
			got := ch.lines()
			for i := range got {
				_, got[i], _ = strings.Cut(got[i], " ")
			}
			want(t, "sent", got, "#1 raised A2AA raised B2BB", "#1 cleared B2BB")
		}
	})
}

// TestNothingIsToldWithWhatIsSilenced: somebody who wants to hear nothing of expiry still
// hears of the deletion.
func TestNothingIsToldWithWhatIsSilenced(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "b.db"), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
	r.closed()
	silence := notifier.Silence{Matchers: map[string]string{"alertname": "expiry"}, Until: time.Now().Add(time.Hour), By: "wei"}
	if _, err := r.AddSilence(t.Context(), silence); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{
		dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Release, "C2CC", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
	}}); err != nil {
		t.Fatal(err)
	}
	got := r.listed()
	if len(got) != 3 || got[0][:len("sms/wei raised A2AA held")] != "sms/wei raised A2AA held" {
		t.Fatalf("%q", got)
	}
	want(t, "the others", got[1:], "sms/wei raised C2CC pending", "sms/wei raised B2BB pending")
	// The alarms end while the first is held: its end is nobody's business.
	if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{dated(alarm.Cleared, alarm.Expiry, "A2AA", "instance/a")}}); err != nil {
		t.Fatal(err)
	}
	if got := r.listed(); len(got) != 3 {
		t.Errorf("an end was told of what nobody heard of: %q", got)
	}
}

// TestMemoryIsKept: what was told of dates is known after the episode, too.
func TestMemoryIsKept(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "b.db"), directoryOf(nil))
	r.closed()
	key := alarm.Key{Rule: alarm.Overdue, Account: "acme", Metric: alarm.NoMetric}
	memory := alarm.Memory{Open: 5, Terms: [4]alarm.TermMemory{{Anchor: 5, Lead: 7}}}
	for _, want := range []alarm.Record{
		{Key: key, State: alarm.State{Level: 1, Code: "K7Q2"}, Memory: memory}, {Key: key, Memory: memory}, {Key: key},
	} {
		if err := r.Commit(t.Context(), alarm.Commit{States: []alarm.Record{want}}); err != nil {
			t.Fatal(err)
		}
		got, err := r.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want.Zero() {
			if len(got) != 0 {
				t.Errorf("%+v is left", got)
			}
			continue
		}
		if diff := cmp.Diff([]alarm.Record{want}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestStatesOfOneCommit: one state goes, and those after it are stored all the same.
func TestStatesOfOneCommit(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "b.db"), directoryOf(nil))
	r.closed()
	record := func(instance string, level int) alarm.Record {
		return alarm.Record{Key: alarm.Key{Rule: alarm.Capacity, Instance: instance, Metric: fleet.Connections}, State: alarm.State{Level: level}}
	}
	for _, states := range [][]alarm.Record{{record("a", 1), record("b", 1)}, {record("a", 0), record("b", 2), record("c", 1)}} {
		if err := r.Commit(t.Context(), alarm.Commit{States: states}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := r.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]alarm.Record{record("b", 2), record("c", 1)}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
