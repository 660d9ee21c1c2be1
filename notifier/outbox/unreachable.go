package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier"
)

// Who cannot be reached is told of to others, once for each address: the others of
// the receiver, and where there are none the fallback receivers. When somebody is
// reached again, those who were told of it are told of that.

// unreachable takes note that a notice could not reach its recipient, and tells others.
func (b *Outbox) unreachable(ctx context.Context, it item, why string) {
	var told []item
	err := b.write(ctx, func(tx *transaction) (err error) {
		told, err = b.tellOthers(ctx, tx, it, why)
		return err
	})
	if err != nil {
		b.log.Error("nobody could be told that somebody cannot be reached", "recipient", it.recipient, "reason", why, "error", err)
		return
	}
	if len(told) > 0 {
		b.lost.Store(it.recipient, true)
	}
	b.admit(told)
}

// tellOfStop tells others of a contact who wants no more text messages.
func (b *Outbox) tellOfStop(ctx context.Context, c *notifier.Contact) {
	if len(c.Receivers) == 0 {
		return
	}
	var told []item
	err := b.write(ctx, func(tx *transaction) (err error) {
		self := notifier.Stopped(b.directory.Load(), c)
		told, err = b.tellOnce(ctx, tx, c.Recipient, c.Phone, &self)
		return err
	})
	if err != nil {
		b.log.Error("nobody could be told that somebody texted STOP", "recipient", c.Recipient, "error", err)
		return
	}
	b.lost.Store(c.Recipient, true)
	b.admit(told)
}

// tellOfStart sends a contact who wants text messages again what is open.
func (b *Outbox) tellOfStart(ctx context.Context, c *notifier.Contact) {
	b.reached(ctx, c.Recipient, c.Phone, true)
	items, err := b.takeUpDead(ctx, func(d *deadEnd) (string, bool) { return c.Phone, d.item.recipient == c.Recipient })
	if err != nil {
		b.log.Error("open alarms could not be taken up for who wants text messages again", "recipient", c.Recipient, "error", err)
		return
	}
	b.enqueue(items)
}

// tellOthers plans what others are told, unless they were told of this address.
func (b *Outbox) tellOthers(ctx context.Context, tx *transaction, it item, why string) ([]item, error) {
	n, err := readStored(ctx, tx, it)
	if err != nil {
		return nil, err
	}
	if n.Rule == notifier.DeliveryRule {
		return nil, nil // who is told of somebody else is not told of in turn
	}
	self := b.aboutRecipient(b.directory.Load(), &n.Notice, why)
	return b.tellOnce(ctx, tx, it.recipient, n.Address, &self)
}

// tellOnce plans what is told of a recipient, unless that was told of this address.
func (b *Outbox) tellOnce(ctx context.Context, tx *transaction, recipient, address string, self *notifier.Self) ([]item, error) {
	first, err := tx.affect(ctx, `INSERT INTO unreachable (recipient, address, code, since) VALUES (?, ?, '', ?)
		ON CONFLICT (recipient) DO UPDATE SET address = excluded.address, since = excluded.since WHERE address <> excluded.address`,
		recipient, address, ms(b.clock.wall()))
	if err != nil || first == 0 {
		return nil, err
	}
	told, err := b.planSelf(ctx, tx, b.directory.Load(), self, b.clock.wall())
	if err != nil {
		return nil, fmt.Errorf("tell others that %s cannot be reached: %w", self.Subject, err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE unreachable SET code = ? WHERE recipient = ?`, self.Code, recipient)
	return told, err
}

// aboutRecipient is what others are told of a recipient who cannot be reached.
func (b *Outbox) aboutRecipient(dir *notifier.Directory, n *notifier.Notice, why string) notifier.Self {
	name := n.Recipient
	if t, ok := dir.Reach(*n, ""); ok && t.Recipient.Display != "" {
		name = t.Recipient.Display
	}
	about := n.Code
	if in := n.Alert.Labels["instance"]; in != "" {
		about += " " + in
	}
	return notifier.Unreachable(dir, n.Receiver, n.Recipient, name, about, why)
}

// reached takes note that a message reached a recipient who could not be reached
// before, and tells those of it who were told that.
func (b *Outbox) reached(ctx context.Context, recipient, address string, proved bool) {
	if _, lost := b.lost.Load(recipient); !lost {
		return
	}
	var told []item
	err := b.write(ctx, func(tx *transaction) error {
		told = nil
		var before, code string
		err := tx.QueryRowContext(ctx, `SELECT address, code FROM unreachable WHERE recipient = ?`, recipient).Scan(&before, &code)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return fmt.Errorf("look up who could not be reached: %w", err)
		case before == address && !proved:
			return nil // to be taken over by the far side proves nothing about the same address
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unreachable WHERE recipient = ?`, recipient); err != nil {
			return fmt.Errorf("forget that somebody could not be reached: %w", err)
		}
		told, err = b.planReached(ctx, tx, recipient, code)
		return err
	})
	if err != nil {
		b.log.Error("nobody could be told that somebody is reached again", "recipient", recipient, "error", err)
		return
	}
	b.lost.Delete(recipient)
	b.admit(told)
}

// planReached plans what those are told who heard that somebody could not be reached.
func (b *Outbox) planReached(ctx context.Context, tx *transaction, recipient, code string) ([]item, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT receiver FROM notice WHERE code = ? AND rule = ? AND state IN (?, ?, ?, ?)`,
		code, notifier.DeliveryRule, notifier.Pending, notifier.Sending, notifier.Sent, notifier.NoticeDelivered)
	if err != nil {
		return nil, fmt.Errorf("look up who was told: %w", err)
	}
	defer rows.Close()
	var to []string
	for rows.Next() {
		var receiver string
		if err := rows.Scan(&receiver); err != nil {
			return nil, fmt.Errorf("look up who was told: %w", err)
		}
		to = append(to, receiver)
	}
	if err := rows.Err(); err != nil || len(to) == 0 {
		return nil, err
	}
	_ = rows.Close() // the transaction has one connection
	dir := b.directory.Load()
	_, name, _ := strings.Cut(recipient, "/")
	self := notifier.Self{
		Rule: notifier.DeliveryRule, Subject: recipient, Code: code, Severity: alarm.Critical, Ended: true, Page: "/people", To: to, Except: recipient,
		Text: fleet.Text{EN: name + " is reached again.", ZH: "已能联系" + name + "。"},
	}
	return b.planSelf(ctx, tx, dir, &self, b.clock.wall())
}

// loadLost takes up who could not be reached before the start.
func (b *Outbox) loadLost(ctx context.Context) error {
	rows, err := b.reads.QueryContext(ctx, `SELECT recipient FROM unreachable`)
	if err != nil {
		return fmt.Errorf("take up who cannot be reached: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var recipient string
		if err := rows.Scan(&recipient); err != nil {
			return fmt.Errorf("take up who cannot be reached: %w", err)
		}
		b.lost.Store(recipient, true)
	}
	return rows.Err()
}
