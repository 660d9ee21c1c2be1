package outbox

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
)

// TestConfirmations: what people say of an instance is kept with who and when, over restarts, and
// with the state that it belongs to, or not at all.
func TestConfirmations(t *testing.T) {
	path := dbPath(t)
	r := open(t, path, directoryOf(nil))
	key := alarm.Key{Rule: alarm.Release, Instance: "a", Metric: alarm.NoMetric}
	first := time.UnixMilli(1_795_000_000_123).UTC()
	memory := alarm.Memory{Due: 1000, Said: alarm.Saying{At: first.UnixMilli(), By: "Wei", Gone: true, Due: 1000, Method: "payg"}}
	said := alarm.Said{Instance: "a", At: first, What: alarm.SaidGone, By: "Wei"}
	commit := alarm.Commit{States: []alarm.Record{{Key: key, Memory: memory}}, Said: []alarm.Said{said}}
	r.exec(`CREATE TRIGGER refuse BEFORE INSERT ON confirmation BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
	if err := r.Commit(t.Context(), commit); err == nil {
		t.Error("it is committed though it cannot be stored")
	}
	if records, err := r.Load(t.Context()); err != nil || len(records) != 0 {
		t.Errorf("states %+v, %v", records, err)
	}
	r.exec(`DROP TRIGGER refuse`)
	if err := r.Commit(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	back := alarm.Said{Instance: "a", At: first.Add(time.Hour), What: alarm.TakenBack, By: "Wei", Reason: "it has another term"}
	other := alarm.Said{Instance: "b", At: first, What: alarm.SaidExists, By: "Li"}
	if err := r.Commit(t.Context(), alarm.Commit{Said: []alarm.Said{back, other}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = open(t, path, directoryOf(nil))
	r.closed()
	records, err := r.Load(t.Context())
	if err != nil || len(records) != 1 || records[0].Memory != memory {
		t.Errorf("states %+v, %v", records, err)
	}
	got, err := r.Confirmations(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]alarm.Said{back, said}, got); diff != "" {
		t.Errorf("confirmations (-want +got):\n%s", diff)
	}
}
