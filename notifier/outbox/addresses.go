package outbox

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/brimwatch/brimwatch/notifier"
)

// readdress finds others for notices whose recipient is gone: a beginning goes to
// those who stand in its place now, and an end to nobody.
func (b *Outbox) readdress(ctx context.Context, items []item) (err error) {
	dir := b.directory.Load()
	var gone, found []item
	err = b.write(ctx, func(tx *transaction) error {
		gone, found = nil, nil
		for _, it := range items {
			others, err := b.others(ctx, tx, dir, it)
			if err != nil {
				return err
			}
			why := "the recipient is no longer in the configuration"
			if len(others) > 0 {
				why += "; those who are there now get it"
			}
			if err := dropIn(ctx, tx, []item{it}, why); err != nil {
				return err
			}
			gone, found = append(gone, it), append(found, others...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.metrics.cameAll(gone, notifier.Dropped)
	for _, it := range found {
		b.metrics.came(it.receiver, channelOf(it.recipient), it.state)
	}
	b.enqueue(found)
	return nil
}

// others stores a notice for each of those who get it in the place of one who is gone.
func (b *Outbox) others(ctx context.Context, tx *transaction, dir *notifier.Directory, it item) ([]item, error) {
	n, err := readStored(ctx, tx, it)
	if err != nil {
		return nil, err
	}
	if !notifier.Begins(n.Kind) {
		return nil, nil
	}
	var out []*item
	for _, t := range dir.InPlaceOf(n.Notice, b.clock.wall()) {
		var told bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM notice WHERE episode = ? AND recipient = ? AND kind = ?)`,
			it.episode, t.Recipient.Name, n.Kind).Scan(&told); err != nil {
			return nil, fmt.Errorf("look whether somebody has been told: %w", err)
		}
		if told {
			continue
		}
		moved := dir.Readdressed(n.Notice, t)
		alert, err := json.Marshal(moved.Alert)
		if err != nil {
			return nil, fmt.Errorf("write the alert: %w", err)
		}
		other, err := b.storeNotice(ctx, tx, dir, it.episode, &moved, placing{weight: it.weight, alert: string(alert)})
		if err != nil {
			return nil, fmt.Errorf("store a notice to %s: %w", t.Recipient.Name, err)
		}
		out = append(out, other)
	}
	if err := tx.flush(ctx); err != nil {
		return nil, fmt.Errorf("store notices to others: %w", err)
	}
	return added(out), nil
}

// afterReload sends what a new configuration makes possible: open alarms to those who
// could not be reached and have another address now. A cap may have been raised.
func (b *Outbox) afterReload(ctx context.Context) {
	b.endWarnings(ctx, b.clock.wall())
	b.letGo(ctx)
	items, err := b.corrected(ctx)
	if err != nil {
		b.log.Error("open alarms could not be taken up for corrected addresses", "error", err)
		return
	}
	b.enqueue(items)
	b.TryNow()
}

// corrected takes up the newest notices of open episodes that could not be sent to an
// address which is another one now.
func (b *Outbox) corrected(ctx context.Context) ([]item, error) {
	dir := b.directory.Load()
	return b.takeUpDead(ctx, func(d *deadEnd) (string, bool) {
		t, ok := dir.Find(d.item.receiver, d.item.recipient)
		return t.Recipient.Address, ok && t.Recipient.Address != d.address
	})
}

// takeUpDead has the newest notices of open episodes sent that could not be, to those
// recipients that take returns an address of.
func (b *Outbox) takeUpDead(ctx context.Context, take func(*deadEnd) (address string, ok bool)) ([]item, error) {
	var out []item
	err := b.write(ctx, func(tx *transaction) error {
		out = nil
		dead, err := unreached(ctx, tx)
		if err != nil {
			return err
		}
		for i := range dead {
			d := &dead[i]
			address, ok := take(d)
			if !ok {
				continue
			}
			it := d.item
			it.state, it.decided = notifier.Pending, b.clock.now()
			if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = '', message = '', attempts = 0, in_doubt = 0, provider_id = '', next_at = 0, decided = ?, address = ? WHERE seq = ?`,
				it.state, it.decided.Milliseconds(), address, it.seq); err != nil {
				return fmt.Errorf("take up a notice for a corrected address: %w", err)
			}
			out = append(out, it)
		}
		return nil
	})
	return out, err
}

// deadEnd is a notice that could not be sent to an address.
type deadEnd struct {
	item    item
	address string
}

// unreached lists the newest notices of open episodes for each recipient, as far as
// they could not be sent.
func unreached(ctx context.Context, tx *transaction) ([]deadEnd, error) {
	rows, err := tx.QueryContext(ctx, `SELECT n.seq, n.episode, n.receiver, n.recipient, n.weight, n.address, n.kind FROM notice n
		JOIN episode e ON e.id = n.episode WHERE e.ended_at = 0 AND n.state = ? AND NOT EXISTS (
			SELECT 1 FROM notice later WHERE later.episode = n.episode AND later.recipient = n.recipient AND later.seq > n.seq)`, notifier.Dead)
	if err != nil {
		return nil, fmt.Errorf("look for whom could not be told: %w", err)
	}
	defer rows.Close()
	var out []deadEnd
	for rows.Next() {
		var d deadEnd
		var kind string
		if err := rows.Scan(&d.item.seq, &d.item.episode, &d.item.receiver, &d.item.recipient, &d.item.weight, &d.address, &kind); err != nil {
			return nil, fmt.Errorf("look for whom could not be told: %w", err)
		}
		out = append(out, d)
	}
	return out, rows.Err()
}
