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

// A far side that keeps incidents of its own (notifier.Target.Acks) is told that somebody
// acknowledged an alarm. The acknowledgement is a notice like others, with a rule of its own: it is
// planned when the episode is acknowledged and its far side has the beginning, whichever comes
// last. So it never goes before its beginning; and it is no news to anybody, so it takes the place
// of no other notice. The end of the alarm drops it, or waits while it is in doubt.

// begun is a notice of the beginning that a far side has.
type begun struct {
	seq int64
	n   notifier.Notice // as far as its place in the queues depends on it
}

// planAcks plans the acknowledgement of an episode for those who have its beginning: all of
// them, or those of one message. It returns what was not planned before.
func (b *Outbox) planAcks(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, message string) ([]item, error) {
	var by string
	var acked int64
	err := tx.QueryRowContext(ctx, `SELECT acked_by, acked_at FROM episode WHERE id = ? AND ended_at = 0 AND acked_at > 0`, episode).Scan(&by, &acked)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look whether an alarm is acknowledged: %w", err)
	}
	list, err := begunAt(ctx, tx, episode, message)
	if err != nil {
		return nil, err
	}
	var out []item
	for i := range list {
		at := &list[i]
		if t, ok := dir.Reach(at.n, at.n.Address); !ok || !t.Acks {
			continue
		}
		it, some, err := b.storeAck(ctx, tx, dir, episode, at, by, acked)
		if err != nil {
			return nil, err
		}
		if some {
			out = append(out, it)
		}
	}
	return out, nil
}

// begunAt lists the newest notice of the beginning of an episode that each far side has.
func begunAt(ctx context.Context, tx *transaction, episode int64, message string) ([]begun, error) {
	rows, err := tx.QueryContext(ctx, `SELECT max(seq), receiver, recipient, channel, address, severity FROM notice
		WHERE episode = ? AND channel <> 'sms' AND state IN (?, ?) AND kind <> ? AND told = '' AND (? = '' OR message = ?)
		GROUP BY recipient, address ORDER BY 1`,
		episode, notifier.Sent, notifier.NoticeDelivered, alarm.Acked, message, message)
	if err != nil {
		return nil, fmt.Errorf("look up who has the beginning of an alarm: %w", err)
	}
	defer rows.Close()
	var out []begun
	for rows.Next() {
		var one begun
		if err := rows.Scan(&one.seq, &one.n.Receiver, &one.n.Recipient, &one.n.Channel, &one.n.Address, &one.n.Severity); err != nil {
			return nil, fmt.Errorf("look up who has the beginning of an alarm: %w", err)
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// storeAck stores the acknowledgement for one far side, in the words of the beginning that it has,
// and with who acknowledged. false means that it was stored before.
func (b *Outbox) storeAck(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, at *begun, by string, acked int64) (it item, some bool, err error) {
	n := at.n
	n.Kind, n.Told = alarm.Acked, at.n.Address
	it = b.place(dir, &n, episode, placing{weight: lightest})
	err = tx.QueryRowContext(ctx, `INSERT INTO notice (id, episode, code, kind, rule, severity, receiver, channel, recipient, display, text, own, alert, event, address, told, brief,
			left_out, weight, decided, escalation, turn, state, reason, created_at)
		SELECT ?, episode, code, ?, rule, severity, receiver, channel, recipient, display, '', '', json_set(`+alertOf+`, '$.annotations.acknowledged_by', ?, '$.annotations.acknowledged_at', ?),
			event, address, address, '', 0, ?, ?, 0, 0, ?, '', ? FROM notice WHERE seq = ? ON CONFLICT (id) DO NOTHING RETURNING seq`,
		ackID(episode, acked, &n), n.Kind, by, time.UnixMilli(acked).UTC().Format(time.RFC3339), it.weight, it.decided.Milliseconds(), it.state, ms(b.clock.wall()), at.seq).Scan(&it.seq)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return it, false, nil
	case err != nil:
		return it, false, fmt.Errorf("plan an acknowledgement to %s: %w", n.Recipient, err)
	}
	stored := it
	tx.fresh = append(tx.fresh, fresh{&stored, nil})
	return it, true, nil
}

// ackID names the acknowledgement of an episode at one far side: the same however often it is
// planned, and another one when the alarm is acknowledged again after it got graver.
func ackID(episode, acked int64, n *notifier.Notice) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "ack\x00%d\x00%d\x00%s\x00%s", episode, acked, n.Recipient, n.Told))
	return "ntc_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:15]))
}

// ackSent plans the acknowledgements of alarms whose beginnings a message has just brought to its
// far side, where somebody acknowledged them meanwhile.
func (b *Outbox) ackSent(ctx context.Context, tx *transaction, s *sending, state notifier.NoticeState) (out []item, err error) {
	if !s.target.Acks || state != notifier.Sent && state != notifier.NoticeDelivered {
		return nil, nil
	}
	for i := range s.items {
		if !notifier.Begins(s.message.Notices[i].Kind) {
			continue
		}
		some, err := b.planAcks(ctx, tx, b.directory.Load(), s.items[i].episode, s.message.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

// ackOver is the reason of an acknowledgement that is true no more.
const ackOver = "the alarm got graver, and nobody has acknowledged that yet"

// dropOldAcks drops the acknowledgements among the notices of a message that were taken back
// since: an alarm that got graver is to be acknowledged again.
func dropOldAcks(ctx context.Context, tx *transaction, s *sending) error {
	some := false
	for i := range s.message.Notices {
		some = some || s.message.Notices[i].Kind == alarm.Acked
	}
	if !some {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, next_at = 0 WHERE seq IN (SELECT value FROM json_each(?)) AND kind = ? AND +state = ?
		AND (SELECT acked_at FROM episode WHERE id = notice.episode) = 0`,
		notifier.Dropped, ackOver, seqsOf(s.items), alarm.Acked, notifier.Pending); err != nil {
		return fmt.Errorf("drop acknowledgements that are true no more: %w", err)
	}
	return nil
}
