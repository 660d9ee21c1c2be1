package outbox

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// numberOf names a telephone number in the database without writing it down: what proves
// one number of a contact proves no other.
func numberOf(phone string) string {
	sum := sha256.Sum256([]byte(phone))
	return hex.EncodeToString(sum[:8])
}

// number is what is kept of a contact's number.
type number struct {
	number                    string
	since, answered, testedAt time.Time
}

// numbers reads what is kept of the numbers of all contacts.
func (b *Outbox) numbers(ctx context.Context) (map[string]number, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT contact, number, since, answered_at, tested_at FROM number`)
	if err != nil {
		return nil, fmt.Errorf("read what is known of numbers: %w", err)
	}
	defer rows.Close()
	out := make(map[string]number)
	for rows.Next() {
		var contact string
		var n number
		var since, answered, tested int64
		if err := rows.Scan(&contact, &n.number, &since, &answered, &tested); err != nil {
			return nil, fmt.Errorf("read what is known of numbers: %w", err)
		}
		n.since, n.answered, n.testedAt = at(since), at(answered), at(tested)
		out[contact] = n
	}
	return out, rows.Err()
}

// noteNumber begins to keep what is known of the number that a contact has now.
func noteNumber(ctx context.Context, tx *transaction, c *notifier.Contact, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO number (contact, number, since) VALUES (?, ?, ?)
		ON CONFLICT (contact) DO UPDATE SET number = excluded.number, since = excluded.since, answered_at = 0, tested_at = 0
			WHERE number <> excluded.number`, c.Name, numberOf(c.Phone), ms(now))
	if err != nil {
		return fmt.Errorf("note the number of %s: %w", c.Name, err)
	}
	return nil
}

// Proved notes that a contact answered from its number. It returns true when the code is
// that of a drill that the contact was asked to answer; "" is an answer without one.
func (b *Outbox) Proved(ctx context.Context, contact, code string) (bool, error) {
	c, known := b.directory.Load().Contact(contact)
	if !known {
		return false, nil
	}
	now := b.clock.wall()
	var answered int64
	err := b.write(ctx, func(tx *transaction) (err error) {
		if err := noteNumber(ctx, tx, &c, now); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE number SET answered_at = ? WHERE contact = ?`, ms(now), contact); err != nil {
			return fmt.Errorf("note the answer of %s: %w", contact, err)
		}
		if code == "" {
			return nil
		}
		answered, err = tx.affect(ctx, `UPDATE drill SET answered_at = CASE WHEN answered_at = 0 THEN ? ELSE answered_at END WHERE code = ? AND contact = ?`,
			ms(now), code, contact)
		return err
	})
	if err != nil {
		return false, err
	}
	if answered > 0 {
		b.drills.forget(contact)
	}
	return answered > 0, nil
}

// asked is the newest drill of a contact.
type asked struct {
	code, number           string
	at, answered, toldLate time.Time
}

// newestDrills reads the newest drill of each contact.
func (b *Outbox) newestDrills(ctx context.Context) (map[string]asked, error) {
	rows, err := b.reads.QueryContext(ctx, `SELECT contact, code, number, max(asked_at), answered_at, told_at FROM drill GROUP BY contact`)
	if err != nil {
		return nil, fmt.Errorf("read the drills: %w", err)
	}
	defer rows.Close()
	out := make(map[string]asked)
	for rows.Next() {
		var contact string
		var d asked
		var when, answered, told int64
		if err := rows.Scan(&contact, &d.code, &d.number, &when, &answered, &told); err != nil {
			return nil, fmt.Errorf("read the drills: %w", err)
		}
		d.at, d.answered, d.toldLate = at(when), at(answered), at(told)
		out[contact] = d
	}
	return out, rows.Err()
}

// People tells how well each contact can be reached, in order of names.
func (b *Outbox) People(ctx context.Context) ([]notifier.Reach, error) {
	numbers, err := b.numbers(ctx)
	if err != nil {
		return nil, err
	}
	drills, err := b.newestDrills(ctx)
	if err != nil {
		return nil, err
	}
	stopped, err := b.stopped(ctx)
	if err != nil {
		return nil, err
	}
	now := b.clock.wall()
	dir := b.directory.Load()
	contacts := dir.Contacts()
	out := make([]notifier.Reach, 0, len(contacts))
	for i := range contacts {
		r := notifier.Reach{Contact: contacts[i], DrillEvery: dir.Drill().Every}
		is := numberOf(r.Phone)
		if n, known := numbers[r.Name]; known && n.number == is {
			r.Since, r.AnsweredAt, r.TestedAt = n.since, n.answered, n.testedAt
			if err := b.newestMessages(ctx, &r); err != nil {
				return nil, err
			}
		}
		if d, ok := drills[r.Name]; ok && d.number == is {
			r.AskedAt, r.DrillAnswered, r.DrillOverdue = d.at, d.answered, d.overdue(now)
		}
		if since, ok := stopped["sms/"+r.Name]; ok {
			r.Unsubscribed = true
			r.Failing = cmp.Or(r.Failing, stoppedSince(r.Name, since))
		}
		out = append(out, r)
	}
	return out, nil
}

// newestMessages reads what became of the newest messages to the number of a contact.
func (b *Outbox) newestMessages(ctx context.Context, r *notifier.Reach) error {
	rows, err := b.reads.QueryContext(ctx, `SELECT * FROM (SELECT state, reason, sent_at FROM notice INDEXED BY notice_recipient
			WHERE recipient = ?1 AND created_at >= ?2 AND state IN ('sent', 'delivered', 'dead') ORDER BY created_at DESC, seq DESC LIMIT 1)
		UNION ALL SELECT * FROM (SELECT state, '', sent_at FROM notice INDEXED BY notice_recipient
			WHERE recipient = ?1 AND created_at >= ?2 AND state = 'delivered' ORDER BY created_at DESC, seq DESC LIMIT 1)`, r.Recipient, ms(r.Since))
	if err != nil {
		return fmt.Errorf("read the messages to %s: %w", r.Name, err)
	}
	defer rows.Close()
	for rows.Next() {
		var state notifier.NoticeState
		var reason string
		var sent int64
		if err := rows.Scan(&state, &reason, &sent); err != nil {
			return fmt.Errorf("read the messages to %s: %w", r.Name, err)
		}
		switch state {
		case notifier.Dead:
			r.Failing, r.Unsubscribed = reason, strings.Contains(reason, unsubscribed)
		case notifier.NoticeDelivered:
			r.DeliveredAt = at(sent)
		default:
		}
	}
	return rows.Err()
}

// unsubscribed is in the reason of a message that a provider refuses because the number
// texted STOP.
const unsubscribed = "unsubscribed"
