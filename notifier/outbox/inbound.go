package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// inboundKept is how long the ids of messages that were answered are kept. No provider
// tells of one again after a day.
const inboundKept = 7 * 24 * time.Hour

// Answered notes the id of a text message that somebody sent, and tells whether it was
// noted before, in this run or one of the last days.
func (b *Outbox) Answered(ctx context.Context, id string) (before bool, err error) {
	now := b.clock.wall()
	err = b.write(ctx, func(tx *transaction) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM inbound WHERE at < ?`, ms(now.Add(-inboundKept))); err != nil {
			return fmt.Errorf("remove old ids of text messages: %w", err)
		}
		n, err := tx.affect(ctx, `INSERT INTO inbound (id, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, ms(now))
		before = n == 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store the id of a text message: %w", err)
	}
	return before, nil
}

// Optout notes that a number wants no more text messages, or wants them again, and tells
// whether that is news.
func (b *Outbox) Optout(ctx context.Context, phone string, stopped bool) (changed bool, err error) {
	err = b.write(ctx, func(tx *transaction) error {
		var n int64
		var err error
		if stopped {
			n, err = tx.affect(ctx, `INSERT INTO optout (phone, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, phone, ms(b.clock.wall()))
		} else {
			n, err = tx.affect(ctx, `DELETE FROM optout WHERE phone = ?`, phone)
		}
		changed = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("store whether a number wants text messages: %w", err)
	}
	for _, c := range b.directory.Load().Contacts() {
		switch {
		case !changed || c.Phone != phone:
		case stopped:
			b.tellOfStop(ctx, &c)
		default:
			b.tellOfStart(ctx, &c)
		}
	}
	return changed, nil
}

// Optouts lists the contacts of the configuration who want no more text messages, in
// order of when they said so.
func (b *Outbox) Optouts(ctx context.Context) ([]notifier.Optout, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT phone, at FROM optout ORDER BY at, phone`)
	if err != nil {
		return nil, fmt.Errorf("list who wants no text messages: %w", err)
	}
	defer rows.Close()
	dir := b.directory.Load()
	var out []notifier.Optout
	for rows.Next() {
		var phone string
		var since int64
		if err := rows.Scan(&phone, &since); err != nil {
			return nil, fmt.Errorf("list who wants no text messages: %w", err)
		}
		if p, ok := dir.Person(phone); ok {
			out = append(out, notifier.Optout{Name: p.Name, Since: at(since)})
		}
	}
	return out, rows.Err()
}
