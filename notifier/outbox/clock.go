package outbox

import (
	"context"
	"fmt"
	"time"
)

// instant is a moment of the outbox's own clock: for how long the outbox has run on
// its database, all its runs together. All waiting is measured by it.
type instant = time.Duration

// clock goes on evenly while the process runs, whatever is done to the wall clock. It
// is stored with each transaction, so that it goes on after a restart.
type clock struct {
	began time.Time // of this run, with its monotonic reading
	base  instant   // when this run began
	down  time.Duration
}

// now is the present moment.
func (c *clock) now() instant { return c.base + time.Since(c.began) }

// age is the present moment as the far side counts: with the time between the runs,
// as far as the wall clock tells it.
func (c *clock) age() time.Duration { return c.now() + c.down }

// openClock goes on where the run before stopped. How long nothing ran is known from
// the wall clock alone; one that was put back in between says nothing.
func (b *Outbox) openClock(ctx context.Context) error {
	var ran, down, wall int64
	now := time.Now()
	err := b.db.QueryRowContext(ctx, `SELECT ran, down, wall FROM clock`).Scan(&ran, &down, &wall)
	if err != nil {
		return fmt.Errorf("read the clock of the outbox: %w", err)
	}
	b.clock.began, b.clock.base = now, time.Duration(ran)*time.Millisecond
	b.clock.down = time.Duration(down) * time.Millisecond
	if wall != 0 {
		b.clock.down += max(now.Sub(at(wall)), 0)
	}
	return nil
}

// storeClock notes the clock in a transaction.
func (b *Outbox) storeClock(ctx context.Context, tx *transaction) error {
	if _, err := tx.ExecContext(ctx, `UPDATE clock SET ran = ?, down = ?, wall = ?`,
		b.clock.now().Milliseconds(), b.clock.down.Milliseconds(), ms(time.Now())); err != nil {
		return fmt.Errorf("note the clock of the outbox: %w", err)
	}
	return nil
}
