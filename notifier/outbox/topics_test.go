package outbox

import (
	"context"
	"path/filepath"
	"strconv"
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

// TestOneTopicIsOneTextMessage: people get one message about one thing, webhooks
// each alert; the end goes to all who were told, also by another's message.
func TestOneTopicIsOneTextMessage(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "b.db"), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{}}))
	r.closed()
	commit := func(events ...alarm.Event) {
		t.Helper()
		if err := r.Commit(t.Context(), alarm.Commit{Events: events}); err != nil {
			t.Fatal(err)
		}
	}
	commit(dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"), dated(alarm.Raised, alarm.Release, "C2CC", "instance/c"))
	r.exec(`UPDATE notice SET state = 'sent' WHERE state = 'pending'`)
	commit(dated(alarm.Cleared, alarm.Suspension, "B2BB", "instance/a"))
	want := []string{
		"sms/wei raised A2AA sent", "webhook/oncall/1 raised A2AA sent",
		"sms/wei raised B2BB dropped told with A2AA", "webhook/oncall/1 raised B2BB sent",
		"sms/wei raised C2CC sent", "webhook/oncall/1 raised C2CC sent",
		"sms/wei cleared B2BB pending", "webhook/oncall/1 cleared B2BB pending",
	}
	if diff := cmp.Diff(want, r.listed()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestWhatJoins: which of two events of one commit are one message.
func TestWhatJoins(t *testing.T) {
	for _, tt := range []struct {
		name     string
		silenced []string // rules of a silence of their own
		quiet    bool
		topics   [2]string
		want     []string
	}{
		{"one topic", nil, false, [2]string{"a", "a"}, []string{"pending", "dropped told with A2AA"}},
		{"two topics", nil, false, [2]string{"a", "b"}, []string{"pending", "pending"}},
		{"no topic", nil, false, [2]string{"", ""}, []string{"pending", "pending"}},
		{"both are held for the same reason", nil, true, [2]string{"a", "a"}, []string{"held quiet hours", "dropped told with A2AA"}},
		{"only the second is held: the first has said it", []string{"suspension"}, false, [2]string{"a", "a"}, []string{"pending", "dropped told with A2AA"}},
		{"only the first is held", []string{"expiry"}, false, [2]string{"a", "a"}, []string{"held silenced by 0", "pending"}},
		{"both are held, for reasons of their own", []string{"expiry", "suspension"}, false, [2]string{"a", "a"}, []string{"held silenced by 0", "held silenced by 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			quiet := func(e *notifier.Entries) {
				if tt.quiet {
					e.Receivers["oncall"].Targets[0].Quiet = &notifier.Quiet{From: 0, To: 24 * 60}
				}
			}
			r := open(t, filepath.Join(t.TempDir(), "b.db"), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}, quiet))
			r.closed()
			ids := make(map[string]string)
			for i, rule := range tt.silenced {
				s, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"alertname": rule}, Until: time.Now().Add(time.Hour)})
				if err != nil {
					t.Fatal(err)
				}
				ids[s.ID] = strconv.Itoa(i)
			}
			if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{
				dated(alarm.Raised, alarm.Expiry, "A2AA", tt.topics[0]), dated(alarm.Raised, alarm.Suspension, "B2BB", tt.topics[1]),
			}}); err != nil {
				t.Fatal(err)
			}
			got := r.listed()
			for i := range got {
				for id, short := range ids {
					got[i] = strings.ReplaceAll(got[i], id, short)
				}
				_, got[i], _ = strings.Cut(got[i], "raised ")
				_, got[i], _ = strings.Cut(got[i], " ")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestOneTopicIsSentOnce: the dispatcher never sends the notices for which another
// speaks.
func TestOneTopicIsSentOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	synctest.Test(t, func(t *testing.T) {
		sms := &fakeChannel{}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{
			dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
		}}); err != nil {
			t.Fatal(err)
		}
		pass(time.Hour)
		if diff := cmp.Diff([]string{"sms/wei #1 raised A2AA"}, sms.lines()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestNothingJoinsWhatIsSilenced: somebody who wants to hear nothing of expiry
// still hears of the deletion.
func TestNothingJoinsWhatIsSilenced(t *testing.T) {
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
	if diff := cmp.Diff([]string{"sms/wei raised C2CC pending", "sms/wei raised B2BB dropped told with C2CC"}, got[1:]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
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
