package statistics

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
)

// ErrNoHistory says that there is no history in a folder. The error that wraps it says where,
// and what to do.
var ErrNoHistory = errors.New("there is no history")

// Archive is the history as it was when it was opened, to be read beside a Store that may be
// writing to it, or without one. It takes no lock and leaves the folder as it is. What it needs
// room for, the newest hours, lies in a folder of its own elsewhere, which Close removes.
//
// It is for one goroutine.
type Archive struct {
	scratch string
	blocks  []*tsdb.Block
	head    *tsdb.DBReadOnly
	newest  storage.Querier // of the head, over all time
	facts   *facts.Store
	query   *derived.Queryable
}

// openAttempts is how often the opening is tried: while it goes on a Store may put blocks
// together, or write the record at the end of its log.
const openAttempts = 10

// OpenArchive opens the history in a folder for reading.
func OpenArchive(ctx context.Context, dir string) (*Archive, error) {
	_, err := os.Stat(filepath.Join(dir, "wal"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w in %s: nothing was recorded there yet; storage.dir of the configuration says where Brimwatch records", ErrNoHistory, dir)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the history in %s may not be read: %w; run this as the user that runs Brimwatch", dir, err)
	case err != nil:
		return nil, fmt.Errorf("open the history: %w", err)
	}
	for attempt := 1; ; attempt++ {
		a, err := openArchive(dir)
		if err == nil {
			return a, nil
		}
		if attempt == openAttempts || diskRefuses(err) {
			return nil, fmt.Errorf("read the history in %s: %w", dir, err)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(time.Duration(attempt) * 20 * time.Millisecond):
		}
	}
}

func openArchive(dir string) (_ *Archive, err error) {
	a := &Archive{}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.scratch, err = os.MkdirTemp("", "brimwatch-archive-"); err != nil {
		return a, fmt.Errorf("make a folder: %w", err)
	}
	// The head comes first: what it hands to a block meanwhile is found twice, and shown once.
	if err := a.openHead(dir); err != nil {
		return a, err
	}
	if err := a.openBlocks(dir); err != nil {
		return a, err
	}
	if a.facts, err = facts.Read(dir); err != nil {
		return a, err
	}
	a.query = &derived.Queryable{DB: storage.QueryableFunc(a.querier), Facts: a.facts}
	return a, nil
}

// openHead reads what is not in blocks yet out of the log. The database would make links to its
// files beside the log, or change some that are damaged, so it is given copies; the log
// itself, which is only read, is where it is.
func (a *Archive) openHead(dir string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the history: %w", err)
	}
	mirror := filepath.Join(a.scratch, "head")
	const chunks = "chunks_head"
	if err := copyFiles(filepath.Join(dir, chunks), filepath.Join(mirror, chunks)); err != nil {
		return err
	}
	for _, log := range []string{"wal", "wbl"} {
		if _, err := os.Stat(filepath.Join(dir, log)); err != nil {
			continue
		}
		if err := os.Symlink(filepath.Join(absolute, log), filepath.Join(mirror, log)); err != nil {
			return fmt.Errorf("lay out the newest hours: %w", err)
		}
	}
	if a.head, err = tsdb.OpenDBReadOnly(mirror, a.scratch, slog.New(slog.DiscardHandler)); err != nil {
		return fmt.Errorf("open the newest hours: %w", err)
	}
	a.newest, err = a.head.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return fmt.Errorf("read the newest hours: %w", err)
	}
	return nil
}

// copyFiles copies the files of a folder; one that is not there has none.
func copyFiles(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	entries, err := os.ReadDir(from)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for the newest hours: %w", err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // it has become part of a block meanwhile
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, e.Name()), data, 0o600) //nolint:gosec // in a folder of our own, under a name that the database gave
		}
		if err != nil {
			return fmt.Errorf("copy the newest hours: %w", err)
		}
	}
	return nil
}

func (a *Archive) openBlocks(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look for blocks: %w", err)
	}
	for _, e := range entries {
		if _, err := ulid.ParseStrict(e.Name()); err != nil || !e.IsDir() {
			continue
		}
		b, err := tsdb.OpenBlock(slog.New(slog.DiscardHandler), filepath.Join(dir, e.Name()), nil, nil)
		if err != nil {
			return fmt.Errorf("open block %s: %w", e.Name(), err)
		}
		a.blocks = append(a.blocks, b)
	}
	return nil
}

// querier answers for a stretch of time out of the blocks that have some of it, and the head.
func (a *Archive) querier(mint, maxt int64) (storage.Querier, error) {
	within := []storage.Querier{bounded{a.newest, mint, maxt}}
	for _, b := range a.blocks {
		if !b.OverlapsClosedInterval(mint, maxt) {
			continue
		}
		q, err := tsdb.NewBlockQuerier(b, mint, maxt)
		if err != nil {
			for _, open := range within {
				_ = open.Close() // they were only read from
			}
			return nil, fmt.Errorf("open a block: %w", err)
		}
		within = append(within, q)
	}
	return storage.NewMergeQuerier(within, nil, storage.ChainedSeriesMerge), nil
}

// bounded is a Querier for a part of its time. Closing it leaves the other open.
type bounded struct {
	storage.Querier

	mint, maxt int64
}

// Select asks for the part.
func (b bounded) Select(ctx context.Context, sorted bool, _ *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	return b.Querier.Select(ctx, sorted, &storage.SelectHints{Start: b.mint, End: b.maxt}, ms...)
}

// Close does nothing.
func (b bounded) Close() error { return nil }

// EachUsage does as that of Store.
func (a *Archive) EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error {
	return eachUsage(ctx, a.query, ids, metrics, from, to, visit)
}

// EachAnswer calls visit with each moment from from, included, to to at which an instance was
// read: 1 where its source answered, 0 where not. An instance that changed its edition within
// has several series.
func (a *Archive) EachAnswer(ctx context.Context, ids []string, from, to time.Time, visit func(id string, samples Samples)) error {
	return eachAnswer(ctx, a.query, ids, from, to, visit)
}

// EachCapacity calls visit with the capacities of some metrics of some instances, as they were
// in force from from, included, to to: at from, and where they changed. An instance that changed
// its edition within has several series of a metric, in no order.
func (a *Archive) EachCapacity(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error {
	return eachCapacity(ctx, a.facts, ids, metrics, from, to, visit)
}

// Close lets go of the files and removes what was copied.
func (a *Archive) Close() error {
	var errs []error
	if a.newest != nil {
		errs = append(errs, a.newest.Close())
	}
	for _, b := range a.blocks {
		errs = append(errs, b.Close())
	}
	if a.head != nil {
		errs = append(errs, a.head.Close())
	}
	if a.scratch != "" {
		errs = append(errs, os.RemoveAll(a.scratch))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the history: %w", err)
	}
	return nil
}
