package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// track asks the far side what became of a notice it accepted, and what that cost.
func (b *Outbox) track(ctx context.Context, it item) ([]item, error) {
	var provider string
	var asked int
	err := b.reads.QueryRowContext(ctx, `SELECT provider_id, tracked FROM notice WHERE seq = ?`, it.seq).Scan(&provider, &asked)
	if err != nil {
		return nil, fmt.Errorf("read a notice to be tracked: %w", err)
	}
	t, _ := b.directory.Load().Find(it.receiver, it.recipient)
	tracker, ok := t.Channel.(notifier.Tracker)
	if !ok {
		it.next = time.Time{}
		return nil, b.settle(ctx, it, notifier.Receipt{}, t.Provider, asked)
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	receipt, err := tracker.Track(call, provider)
	if err != nil {
		b.log.Warn("receipt could not be asked for", "recipient", it.recipient, "error", err)
		receipt = notifier.Receipt{} // no news
	}
	it.next = trackAgain(receipt, asked+1, time.Now())
	if err := b.settle(ctx, it, receipt, t.Provider, asked+1); err != nil {
		return nil, err
	}
	if it.next.IsZero() {
		return nil, nil
	}
	return []item{it}, nil
}

// trackAgain tells when the far side is asked again, having been asked so often; zero
// is never. A message whose end is known may still have no price.
func trackAgain(r notifier.Receipt, asked int, now time.Time) time.Time {
	if state, _ := became(r); state != notifier.Sent && !r.Price.Due() {
		return time.Time{}
	}
	return trackAt(now, asked)
}

// became turns a receipt into the state of an accepted notice, with the reason.
func became(r notifier.Receipt) (notifier.NoticeState, string) {
	switch r.Status {
	case notifier.Delivered:
		return notifier.NoticeDelivered, ""
	case notifier.Failed:
		return notifier.Dead, "accepted, and then not delivered: " + r.Detail
	case notifier.Accepted:
	}
	return notifier.Sent, ""
}

// settle stores and counts what a receipt says of an accepted notice. A final state is
// not left again, and a price is counted once.
func (b *Outbox) settle(ctx context.Context, it item, r notifier.Receipt, provider string, asked int) error {
	var ends []ended
	priced := false
	err := b.write(ctx, func(tx *transaction) (err error) {
		if ends, err = end(ctx, tx, r, `UPDATE notice SET state = ?, reason = ? WHERE seq = ? AND state = ? RETURNING seq, receiver, recipient, created_at`, it.seq); err != nil {
			return err
		}
		// A price that is still due is no next step of the notice.
		if _, err = tx.ExecContext(ctx, `UPDATE notice SET next_at = CASE WHEN state = ? THEN ? ELSE 0 END, tracked = ? WHERE seq = ?`,
			notifier.Sent, ms(it.next), asked, it.seq); err != nil {
			return fmt.Errorf("store a receipt: %w", err)
		}
		priced, err = storePrice(ctx, tx, it.seq, r)
		return err
	})
	if err != nil {
		return err
	}
	b.metrics.charged(provider, r.Price, priced)
	b.tell(ends, r)
	return nil
}

// Receipt takes a receipt that the far side sent by itself. One that arrives late or
// twice changes nothing. What it says of the price is not used: the outbox asks for it
// when it tracks the message.
func (b *Outbox) Receipt(ctx context.Context, r notifier.Receipt) error {
	var ends []ended
	err := b.write(ctx, func(tx *transaction) (err error) {
		ends, err = end(ctx, tx, r, `UPDATE notice SET state = ?, reason = ?, next_at = 0 WHERE provider_id = ? AND provider_id != '' AND state = ?
			RETURNING seq, receiver, recipient, created_at`, r.ProviderID)
		return err
	})
	if err != nil {
		return err
	}
	b.tell(ends, r)
	return nil
}

// ended is a notice whose end came to be known.
type ended struct {
	item
	decided time.Time
}

// end stores the end that a receipt tells of, if it does, with a statement that moves
// the notices with a key which are in a state.
func end(ctx context.Context, tx *transaction, r notifier.Receipt, move string, key any) ([]ended, error) {
	state, reason := became(r)
	if state == notifier.Sent {
		return nil, nil
	}
	rows, err := tx.QueryContext(ctx, move, state, reason, key, notifier.Sent)
	if err != nil {
		return nil, fmt.Errorf("store a receipt: %w", err)
	}
	defer rows.Close()
	var out []ended
	for rows.Next() {
		e := ended{item: item{state: state}}
		var decided int64
		if err := rows.Scan(&e.seq, &e.receiver, &e.recipient, &decided); err != nil {
			return nil, fmt.Errorf("store a receipt: %w", err)
		}
		e.decided = at(decided)
		out = append(out, e)
	}
	return out, rows.Err()
}

// tell counts the ends that a receipt told of, and logs the bad ones.
func (b *Outbox) tell(ends []ended, r notifier.Receipt) {
	now := time.Now()
	for _, e := range ends {
		channel := channelOf(e.recipient)
		b.metrics.came(e.receiver, channel, e.state)
		if e.state == notifier.NoticeDelivered {
			b.metrics.delivered(channel, e.decided, now)
			continue
		}
		b.log.Error("notice was accepted and then not delivered", "recipient", e.recipient, "reason", r.Detail)
	}
}

// storePrice stores what a message cost, unless that is stored already.
func storePrice(ctx context.Context, tx *transaction, seq int64, r notifier.Receipt) (first bool, err error) {
	price, currency := pricePaid(r)
	if currency == "" {
		return false, nil
	}
	n, err := tx.affect(ctx, `UPDATE notice SET price = ?, currency = ? WHERE seq = ? AND currency = ''`, price, currency, seq)
	if err != nil {
		return false, fmt.Errorf("store a price: %w", err)
	}
	return n > 0, nil
}

// pricePaid is the price of a receipt as it is stored; no currency while it is not known.
func pricePaid(r notifier.Receipt) (millionths int64, currency string) {
	if !r.Price.Known {
		return 0, ""
	}
	return int64(r.Price.Amount), r.Price.Currency
}
