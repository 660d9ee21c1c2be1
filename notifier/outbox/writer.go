package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Bounds of what shares one transaction: what waits is answered soon, however
// many write.
const (
	groupMost = 200
	groupTime = 20 * time.Millisecond
)

// writer lets the writes that wait share a transaction: what takes long is to
// have the disk confirm it, and that takes as long for one as for many.
//
// Invariants:
//   - a write that returned nil is safe on disk, and nothing is left of one that
//     returned an error;
//   - writes are run one after the other, in the order in which they came, and each
//     sees what those before it did;
//   - one that fails, or panics, fails alone: the transaction is taken back, it
//     gets its answer, and the others are run again without it. So a write may be
//     run several times, and only the last run counts;
//   - a commit that fails is the answer to all that share it;
//   - a write whose context ended before it was begun is not begun; one that was
//     begun is finished, as nobody can tell its part from that of the others.
//
// There is no goroutine of its own: one of those who wait has its turn, and does
// the work of all.
type writer struct {
	db         *sql.DB
	statements *statements
	// seal is run at the end of each transaction, and sealed after it is safe.
	seal   func(context.Context, *transaction) error
	sealed func()

	turn chan struct{} // holds one while somebody leads

	mu      sync.Mutex
	waiting []*write
}

// write is one call that waits for its answer.
type write struct {
	run   func(*transaction) error
	ended func() error // of the caller's context
	done  chan struct{}

	// Set before done is closed.
	err    error
	panics *panicked
}

func newWriter(db *sql.DB, s *statements) *writer {
	return &writer{
		db: db, statements: s, turn: make(chan struct{}, 1),
		seal: func(context.Context, *transaction) error { return nil }, sealed: func() {},
	}
}

// write runs f in a transaction that is safe on disk when write returns nil.
func (w *writer) write(ctx context.Context, f func(*transaction) error) error {
	c := &write{run: f, ended: ctx.Err, done: make(chan struct{})}
	w.mu.Lock()
	w.waiting = append(w.waiting, c)
	w.mu.Unlock()
	for {
		select {
		case <-c.done:
			return c.result()
		case w.turn <- struct{}{}:
			w.lead(ctx)
		case <-ctx.Done():
			if w.withdraw(c) {
				return ctx.Err()
			}
			<-c.done
			return c.result()
		}
	}
}

// withdraw takes back a write that was not begun.
func (w *writer) withdraw(c *write) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, c)
	if i < 0 {
		return false
	}
	w.waiting = slices.Delete(w.waiting, i, i+1)
	return true
}

// take returns the write that has waited longest and is still wanted; nil for none.
func (w *writer) take() *write {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.waiting) > 0 {
		c := w.waiting[0]
		w.waiting[0] = nil
		w.waiting = w.waiting[1:]
		if err := c.ended(); err != nil {
			c.answer(err)
			continue
		}
		return c
	}
	return nil
}

// lead carries out one group of those that wait, and ends the turn.
func (w *writer) lead(ctx context.Context) {
	g := group{w: w, began: time.Now()}
	defer func() { <-w.turn }()
	defer g.answer(errors.New("the write was abandoned")) // to nobody, unless a write ended this goroutine
	for !g.try(context.WithoutCancel(ctx)) {
	}
}

// group is the writes that share a transaction.
type group struct {
	w      *writer
	began  time.Time
	writes []*write
}

// more adds one of those that wait, if there is one and the bounds allow it.
func (g *group) more() bool {
	if len(g.writes) > 0 && (len(g.writes) >= groupMost || time.Since(g.began) > groupTime) {
		return false
	}
	c := g.w.take()
	if c == nil {
		return false
	}
	g.writes = append(g.writes, c)
	return true
}

// answer answers all that are in the group.
func (g *group) answer(err error) {
	for _, c := range g.writes {
		c.answer(err)
	}
	g.writes = nil
}

// try runs the writes of the group, and those that come meanwhile, in one
// transaction. It returns false when one of them failed: that one has its answer,
// and the others are to be run again.
func (g *group) try(ctx context.Context) (done bool) {
	if len(g.writes) == 0 && !g.more() {
		return true
	}
	tx, err := g.begin(ctx)
	if err != nil {
		for g.more() { // who waits would wait as long, and then hear the same
		}
		g.answer(asStoreError(err))
		return true
	}
	committed := false
	defer func() {
		if !committed {
			// That it fails says nothing new: the database has taken it back by
			// itself, or the next transaction cannot be begun.
			_ = tx.Rollback()
		}
	}()
	for i := 0; i < len(g.writes) || g.more(); i++ {
		if c := g.writes[i]; !c.succeeds(tx) {
			g.writes = slices.Delete(g.writes, i, i+1)
			_ = tx.Rollback() // before the answer: nothing of it is left when it comes
			c.answer(asStoreError(c.err))
			return false
		}
	}
	if err = g.w.seal(ctx, tx); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		g.answer(asStoreError(fmt.Errorf("commit: %w", err)))
		return true
	}
	committed = true
	g.w.sealed()
	g.answer(nil)
	return true
}

func (g *group) begin(ctx context.Context) (*transaction, error) {
	g.w.statements.prepare(ctx, g.w.db)
	tx, err := g.w.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin a transaction: %w", err)
	}
	return &transaction{Tx: tx, statements: g.w.statements, open: make(map[string]*sql.Stmt)}, nil
}

// succeeds runs the write, and tells whether it may be committed.
func (c *write) succeeds(tx *transaction) (ok bool) {
	defer func() {
		if v := recover(); v != nil {
			c.err = errors.New("the write panicked")
			c.panics = &panicked{v, debug.Stack()}
		}
	}()
	c.err = c.run(tx)
	return c.err == nil
}

// answer lets the caller go on.
func (c *write) answer(err error) {
	c.err = err
	close(c.done)
}

// result returns the answer; a panic goes on where it belongs.
func (c *write) result() error {
	if c.panics != nil {
		panic(c.panics)
	}
	return c.err
}

// panicked is the panic of a write, on its way to the caller.
type panicked struct {
	value any
	stack []byte
}

// Error says what the write panicked with, and where.
func (p *panicked) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }
