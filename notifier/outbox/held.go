package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// releaseHeld decides about notices whose hold is over: each goes out, unless a newer
// one of the same alarm does. The end of an alarm drops what is held of it, so they
// are read in the transaction that lets them go: there is no moment between in which
// an alarm could end.
func (b *Outbox) releaseHeld(ctx context.Context, items []item) ([]item, error) {
	var free, newer []item
	err := b.write(ctx, func(tx *transaction) error {
		free, newer = free[:0], newer[:0]
		for _, it := range items {
			held, superseded, err := heldNow(ctx, tx, it)
			switch {
			case err != nil:
				return err
			case superseded:
				newer = append(newer, it)
			case held:
				it.state, it.until, it.due, it.length = notifier.Pending, time.Time{}, 0, false
				free = append(free, it)
			}
		}
		if err := dropIn(ctx, tx, newer, "a newer notice of the same alarm says it better"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, next_at = ?, reason = '' WHERE seq IN (SELECT value FROM json_each(?))`,
			notifier.Pending, ms(b.clock.wall()), seqsOf(free)); err != nil {
			return fmt.Errorf("let held notices go: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b.metrics.cameAll(newer, notifier.Dropped)
	return free, nil
}

// heldNow tells whether a notice is held, and whether a newer one of the same alarm
// takes its place.
func heldNow(ctx context.Context, tx *transaction, it item) (held, superseded bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (
			SELECT 1 FROM notice later WHERE later.episode = n.episode AND later.recipient = n.recipient AND later.seq > n.seq
				AND later.state <> ? AND later.state <> ?)
		FROM notice n WHERE n.seq = ? AND n.state = ?`,
		notifier.Dropped, notifier.Dead, it.seq, notifier.Held).Scan(&superseded)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, false, nil
	case err != nil:
		return false, false, fmt.Errorf("read a held notice: %w", err)
	}
	return true, superseded, nil
}

// dropIn takes notices out of the queue unsent.
func dropIn(ctx context.Context, tx *transaction, items []item, why string) error {
	if len(items) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, next_at = 0 WHERE seq IN (SELECT value FROM json_each(?))`,
		notifier.Dropped, why, seqsOf(items)); err != nil {
		return fmt.Errorf("drop notices: %w", err)
	}
	return nil
}
