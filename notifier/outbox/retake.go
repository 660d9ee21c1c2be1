package outbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// A text message that a provider accepted may still not arrive. Where the receipt says so,
// or none comes in time for something critical, its notices go out once more by the next
// provider, as notices of their own: the journal keeps what became of each.

// awaited tells whether the receipt of a message decides about another route, and for how
// much longer it is awaited. tried is when the message left, by the outbox's age. How a call ended
// is known late, and whoever took it is not to be called once more meanwhile.
func (b *Outbox) awaited(dir *notifier.Directory, it *item, whole *notifier.Target, route, passed string, tried sql.NullInt64) (left time.Duration, waits bool) {
	within := dir.ReceiptWithin()
	if within <= 0 || channelOf(it.recipient) == notifier.VoiceChannel || !it.critical() || !tried.Valid || hasPassed(passed, route) || !others(whole, passes(passed, route)) {
		return 0, false
	}
	return within - (b.clock.age() - time.Duration(tried.Int64)*time.Millisecond), true
}

// others tells whether a target has a route that has not turned a notice away.
func others(t *notifier.Target, passed string) bool {
	for _, r := range t.Routes() {
		if !hasPassed(passed, r.Name) {
			return true
		}
	}
	return false
}

// failedOver sends the notices of a message that was accepted and not delivered by the next
// route, where there is one and the number is not to blame.
func (b *Outbox) failedOver(ctx context.Context, it item, r notifier.Receipt) []item {
	if r.AboutRecipient && !r.AboutPair {
		return nil
	}
	var message, route, passed string
	err := b.reads.QueryRowContext(ctx, `SELECT message, passed, coalesce((SELECT route FROM message WHERE message.id = notice.message), '') FROM notice WHERE seq = ?`, it.seq).
		Scan(&message, &passed, &route)
	if err != nil {
		if !errors.Is(err, sql.ErrNoRows) {
			b.log.Error("the provider of a message that was not delivered could not be looked up", "recipient", it.recipient, "error", err)
		}
		return nil
	}
	whole, _ := b.directory.Load().Reach(notifier.Notice{Receiver: it.receiver, Recipient: it.recipient, Channel: channelOf(it.recipient)}, it.address)
	if message == "" || hasPassed(passed, route) || !others(&whole, passes(passed, route)) {
		return nil
	}
	return b.retake(ctx, message, route, route+" accepted it, and did not deliver it: "+r.Detail)
}

// retake plans the notices of a message once more, for the routes after the one that it
// took. Those are left out of which the recipient was told something newer.
func (b *Outbox) retake(ctx context.Context, message, route, why string) (out []item) {
	err := b.write(ctx, func(tx *transaction) (err error) {
		out, err = b.storeRetaken(ctx, tx, message, route, why)
		return err
	})
	if err != nil {
		b.log.Error("a message could not be sent again by another provider", "message", message, "reason", why, "error", err)
		return nil
	}
	if len(out) > 0 {
		b.log.Warn("sent again by another provider", "recipient", out[0].recipient, "notices", len(out), "reason", why)
	}
	return out
}

func (b *Outbox) storeRetaken(ctx context.Context, tx *transaction, message, route, why string) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, id, passed FROM notice n WHERE message = ? AND state IN (?, ?) AND NOT EXISTS (
			SELECT 1 FROM notice later WHERE later.episode = n.episode AND later.recipient = n.recipient AND later.seq > n.seq AND later.state NOT IN (?, ?))
		ORDER BY seq`, message, notifier.Sent, notifier.Dead, notifier.Dropped, notifier.Dead)
	if err != nil {
		return nil, fmt.Errorf("look up what to send again: %w", err)
	}
	defer rows.Close()
	type former struct {
		seq        int64
		id, passed string
	}
	var before []former
	for rows.Next() {
		var f former
		if err := rows.Scan(&f.seq, &f.id, &f.passed); err != nil {
			return nil, fmt.Errorf("look up what to send again: %w", err)
		}
		if !hasPassed(f.passed, route) {
			before = append(before, f)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look up what to send again: %w", err)
	}
	_ = rows.Close() // the transaction has one connection
	var out []item
	for _, f := range before {
		it, err := b.copyNotice(ctx, tx, f.seq, otherID(f.id, route), passes(f.passed, route), why)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			continue // it was sent again already
		case err != nil:
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET passed = ?, reason = ? WHERE seq = ?`, passes(f.passed, route), why+"; sent again by the next provider", f.seq); err != nil {
			return nil, fmt.Errorf("note that a notice is sent again: %w", err)
		}
		out = append(out, it)
	}
	return out, nil
}

// copyNotice stores a notice once more, to be sent, as one that may have arrived.
func (b *Outbox) copyNotice(ctx context.Context, tx *transaction, seq int64, id, passed, why string) (item, error) {
	it := item{state: notifier.Pending, decided: b.clock.now(), passed: passed}
	var kind alarm.EventKind
	var n notifier.Notice
	err := tx.QueryRowContext(ctx, `INSERT INTO notice (id, episode, code, kind, rule, severity, receiver, channel, recipient, display, text, own, alert, event, address, told, brief,
			left_out, weight, decided, escalation, turn, state, reason, in_doubt, created_at, passed)
		SELECT ?, episode, code, kind, rule, severity, receiver, channel, recipient, display, text, own, alert, event, address, told, brief,
			left_out, weight, ?, escalation, turn, ?, ?, 2, ?, ? FROM notice WHERE seq = ? ON CONFLICT (id) DO NOTHING
		RETURNING seq, episode, receiver, recipient, address, weight, kind, told`,
		id, it.decided.Milliseconds(), notifier.Pending, why, ms(b.clock.wall()), passed, seq).
		Scan(&it.seq, &it.episode, &it.receiver, &it.recipient, &it.at, &it.weight, &kind, &n.Told)
	if err != nil {
		return it, fmt.Errorf("plan a notice once more: %w", err)
	}
	it.end, it.bound = n.Told != "", !notifier.Begins(kind) || kind == alarm.Reminded
	stored := it
	tx.fresh = append(tx.fresh, fresh{&stored, nil})
	n.Receiver, n.Recipient, n.Channel, n.Address = it.receiver, it.recipient, channelOf(it.recipient), it.at
	it.address = formerAddress(b.directory.Load(), n)
	return it, nil
}

// otherID names a notice that is sent again after a route did not deliver it.
func otherID(id, route string) string {
	sum := sha256.Sum256([]byte(id + "\x00" + route))
	return "ntc_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}
