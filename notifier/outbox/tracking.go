package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// track asks the far side what became of a notice it accepted.
func (b *Outbox) track(ctx context.Context, it item) ([]item, error) {
	var receiver, provider string
	var asked int
	err := b.reads.QueryRowContext(ctx, `SELECT receiver, provider_id, tracked FROM notice WHERE seq = ?`, it.seq).Scan(&receiver, &provider, &asked)
	if err != nil {
		return nil, fmt.Errorf("read a notice to be tracked: %w", err)
	}
	t, _ := b.directory.Load().Find(receiver, it.recipient)
	tracker, ok := t.Channel.(notifier.Tracker)
	if !ok {
		return nil, b.settle(ctx, it, notifier.Sent, "", time.Time{}, asked)
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	receipt, err := tracker.Track(call, provider)
	if err != nil {
		b.log.Warn("receipt could not be asked for", "recipient", it.recipient, "error", err)
	}
	switch {
	case err == nil && receipt.Status == notifier.Delivered:
		return nil, b.settle(ctx, it, notifier.NoticeDelivered, "", time.Time{}, asked+1)
	case err == nil && receipt.Status == notifier.Failed:
		b.log.Error("notice was accepted and then not delivered", "recipient", it.recipient, "reason", receipt.Detail)
		return nil, b.settle(ctx, it, notifier.Dead, "accepted, and then not delivered: "+receipt.Detail, time.Time{}, asked+1)
	}
	next, again := trackAt(time.Now(), asked+1)
	if err := b.settle(ctx, it, notifier.Sent, "", next, asked+1); err != nil || !again {
		return nil, err
	}
	it.next = next
	return []item{it}, nil
}

// settle stores how far an accepted notice got.
func (b *Outbox) settle(ctx context.Context, it item, state notifier.NoticeState, reason string, next time.Time, asked int) error {
	err := b.write(ctx, func(tx *transaction) error {
		_, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, next_at = ?, tracked = ? WHERE seq = ? AND state = ?`,
			state, reason, ms(next), asked, it.seq, notifier.Sent)
		if err != nil {
			return fmt.Errorf("store a receipt: %w", err)
		}
		return nil
	})
	if err == nil && state != notifier.Sent {
		b.metrics.notices.WithLabelValues(channelOf(it.recipient), string(state)).Inc()
	}
	return err
}

// Receipt takes a receipt that the far side sent by itself. One that arrives
// late or twice changes nothing: a final state is not left again.
func (b *Outbox) Receipt(ctx context.Context, r notifier.Receipt) error {
	state, reason := notifier.Sent, ""
	switch r.Status {
	case notifier.Delivered:
		state = notifier.NoticeDelivered
	case notifier.Failed:
		state, reason = notifier.Dead, "accepted, and then not delivered: "+r.Detail
	case notifier.Accepted:
		return nil
	}
	return b.write(ctx, func(tx *transaction) error {
		_, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, next_at = 0 WHERE provider_id = ? AND provider_id != '' AND state = ?`,
			state, reason, r.ProviderID, notifier.Sent)
		if err != nil {
			return fmt.Errorf("store a receipt: %w", err)
		}
		return nil
	})
}
