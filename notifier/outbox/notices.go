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

// placing says how a planned notice stands to others.
type placing struct {
	joins  string    // code of the episode whose message speaks for it, too; "" when it speaks for itself
	weight int       // of one that it takes the place of; more than its own changes nothing
	alert  []byte    // as it is stored
	toldAt time.Time // when the recipient was told of it already; zero is never
}

// storeNotice stores one planned notice. Nil is returned for one that exists already.
func (b *Outbox) storeNotice(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, n notifier.Notice, p placing) (*item, error) {
	now := time.Now().UTC()
	t, reachable := dir.Reach(n, n.Told)
	it := b.place(&n, t, episode, p)
	reason := ""
	switch {
	case !p.toldAt.IsZero():
		it.state, reason = notifier.Sent, toldUnstored
	case !reachable:
		it.state, reason = notifier.Dropped, "the recipient is no longer in the configuration"
	case p.joins != "":
		it.state, reason = notifier.Dropped, "told with "+p.joins
	case n.Hold != "":
		it.state, it.until, reason = notifier.Held, n.NotBefore, n.Hold
	case n.Channel == "sms" && notifier.Begins(n.Kind):
		until, why, err := capped(ctx, tx, dir.Limits(), n, now)
		if err != nil {
			return nil, err
		}
		if why != "" {
			it.state, it.until, reason = notifier.Held, until, why
		}
	}
	next := it.until
	if it.state == notifier.Pending && n.NotBefore.After(now) {
		next, it.due = n.NotBefore, b.clock.now()+n.NotBefore.Sub(n.CreatedAt)
	}
	alert, err := (&alertTexts{same: p.alert}).of(&n)
	if err != nil {
		return nil, err
	}
	it.seq, err = tx.insert(ctx, `INSERT INTO notice
		(id, episode, code, kind, rule, severity, receiver, channel, recipient, display, address, told, text, brief, left_out, weight, decided, alert,
			state, reason, told_with, created_at, next_at, sent_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		n.ID, episode, n.Code, n.Kind, n.Rule, n.Severity, n.Receiver, n.Channel, n.Recipient, t.Recipient.Display, n.Address, n.Told, n.Text, n.Brief,
		n.LeftOut, it.weight, it.decided.Milliseconds(), alert, it.state, reason, p.joins, ms(n.CreatedAt), ms(next), ms(p.toldAt))
	if err != nil || it.seq == 0 {
		return nil, err
	}
	return &it, nil
}

// alertTexts are the alerts of one event as they are stored. All recipients get the
// same, unless it lists the instances of a receiver.
type alertTexts struct {
	same   []byte // nil while it is not written
	differ bool   // each recipient has another
}

// of returns the alert of a notice as it is stored.
func (a *alertTexts) of(n *notifier.Notice) ([]byte, error) {
	if a.same != nil {
		return a.same, nil
	}
	text, err := json.Marshal(n.Alert)
	if err != nil {
		return nil, fmt.Errorf("write the alert: %w", err)
	}
	if !a.differ {
		a.same = text
	}
	return text, nil
}

// place finds the place of a planned notice in the queues.
func (b *Outbox) place(n *notifier.Notice, t notifier.Target, episode int64, p placing) item {
	it := item{
		receiver: n.Receiver, recipient: n.Recipient, episode: episode, state: notifier.Pending, decided: b.clock.now(),
		weight: min(notifier.Weight(n.Severity, n.Kind), p.weight), bound: !notifier.Begins(n.Kind) || n.Kind == alarm.Reminded,
	}
	if n.Told != "" && t.Recipient.Address != n.Told {
		it.address = n.Told
	}
	return it
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

// unfinished lists the notices that are not done.
func (b *Outbox) unfinished(ctx context.Context) ([]item, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT seq, episode, receiver, recipient, kind, weight, state, message, in_doubt, next_at, decided, told FROM notice
		WHERE state IN (?, ?) OR (state = ? AND next_at > 0) ORDER BY seq`, notifier.Pending, notifier.Held, notifier.Sent)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	dir := b.directory.Load()
	tracked := make(map[string]bool)
	var out []item
	for rows.Next() {
		var it item
		var kind alarm.EventKind
		var next, decided, doubt int64
		var told string
		if err := rows.Scan(&it.seq, &it.episode, &it.receiver, &it.recipient, &kind, &it.weight, &it.state, &it.message, &doubt, &next, &decided, &told); err != nil {
			return nil, err
		}
		it.decided, it.again = time.Duration(decided)*time.Millisecond, doubt > 0
		it.bound = !notifier.Begins(kind) || kind == alarm.Reminded
		switch {
		case it.state == notifier.Held:
			it.until = at(next)
		case it.state == notifier.Sent:
			if tracked[it.message] && it.message != "" {
				continue // one is tracked for all of its message
			}
			tracked[it.message] = true
			it.due = b.clock.now() + min(max(time.Until(at(next)), 0), trackMost)
		case doubt == 1:
			it.due = b.clock.now() + lookAfterCrash
			if it.message == "" {
				it.message = fmt.Sprintf("msg_lost_%d", it.seq)
			}
		default:
			it.message = ""
		}
		if told != "" {
			if t, ok := dir.Find(it.receiver, it.recipient); !ok || t.Recipient.Address != told {
				it.address = told
			}
		}
		out = append(out, it)
	}
	return out, rows.Err()
}
