package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
// outside of transactions: the only connection is theirs while they last.
//
// The lock is not held while it waits for that connection: who has it may be
// asking for a statement.
func (s *statements) prepare(ctx context.Context, db *sql.DB) error {
	for _, text := range s.take() {
		stmt, err := db.PrepareContext(ctx, text)
		if err != nil {
			return fmt.Errorf("prepare a statement: %w", err)
		}
		if err := s.keep(text, stmt); err != nil {
			return fmt.Errorf("prepare a statement: %w", err)
		}
	}
	return nil
}

// keep notes a prepared statement. Of two that were prepared at the same time one
// is enough.
func (s *statements) keep(text string, stmt *sql.Stmt) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[text] != nil {
		return stmt.Close()
	}
	s.known[text] = stmt
	return nil
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

// transaction is one with the statements that are prepared.
type transaction struct {
	*sql.Tx

	statements *statements
	spending   *spending
	texted     bool                 // a text message was planned
	room       map[string]time.Time // when there is room under a cap again
}

// prepared returns the prepared form of a statement for this transaction, which
// closes it at its end; nil for one that is asked the first time.
func (t *transaction) prepared(ctx context.Context, text string) *sql.Stmt {
	stmt := t.statements.find(text)
	if stmt == nil {
		return nil
	}
	return t.StmtContext(ctx, stmt)
}

// ExecContext runs a statement, prepared when it was asked before.
func (t *transaction) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
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

// QueryContext asks for rows, as ExecContext does.
func (t *transaction) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if stmt := t.prepared(ctx, text); stmt != nil { //nolint:sqlclosecheck // the transaction closes it
		return stmt.QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, text, args...)
}

// QueryRowContext asks for one row, as ExecContext does.
func (t *transaction) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	if stmt := t.prepared(ctx, text); stmt != nil { //nolint:sqlclosecheck // the transaction closes it
		return stmt.QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, text, args...)
}
