package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// endHeld drops the beginnings that were still held when the episode ended, and
// returns them.
func endHeld(ctx context.Context, tx *transaction, episode int64) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE notice SET state = ?, reason = 'the alarm ended while this was held (' || reason || ')', next_at = 0
		WHERE episode = ? AND state = ? RETURNING seq, receiver, recipient`, notifier.Dropped, episode, notifier.Held)
	if err != nil {
		return nil, fmt.Errorf("drop held notices: %w", err)
	}
	defer rows.Close()
	var out []item
	for rows.Next() {
		it := item{state: notifier.Dropped}
		if err := rows.Scan(&it.seq, &it.receiver, &it.recipient); err != nil {
			return nil, fmt.Errorf("drop held notices: %w", err)
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// heard returns the recipients who got a notice of the beginning, or are about to.
func heard(ctx context.Context, tx *transaction, episode int64) ([]notifier.Addressee, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT receiver, recipient, channel, display FROM notice
		WHERE episode = ? AND (state IN (?, ?, ?, ?) OR told_with <> '' AND EXISTS (
			SELECT 1 FROM notice AS first WHERE first.code = notice.told_with AND first.recipient = notice.recipient AND first.state IN (?, ?, ?, ?)))
		ORDER BY receiver, recipient`,
		episode, notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered,
		notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered)
	if err != nil {
		return nil, fmt.Errorf("look up who got a notice: %w", err)
	}
	defer rows.Close()
	var out []notifier.Addressee
	for rows.Next() {
		var a notifier.Addressee
		if err := rows.Scan(&a.Receiver, &a.Recipient, &a.Channel, &a.Display); err != nil {
			return nil, fmt.Errorf("look up who got a notice: %w", err)
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// releaseHeld decides about a notice whose hold is over: it goes out, unless a
// newer one of the same alarm does. The end of an alarm drops what is held of it,
// so the notice is read in the transaction that lets it go: there is no moment
// between in which the alarm could end.
func (b *Outbox) releaseHeld(ctx context.Context, it item, now time.Time) ([]item, error) {
	held, newer := false, false
	err := b.write(ctx, func(tx *transaction) error {
		held = true
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (
				SELECT 1 FROM notice later WHERE later.episode = n.episode AND later.recipient = n.recipient AND later.seq > n.seq
					AND later.state != ? AND later.state != ?)
			FROM notice n WHERE n.seq = ? AND n.state = ?`,
			notifier.Dropped, notifier.Dead, it.seq, notifier.Held).Scan(&newer)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			held = false
			return nil
		case err != nil:
			return fmt.Errorf("read a held notice: %w", err)
		case newer:
			return dropIn(ctx, tx, []item{it}, "a newer notice of the same alarm says it better")
		}
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, next_at = ?, reason = '' WHERE seq = ?`, notifier.Pending, ms(now), it.seq); err != nil {
			return fmt.Errorf("let a held notice go: %w", err)
		}
		return nil
	})
	switch {
	case err != nil || !held:
		return nil, err
	case newer:
		b.metrics.cameAll([]item{it}, notifier.Dropped)
		return nil, nil
	}
	it.state, it.next = notifier.Pending, time.Time{}
	return []item{it}, nil
}

// drop takes notices out of the queue unsent.
func (b *Outbox) drop(ctx context.Context, items []item, why string) error {
	err := b.write(ctx, func(tx *transaction) error { return dropIn(ctx, tx, items, why) })
	if err == nil {
		b.metrics.cameAll(items, notifier.Dropped)
	}
	return err
}

func dropIn(ctx context.Context, tx *transaction, items []item, why string) error {
	for _, it := range items {
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, next_at = 0 WHERE seq = ?`, notifier.Dropped, why, it.seq); err != nil {
			return fmt.Errorf("drop a notice: %w", err)
		}
	}
	return nil
}
