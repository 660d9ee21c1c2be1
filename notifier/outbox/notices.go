package outbox

import (
	"context"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// placing says how a planned notice stands to others.
type placing struct {
	weight int       // of one that it takes the place of; more than its own changes nothing
	event  int64     // the row of its event; 0 when it has none
	alert  string    // as it is stored; "" when it is that of its event
	told   time.Time // when the recipient was told of it before it could be stored; zero is never
}

// storeNotice stores one planned notice together with those that are planned next: it
// is in the database when something else is asked, and at the end of the write at the
// latest. The item that it returns has a row from then on, or none when the notice exists already.
func (b *Outbox) storeNotice(ctx context.Context, tx *transaction, dir *notifier.Directory, episode int64, n *notifier.Notice, p placing) (*item, error) {
	now := b.clock.wall()
	t, reachable := dir.Reach(*n, n.Told)
	it := b.place(dir, n, episode, p)
	if n.TemplateFault != "" {
		tx.broken = append(tx.broken, brokenTemplate{t.TemplateKey(n.Receiver), *n})
	}
	reason := ""
	switch {
	case n.Drop != "":
		it.state, reason = notifier.Dropped, n.Drop
	case !p.told.IsZero():
		it.state, reason = notifier.Sent, toldUnstored
	case !reachable:
		it.state, reason = notifier.Dropped, "the recipient is no longer in the configuration"
	case n.Hold != "":
		it.state, it.until, reason = notifier.Held, n.NotBefore, n.Hold
		it.length = n.Escalation > 0 && strings.HasPrefix(n.Hold, "escalation:") || n.Turn > 0 && strings.HasPrefix(n.Hold, "turn:")
	case isCapped(n):
		until, why, err := capped(ctx, tx, dir, *n, now)
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
	tx.decided(&it, n)
	return &it, tx.noticed(ctx, &it,
		n.ID, episode, n.Code, string(n.Kind), string(n.Rule), string(n.Severity), n.Receiver, n.Channel, n.Recipient, displayOf(n, t), n.Address, n.Told, n.Text, n.Own, n.Brief,
		n.LeftOut, it.weight, it.decided.Milliseconds(), p.event, p.alert, heldFor.Milliseconds(), n.Escalation.Milliseconds(), n.Turn, string(it.state), reason,
		ms(n.CreatedAt), ms(next), ms(p.told))
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

// alertOf is the alert of a notice: its own, or that of its event.
const alertOf = `CASE notice.alert WHEN '' THEN (SELECT event.alert FROM event WHERE event.id = notice.event) ELSE notice.alert END`

// unfinished lists the notices that are not done.
func (b *Outbox) unfinished(ctx context.Context) ([]item, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT seq, id, episode, receiver, recipient, channel, address, kind, weight, state, message, in_doubt, late, next_at, held_for, decided, told, passed,
			coalesce((SELECT route FROM message WHERE message.id = notice.message), '') FROM notice
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
			&doubt, &it.late, &next, &heldFor, &decided, &n.Told, &it.passed, &it.route); err != nil {
			return nil, err
		}
		n.Receiver, n.Recipient = it.receiver, it.recipient
		it.decided, it.tried = time.Duration(decided)*time.Millisecond, b.clock.now()
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
