package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// takeUpPaces has what was handed over before the start count, where a far side takes few
// messages in a time: it does not know that we started anew, and is deaf to who sends it
// too many.
func (b *Outbox) takeUpPaces(ctx context.Context) error {
	dir := b.directory.Load()
	paced := make(map[string]notifier.Target) // by channel and address
	longest := time.Duration(0)
	for t := range dir.Targets() {
		if p := dir.Pace(t.Recipient.Name); p.Messages > 0 {
			paced[t.Recipient.Channel+" "+t.Recipient.Address] = t
			longest = max(longest, p.Within)
		}
	}
	if len(paced) == 0 {
		return nil
	}
	now := b.now()
	rows, err := b.reads.QueryContext(ctx, `SELECT a.recipient, m.address, a.started_at, a.outcome, coalesce((SELECT min(seq) FROM notice WHERE message = m.id), 0)
		FROM attempt a JOIN message m ON m.id = a.message WHERE a.started_at > ? ORDER BY a.id`, ms(now.wall.Add(-longest)))
	if err != nil {
		return fmt.Errorf("read what was sent before the start: %w", err)
	}
	defer rows.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	for rows.Next() {
		var recipient, address, outcome string
		var started, of int64
		if err := rows.Scan(&recipient, &address, &started, &outcome, &of); err != nil {
			return fmt.Errorf("read what was sent before the start: %w", err)
		}
		t, known := paced[channelOf(recipient)+" "+address]
		if !known {
			continue
		}
		p := dir.Pace(t.Recipient.Name)
		if p.Taken && !mayHaveArrived(outcome) {
			continue
		}
		ago := max(now.wall.Sub(at(started)), 0) // a clock that was set back says nothing
		q := b.queues.queueOf(line{recipient: t.Recipient.Name}, "", dir)
		q.kin.allowance.note(now.at-ago, of, p)
	}
	return rows.Err()
}

// mayHaveArrived tells whether the far side may have what an attempt handed it, by the name of its
// outcome. One that a crash cut off has none.
func mayHaveArrived(outcome string) bool {
	switch outcome {
	case "later", "permanent", "refused", "split", "interrupted":
		return false
	}
	return true
}
