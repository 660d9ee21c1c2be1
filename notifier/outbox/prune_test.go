package outbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

func TestOutboxPrunes(t *testing.T) {
	path := dbPath(t)
	synctest.Test(t, func(t *testing.T) {
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": &fakeChannel{}})).start()
		defer r.stop()
		r.keep = 24 * time.Hour
		r.happen(alarm.Raised, "A2AA")
		r.happen(alarm.Raised, "B2BB")
		r.happen(alarm.Cleared, "A2AA")
		pass(26 * time.Hour)
		want(t, "notices", r.states(), "sms/wei raised sent 1")
	})
}

// TestPruneGoesOnUntilAllIsGone: more than one transaction takes.
func TestPruneGoesOnUntilAllIsGone(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	r.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
		INSERT INTO episode (code, rule, instance, metric, state, severity, usage, capacity, threshold, reason, raised_at, ended_at, updated_at)
		SELECT 'C' || i, 'capacity', 'a', 1, 'cleared', 'warning', 1, 1, 1, '', 1, 1000, 1 FROM n`)
	r.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
		INSERT INTO attempt (message, notices, recipient, number, started_at) SELECT 'm', 1, 'sms/wei', 1, 1000 FROM n`)
	r.exec(`INSERT INTO silence VALUES ('s', '{}', 1000, '', '', 1)`)
	r.exec(`INSERT INTO confirmation VALUES (1, 'a', 1000, 'gone', 'Wei', '')`)
	left := func() (n int) {
		if err := r.db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM episode) + (SELECT count(*) FROM attempt) + (SELECT count(*) FROM silence) + (SELECT count(*) FROM confirmation)`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	now := time.UnixMilli(1000).Add(time.Hour)
	r.prune(t.Context(), now.Add(time.Hour)) // for ever
	r.keep = time.Hour
	r.prune(t.Context(), now)
	if n := left(); n != 3003 {
		t.Errorf("%d are left of what is not too old yet, want all 3003", n)
	}
	r.prune(t.Context(), now.Add(time.Millisecond))
	if n := left(); n != 0 {
		t.Errorf("%d are left of what is too old", n)
	}
}

// TestPruneThatFails: old notices stay, and nothing else is held up.
func TestPruneThatFails(t *testing.T) {
	r := open(t, dbPath(t), directoryOf(nil))
	r.closed()
	r.keep = time.Hour
	r.happen(alarm.Raised, "A2BC")
	r.happen(alarm.Cleared, "A2BC")
	r.exec(`CREATE TRIGGER refuse BEFORE DELETE ON episode BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
	r.prune(t.Context(), time.Now().Add(2*time.Hour))
	if r.Healthy() {
		t.Error("healthy after a failed write")
	}
	if episodes, err := r.Episodes(t.Context(), alarm.EpisodeFilter{}); err != nil || len(episodes) != 1 {
		t.Errorf("episodes %v, %v", episodes, err)
	}
}
