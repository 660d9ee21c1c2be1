package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// scribe is a writer on a database of its own, with a table that tells in which
// order writes happened.
type scribe struct {
	*writer
	t       testing.TB
	commits int
}

func newScribe(t testing.TB) *scribe {
	db, reads, err := openDatabase(t.Context(), t.TempDir()+"/w.db", false)
	if err != nil {
		t.Fatal(err)
	}
	s := &scribe{writer: newWriter(db, newStatements()), t: t}
	s.sealed = func() { s.commits++ }
	t.Cleanup(func() {
		if err := errors.Join(s.statements.close(), db.Close(), reads.Close()); err != nil {
			t.Error(err)
		}
	})
	s.exec(`CREATE TABLE log (name TEXT)`, `CREATE TABLE total (n INTEGER)`, `INSERT INTO total VALUES (1)`)
	return s
}

func (s *scribe) exec(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if _, err := s.db.ExecContext(context.Background(), text); err != nil {
			s.t.Fatal(err)
		}
	}
}

// note writes a name into the log, and a figure that depends on all before it.
func note(name string) func(*transaction) error {
	return func(tx *transaction) error {
		if _, err := tx.ExecContext(context.Background(), `INSERT INTO log VALUES (?)`, name); err != nil {
			return err
		}
		_, err := tx.ExecContext(context.Background(), `UPDATE total SET n = (n * 31 + ?) % 1000003`, weigh(name))
		return err
	}
}

func weigh(name string) (n int) {
	for _, b := range []byte(name) {
		n = n*7 + int(b)
	}
	return n
}

// log returns what was written, in order, and the figure.
func (s *scribe) log() (names []string, total int) {
	s.t.Helper()
	rows, err := s.db.QueryContext(context.Background(), `SELECT name FROM log ORDER BY rowid`)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			s.t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.QueryRowContext(context.Background(), `SELECT n FROM total`).Scan(&total); err != nil {
		s.t.Fatal(err)
	}
	return names, total
}

// together has all writes wait before the first is begun, and returns their
// answers. It is for a bubble.
func (s *scribe) together(ctx context.Context, writes ...func(*transaction) error) []error {
	out := make([]error, len(writes))
	s.turn <- struct{}{}
	var all sync.WaitGroup
	for i, f := range writes {
		all.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					out[i] = fmt.Errorf("panic: %v", v)
				}
			}()
			out[i] = s.write(ctx, f)
		})
		synctest.Wait() // so that they come in this order
	}
	<-s.turn
	all.Wait()
	return out
}

func many(n int, f func(i int) func(*transaction) error) (out []func(*transaction) error) {
	for i := range n {
		out = append(out, f(i))
	}
	return out
}

// TestWritesShareACommit: those that wait share one, as many as the bounds allow,
// in the order in which they came.
func TestWritesShareACommit(t *testing.T) {
	for name, tt := range map[string]struct {
		writes, commits int
		takes           time.Duration
	}{
		"one":                   {1, 1, 0},
		"a few":                 {50, 1, 0},
		"as many as may":        {groupMost, 1, 0},
		"more than may":         {2*groupMost + 1, 3, 0},
		"they take long":        {6, 3, groupTime/2 + time.Millisecond},
		"each takes too long":   {3, 3, groupTime + time.Millisecond},
		"all in the time given": {10, 1, groupTime / 10},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScribe(t)
				var names []string
				for i, err := range s.together(t.Context(), many(tt.writes, func(i int) func(*transaction) error {
					return func(tx *transaction) error {
						<-time.After(tt.takes)
						return note(strconv.Itoa(i))(tx)
					}
				})...) {
					if names = append(names, strconv.Itoa(i)); err != nil {
						t.Error(err)
					}
				}
				if got, _ := s.log(); !slices.Equal(got, names) {
					t.Errorf("written: %v", got)
				}
				if s.commits != tt.commits {
					t.Errorf("%d commits, want %d", s.commits, tt.commits)
				}
			})
		})
	}
}

// TestWriteFailsAlone: what fails in a group leaves nothing, and the others happen.
func TestWriteFailsAlone(t *testing.T) {
	half := func(end func() error) func(*transaction) error {
		return func(tx *transaction) error {
			if err := note("half")(tx); err != nil {
				return err
			}
			return end()
		}
	}
	for name, tt := range map[string]struct {
		bad  func(*transaction) error
		want string
	}{
		"an error":      {half(func() error { return errors.New("no") }), "no"},
		"a panic":       {half(func() error { panic("oh") }), "panic: oh"},
		"bad statement": {half(func() error { return nil }), ""},
		"taken back":    {half(nil), "taken back"},
	} {
		if name == "bad statement" {
			tt.bad = func(tx *transaction) error {
				if err := note("half")(tx); err != nil {
					return err
				}
				_, err := tx.ExecContext(context.Background(), `INSERT INTO nowhere VALUES (1)`)
				return err
			}
			tt.want = "no such table"
		}
		if name == "taken back" { // as the database does by itself when it must
			tt.bad = func(tx *transaction) error {
				_, err := tx.ExecContext(context.Background(), `ROLLBACK`)
				return errors.Join(errors.New("taken back"), err)
			}
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScribe(t)
				errs := s.together(t.Context(), note("a"), note("b"), tt.bad, note("c"), tt.bad)
				for i, err := range errs {
					if bad := i == 2 || i == 4; (err != nil) != bad || bad && !strings.Contains(err.Error(), tt.want) {
						t.Errorf("write %d: %v", i, err)
					}
				}
				if got, _ := s.log(); strings.Join(got, "") != "abc" || s.commits != 1 {
					t.Errorf("written: %v in %d commits", got, s.commits)
				}
				if err := s.write(t.Context(), note("d")); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestCommitThatFails is the answer to all that share it, and nothing of them is left.
func TestCommitThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScribe(t)
		s.seal = func(context.Context, *transaction) error { return errors.New("disk full") }
		for i, err := range s.together(t.Context(), note("a"), note("b"), note("c")) {
			if err == nil || err.Error() != "commit: disk full" {
				t.Errorf("write %d: %v", i, err)
			}
		}
		s.seal = func(context.Context, *transaction) error { return nil }
		if err := s.write(t.Context(), note("d")); err != nil {
			t.Error(err)
		}
		if got, _ := s.log(); strings.Join(got, "") != "d" {
			t.Errorf("written: %v", got)
		}
	})
}

// TestWriteThatIsNoLongerWanted is not begun when its context has ended by then, and is
// finished when it was begun.
func TestWriteThatIsNoLongerWanted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScribe(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.turn <- struct{}{}
		gone := make(chan error, 1)
		go func() { gone <- s.write(ctx, note("gone")) }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("before it was begun: %v", err)
		}
		<-s.turn
		ctx, cancel = context.WithCancel(t.Context())
		if err := s.write(ctx, func(tx *transaction) error {
			cancel()
			synctest.Wait()
			return note("begun")(tx)
		}); err != nil {
			t.Errorf("after it was begun: %v", err)
		}
		if err := s.write(ctx, note("late")); !errors.Is(err, context.Canceled) {
			t.Errorf("of a context that has ended: %v", err)
		}
		if got, _ := s.log(); strings.Join(got, " ") != "begun" {
			t.Errorf("written: %v", got)
		}
	})
}

// TestBeginThatFails is the answer to all that wait: each would wait as long for the
// same.
func TestBeginThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScribe(t)
		s.exec(`PRAGMA busy_timeout = 0`)
		other, reads, err := openDatabase(t.Context(), s.path(), false)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := errors.Join(reads.Close(), other.Close()); err != nil {
				t.Error(err)
			}
		}()
		tx, err := other.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, err := range s.together(t.Context(), note("a"), note("b")) {
			if e, ok := errors.AsType[*StoreError](err); !ok || e.Kind != Locked {
				t.Errorf("write %d: %v", i, err)
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if err := s.write(t.Context(), note("c")); err != nil {
			t.Error(err)
		}
	})
}

func (s *scribe) path() (path string) {
	s.t.Helper()
	var seq int
	var name string
	if err := s.db.QueryRowContext(context.Background(), `PRAGMA database_list`).Scan(&seq, &name, &path); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// TestWritesAreAsOneAfterTheOther: whatever fails, panics, gives up or cannot be
// committed, what is written is what those that succeeded write one after the other.
func TestWritesAreAsOneAfterTheOther(t *testing.T) {
	s := newScribe(t)
	rapid.Check(t, func(rt *rapid.T) {
		s.exec(`DELETE FROM log`, `UPDATE total SET n = 1`)
		fates := rapid.SliceOfN(rapid.SampledFrom([]string{"good", "good", "good", "good", "error", "panic", "ended"}), 1, 40).Draw(rt, "fates")
		unlucky := rapid.SliceOfN(rapid.Bool(), 8, 8).Draw(rt, "commits that fail")
		turn := 0
		s.seal = func(context.Context, *transaction) error {
			if turn++; unlucky[turn%len(unlucky)] {
				return errors.New("disk full")
			}
			return nil
		}
		succeeded := make([]bool, len(fates))
		var all sync.WaitGroup
		for i, fate := range fates {
			all.Go(func() {
				defer func() {
					if v := recover(); v != nil && fate != "panic" {
						t.Errorf("%s panics with %v", fate, v)
					}
				}()
				succeeded[i] = s.meet(fate, strconv.Itoa(i)) == nil
			})
		}
		all.Wait()
		names, total := s.log()
		want := 1
		for _, name := range names {
			want = (want*31 + weigh(name)) % 1000003
		}
		if total != want {
			rt.Errorf("the writes %v come to %d, one after the other to %d", names, total, want)
		}
		var expected []string
		for i, ok := range succeeded {
			if ok {
				expected = append(expected, strconv.Itoa(i))
			}
			if ok && fates[i] != "good" {
				rt.Errorf("%s succeeded", fates[i])
			}
		}
		slices.Sort(names)
		slices.Sort(expected)
		if !slices.Equal(names, expected) {
			rt.Errorf("written %v, answered %v", names, expected)
		}
	})
}

// meet writes a name, and then meets its fate.
func (s *scribe) meet(fate, name string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if fate == "ended" {
		cancel()
	}
	return s.write(ctx, func(tx *transaction) error {
		if err := note(name)(tx); err != nil {
			return err
		}
		switch fate {
		case "error":
			return errors.New("no")
		case "panic":
			panic("oh")
		}
		return nil
	})
}
