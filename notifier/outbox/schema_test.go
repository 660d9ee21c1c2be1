package outbox

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/alarm"
)

func TestOutboxRefusesANewerDatabase(t *testing.T) {
	path := dbPath(t)
	r := open(t, path, directoryOf(nil))
	if _, err := r.db.ExecContext(t.Context(), `PRAGMA user_version = 99`); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{Path: path, Directory: directoryOf(nil), Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "newer Brimwatch") {
		t.Errorf("error %v", err)
	}
}

// TestOlderLayout opens a database that the first layout wrote.
func TestOlderLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{schema()[0], "PRAGMA user_version = 1", `INSERT INTO alarm_state VALUES ('capacity', 'a', 4, '{"level":1,"code":"K7Q2","mark":0.7}')`,
		`INSERT INTO episode (code, rule, instance, metric, state, severity, usage, capacity, mark, reason, raised_at, updated_at)
			VALUES ('K7Q2', 'capacity', 'a', 4, 'raised', 'warning', 75, 100, 0.7, '', 1, 1)`,
	} {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r := open(t, path, directoryOf(nil))
	r.closed()
	got, err := r.Load(t.Context())
	if err != nil || len(got) != 1 || got[0].Key.Instance != "a" || got[0].State.Code != "K7Q2" || got[0].State.Threshold != 0.7 {
		t.Errorf("%+v, %v", got, err)
	}
	episodes, err := r.Episodes(t.Context(), alarm.EpisodeFilter{})
	if err != nil || len(episodes) != 1 || episodes[0].Threshold != 0.7 {
		t.Errorf("%+v, %v", episodes, err)
	}
}

// TestLayoutIsNoted: the database says which layout it has.
func TestLayoutIsNoted(t *testing.T) {
	path := dbPath(t)
	for range 2 {
		r := open(t, path, directoryOf(nil))
		if got := r.layout(); got != len(schema()) {
			t.Errorf("layout %d, want %d", got, len(schema()))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLayoutThatCannotBeChanged: a step that fails leaves nothing behind, and the
// error names it.
func TestLayoutThatCannotBeChanged(t *testing.T) {
	path := dbPath(t)
	r := open(t, path, directoryOf(nil))
	r.exec(`PRAGMA user_version = 3`)
	r.exec(`DROP INDEX notice_created`)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{Path: path, Directory: directoryOf(nil), Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "step 4: ") || !strings.Contains(err.Error(), "notice_code already exists") {
		t.Errorf("error %v", err)
	}
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var version, created int
	if err := db.QueryRowContext(t.Context(), `SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_master WHERE name = 'notice_created')`).Scan(&version, &created); err != nil {
		t.Fatal(err)
	}
	if version != 3 || created != 0 {
		t.Errorf("layout %d, and half of the step is there: %v", version, created != 0)
	}
}

func (r *rig) layout() (version int) {
	r.t.Helper()
	if err := r.db.QueryRowContext(r.t.Context(), "PRAGMA user_version").Scan(&version); err != nil {
		r.t.Fatal(err)
	}
	return version
}
