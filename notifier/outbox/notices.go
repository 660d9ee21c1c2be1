package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// item is a notice in a queue: what the dispatcher needs to order and to find it.
type item struct {
	seq       int64
	receiver  string
	recipient string
	state     notifier.NoticeState
	message   string // of the attempt before; "" when there was none
	next      time.Time
	split     bool // the far side refused it for good together with others: it goes out by itself
}

// storeNotice stores one planned notice. Nil is returned for one that exists already.
// joins is the code of the episode whose message speaks for this notice, too; "" when
// the notice speaks for itself.
func storeNotice(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, n notifier.Notice, joins string, now time.Time) (*item, error) {
	t, reachable := dir.Find(n.Receiver, n.Recipient)
	it := item{receiver: n.Receiver, recipient: n.Recipient, state: notifier.Pending, next: n.NotBefore}
	reason := ""
	switch {
	case n.Drop != "":
		it.state, reason = notifier.Dropped, n.Drop
	case !reachable:
		it.state, reason = notifier.Dropped, "the recipient is no longer in the configuration"
	case joins != "":
		it.state, reason = notifier.Dropped, "told with "+joins
	case n.Hold != "":
		it.state, reason = notifier.Held, n.Hold
	case n.Channel == "sms" && notifier.Begins(n.Kind):
		until, why, err := capped(ctx, tx, dir.Limits(), n, now)
		if err != nil {
			return nil, err
		}
		if why != "" {
			it.state, it.next, reason = notifier.Held, until, why
		}
	}
	alert, err := json.Marshal(n.Alert)
	if err != nil {
		return nil, fmt.Errorf("write the alert: %w", err)
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO notice
		(id, episode, code, kind, rule, severity, receiver, channel, recipient, display, text, alert, state, reason, told_with, created_at, next_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq`,
		n.ID, episode, n.Code, n.Kind, n.Rule, n.Severity, n.Receiver, n.Channel, n.Recipient, displayOf(&n, t), n.Text, alert,
		it.state, reason, joins, ms(n.CreatedAt), ms(it.next)).Scan(&it.seq)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &it, nil
}

// When the n-th newest text message in a window was decided. An index leads to
// those in the window, so that a commit reads nothing of the months before.
const (
	nthOfRecipient = `SELECT created_at FROM notice INDEXED BY notice_recipient
		WHERE recipient = ? AND created_at > ? AND state IN (?, ?, ?, ?) ORDER BY created_at DESC LIMIT 1 OFFSET ?`
	nthOfChannel = `SELECT created_at FROM notice INDEXED BY notice_created
		WHERE channel = ? AND created_at > ? AND state IN (?, ?, ?, ?) ORDER BY created_at DESC LIMIT 1 OFFSET ?`
)

// capped tells whether a text message would be over a cap, until when, and
// which. Windows roll: an hour is the last sixty minutes.
func capped(ctx context.Context, tx *transaction, l notifier.Limits, n notifier.Notice, now time.Time) (time.Time, string, error) {
	share := 1.0
	if n.Severity != alarm.Critical {
		share = 1 - l.ReserveCritical
	}
	for _, c := range []struct {
		most   int
		window time.Duration
		query  string
		of     string // whose text messages count
		why    string
	}{
		{l.PerContact, l.PerContactEvery, nthOfRecipient, n.Recipient, "over the cap of this contact"},
		{int(float64(l.PerDay) * share), 24 * time.Hour, nthOfChannel, n.Channel, "over the cap of a day"},
		{int(float64(l.PerMonth) * share), 30 * 24 * time.Hour, nthOfChannel, n.Channel, "over the cap of a month"},
	} {
		if c.most <= 0 {
			continue
		}
		// The one that has to leave the window before there is room again.
		var oldest int64
		err := tx.QueryRowContext(ctx, c.query, c.of, ms(now.Add(-c.window)),
			notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, c.most-1).Scan(&oldest)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return time.Time{}, "", fmt.Errorf("count text messages: %w", err)
		}
		return at(oldest).Add(c.window), fmt.Sprintf("%s: %d text messages", c.why, c.most), nil
	}
	return time.Time{}, "", nil
}

// takeUp puts all notices that are not done into their queues. Those found as
// "sending" were cut off by a crash: they are in doubt. The state "sent" with a
// next moment is to be tracked.
func (b *Outbox) takeUp(ctx context.Context) error {
	if err := b.write(ctx, func(tx *transaction) error {
		_, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, in_doubt = 1, next_at = 0, reason = 'cut off while it was being sent'
			WHERE state = ?`, notifier.Pending, notifier.Sending)
		return err
	}); err != nil {
		return fmt.Errorf("take up notices that were being sent: %w", err)
	}
	rows, err := b.reads.QueryContext(ctx, `SELECT seq, receiver, recipient, state, message, next_at FROM notice
		WHERE state IN (?, ?) OR (state = ? AND next_at > 0) ORDER BY seq`, notifier.Pending, notifier.Held, notifier.Sent)
	if err != nil {
		return fmt.Errorf("take up notices that were not sent: %w", err)
	}
	defer rows.Close()
	var items []item
	for rows.Next() {
		var it item
		var next int64
		if err := rows.Scan(&it.seq, &it.receiver, &it.recipient, &it.state, &it.message, &next); err != nil {
			return fmt.Errorf("take up notices that were not sent: %w", err)
		}
		it.next = at(next)
		items = append(items, it)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("take up notices that were not sent: %w", err)
	}
	b.enqueue(items)
	return nil
}
