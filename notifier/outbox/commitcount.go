package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// commitCount counts the commits in the database, and in a small file beside it.
//
// A database that says less than the file has lost commits that were safe when they
// were made: the end of its write-ahead log is torn, or somebody put an older copy in
// its place. What it says of notices is then older than what was sent.
//
// The file is written after each commit, in one call and without waiting for the disk:
// so it may stay behind the database, which says nothing, and never runs ahead of it.
type commitCount struct {
	file *os.File
	n    int64 // of the last commit that is safe
	lost bool  // commits of before were lost
}

// countPath is where the file is of the database at path.
func countPath(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".seq" }

// openCount compares the count in a database with the file beside it.
func openCount(ctx context.Context, db *sql.DB, path string) (*commitCount, error) {
	c := &commitCount{}
	if err := db.QueryRowContext(ctx, `SELECT commits FROM written WHERE id = 1`).Scan(&c.n); err != nil {
		return nil, fmt.Errorf("read the count: %w", err)
	}
	text, err := os.ReadFile(countPath(path))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the count beside it: %w", err)
	}
	// What cannot be read as a number was not written to its end: it says nothing.
	if beside, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
		c.lost = beside > c.n
	}
	if c.file, err = os.OpenFile(countPath(path), os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return nil, fmt.Errorf("open the count beside it: %w", err)
	}
	return c, nil
}

// seal counts a transaction in the database, as the last thing that it does.
func (c *commitCount) seal(ctx context.Context, tx *transaction) error {
	if _, err := tx.ExecContext(ctx, `UPDATE written SET commits = ? WHERE id = 1`, c.n+1); err != nil {
		return fmt.Errorf("count the commit: %w", err)
	}
	return nil
}

// sealed counts it beside the database when it is safe.
func (c *commitCount) sealed() {
	c.n++
	// When this cannot be written, the file stays behind, which says nothing.
	_, _ = c.file.WriteAt(fmt.Appendf(nil, "%019d\n", c.n), 0)
}

func (c *commitCount) close() error { return c.file.Close() }
