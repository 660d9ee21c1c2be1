package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// takeUp puts all notices that are not done into their queues, due now: a restart is a
// reason to try. Those found as "sending" were cut off by a crash, which is no attempt:
// they are in doubt. The state "sent" with a next moment is to be tracked.
//
// A store that cannot be written is no reason not to start: the notices of before wait
// until it can be.
func (b *Outbox) takeUp(ctx context.Context) error {
	err := b.doubtCut(ctx)
	if e, ok := errors.AsType[*StoreError](err); ok && e.Kind != Damaged {
		b.log.Error("what was to be sent before the start waits until the store can be written", "error", err)
		return b.takeUpLater(ctx)
	}
	if err != nil {
		return fmt.Errorf("take up notices that were being sent: %w", err)
	}
	items, err := b.unfinished(ctx)
	if err != nil {
		return fmt.Errorf("take up notices that were not sent: %w", err)
	}
	b.enqueue(items)
	return nil
}

// doubtCut puts in doubt what a crash cut off and, when commits were lost, all that is
// still to be sent: it may have been sent since.
func (b *Outbox) doubtCut(ctx context.Context) error {
	var cut bool
	if err := b.reads.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM notice WHERE state = ?)`, notifier.Sending).Scan(&cut); err != nil {
		return fmt.Errorf("look what was being sent: %w", err)
	}
	lost := b.store.count.lost
	if !cut && !lost {
		return nil // nothing is to be written: the disk may be full
	}
	return b.write(ctx, func(tx *transaction) error {
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, in_doubt = 1, late = 0, attempts = attempts - 1, next_at = 0, reason = 'cut off while it was being sent'
			WHERE state = ?`, notifier.Pending, notifier.Sending); err != nil || !lost {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE notice SET in_doubt = 1, reason = CASE state WHEN ? THEN 'what was stored last is lost: it may have been sent' ELSE reason END
			WHERE state IN (?, ?) AND in_doubt = 0`, notifier.Pending, notifier.Pending, notifier.Held)
		return err
	})
}

// takeUpEvery is how often the outbox looks whether it can take up what was to be sent.
const takeUpEvery = 5 * time.Second

// takeUpLater takes up the notices of before the start when the store can be written.
func (b *Outbox) takeUpLater(ctx context.Context) error {
	var newest int64
	if err := b.reads.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM notice`).Scan(&newest); err != nil {
		return fmt.Errorf("look which notices are of before the start: %w", err)
	}
	b.beside.start(func(ctx context.Context) {
		again := time.NewTicker(takeUpEvery)
		defer again.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-again.C:
			}
			err := b.doubtCut(ctx)
			if err != nil {
				continue
			}
			items, err := b.unfinished(ctx)
			if err == nil {
				b.enqueue(slices.DeleteFunc(items, func(it item) bool { return it.seq > newest }))
				b.log.Info("what was to be sent before the start is taken up")
				return
			}
		}
	})
	return nil
}
