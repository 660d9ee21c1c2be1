// Package outbox keeps alarm states, episodes, notices and attempts in one
// database, and sees to it that every notice that was decided is sent.
//
// It is the alarm engine's Journal: a Commit stores states and events and, in
// the same transaction, the notices they cause. The dispatcher in Run sends
// the notices that are due, one queue for each recipient, the gravest first.
//
// Invariants:
//   - a notice exists once: its ID follows from the event and the recipient;
//   - before a channel is called, the notice is stored as "sending", with the id
//     of the message; so after a crash the outbox knows which messages are in doubt;
//   - it looks a message in doubt up at the far side when the channel can do that. What
//     is not there is free again; what cannot be told is sent again under the same id;
//   - an end waits while something of its episode may have left, or is under way, to the
//     same address;
//   - a notice leaves the queue only as sent, dropped or dead, with a reason.
package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/notifier"
)

// Options is what an Outbox is built from.
type Options struct {
	Path       string // of the database file
	Directory  *notifier.Directory
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	// Keep is how long ended episodes and their notices are kept; 0 is for ever.
	Keep time.Duration
	// Seed makes the jitter of retries repeatable in tests; 0 is random.
	Seed uint64
	// Clocks returns what the wall clock says, and how much time has passed by a clock that
	// nobody sets; nil is those of this machine. A rehearsal moves its own by hand, and calls
	// Deliver instead of Run.
	Clocks Clocks
	// Scratch is true for a database that is thrown away: nothing waits until it is safe on disk.
	Scratch bool
}

// Outbox is the database and the dispatcher. All methods may be called from any
// goroutine.
type Outbox struct {
	store  *store
	beside beside
	found  atomic.Pointer[StoreError] // damage that the check beside the work found

	db      *sql.DB // one connection: the only writer
	reads   *sql.DB
	kept    kept
	newest  atomic.Int64 // row of the newest notice
	log     *slog.Logger
	metrics *metrics
	keep    time.Duration

	statements *statements // of db
	insertions insertions
	spending   spending // of text messages
	drills     drills

	jitter func() float64

	directory atomic.Pointer[notifier.Directory]
	former    sync.Mutex // held while the directory is replaced

	clock clock
	lost  sync.Map // recipients that cannot be reached, so that others are known to be told of it

	mu       sync.Mutex
	queues   *queues
	wake     chan struct{}
	reloaded chan struct{} // another directory is in force
	drilled  chan struct{} // closed when it was planned for the first time which drills are due

	writer  *writer
	sealed  bool                       // each commit notes the clock; of a scratch database only the last does
	trouble atomic.Pointer[StoreError] // why the last write failed; nil when it did not

	pruned, looked instant // when Deliver removed last what is old, and looked at warnings of caps
}

// Open opens the database, creating it when there is none, and takes up what
// was not sent. Notices found half-sent are in doubt. A damaged database is set aside.
func Open(ctx context.Context, o Options) (*Outbox, error) {
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	log := o.Logger.With("component", "outbox")
	s, err := openStore(ctx, o.Path, o.Scratch, log)
	if err != nil {
		return nil, err
	}
	b := &Outbox{
		store: s, db: s.db, reads: s.reads, log: log, statements: newStatements(), insertions: newInsertions(),
		keep: o.Keep, jitter: newJitter(o.Seed),
		queues: newQueues(), wake: make(chan struct{}, 1), reloaded: make(chan struct{}, 1), drilled: make(chan struct{}),
	}
	if b.clock.clocks = o.Clocks; b.clock.clocks == nil {
		b.clock.clocks = machineClocks()
	}
	b.beside = newBeside(ctx)
	b.writer = newWriter(s.db, b.statements)
	b.sealed = !o.Scratch
	if b.sealed {
		b.writer.seal, b.writer.sealed = b.seal, s.count.sealed
	}
	b.directory.Store(o.Directory)
	if b.metrics, err = newMetrics(o.Registerer, b); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.metrics.configure(o.Directory)
	if err := b.openClock(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.loadLost(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.loadNewest(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.takeUpPaces(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	if err := b.takeUp(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.tellDamage(ctx)
	b.checkOn()
	return b, nil
}

// Close closes the database. Run must have returned.
func (b *Outbox) Close() error {
	b.beside.stop()
	return errors.Join(b.sealScratch(), b.statements.close(), b.store.close())
}

// SetDirectory puts a directory into force, and tries what waits under it.
func (b *Outbox) SetDirectory(d *notifier.Directory) {
	b.UseDirectory(d)
	b.Reloaded()
}

// UseDirectory puts a directory into force. Notices that are decided keep their texts; the
// dispatcher looks their recipients up when it sends them. Targets of before that are in it no
// more are kept while something that they were told is open.
func (b *Outbox) UseDirectory(d *notifier.Directory) {
	b.former.Lock()
	b.directory.Store(d.Keep(b.directory.Load()))
	b.former.Unlock()
	b.metrics.configure(d)
}

// Reloaded tries what waits under the directory that is in force, and takes up what could not be
// sent under the one before: after a reload, when it was judged what is over by it.
func (b *Outbox) Reloaded() {
	select {
	case b.reloaded <- struct{}{}:
	default:
	}
}

// Directory returns the directory that is in force.
func (b *Outbox) Directory() *notifier.Directory { return b.directory.Load() }

// Healthy tells whether the last write to the database succeeded, and no damage was
// found.
func (b *Outbox) Healthy() bool {
	_, troubled := b.Trouble()
	return !troubled
}

// nudge makes the dispatcher look again.
func (b *Outbox) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// write runs f in a transaction that is safe on disk when write returns nil; when it
// returns an error, nothing of it happened. Writes that wait share a transaction, and
// f may be run several times: only the last run counts.
func (b *Outbox) write(ctx context.Context, f func(*transaction) error) error {
	var done []fresh
	round := b.kept.now()
	err := b.writer.write(ctx, func(tx *transaction) error {
		tx.spending, tx.texted, tx.room = &b.spending, false, nil
		tx.insertions, tx.planned, tx.failed, tx.fresh = b.insertions, planned{}, nil, nil
		if err := f(tx); err != nil {
			return err
		}
		err := tx.flush(ctx)
		done = tx.fresh
		return err
	})
	if err != nil {
		b.spending.forget() // what it was to cost is not spent
	} else {
		b.noted(done)
		b.kept.keep(done[:min(len(done), mostFresh)], round)
	}
	b.note(err)
	return err
}

// seal notes the clock, and counts the commit, at the end of each transaction.
func (b *Outbox) seal(ctx context.Context, tx *transaction) error {
	if err := b.storeClock(ctx, tx); err != nil {
		return err
	}
	return b.store.count.seal(ctx, tx)
}

// sealScratch notes the clock of a scratch database at its end: nobody asks for it before.
func (b *Outbox) sealScratch() error {
	if b.sealed || b.writer == nil {
		return nil
	}
	b.sealed = true
	b.writer.seal, b.writer.sealed = b.seal, b.store.count.sealed
	return b.write(context.Background(), func(*transaction) error { return nil })
}

// ms and at turn moments into what the database keeps and back: Unix
// milliseconds, 0 for none.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
