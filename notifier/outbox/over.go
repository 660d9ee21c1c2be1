package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// What is over is not told: notices that never left give way to newer ones of their
// episode, and to its end. A notice in doubt, or one that is being sent, gives way to
// nothing.

// supersede drops the notices of an episode that never left to the recipient of a
// newer one, which takes their place: it counts them, and weighs as much as they did. The
// plus keeps the database from planning the statement anew each time, for the sake of an index
// by state.
func supersede(ctx context.Context, tx *transaction, episode int64, n *notifier.Notice, weight int) (dropped []item, least int, err error) {
	rows, err := tx.QueryContext(ctx, `UPDATE notice SET state = ?, reason = 'a newer notice of the same alarm takes its place', next_at = 0
		WHERE episode = ? AND (recipient = ? OR channel = 'sms' AND address = ? AND address <> '') AND +state = ? AND in_doubt <> 1 AND kind <> ? RETURNING seq, receiver, recipient, left_out, weight`,
		notifier.Dropped, episode, n.Recipient, n.Address, notifier.Pending, alarm.Acked)
	if err != nil {
		return nil, 0, fmt.Errorf("drop what is superseded: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		it := item{state: notifier.Dropped}
		var before int
		if err := rows.Scan(&it.seq, &it.receiver, &it.recipient, &before, &it.weight); err != nil {
			return nil, 0, fmt.Errorf("drop what is superseded: %w", err)
		}
		n.LeftOut += before + 1
		weight = min(weight, it.weight)
		dropped = append(dropped, it)
	}
	return dropped, weight, rows.Err()
}

// endUnsent drops the notices of an episode that never left when it ends, and
// returns them.
func endUnsent(ctx context.Context, tx *transaction, episode int64) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `UPDATE notice SET next_at = 0, state = ?, reason = CASE WHEN state = ?
			THEN 'the alarm ended while this was held (' || reason || ')' ELSE 'the alarm ended before this could be sent' END
		WHERE episode = ? AND state IN (?, ?) AND in_doubt <> 1 RETURNING seq, receiver, recipient`,
		notifier.Dropped, notifier.Held, episode, notifier.Held, notifier.Pending)
	if err != nil {
		return nil, fmt.Errorf("drop what never left: %w", err)
	}
	defer rows.Close()
	var out []item
	for rows.Next() {
		it := item{state: notifier.Dropped}
		if err := rows.Scan(&it.seq, &it.receiver, &it.recipient); err != nil {
			return nil, fmt.Errorf("drop what never left: %w", err)
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// thinOut looks whether notices that turned out not to have left are still the newest
// of their episodes, and returns those that are. The others are dropped, and so is the
// end of an episode of which nobody heard.
func (b *Outbox) thinOut(ctx context.Context, tx *transaction, items []item) ([]item, error) {
	rest := make([]item, 0, len(items))
	for _, it := range items {
		var seq int64
		var kind alarm.EventKind
		if stays, err := finds(ctx, tx, `SELECT seq FROM notice WHERE seq = ? AND state = ?`, it.seq, notifier.Pending); err != nil || !stays {
			if err != nil {
				return nil, fmt.Errorf("look whether a notice is still to be sent: %w", err)
			}
			continue // it went with one before it
		}
		err := tx.QueryRowContext(ctx, `SELECT seq, kind FROM notice WHERE episode = ? AND (recipient = ? OR channel = 'sms' AND address = ? AND address <> '') AND seq > ?
			AND state IN (?, ?) AND in_doubt <> 1 AND kind <> ? ORDER BY seq DESC LIMIT 1`, it.episode, it.recipient, it.at, it.seq, notifier.Pending, notifier.Held, alarm.Acked).Scan(&seq, &kind)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			rest = append(rest, it)
			continue
		case err != nil:
			return nil, fmt.Errorf("look for a newer notice: %w", err)
		}
		b.kept.forget() // the newer one leaves out more
		if err := giveWay(ctx, tx, it, seq, kind); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// giveWay drops a notice for a newer one of its episode.
func giveWay(ctx context.Context, tx *transaction, it item, newer int64, kind alarm.EventKind) error {
	if !notifier.Ends(kind) {
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET weight = min(weight, ?),
			left_out = left_out + 1 + (SELECT left_out FROM notice WHERE seq = ?) WHERE seq = ?`, it.weight, it.seq, newer); err != nil {
			return fmt.Errorf("count what is left out: %w", err)
		}
		return dropIn(ctx, tx, []item{it}, "a newer notice of the same alarm takes its place")
	}
	if err := dropIn(ctx, tx, []item{it}, "the alarm ended before this could be sent"); err != nil {
		return err
	}
	var told bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM notice n JOIN notice e ON e.seq = ?
		WHERE n.episode = ? AND n.seq <> e.seq AND (n.recipient = ? OR n.address = e.told AND n.address <> '')
		AND (n.state IN (?, ?, ?) OR n.state = ? AND n.in_doubt = 1))`,
		newer, it.episode, it.recipient, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Pending).Scan(&told)
	if err != nil {
		return fmt.Errorf("look whether somebody heard of the beginning: %w", err)
	}
	if told {
		return nil
	}
	// Whatever else of the alarm is free goes with its end.
	_, err = tx.ExecContext(ctx, `UPDATE notice SET state = ?, next_at = 0, reason = CASE seq WHEN ? THEN 'nobody heard of the beginning: it could not be sent'
		ELSE 'the alarm ended before this could be sent' END WHERE episode = ? AND (recipient = ? OR channel = 'sms' AND address = ? AND address <> '') AND state IN (?, ?) AND in_doubt <> 1`,
		notifier.Dropped, newer, it.episode, it.recipient, it.at, notifier.Pending, notifier.Held)
	if err != nil {
		return fmt.Errorf("drop what nobody is to hear: %w", err)
	}
	return nil
}

// heard returns the recipients who got a notice of the beginning, or may have got it,
// with the addresses that were told.
func heard(ctx context.Context, tx *transaction, episode int64) ([]notifier.Addressee, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT receiver, recipient, channel, display, address FROM notice
		WHERE episode = ? AND (state IN (?, ?, ?) OR state = ? AND in_doubt = 1 OR state = 'dropped' AND told_with <> '' AND EXISTS (
			SELECT 1 FROM notice AS first WHERE first.code = notice.told_with AND first.recipient = notice.recipient
				AND first.state IN (?, ?, ?, ?)))
		ORDER BY receiver, recipient, seq`,
		episode, notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Pending,
		notifier.Sending, notifier.Sent, notifier.NoticeDelivered, notifier.Pending)
	if err != nil {
		return nil, fmt.Errorf("look up who got a notice: %w", err)
	}
	defer rows.Close()
	var out []notifier.Addressee
	seen := make(map[line]bool)
	for rows.Next() {
		var a notifier.Addressee
		if err := rows.Scan(&a.Receiver, &a.Recipient, &a.Channel, &a.Display, &a.Address); err != nil {
			return nil, fmt.Errorf("look up who got a notice: %w", err)
		}
		if l := (line{a.Recipient, a.Address}); !seen[l] {
			seen[l] = true
			out = append(out, a)
		}
	}
	return out, rows.Err()
}
