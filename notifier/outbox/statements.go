package outbox

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// statements keeps the statements of before in prepared form: to parse one takes
// longer than to run it. The texts are constants of this
// package, so there are few.
type statements struct {
	mu     sync.Mutex
	known  map[string]*sql.Stmt
	wanted map[string]bool // asked, and not prepared yet
}

func newStatements() *statements {
	return &statements{known: make(map[string]*sql.Stmt), wanted: make(map[string]bool)}
}

// prepare prepares the statements that are new since the last time. Callers are
// outside of transactions: the only connection is theirs while they last. One that
// cannot be prepared is asked as it is, by whoever asks it: the error is theirs.
//
// The lock is not held while it waits for that connection: who has it may be
// asking for a statement.
func (s *statements) prepare(ctx context.Context, db *sql.DB) {
	for _, text := range s.take() {
		if stmt, err := db.PrepareContext(ctx, text); err == nil {
			s.keep(text, stmt)
		}
	}
}

// keep notes a prepared statement.
func (s *statements) keep(text string, stmt *sql.Stmt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[text] = stmt
}

// take returns the statements that are wanted and not prepared. One that then
// fails is wanted again when somebody asks it again.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Collect(maps.Keys(s.wanted))
	clear(s.wanted)
	return out
}

// find returns the prepared form of a statement; nil for one that is asked the
// first time.
func (s *statements) find(text string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.known[text]; stmt != nil {
		return stmt
	}
	s.wanted[text] = true
	return nil
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, stmt := range s.known {
		errs = append(errs, stmt.Close())
	}
	clear(s.known)
	return errors.Join(errs...)
}

// transaction is one with the statements that are prepared. What runs in it is not
// cut off by the context of a caller: that would take back what others did in it.
type transaction struct {
	*sql.Tx

	statements *statements
	open       map[string]*sql.Stmt // of this transaction

	insertions insertions

	// Of the write that is under way.
	planned  planned
	failed   error   // why notices could not be stored
	fresh    []fresh // notices that were stored, or wait to be
	spending *spending
	texted   bool                 // a text message was planned
	broken   []brokenTemplate     // templates that failed for notices that were planned
	room     map[string]time.Time // when there is room under a cap again
}

// prepared returns the prepared form of a statement for this transaction, which
// closes it at its end; nil for one that cannot be prepared: asked as it is, it says
// why. One that is asked the first time is prepared for this transaction alone.
func (t *transaction) prepared(ctx context.Context, text string) *sql.Stmt {
	if stmt := t.open[text]; stmt != nil {
		return stmt
	}
	stmt := t.statements.find(text)
	if stmt != nil {
		stmt = t.StmtContext(ctx, stmt)
	} else {
		var err error
		if stmt, err = t.PrepareContext(ctx, text); err != nil {
			return nil
		}
	}
	t.open[text] = stmt
	return stmt
}

// ExecContext runs a statement in prepared form.
func (t *transaction) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	return t.exec(ctx, text, args...)
}

// exec is an ExecContext of what needs no notice to be stored before.
func (t *transaction) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	if stmt := t.prepared(ctx, text); stmt != nil { //nolint:sqlclosecheck // the transaction closes it
		return stmt.ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, text, args...)
}

// affect runs a statement and returns how many rows it changed.
func (t *transaction) affect(ctx context.Context, text string, args ...any) (int64, error) {
	res, err := t.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert runs a statement that inserts a row, and returns its id; 0 when there was
// nothing to insert. Notices may be stored later. It costs a third of asking with RETURNING.
func (t *transaction) insert(ctx context.Context, text string, args ...any) (id int64, err error) {
	res, err := t.exec(ctx, text, args...)
	if err != nil {
		return 0, err
	}
	if n, err := res.RowsAffected(); n == 0 || err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// QueryContext asks for rows, as ExecContext does.
func (t *transaction) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	if stmt := t.prepared(ctx, text); stmt != nil { //nolint:sqlclosecheck // the transaction closes it
		return stmt.QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, text, args...)
}

// QueryRowContext asks for one row, as ExecContext does. When notices cannot be stored
// before, the write fails at its end.
func (t *transaction) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	_ = t.flush(ctx)
	ctx = context.WithoutCancel(ctx)
	if stmt := t.prepared(ctx, text); stmt != nil { //nolint:sqlclosecheck // the transaction closes it
		return stmt.QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, text, args...)
}
