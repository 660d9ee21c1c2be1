package outbox

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// readStatements keeps the statements prepared that read one row again and again: to plan one
// takes longer than to run it. It may be used from several goroutines.
type readStatements struct {
	db *sql.DB

	mu sync.Mutex
	of map[string]*sql.Stmt
}

// QueryRowContext runs a statement that reads one row.
func (r *readStatements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := r.prepared(ctx, query) //nolint:sqlclosecheck // close does
	if err != nil {
		return r.db.QueryRowContext(ctx, query, args...) // it says what is the matter
	}
	return s.QueryRowContext(ctx, args...)
}

func (r *readStatements) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.of[query]; s != nil {
		return s, nil
	}
	s, err := r.db.PrepareContext(ctx, query) //nolint:sqlclosecheck // close does
	if err != nil {
		return nil, err
	}
	if r.of == nil {
		r.of = make(map[string]*sql.Stmt)
	}
	r.of[query] = s
	return s, nil
}

func (r *readStatements) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, s := range r.of {
		errs = append(errs, s.Close())
	}
	r.of = nil
	return errors.Join(errs...)
}
