package outbox

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"modernc.org/sqlite"
)

// sqliteConn is what database/sql uses of a connection.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// connector opens connections that leave the write-ahead log and its index in their places
// when the last of them is closed. Without both a database cannot be read, and on a disk
// that is full at the next start they could not be made.
type connector struct {
	driver *sqlite.Driver
	name   string
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.name)
	if err != nil {
		return nil, err
	}
	if files, ok := conn.(sqlite.FileControl); ok {
		if _, err := files.FileControlPersistWAL("main", 1); err != nil {
			return nil, errors.Join(fmt.Errorf("keep the write-ahead log: %w", err), conn.Close())
		}
	}
	return remembering(conn)
}

// reader is a connection that keeps the questions of before in prepared form: to parse one
// takes longer than to answer it. Whoever asks has the connection until all rows are
// read, so no question is asked twice at the same time. Transactions keep statements of their own.
type reader struct {
	sqliteConn

	known map[string]driver.Stmt
}

// mostKnown bounds how many questions a connection keeps. Those of lists have many forms.
const mostKnown = 64

func remembering(opened driver.Conn) (*reader, error) {
	conn, ok := opened.(sqliteConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver of SQLite has other connections: %T", opened), opened.Close())
	}
	return &reader{conn, make(map[string]driver.Stmt)}, nil
}

// QueryContext asks a question.
func (r *reader) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	stmt, err := r.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	asked, ok := stmt.(driver.StmtQueryContext)
	if !ok {
		return r.sqliteConn.QueryContext(ctx, text, args)
	}
	return asked.QueryContext(ctx, args)
}

// prepared returns the prepared form of a question.
func (r *reader) prepared(ctx context.Context, text string) (driver.Stmt, error) {
	if stmt := r.known[text]; stmt != nil {
		return stmt, nil
	}
	stmt, err := r.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if len(r.known) >= mostKnown {
		if err := r.forget(); err != nil {
			return nil, errors.Join(err, stmt.Close())
		}
	}
	r.known[text] = stmt
	return stmt, nil
}

func (r *reader) forget() error {
	var errs []error
	for _, stmt := range r.known {
		errs = append(errs, stmt.Close())
	}
	clear(r.known)
	return errors.Join(errs...)
}

// Close ends the connection.
func (r *reader) Close() error { return errors.Join(r.forget(), r.sqliteConn.Close()) }
