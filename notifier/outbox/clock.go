package outbox

import (
	"context"
	"fmt"
	"time"
)

// instant is a moment of the outbox's own clock: for how long the outbox has run on
// its database, all its runs together. All waiting is measured by it.
type instant = time.Duration

// Clocks returns what the wall clock says, in UTC, and how much time has passed since
// some moment by a clock that nobody sets.
type Clocks func() (wall time.Time, steady time.Duration)

// machineClocks are the clocks of this machine.
func machineClocks() Clocks {
	began := time.Now()
	return func() (time.Time, time.Duration) {
		now := time.Now()
		return now.UTC(), now.Sub(began) // UTC takes the monotonic reading off
	}
}

// clock goes on evenly while the process runs, whatever is done to the wall clock. It
// is stored with each transaction, so that it goes on after a restart.
type clock struct {
	clocks Clocks
	began  time.Duration // of this run, by the clock that nobody sets
	base   instant       // when this run began
	down   time.Duration
}

// now is the present moment.
func (c *clock) now() instant {
	_, steady := c.clocks()
	return c.base + steady - c.began
}

// wall is what the wall clock says.
func (c *clock) wall() time.Time {
	wall, _ := c.clocks()
	return wall
}

// moment is the present moment by both clocks.
func (c *clock) moment() moment {
	wall, steady := c.clocks()
	return moment{c.base + steady - c.began, wall}
}

// age is the present moment as the far side counts: with the time between the runs,
// as far as the wall clock tells it.
func (c *clock) age() time.Duration { return c.now() + c.down }

// openClock goes on where the run before stopped. How long nothing ran is known from
// the wall clock alone; one that was put back in between says nothing.
func (b *Outbox) openClock(ctx context.Context) error {
	var ran, down, wall int64
	now, steady := b.clock.clocks()
	err := b.db.QueryRowContext(ctx, `SELECT ran, down, wall FROM clock`).Scan(&ran, &down, &wall)
	if err != nil {
		return fmt.Errorf("read the clock of the outbox: %w", err)
	}
	b.clock.began, b.clock.base = steady, time.Duration(ran)*time.Millisecond
	b.clock.down = time.Duration(down) * time.Millisecond
	if wall != 0 {
		b.clock.down += max(now.Sub(at(wall)), 0)
	}
	return nil
}

// storeClock notes the clock in a transaction.
func (b *Outbox) storeClock(ctx context.Context, tx *transaction) error {
	if _, err := tx.ExecContext(ctx, `UPDATE clock SET ran = ?, down = ?, wall = ?`,
		b.clock.now().Milliseconds(), b.clock.down.Milliseconds(), ms(b.clock.wall())); err != nil {
		return fmt.Errorf("note the clock of the outbox: %w", err)
	}
	return nil
}
