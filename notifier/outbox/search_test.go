package outbox

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestNoticesSearched: by instance, person, receiver and time, and by several of them.
func TestNoticesSearched(t *testing.T) {
	shown := func(e *notifier.Entries) {
		targets := e.Receivers["oncall"].Targets
		targets[0].Recipient.Display, targets[1].Recipient.Display = "wei", "http://127.0.0.1:8080"
	}
	r := open(t, dbPath(t), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{}}, shown))
	r.closed()
	for _, code := range []string{"A2AA", "B2BB"} {
		r.happen(alarm.Raised, code)
	}
	r.exec(`UPDATE notice SET state = 'sent'`) // who was told of nothing is not told of the end
	r.happen(alarm.Cleared, "B2BB")
	moment := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	// One notice an hour: A2AA at 1 and 2 o'clock, B2BB from 3 to 6.
	r.exec(`UPDATE notice SET created_at = unixepoch('2026-11-23T00:00:00Z') * 1000 + seq * 3600000`)
	r.exec(`UPDATE notice SET recipient = 'sms/alice', display = 'alice', receiver = 'managers' WHERE seq = 3`)
	for _, tt := range []struct {
		name   string
		filter notifier.Filter
		want   string
	}{
		{"all", notifier.Filter{}, "6 5 4 3 2 1"},
		{"an instance", notifier.Filter{Instance: "mqtt-A2AA"}, "2 1"},
		{"an instance without any", notifier.Filter{Instance: "mqtt"}, ""},
		{"a contact", notifier.Filter{Person: "wei"}, "5 1"},
		{"a contact that is gone from the configuration", notifier.Filter{Person: "alice"}, "3"},
		{"a recipient by its name", notifier.Filter{Person: "sms/wei"}, "5 1"},
		{"a webhook by what is shown of it", notifier.Filter{Person: "http://127.0.0.1:8080"}, "6 4 2"},
		{"nobody", notifier.Filter{Person: "bob"}, ""},
		{"a name with a wildcard", notifier.Filter{Person: "%"}, ""},
		{"a receiver", notifier.Filter{Receiver: "managers"}, "3"},
		{"a receiver without any", notifier.Filter{Receiver: "on"}, ""},
		{"from", notifier.Filter{From: moment("2026-11-23T05:00:00Z")}, "6 5"},
		{"until", notifier.Filter{To: moment("2026-11-23T03:00:00Z")}, "2 1"},
		{"between", notifier.Filter{From: moment("2026-11-23T02:00:00Z"), To: moment("2026-11-23T04:00:00Z")}, "3 2"},
		{"several", notifier.Filter{Instance: "mqtt-B2BB", Person: "wei", Receiver: "oncall", Code: "B2BB", State: notifier.Pending, From: moment("2026-11-23T03:00:00Z")}, "5"},
		{"several, as many as asked for", notifier.Filter{Instance: "mqtt-B2BB", Limit: 2}, "6 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := r.Notices(t.Context(), tt.filter)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i := range list {
				got = append(got, list[i].CreatedAt.Format("3"))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSearchIsLedByAnIndex: of what is asked for, an index leads to the notices, however
// long the journal is.
func TestSearchIsLedByAnIndex(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	for index, f := range map[string]notifier.Filter{
		"episode_instance": {Instance: "a"},
		"notice_recipient": {Person: "wei"},
		"notice_at":        {From: time.UnixMilli(1)},
		"notice_code":      {Code: "A2AA"},
	} {
		plan := r.plannedFor(f)
		if text := strings.Join(plan, "\n"); !strings.Contains(text, index) || strings.Contains(text, "SCAN notice") {
			t.Errorf("%s: the plan is\n%s", index, text)
		}
	}
}

// plannedFor returns how the database finds what a filter selects.
func (r *rig) plannedFor(f notifier.Filter) (plan []string) {
	r.t.Helper()
	where, args := r.chosen(f)
	rows, err := r.reads.QueryContext(r.t.Context(), `EXPLAIN QUERY PLAN SELECT id FROM notice `+where+` LIMIT 10`, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			r.t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return plan
}
