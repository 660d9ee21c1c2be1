package outbox

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"

	"modernc.org/sqlite"
)

// A scratch database is thrown away, so nothing of it has to be safe on disk. What costs
// most elsewhere is left out: there is no log, and a commit ends no transaction of the
// file but a savepoint, so that thousands of them write a page once.
//
// It has one connection, for writing and for reading. So nothing may be read through
// Outbox.reads while a transaction is under way: it would wait for its end.

// openScratch opens a scratch database.
func openScratch(ctx context.Context, path string) (*sql.DB, error) {
	pragmas := url.Values{"_pragma": {
		"locking_mode(EXCLUSIVE)", "journal_mode(MEMORY)", "synchronous(OFF)", "foreign_keys(1)", "temp_store(MEMORY)", "cache_size(-16000)",
	}}
	db := sql.OpenDB(scratchConnector{connector{&sqlite.Driver{}, "file:" + url.PathEscape(path) + "?" + pragmas.Encode()}})
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the scratch database %s: %w", path, err), db.Close())
	}
	return db, nil
}

// scratchConnector opens the connection of a scratch database.
type scratchConnector struct{ connector }

// Connect opens the connection.
func (c scratchConnector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	conn, err := remembering(opened)
	if err != nil {
		return nil, err
	}
	s := &scratch{reader: conn}
	for _, p := range []struct {
		into *driver.StmtExecContext
		text string
	}{{&s.begin, "BEGIN IMMEDIATE"}, {&s.commit, "COMMIT"}, {&s.save, "SAVEPOINT one"}, {&s.release, "RELEASE one"}, {&s.back, "ROLLBACK TO one"}} {
		stmt, err := conn.Prepare(p.text)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("prepare %s: %w", p.text, err), s.Close())
		}
		s.stmts = append(s.stmts, stmt)
		var ok bool
		if *p.into, ok = stmt.(driver.StmtExecContext); !ok {
			return nil, errors.Join(fmt.Errorf("the driver of SQLite has other statements: %T", stmt), s.Close())
		}
	}
	return s, nil
}

// commitsTogether is how many commits of a scratch database share a transaction of its
// file. It bounds what is kept in memory to take them back.
const commitsTogether = 500

// scratch is the connection of a scratch database.
type scratch struct {
	*reader

	begin, commit, save, release, back driver.StmtExecContext

	stmts   []driver.Stmt
	commits int   // since the transaction of the file began
	begun   bool  // there is one
	broken  error // it ended by itself, and what was committed in it is gone
}

// BeginTx begins what can be committed and taken back.
func (s *scratch) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	if !s.begun {
		if err := run(s.begin); err != nil {
			return nil, err
		}
		s.begun, s.commits = true, 0
	}
	if err := run(s.save); err != nil {
		return nil, s.breaks(err)
	}
	return (*scratchTx)(s), nil
}

func run(stmt driver.StmtExecContext) error {
	_, err := stmt.ExecContext(context.Background(), nil)
	return err
}

// breaks notes that commits of before may be gone.
func (s *scratch) breaks(err error) error {
	s.broken = fmt.Errorf("the scratch database is lost: %w", err)
	return s.broken
}

// end ends the transaction of the file.
func (s *scratch) end() error {
	if !s.begun {
		return nil
	}
	s.begun = false
	if err := run(s.commit); err != nil {
		return s.breaks(err)
	}
	return nil
}

// Close stores what was committed, and ends the connection.
func (s *scratch) Close() error {
	errs := []error{s.end()}
	for _, stmt := range s.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.reader.Close())...)
}

// scratchTx is a transaction of a scratch database.
type scratchTx scratch

// Commit keeps what was done.
func (t *scratchTx) Commit() error {
	s := (*scratch)(t)
	if err := run(s.release); err != nil {
		return s.breaks(err)
	}
	if s.commits++; s.commits < commitsTogether {
		return nil
	}
	return s.end()
}

// Rollback takes back what was done.
func (t *scratchTx) Rollback() error {
	s := (*scratch)(t)
	if err := errors.Join(run(s.back), run(s.release)); err != nil {
		return s.breaks(err)
	}
	return nil
}
