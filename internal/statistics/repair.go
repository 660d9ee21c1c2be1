package statistics

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/compression"
)

// ErrInUse says that another process has the history open.
var ErrInUse = errors.New("the history is in use by another process")

func inUse(dir string) error {
	return fmt.Errorf("%w: %s; stop the other one, or give each its own storage.dir", ErrInUse, dir)
}

// headWriteBuffer is how much of the chunks on their way to the disk is kept in
// memory; the default of 4 MiB is made for millions of series.
const headWriteBuffer = 256 << 10

func databaseOptions(o Options) *tsdb.Options {
	opts := tsdb.DefaultOptions()
	opts.RetentionDuration = o.Retention.Milliseconds()
	// Blocks grow to a tenth of the retention, 31 days at most: fewer blocks make
	// long queries cheaper, and retention drops whole blocks.
	longest := min(o.Retention/10, 31*24*time.Hour).Milliseconds()
	opts.MaxBlockDuration = max(longest, opts.MinBlockDuration)
	opts.StripeSize = 4096
	opts.IsolationDisabled = true // one writer; a query may see half of a commit
	opts.WALCompression = compression.Snappy
	opts.HeadChunksWriteBufferSize = headWriteBuffer
	opts.OutOfOrderTimeWindow = putBack.Milliseconds() // used by twice.go alone
	// A snapshot at the end spares the next start the reading of the whole log.
	opts.EnableMemorySnapshotOnShutdown = true
	return opts
}

// openDatabase opens the database, and gives up as little of it as it can when
// something is damaged: first the blocks that cannot be opened, then what has
// not become a block yet, in the end all of it. Whatever is given up is moved
// aside, never deleted.
func openDatabase(o Options) (*tsdb.DB, error) {
	// Blocks are looked at before the database does: where it gives up on one, it
	// leaves a goroutine and an open log behind.
	if _, err := giveUp(o, damagedBlocks, errors.New("blocks cannot be opened")); err != nil {
		return nil, fmt.Errorf("open history in %s: %w", o.Dir, err)
	}
	db, err := tsdb.Open(o.Dir, o.Logger, nil, databaseOptions(o), nil)
	for _, part := range []func(string) ([]string, error){headFiles, everything} {
		switch {
		case err == nil:
			return db, nil
		case lockedElsewhere(err):
			return nil, inUse(o.Dir)
		case diskRefuses(err):
			return nil, fmt.Errorf("open history in %s: %w; make room or set storage.dir to another place", o.Dir, err)
		}
		moved, moveErr := giveUp(o, part, err)
		if moveErr != nil {
			return nil, errors.Join(fmt.Errorf("open history in %s: %w", o.Dir, err), moveErr)
		}
		if moved {
			db, err = tsdb.Open(o.Dir, o.Logger, nil, databaseOptions(o), nil)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open history in %s: %w", o.Dir, err)
	}
	return db, nil
}

// giveUp moves a part of the history aside, says so with the reason, and tells
// whether there was any.
func giveUp(o Options, part func(string) ([]string, error), reason error) (bool, error) {
	names, err := part(o.Dir)
	if err != nil || len(names) == 0 {
		return false, err
	}
	aside, err := moveAside(o.Dir, names)
	if err != nil {
		return false, err
	}
	o.Logger.Error("history is damaged, the damaged part was moved aside and is missing from queries",
		"dir", o.Dir, "moved", names, "to", aside, "error", reason)
	return true, nil
}

// damagedBlocks returns the blocks that cannot be opened.
func damagedBlocks(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for damaged blocks: %w", err)
	}
	var out []string
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err != nil || !e.IsDir() {
			continue
		}
		block, err := tsdb.OpenBlock(nil, filepath.Join(dir, e.Name()), nil, nil)
		switch {
		case err == nil:
		case diskRefuses(err):
			return nil, fmt.Errorf("look for damaged blocks: %w", err)
		default:
			out = append(out, e.Name())
			continue
		}
		if err := block.Close(); err != nil {
			return nil, fmt.Errorf("look for damaged blocks: %w", err)
		}
	}
	return out, nil
}

// headFiles returns what holds the samples of the last hours.
func headFiles(dir string) ([]string, error) {
	var out []string
	for _, pattern := range []string{"wal", "wbl", "chunks_head", "chunk_snapshot.*"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, fmt.Errorf("look for files of the head: %w", err)
		}
		for _, path := range found {
			out = append(out, filepath.Base(path))
		}
	}
	return out, nil
}

// everything returns all that is the database's.
func everything(dir string) ([]string, error) {
	out, err := headFiles(dir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for blocks: %w", err)
	}
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err == nil {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// moveAside moves names of dir into a folder of their own and returns its path.
func moveAside(dir string, names []string) (string, error) {
	aside := filepath.Join(dir, "damaged-"+time.Now().UTC().Format("20060102T150405.000"))
	if err := os.MkdirAll(aside, 0o750); err != nil {
		return "", fmt.Errorf("move damaged history aside: %w", err)
	}
	for _, name := range names {
		err := os.Rename(filepath.Join(dir, name), filepath.Join(aside, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("move damaged history aside: %w", err)
		}
	}
	return aside, nil
}
