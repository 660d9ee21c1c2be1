package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/brimwatch/brimwatch/notifier"
)

// ErrNoSilence is returned when there is no silence with an id.
var ErrNoSilence = errors.New("there is no silence with this id")

// AddSilence stores a silence and returns it with its id. It holds notices that
// are decided from now on.
func (b *Outbox) AddSilence(ctx context.Context, s notifier.Silence) (notifier.Silence, error) {
	s.ID = "sil_" + ulid.Make().String()
	s.CreatedAt = b.clock.wall()
	matchers, err := json.Marshal(s.Matchers)
	if err != nil {
		return s, fmt.Errorf("write the matchers: %w", err)
	}
	err = b.write(ctx, func(tx *transaction) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO silence (id, matchers, until, by, comment, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
			s.ID, matchers, ms(s.Until), s.By, s.Comment, ms(s.CreatedAt))
		return err
	})
	if err != nil {
		return s, fmt.Errorf("store the silence: %w", err)
	}
	return s, nil
}

// RemoveSilence ends a silence now. The notices that it held go out if their alarms
// still last.
func (b *Outbox) RemoveSilence(ctx context.Context, id string) error {
	var free []item
	err := b.write(ctx, func(tx *transaction) error {
		free = free[:0]
		n, err := tx.affect(ctx, `DELETE FROM silence WHERE id = ?`, id)
		if err != nil {
			return fmt.Errorf("remove the silence: %w", err)
		}
		if n == 0 {
			return ErrNoSilence
		}
		free, err = heldBy(ctx, tx, "silenced by "+id)
		return err
	})
	if err != nil {
		return err
	}
	b.enqueue(free)
	return nil
}

// heldBy lets go of the notices held for a reason: they are due now.
func heldBy(ctx context.Context, tx *transaction, reason string) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE notice SET next_at = 1 WHERE state = ? AND reason = ? RETURNING seq, episode, receiver, recipient, weight`, notifier.Held, reason)
	if err != nil {
		return nil, fmt.Errorf("let go of held notices: %w", err)
	}
	defer rows.Close()
	var out []item
	for rows.Next() {
		it := item{state: notifier.Held, until: time.UnixMilli(1)}
		if err := rows.Scan(&it.seq, &it.episode, &it.receiver, &it.recipient, &it.weight); err != nil {
			return nil, fmt.Errorf("let go of held notices: %w", err)
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// Silences lists the silences that have not ended.
func (b *Outbox) Silences(ctx context.Context) ([]notifier.Silence, error) {
	return silencesAt(ctx, b.reads, b.clock.wall())
}

// activeSilences lists the silences that apply inside a transaction.
func activeSilences(ctx context.Context, tx *transaction, now time.Time) ([]notifier.Silence, error) {
	return silencesAt(ctx, tx, now)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func silencesAt(ctx context.Context, q querier, now time.Time) ([]notifier.Silence, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, matchers, until, by, comment, created_at FROM silence WHERE until > ? ORDER BY until, id`, ms(now))
	if err != nil {
		return nil, fmt.Errorf("list silences: %w", err)
	}
	defer rows.Close()
	var out []notifier.Silence
	for rows.Next() {
		var s notifier.Silence
		var matchers []byte
		var until, created int64
		if err := rows.Scan(&s.ID, &matchers, &until, &s.By, &s.Comment, &created); err != nil {
			return nil, fmt.Errorf("list silences: %w", err)
		}
		if err := json.Unmarshal(matchers, &s.Matchers); err != nil {
			return nil, fmt.Errorf("read the matchers of %s: %w", s.ID, err)
		}
		s.Until, s.CreatedAt = at(until), at(created)
		out = append(out, s)
	}
	return out, rows.Err()
}
