// Package store does to a database what disks, people and other programs do: it
// locks, fills, damages and tears.
package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	_ "modernc.org/sqlite" // the driver
)

// open opens a database with one connection.
func open(path, pragma string) (*sql.DB, error) {
	q := url.Values{"_pragma": {"busy_timeout(20000)", pragma}}
	db, err := sql.Open("sqlite", "file:"+url.PathEscape(path)+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// Lock keeps everybody else from writing, as a copy that is made the wrong way does,
// until unlock is called.
func Lock(ctx context.Context, path string) (unlock func() error, err error) {
	db, err := open(path, "synchronous(NORMAL)")
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the database: %w", err), db.Close())
	}
	return func() error {
		_, err := db.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, db.Close())
	}, nil
}

// Counter counts the alarms that are decided, without asking the product.
type Counter struct{ db *sql.DB }

// NewCounter opens a database for counting.
func NewCounter(path string) (*Counter, error) {
	db, err := open(path, "query_only(1)")
	return &Counter{db}, err
}

// Open counts the episodes that have begun and not ended.
func (c *Counter) Open(ctx context.Context) (n int, err error) {
	err = c.db.QueryRowContext(ctx, "SELECT count(*) FROM episode WHERE ended_at = 0").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the episodes: %w", err)
	}
	return n, nil
}

// Close ends the counting.
func (c *Counter) Close() error { return c.db.Close() }

// Mount puts a disk of so many MiB in memory over a folder.
func Mount(dir string, mib int) (unmount func() error, err error) {
	if err := mount(dir, mib); err != nil {
		return nil, fmt.Errorf("mount a tmpfs: %w", err)
	}
	return func() error { return unmountNow(dir) }, nil
}

// Fill writes until nothing fits any more. empty makes room again.
func Fill(dir string) (empty func() error, err error) {
	path := filepath.Join(dir, "full")
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("fill the disk: %w", err)
	}
	// Large pieces first, then bytes, so that the last gap is closed, too.
	for _, size := range []int{1 << 20, 4096, 1} {
		block := make([]byte, size)
		for err == nil {
			_, err = f.Write(block)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return nil, errors.Join(fmt.Errorf("fill the disk: %w", err), f.Close())
		}
		err = nil
	}
	_ = f.Close() // it is full, which is what was wanted
	return func() error { return os.Remove(path) }, nil
}

// Damage overwrites parts of pages, but never of the first one, and returns of how
// many. The program must be down.
func Damage(path string, rnd *rand.Rand) (pages int, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, fmt.Errorf("damage the database: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	head := make([]byte, 100)
	if _, err := io.ReadFull(f, head); err != nil {
		return 0, fmt.Errorf("damage the database: %w", err)
	}
	size := int64(binary.BigEndian.Uint16(head[16:]))
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("damage the database: %w", err)
	}
	count := info.Size() / size
	for page := int64(1); page < count; page++ {
		// Every third page, in its header and in its content.
		if page%3 != 1 {
			continue
		}
		junk := make([]byte, 64)
		for i := range junk {
			junk[i] = byte(rnd.UintN(256))
		}
		for _, at := range []int64{page * size, page*size + size/2, page*size + size - 64} {
			if _, err := f.WriteAt(junk, at); err != nil {
				return pages, fmt.Errorf("damage the database: %w", err)
			}
		}
		pages++
	}
	return pages, nil
}

// Tear cuts the write-ahead log in the middle of the last of its transactions but
// commits-1, and returns how many are gone. The program must have been killed.
func Tear(path string, commits int, rnd *rand.Rand) (gone int, err error) {
	const head, frameHead = 32, 24
	path += "-wal"
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("tear the write-ahead log: %w", err)
	}
	if len(b) < head {
		return 0, nil
	}
	frame := frameHead + int(binary.BigEndian.Uint32(b[8:]))
	salt := string(b[16:24])
	var ends []int // where the frame of a commit begins
	for at := head; at+frame <= len(b) && string(b[at+8:at+16]) == salt; at += frame {
		if binary.BigEndian.Uint32(b[at+4:]) != 0 { // the size of the database, in the last frame of a commit
			ends = append(ends, at)
		}
	}
	if len(ends) == 0 {
		return 0, nil
	}
	gone = min(commits, len(ends))
	cut := ends[len(ends)-gone] + frameHead + rnd.IntN(frame-frameHead)
	if err := os.Truncate(path, int64(cut)); err != nil {
		return 0, fmt.Errorf("tear the write-ahead log: %w", err)
	}
	return gone, nil
}
