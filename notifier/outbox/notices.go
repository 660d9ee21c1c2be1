package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// placing says how a planned notice stands to others.
type placing struct {
	joins  string    // code of the episode whose message speaks for it, too; "" when it speaks for itself
	weight int       // of one that it takes the place of; more than its own changes nothing
	alert  []byte    // as it is stored
	told   time.Time // when the recipient was told of it before it could be stored; zero is never
}

// storeNotice stores one planned notice. Nil is returned for one that exists already.
func (b *Outbox) storeNotice(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, n notifier.Notice, p placing) (*item, error) {
	now := b.clock.wall()
	t, reachable := dir.Reach(n, n.Told)
	it := b.place(dir, &n, episode, p)
	reason := ""
	switch {
	case n.Drop != "":
		it.state, reason = notifier.Dropped, n.Drop
	case !p.told.IsZero():
		it.state, reason = notifier.Sent, toldUnstored
	case !reachable:
		it.state, reason = notifier.Dropped, "the recipient is no longer in the configuration"
	case p.joins != "":
		it.state, reason = notifier.Dropped, "told with "+p.joins
	case n.Hold != "":
		it.state, it.until, reason = notifier.Held, n.NotBefore, n.Hold
		it.length = strings.HasPrefix(n.Hold, "escalation:")
	case n.Channel == "sms" && notifier.Begins(n.Kind):
		until, why, err := capped(ctx, tx, dir, n, now)
		if err != nil {
			return nil, err
		}
		if why != "" {
			it.state, it.until, reason, it.length = notifier.Held, until, why, true
		}
	}
	next, heldFor := it.until, time.Duration(0)
	if it.length {
		wait := max(it.until.Sub(now), 0)
		it.due, heldFor = b.clock.now()+wait, b.clock.age()+wait
	}
	if it.state == notifier.Pending && n.NotBefore.After(now) {
		next, it.due = n.NotBefore, b.clock.now()+n.NotBefore.Sub(n.CreatedAt)
	}
	var err error
	it.seq, err = tx.insert(ctx, `INSERT INTO notice
		(id, episode, code, kind, rule, severity, receiver, channel, recipient, display, address, told, text, brief, left_out, weight, decided, alert,
			held_for, escalation, state, reason, told_with, created_at, next_at, sent_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		n.ID, episode, n.Code, n.Kind, n.Rule, n.Severity, n.Receiver, n.Channel, n.Recipient, displayOf(&n, t), n.Address, n.Told, n.Text, n.Brief,
		n.LeftOut, it.weight, it.decided.Milliseconds(), p.alert, heldFor.Milliseconds(), n.Escalation.Milliseconds(), it.state, reason, p.joins, ms(n.CreatedAt), ms(next), ms(p.told))
	if err != nil || it.seq == 0 {
		return nil, err
	}
	return &it, nil
}

// place finds the place of a planned notice in the queues.
func (b *Outbox) place(dir *notifier.Directory, n *notifier.Notice, episode int64, p placing) item {
	it := item{
		receiver: n.Receiver, recipient: n.Recipient, episode: episode, state: notifier.Pending, decided: b.clock.now(),
		weight: min(notifier.Weight(n.Severity, n.Kind), p.weight), bound: !notifier.Begins(n.Kind) || n.Kind == alarm.Reminded,
	}
	it.at = n.Address
	it.address, it.end = formerAddress(dir, *n), n.Told != ""
	return it
}

// formerAddress is the address that an end goes to when it is not the one which its
// recipient has now; "" is where the recipient is.
func formerAddress(dir *notifier.Directory, n notifier.Notice) string {
	if n.Told == "" {
		return ""
	}
	if t, ok := dir.Reach(n, ""); ok && t.Recipient.Address == n.Told {
		return ""
	}
	return n.Told
}

// alertTexts are the alerts of one event as they are stored. All recipients get the
// same, unless it lists the instances of a receiver or says that nobody acknowledged.
type alertTexts struct{ same []byte }

// of returns the alert of a notice as it is stored.
func (a *alertTexts) of(ev *alarm.Event, n *notifier.Notice) ([]byte, error) {
	special := len(ev.Silent) > 0 || n.Escalation > 0 // which says that it is one
	if a.same != nil && !special {
		return a.same, nil
	}
	text, err := json.Marshal(n.Alert)
	if err != nil {
		return nil, fmt.Errorf("write the alert: %w", err)
	}
	if !special {
		a.same = text
	}
	return text, nil
}

// unfinished lists the notices that are not done.
func (b *Outbox) unfinished(ctx context.Context) ([]item, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT seq, id, episode, receiver, recipient, channel, address, kind, weight, state, message, in_doubt, late, next_at, held_for, decided, told FROM notice
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
		var n notifier.Notice
		var kind alarm.EventKind
		var next, heldFor, decided, doubt int64
		if err := rows.Scan(&it.seq, &n.ID, &it.episode, &it.receiver, &it.recipient, &n.Channel, &n.Address, &kind, &it.weight, &it.state, &it.message,
			&doubt, &it.late, &next, &heldFor, &decided, &n.Told); err != nil {
			return nil, err
		}
		n.Receiver, n.Recipient = it.receiver, it.recipient
		it.decided, it.again = time.Duration(decided)*time.Millisecond, doubt > 0
		it.bound = !notifier.Begins(kind) || kind == alarm.Reminded
		switch {
		case it.state == notifier.Held:
			it.until = at(next)
			if it.length = heldFor > 0; it.length {
				it.due = b.clock.now() + max(time.Duration(heldFor)*time.Millisecond-b.clock.age(), 0)
			}
		case it.state == notifier.Sent:
			if tracked[it.message] && it.message != "" {
				continue // one is tracked for all of its message
			}
			tracked[it.message] = true
			it.due = b.clock.now() + min(max(at(next).Sub(b.clock.wall()), 0), trackMost)
		case doubt == 1:
			it.due = b.clock.now() + lookAfterCrash
			if it.message == "" {
				it.message = messageID([]notifier.Notice{n}) // as it was called when it was sent
			}
		default:
			it.message = ""
		}
		it.at = n.Address
		if it.end = n.Told != ""; !it.end && it.message != "" {
			n.Told = n.Address // it may have left, and went there
		}
		it.address = formerAddress(dir, n)
		out = append(out, it)
	}
	return out, rows.Err()
}
