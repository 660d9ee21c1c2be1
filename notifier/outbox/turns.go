package outbox

import (
	"context"
	"fmt"

	"github.com/brimwatch/brimwatch/notifier"
)

// The later ways of a receiver wait, held, for what becomes of those before them: they are
// dropped when one of these has delivered, and have their turn at once when none of these is
// left. A crash in between costs the time that the first way has.

// inTurn looks after the later ways of what came of some notices of one message.
func (b *Outbox) inTurn(ctx context.Context, items []item, delivered bool) {
	dir := b.directory.Load()
	var of []item
	for _, it := range items {
		if dir.HasTurns(it.receiver) {
			of = append(of, it)
		}
	}
	if len(of) == 0 {
		return
	}
	var dropped, begun []item
	err := b.write(ctx, func(tx *transaction) (err error) {
		dropped, begun = nil, nil
		if delivered {
			dropped, err = waitingTurns(ctx, tx, of, false)
			if err != nil {
				return err
			}
			return dropIn(ctx, tx, dropped, of[0].recipient+" has it")
		}
		begun, err = waitingTurns(ctx, tx, of, true)
		if err != nil || len(begun) == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE notice SET next_at = ?, held_for = ? WHERE seq IN (SELECT value FROM json_each(?))`,
			ms(b.clock.wall()), max(b.clock.age().Milliseconds(), 1), seqsOf(begun))
		return err
	})
	if err != nil {
		b.log.Error("the next way of a receiver could not be looked after", "recipient", of[0].recipient, "error", err)
		return
	}
	for i := range dropped {
		dropped[i].state = notifier.Dropped
	}
	b.metrics.cameAll(dropped, notifier.Dropped)
	b.forget(dropped)
	b.begins(begun)
}

// waitingTurns lists the notices that wait for their turn after some others of the same event
// and receiver. Of those whose turn is next, and only where nothing before them is left that may still
// deliver, when next is asked for.
func waitingTurns(ctx context.Context, tx *transaction, of []item, next bool) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT later.seq, later.receiver, later.recipient FROM notice n
		JOIN notice later ON later.episode = n.episode AND later.event = n.event AND later.receiver = n.receiver AND later.turn > n.turn AND later.state = ?
		WHERE n.seq IN (SELECT value FROM json_each(?)) AND (NOT ? OR NOT EXISTS (
			SELECT 1 FROM notice before WHERE before.episode = n.episode AND before.event = n.event AND before.receiver = n.receiver AND before.turn < later.turn
				AND before.state NOT IN (?, ?)))
		ORDER BY later.seq`, notifier.Held, seqsOf(of), next, notifier.Dead, notifier.Dropped)
	if err != nil {
		return nil, fmt.Errorf("look up who has the next turn: %w", err)
	}
	defer rows.Close()
	var out []item
	for rows.Next() {
		var it item
		if err := rows.Scan(&it.seq, &it.receiver, &it.recipient); err != nil {
			return nil, fmt.Errorf("look up who has the next turn: %w", err)
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// begins ends the hold of notices whose turn it is.
func (b *Outbox) begins(items []item) {
	if len(items) == 0 {
		return
	}
	b.mu.Lock()
	now := b.now()
	for i := range items {
		b.queues.letGo(&items[i], now)
	}
	b.mu.Unlock()
	b.nudge()
}

// letGo ends the hold of an item.
func (s *queues) letGo(it *item, now moment) {
	q := s.of[it.line()]
	if q == nil {
		return
	}
	for i := range q.items {
		if q.items[i].seq == it.seq && q.items[i].state == notifier.Held {
			q.items[i].until, q.items[i].due = now.wall, now.at
		}
	}
	s.arrange(q, now)
}
