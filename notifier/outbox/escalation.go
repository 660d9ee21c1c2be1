package outbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// escalationsOver drops the escalations of an episode that its event ends: all of them
// when somebody acknowledged; those that the event plans anew when the alarm got graver. It
// returns what it dropped.
func escalationsOver(ctx context.Context, tx *transaction, episode int64, kind alarm.EventKind, plan []notifier.Notice) ([]item, error) {
	switch kind {
	case alarm.Acked:
		return dropEscalations(ctx, tx, episode)
	case alarm.Escalated:
		return renewEscalations(ctx, tx, episode, plan)
	}
	return nil, nil
}

// dropEscalations drops the escalations of an episode that never left, and returns them.
func dropEscalations(ctx context.Context, tx *transaction, episode int64) ([]item, error) {
	waiting, err := unsentEscalations(ctx, tx, episode)
	if err != nil {
		return nil, err
	}
	return dropWaiting(ctx, tx, waiting, "somebody acknowledged the alarm before")
}

// renewEscalations puts the escalations that are planned now in the place of those that
// never left: they say how grave the alarm is, and keep the moment of those of before. Nobody
// is told later because the alarm got graver.
func renewEscalations(ctx context.Context, tx *transaction, episode int64, plan []notifier.Notice) ([]item, error) {
	waiting, err := unsentEscalations(ctx, tx, episode)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	var over []item
	for _, w := range waiting {
		for i := range plan {
			n := &plan[i]
			if n.Recipient != w.recipient || n.Drop != "" {
				continue
			}
			if (n.Escalation > 0 || n.Turn > 0) && w.until.Before(n.NotBefore) {
				n.NotBefore = w.until
			}
			over = append(over, w)
			break
		}
	}
	return dropWaiting(ctx, tx, over, "the alarm got graver, and a newer notice says so")
}

// unsentEscalations lists the escalations of an episode that wait for their moment, or
// to be sent.
func unsentEscalations(ctx context.Context, tx *transaction, episode int64) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, receiver, recipient, state, next_at, created_at FROM notice
		WHERE episode = ? AND state IN (?, ?) AND in_doubt <> 1 AND (escalation > 0 OR turn > 0) ORDER BY seq`, episode, notifier.Held, notifier.Pending)
	if err != nil {
		return nil, fmt.Errorf("look up escalations: %w", err)
	}
	defer rows.Close()
	var out []item
	for rows.Next() {
		it := item{episode: episode}
		var next, created int64
		if err := rows.Scan(&it.seq, &it.receiver, &it.recipient, &it.state, &next, &created); err != nil {
			return nil, fmt.Errorf("look up escalations: %w", err)
		}
		it.until = at(max(next, created)) // one that is to be sent has a moment that has passed, or none
		out = append(out, it)
	}
	return out, rows.Err()
}

func dropWaiting(ctx context.Context, tx *transaction, items []item, why string) ([]item, error) {
	if err := dropIn(ctx, tx, items, why); err != nil {
		return nil, err
	}
	for i := range items {
		items[i].state = notifier.Dropped
	}
	return items, nil
}

// whenTold notes of each addressee when they were told of the beginning last. Whose
// notice is on its way is told now.
func whenTold(ctx context.Context, tx *transaction, episode int64, addressees []notifier.Addressee, now time.Time) error {
	if len(addressees) == 0 {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT receiver, recipient, sent_at FROM notice WHERE episode = ? AND state IN (?, ?, ?, ?)
		UNION ALL
		SELECT notice.receiver, notice.recipient, first.sent_at FROM notice
			JOIN notice AS first ON first.code = notice.told_with AND first.recipient = notice.recipient
			WHERE notice.episode = ? AND notice.state = 'dropped' AND notice.told_with != '' AND first.state IN (?, ?, ?, ?)`,
		episode, notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered,
		episode, notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered)
	if err != nil {
		return fmt.Errorf("look up when people were told: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var receiver, recipient string
		var sent int64
		if err := rows.Scan(&receiver, &recipient, &sent); err != nil {
			return fmt.Errorf("look up when people were told: %w", err)
		}
		told := at(sent)
		if told.IsZero() {
			told = now
		}
		for i := range addressees {
			if a := &addressees[i]; a.Receiver == receiver && a.Recipient == recipient && told.After(a.ToldAt) {
				a.ToldAt = told
			}
		}
	}
	return rows.Err()
}

// displayOf is what people are shown for the recipient of a notice. One that is only
// kept may have none.
func displayOf(n *notifier.Notice, t notifier.Target) string {
	if t.Recipient.Display == "" && n.Drop != "" {
		return strings.TrimPrefix(n.Recipient, n.Channel+"/")
	}
	return t.Recipient.Display
}
