package outbox

import (
	"context"
	"fmt"
	"time"
)

// pruneBatch is how many episodes go in one transaction, so that pruning holds
// up nobody.
const pruneBatch = 500

// prune removes what ended longer ago than it is to be kept. Notices and events
// go with their episode.
func (b *Outbox) prune(ctx context.Context, now time.Time) {
	if b.keep <= 0 {
		return
	}
	before := ms(now.Add(-b.keep))
	for ctx.Err() == nil {
		var gone int64
		err := b.write(ctx, func(tx *transaction) error {
			var err error
			if gone, err = tx.affect(ctx, `DELETE FROM episode WHERE id IN
				(SELECT id FROM episode WHERE ended_at > 0 AND ended_at < ? LIMIT ?)`, before, pruneBatch); err != nil {
				return fmt.Errorf("remove old episodes: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM attempt WHERE id IN
				(SELECT id FROM attempt WHERE started_at < ? LIMIT ?)`, before, pruneBatch*4); err != nil {
				return fmt.Errorf("remove old attempts: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM message WHERE id IN
				(SELECT id FROM message WHERE began < ? LIMIT ?)`, (b.clock.age() - b.keep).Milliseconds(), pruneBatch*4); err != nil {
				return fmt.Errorf("remove old messages: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM silence WHERE until < ?`, before); err != nil {
				return fmt.Errorf("remove old silences: %w", err)
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM confirmation WHERE at < ?`, before); err != nil {
				return fmt.Errorf("remove old confirmations: %w", err)
			}
			return nil
		})
		if err != nil {
			b.log.Error("old notices could not be removed", "error", err)
			return
		}
		if gone < pruneBatch {
			return
		}
	}
}
