package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// track asks the far side what became of a message it accepted, and what that cost.
// One of its notices is tracked for all of them.
func (b *Outbox) track(ctx context.Context, it item) ([]item, error) {
	var provider, message, address, route, passed string
	var asked int
	var sentAt int64
	var tried sql.NullInt64
	err := b.reads.QueryRowContext(ctx, `SELECT provider_id, message, notice.address, sent_at, tracked, passed, coalesce(m.route, ''), m.tried
		FROM notice LEFT JOIN message m ON m.id = notice.message WHERE seq = ?`, it.seq).
		Scan(&provider, &message, &address, &sentAt, &asked, &passed, &route, &tried)
	if err != nil {
		return nil, fmt.Errorf("read a notice to be tracked: %w", err)
	}
	n := notifier.Notice{Receiver: it.receiver, Recipient: it.recipient, Channel: channelOf(it.recipient)}
	dir := b.directory.Load()
	whole, _ := dir.Reach(n, it.address)
	t := whole.By(route)
	tracker, ok := t.Channel.(notifier.Tracker)
	if !ok {
		it.due = 0
		_, err := b.settle(ctx, it, message, notifier.Receipt{}, t, asked)
		return nil, err
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	sent := notifier.SentMessage{ProviderID: provider, Recipient: t.Recipient, At: at(sentAt)}
	sent.Recipient.Name = it.recipient
	if address != "" { // the recipient may have moved since
		sent.Recipient.Address = address
	}
	receipt, err := tracker.Track(call, sent)
	if err != nil {
		b.log.Warn("receipt could not be asked for", "recipient", it.recipient, "error", err)
		receipt = notifier.Receipt{} // no news
	}
	in, more := trackAgain(receipt, asked+1)
	late, waits := b.awaited(dir, &it, &whole, route, passed, tried)
	if state, _ := became(receipt); state != notifier.Sent {
		waits = false
	}
	if waits && late > 0 && (!more || late < in) {
		in, more = late, true
	}
	it.due = 0
	if more {
		it.due = b.clock.now() + in
	}
	again, err := b.settle(ctx, it, message, receipt, t, asked+1)
	if err != nil || len(again) > 0 {
		return again, err
	}
	if waits && late <= 0 {
		again = b.retake(ctx, message, route, "no receipt came from "+route+" in time")
	}
	if more {
		again = append(again, it)
	}
	return again, nil
}

// trackAgain tells in how long the far side is asked again, having been asked so often;
// false is never. A message whose end is known may still have no price.
func trackAgain(r notifier.Receipt, asked int) (time.Duration, bool) {
	if state, _ := became(r); state != notifier.Sent && !r.Price.Due() {
		return 0, false
	}
	return trackIn(asked)
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

// settle stores and counts what a receipt says of an accepted message. A final state is
// not left again, and a price is counted once. It returns what is to be sent once more.
func (b *Outbox) settle(ctx context.Context, it item, message string, r notifier.Receipt, t notifier.Target, asked int) ([]item, error) {
	var ends []ended
	priced := false
	err := b.write(ctx, func(tx *transaction) (err error) {
		if ends, err = end(ctx, tx, r, `(seq = ? OR message = ? AND message <> '')`, it.seq, message); err != nil {
			return err
		}
		// A price that is still due is no next step of the notice.
		if _, err = tx.ExecContext(ctx, `UPDATE notice SET next_at = CASE WHEN state = ? THEN ? ELSE 0 END, tracked = ? WHERE seq = ?`,
			notifier.Sent, b.shown(it.due, it.due > 0), asked, it.seq); err != nil {
			return fmt.Errorf("store a receipt: %w", err)
		}
		priced, err = storePrice(ctx, tx, it.seq, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	b.metrics.charged(t.Provider, r.Price, priced)
	return b.tell(ctx, ends, r), nil
}

// Receipt takes a receipt that the far side sent by itself. One that arrives late or
// twice changes nothing. What it says of the price is not used: the outbox asks for it
// when it tracks the message.
func (b *Outbox) Receipt(ctx context.Context, r notifier.Receipt) error {
	var ends []ended
	err := b.write(ctx, func(tx *transaction) (err error) {
		ends, err = end(ctx, tx, r, `provider_id = ? AND provider_id != ''`, r.ProviderID)
		return err
	})
	if err != nil {
		return err
	}
	b.enqueue(b.tell(ctx, ends, r))
	return nil
}

// ended is a notice whose end came to be known.
type ended struct {
	item
	decided time.Time
}

// end stores the end that a receipt tells of, if it does, for the accepted notices that
// a condition selects. A message that failed for a reason that may pass is free again,
// once.
func end(ctx context.Context, tx *transaction, r notifier.Receipt, which string, key ...any) ([]ended, error) {
	state, reason := became(r)
	if state == notifier.Sent {
		return nil, nil
	}
	if r.Status == notifier.Failed && r.Again {
		again, err := moved(ctx, tx, `UPDATE notice SET state = ?, reason = ?, next_at = 0, message = '', provider_id = '', once_more = 1 WHERE `+which+` AND state = ? AND once_more = 0`,
			notifier.Pending, append([]any{notifier.Pending, reason + "; it is tried once more"}, append(key, notifier.Sent)...))
		if err != nil || len(again) > 0 {
			return again, err
		}
	}
	return moved(ctx, tx, `UPDATE notice SET state = ?, reason = CASE WHEN ? <> '' THEN ? ELSE reason END, next_at = 0 WHERE `+which+` AND state = ?`,
		state, append([]any{state, reason, reason}, append(key, notifier.Sent)...))
}

// moved runs a statement that moves notices to a state, and returns them.
func moved(ctx context.Context, tx *transaction, text string, state notifier.NoticeState, args []any) ([]ended, error) {
	rows, err := tx.QueryContext(ctx, text+` RETURNING seq, episode, receiver, recipient, weight, created_at`, args...)
	if err != nil {
		return nil, fmt.Errorf("store a receipt: %w", err)
	}
	defer rows.Close()
	var out []ended
	for rows.Next() {
		e := ended{item: item{state: state}}
		var decided int64
		if err := rows.Scan(&e.seq, &e.episode, &e.receiver, &e.recipient, &e.weight, &decided); err != nil {
			return nil, fmt.Errorf("store a receipt: %w", err)
		}
		e.decided = at(decided)
		out = append(out, e)
	}
	return out, rows.Err()
}

// tell counts the ends that a receipt told of, and logs the bad ones. It returns what
// is to be sent once more.
func (b *Outbox) tell(ctx context.Context, ends []ended, r notifier.Receipt) (again []item) {
	now := b.clock.wall()
	var dead, delivered []item
	for _, e := range ends {
		channel := channelOf(e.recipient)
		b.metrics.came(e.receiver, channel, e.state)
		switch e.state {
		case notifier.NoticeDelivered:
			b.metrics.delivered(channel, e.decided, now)
			delivered = append(delivered, e.item)
			b.reached(ctx, e.recipient, "", true)
		case notifier.Pending:
			it := e.item
			it.due, it.decided = b.clock.now()+onceMoreIn, b.clock.now()
			again = append(again, it)
		default:
			b.log.Error("notice was accepted and then not delivered", "recipient", e.recipient, "reason", r.Detail)
			dead = append(dead, e.item)
		}
	}
	b.inTurn(ctx, delivered, true)
	if len(dead) == 0 {
		return again
	}
	if other := b.failedOver(ctx, dead[0], r); len(other) > 0 {
		return append(again, other...)
	}
	b.unreachable(ctx, dead[0], r.Detail)
	b.inTurn(ctx, dead, false)
	return again
}

// onceMoreIn is when a message is sent once more that did not reach a telephone.
const onceMoreIn = 2 * time.Minute

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
