package outbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestTold: what is open and was told to somebody, also with another's message, through
// whichever receiver; what is held, or never left, was not.
func TestTold(t *testing.T) {
	for _, tt := range []struct {
		name    string
		prepare func(r *rig)
		want    []string
	}{
		{"nothing", func(*rig) {}, nil},
		{"two, the newest first", func(r *rig) { r.happen(alarm.Raised, "A2AA"); r.happen(alarm.Raised, "B2BB") }, []string{"B2BB Orders", "A2AA Orders"}},
		{"what has ended is not open", func(r *rig) {
			r.happen(alarm.Raised, "A2AA")
			r.happen(alarm.Cleared, "A2AA")
			r.happen(alarm.Raised, "B2BB")
		}, []string{"B2BB Orders"}},
		{"who acknowledged", func(r *rig) {
			c := commitOf(alarm.Acked, "A2AA")
			c.Events[0].By = "wei"
			r.happen(alarm.Raised, "A2AA")
			if err := r.Commit(r.t.Context(), c); err != nil {
				r.t.Fatal(err)
			}
		}, []string{"A2AA Orders, acknowledged by wei"}},
		{"held", func(r *rig) {
			if _, err := r.AddSilence(r.t.Context(), notifier.Silence{Matchers: map[string]string{"alertname": "capacity"}, Until: time.Now().Add(time.Hour)}); err != nil {
				r.t.Fatal(err)
			}
			r.happen(alarm.Raised, "A2AA")
		}, nil},
		{"dead", func(r *rig) {
			r.happen(alarm.Raised, "A2AA")
			r.exec(`UPDATE notice SET state = 'dead'`)
		}, nil},
		{"delivered", func(r *rig) {
			r.happen(alarm.Raised, "A2AA")
			r.exec(`UPDATE notice SET state = 'delivered'`)
		}, []string{"A2AA Orders"}},
		{"through another receiver", func(r *rig) {
			r.happen(alarm.Raised, "A2AA")
			r.exec(`UPDATE notice SET receiver = 'managers'`)
		}, []string{"A2AA Orders"}},
		{"told with another", func(r *rig) {
			if err := r.Commit(r.t.Context(), alarm.Commit{Events: []alarm.Event{
				dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
			}}); err != nil {
				r.t.Fatal(err)
			}
		}, []string{"B2BB a", "A2AA a"}},
		{"dropped by a version of before, because another spoke for it", func(r *rig) {
			if err := r.Commit(r.t.Context(), alarm.Commit{Events: []alarm.Event{
				dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
			}}); err != nil {
				r.t.Fatal(err)
			}
			r.exec(`UPDATE notice SET state = 'dropped', told_with = 'A2AA' WHERE code = 'B2BB'`)
		}, []string{"B2BB a", "A2AA a"}},
		{"to have been told with another that never left", func(r *rig) {
			if err := r.Commit(r.t.Context(), alarm.Commit{Events: []alarm.Event{
				dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
			}}); err != nil {
				r.t.Fatal(err)
			}
			r.exec(`UPDATE notice SET state = 'dead'`)
			r.exec(`UPDATE notice SET told_with = 'A2AA' WHERE code = 'B2BB'`)
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}}))
			r.closed()
			tt.prepare(r)
			list, err := r.Told(t.Context(), "sms/wei")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range list {
				line := o.Code + " " + o.Name
				if o.AckedBy != "" {
					line += ", acknowledged by " + o.AckedBy
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if others, err := r.Told(t.Context(), "sms/alice"); err != nil || len(others) != 0 {
				t.Errorf("somebody else was told of %v, %v", others, err)
			}
		})
	}
}

// TestAnsweredOnce: an id is news once, also after a restart, and for a week.
func TestAnsweredOnce(t *testing.T) {
	path := dbPath(t)
	r := open(t, path, directoryOf(nil))
	news := func(id string) bool {
		t.Helper()
		before, err := r.Answered(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return !before
	}
	if !news("SM1") || news("SM1") || !news("SM2") {
		t.Error("an id is not news once")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, path, directoryOf(nil))
	r.closed()
	if news("SM2") {
		t.Error("a restart forgets an id")
	}
	r.exec(`UPDATE inbound SET at = at - 8 * 86400000 WHERE id = 'SM1'`)
	if !news("SM3") || !news("SM1") || news("SM2") {
		t.Error("ids of the last week are kept, and no others")
	}
}

// TestOptouts: who texted STOP is known until START, by the name in the configuration.
func TestOptouts(t *testing.T) {
	people := func(e *notifier.Entries) {
		e.People = map[string]notifier.Person{"+1": {Name: "alice"}, "+86": {Name: "wei"}}
	}
	path := dbPath(t)
	r := open(t, path, directoryOf(nil, people))
	for _, tt := range []struct {
		phone   string
		stopped bool
		changed bool
		want    string
	}{
		{"+86", false, false, ""}, {"+86", true, true, "wei"}, {"+86", true, false, "wei"}, {"+1", true, true, "wei alice"}, {"+49", true, true, "wei alice"},
		{"+1", false, true, "wei"}, {"+1", false, false, "wei"},
	} {
		changed, err := r.Optout(t.Context(), tt.phone, tt.stopped)
		if err != nil || changed != tt.changed {
			t.Errorf("%+v: changed %t, %v", tt, changed, err)
		}
		if got := r.unsubscribed(); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
		r.exec(`UPDATE optout SET at = at - 1000`)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, path, directoryOf(nil, people))
	r.closed()
	if got := r.unsubscribed(); got != "wei" {
		t.Errorf("after a restart: %q", got)
	}
}

// TestNoticeToWhoTextedStop: the journal says why a notice that waits will not get out.
func TestNoticeToWhoTextedStop(t *testing.T) {
	people := func(e *notifier.Entries) { e.People = map[string]notifier.Person{"+86": {Name: "wei"}} }
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{}}, people))
	r.closed()
	for _, code := range []string{"A2AA", "B2BB"} {
		r.happen(alarm.Raised, code)
	}
	if _, err := r.Optout(t.Context(), "+86", true); err != nil {
		t.Fatal(err)
	}
	r.exec(`UPDATE optout SET at = unixepoch('2026-11-23T08:00:00Z') * 1000`)
	r.exec(`UPDATE notice SET state = 'delivered' WHERE code = 'A2AA'`)
	want(t, "notices", r.states(),
		"sms/wei raised delivered 0", "webhook/oncall/1 raised delivered 0",
		"sms/wei raised pending 0: sms/wei texted STOP on 2026-11-23: messages are refused until they text START", "webhook/oncall/1 raised pending 0")
}

// unsubscribed names who texted STOP.
func (r *rig) unsubscribed() string {
	r.t.Helper()
	list, err := r.Optouts(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	var names []string
	for _, o := range list {
		if age := time.Since(o.Since); age < 0 || age > time.Minute {
			r.t.Errorf("%s since %s", o.Name, o.Since)
		}
		names = append(names, o.Name)
	}
	return strings.Join(names, " ")
}
