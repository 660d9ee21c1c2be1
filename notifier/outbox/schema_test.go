package outbox

import (
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
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

// TestDoubtOfAnOlderLayout: a message that the version before left in doubt is looked up
// as far back as it was decided, and one that waits is sent.
func TestDoubtOfAnOlderLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := sql.Open("sqlite", "file:"+path)
		if err != nil {
			t.Fatal(err)
		}
		hourAgo := time.Now().Add(-time.Hour).UnixMilli()
		notice := `INSERT INTO notice (id, episode, code, kind, rule, severity, receiver, channel, recipient, display, text, alert, state, message, in_doubt, attempts, created_at, first_at)
			VALUES (?, 1, 'K7Q2', ?, 'capacity', 'warning', 'oncall', 'sms', 'sms/wei', 'wei', ?, '{"labels":{}}', ?, ?, ?, 1, ?, ?)`
		for _, text := range append(schema()[:5], "PRAGMA user_version = 5", `INSERT INTO episode (code, rule, account, instance, metric, state, severity, usage, capacity, threshold, reason, raised_at, updated_at)
			VALUES ('K7Q2', 'capacity', '', 'a', 4, 'raised', 'warning', 75, 100, 0.7, '', 1, 1)`) {
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]any{{"ntc_1", "raised", "K7Q2 WARNING", "sending", "msg_1", 0, hourAgo, hourAgo}, {"ntc_2", "reminded", "K7Q2 STILL WARNING", "pending", "", 0, hourAgo, 0}} {
			if _, err := db.ExecContext(t.Context(), notice, args...); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		sms := &findingChannel{find: func(m notifier.Message) (notifier.Receipt, bool, error) {
			if m.Text != "K7Q2 WARNING" || m.Age < time.Hour {
				t.Errorf("looked up %q as %v old", m.Text, m.Age)
			}
			return notifier.Receipt{Status: notifier.Accepted}, true, nil
		}}
		r := open(t, path, directoryOf(map[string]notifier.Channel{"sms/wei": sms})).start()
		defer r.stop()
		pass(time.Minute)
		want(t, "notices", r.states(), "sms/wei raised sent 1", "sms/wei reminded sent 2")
		want(t, "sms", sms.lines(), "sms/wei #2 reminded K7Q2")
	})
}
