package store_test

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/chaos/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a database as the product does, in which write makes one row a
// transaction.
func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(1)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	exec(t, db, "CREATE TABLE IF NOT EXISTS episode (id INTEGER PRIMARY KEY, ended_at INTEGER NOT NULL, text TEXT)")
	return db
}

func exec(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

const row = "INSERT INTO episode (ended_at, text) VALUES (0, hex(randomblob(300)))"

func rows(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM episode").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	unlock, err := store.Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), row); err == nil {
		t.Error("a locked database was written")
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	exec(t, db, row)
}

func TestCounter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	exec(t, db, row)
	exec(t, db, row)
	exec(t, db, "UPDATE episode SET ended_at = 1 WHERE id = 1")
	c, err := store.NewCounter(path)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Open(t.Context()); err != nil || n != 1 {
		t.Errorf("%d open, %v", n, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, path)
	for range 50 {
		exec(t, db, row)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	n, err := store.Damage(path, rand.New(rand.NewPCG(1, 1)))
	if err != nil || n == 0 {
		t.Fatalf("%d pages, %v", n, err)
	}
	var verdict string
	err = open(t, path).QueryRowContext(t.Context(), "PRAGMA quick_check").Scan(&verdict)
	if err == nil && verdict == "ok" {
		t.Error("the database is well")
	}
	if _, err := store.Damage(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("no database is no error")
	}
}

// TestTear takes transactions out of the log of a database that a crash left behind:
// a copy, as the log is gone when it is closed.
func TestTear(t *testing.T) {
	for _, commits := range []int{1, 3, 100} {
		dir := t.TempDir()
		db := open(t, filepath.Join(dir, "a.db"))
		for range 10 {
			exec(t, db, row)
		}
		crashed := filepath.Join(t.TempDir(), "a.db")
		for _, suffix := range []string{"", "-wal"} {
			b, err := os.ReadFile(filepath.Join(dir, "a.db"+suffix))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(crashed+suffix, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		gone, err := store.Tear(crashed, commits, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if n := rows(t, open(t, crashed)); n != max(10-commits, 0) || gone == 0 {
			t.Errorf("%d rows after %d transactions of %d are gone", n, gone, commits)
		}
	}
}

func TestFill(t *testing.T) {
	dir := t.TempDir()
	unmount, err := store.Mount(dir, 1)
	if err != nil {
		t.Skipf("this user may not mount: %v", err)
	}
	defer func() {
		if err := unmount(); err != nil {
			t.Error(err)
		}
	}()
	empty, err := store.Fill(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "more"), []byte("x"), 0o600); err == nil {
		t.Error("a full disk was written")
	}
	if err := empty(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "more"), []byte("x"), 0o600); err != nil {
		t.Error(err)
	}
}
