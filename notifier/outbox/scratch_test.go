package outbox

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
)

// scratchCount asks how many rows a scratch database has in its table of names.
func scratchCount(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM name`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestScratchDatabase: what is committed is read at once and is there when it is opened again; of what fails
// nothing is left, and what was committed before stays. It makes no difference whether
// commits share a transaction of the file.
func TestScratchDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	db, reads, err := openDatabase(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE name (name TEXT)`); err != nil {
		t.Fatal(err)
	}
	w := newWriter(db, newStatements())
	const writes = 2*commitsTogether + 10
	wanted := 0
	for n := range writes {
		failed := errors.New("on purpose")
		err := w.write(t.Context(), func(tx *transaction) error {
			if _, err := tx.ExecContext(t.Context(), `INSERT INTO name VALUES (?)`, n); err != nil {
				return err
			}
			if n%7 == 3 {
				return failed
			}
			return nil
		})
		if n%7 == 3 {
			if !errors.Is(err, failed) {
				t.Fatalf("write %d: %v", n, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		wanted++
	}
	if got := scratchCount(t, reads); got != wanted {
		t.Errorf("%d rows, want %d", got, wanted)
	}
	if err := errors.Join(w.statements.close(), db.Close()); err != nil {
		t.Fatal(err)
	}
	db, _, err = openDatabase(context.WithoutCancel(t.Context()), path, true)
	if err != nil {
		t.Fatal(err)
	}
	if got := scratchCount(t, db); got != wanted {
		t.Errorf("opened again: %d rows, want %d", got, wanted)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestQuestionsOfManyForms: a connection forgets prepared questions when they are many, and answers
// all the same.
func TestQuestionsOfManyForms(t *testing.T) {
	db, reads, err := openDatabase(t.Context(), filepath.Join(t.TempDir(), "q.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(db.Close(), reads.Close()); err != nil {
			t.Error(err)
		}
	}()
	text := `SELECT ?`
	for n := range 3 * mostKnown {
		text += " + 0"
		for range 2 {
			var got int
			if err := reads.QueryRowContext(t.Context(), text, n).Scan(&got); err != nil || got != n {
				t.Fatalf("%d, %v; want %d", got, err, n)
			}
		}
	}
	if err := reads.QueryRowContext(t.Context(), `SELECT nothing`).Scan(new(int)); err == nil {
		t.Error("a question about nothing has an answer")
	}
}
