package outbox

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// TestCommitsReadNothingOfThePast has the database explain every statement that
// writes wait for: none goes through a table that grows for months, neither whole
// nor all rows of a state that most of them are in, nor all of a person.
func TestCommitsReadNothingOfThePast(t *testing.T) {
	r := open(t, filepath.Join(t.TempDir(), "b.db"), directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}, "webhook/oncall/1": &fakeChannel{}},
		limits(notifier.Limits{PerContact: 10, PerContactEvery: time.Hour, PerDay: 10, PerMonth: 10})))
	r.closed()
	r.keep = time.Hour
	silence, err := r.AddSilence(t.Context(), notifier.Silence{Matchers: map[string]string{"a": "b"}, Until: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(t.Context(), alarm.Commit{Events: []alarm.Event{
		dated(alarm.Raised, alarm.Expiry, "A2AA", "instance/a"), dated(alarm.Raised, alarm.Suspension, "B2BB", "instance/a"),
	}}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Acked, alarm.Escalated, alarm.Lost, alarm.Found, alarm.Eased, alarm.Reminded, alarm.Cleared} {
		r.happen(kind, "A2BC")
	}
	due, _ := r.claim(parallel)
	for _, w := range due {
		r.do(t.Context(), t.Context(), w)
	}
	if err := r.Receipt(t.Context(), notifier.Receipt{ProviderID: "SM1", Status: notifier.Delivered}); err != nil {
		t.Fatal(err)
	}
	if err := r.RemoveSilence(t.Context(), silence.ID); err != nil {
		t.Fatal(err)
	}
	r.prune(t.Context(), time.Now())

	texts := slices.AppendSeq(slices.Collect(maps.Keys(r.statements.known)), maps.Keys(r.statements.wanted))
	if n := len(r.statements.known); n < 10 {
		t.Errorf("only %d statements are prepared after a second commit", n)
	}
	if len(texts) < 20 {
		t.Fatalf("only %d statements were asked", len(texts))
	}
	for _, text := range texts {
		for _, step := range r.explained(text) {
			whole := strings.HasPrefix(step, "SCAN ") && !strings.HasPrefix(step, "SCAN silence") && !strings.HasPrefix(step, "SCAN json_each") && !strings.HasPrefix(step, "SCAN (subquery") && step != "SCAN clock"
			most := strings.Contains(step, "INDEX notice_live") && !strings.Contains(text, "WHERE state = ?")
			person := strings.HasSuffix(step, "INDEX notice_recipient (recipient=?)")
			if whole || most || person {
				t.Errorf("%s\n\tfor %s", step, text)
			}
		}
	}
}

// explained returns how the database carries a statement out.
func (r *rig) explained(text string) []string {
	r.t.Helper()
	rows, err := r.db.QueryContext(r.t.Context(), "EXPLAIN QUERY PLAN "+text, make([]any, strings.Count(text, "?"))...)
	if err != nil {
		r.t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			r.t.Fatal(err)
		}
		out = append(out, step)
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return out
}
