package outbox

import (
	"context"
	"fmt"

	"github.com/brimwatch/brimwatch/notifier"
)

// letGo lets go of targets that left the configuration when nothing that they were told is
// open, and nothing waits for them.
func (b *Outbox) letGo(ctx context.Context) {
	b.former.Lock()
	defer b.former.Unlock()
	dir := b.directory.Load()
	if !dir.KeepsFormer() {
		return
	}
	needed, err := neededAddresses(ctx, b.reads)
	if err != nil {
		b.log.Error("what left the configuration is kept: it is not known what is open there", "error", err)
		return
	}
	b.directory.Store(dir.LetGo(func(channel, address string) bool { return needed[wentTo{channel, address}] }))
}

// wentTo is where notices went.
type wentTo struct{ channel, address string }

// neededAddresses lists where something waits, or was told of that is open: of alarms and of
// caps.
func neededAddresses(ctx context.Context, q querier) (map[wentTo]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT channel, address FROM notice WHERE state IN (?, ?, ?)
		UNION SELECT channel, told FROM notice WHERE state IN (?, ?, ?) AND told <> ''
		UNION SELECT n.channel, n.address FROM episode e JOIN notice n ON n.episode = e.id WHERE e.ended_at = 0
		UNION SELECT n.channel, n.address FROM limit_warning w JOIN notice n ON n.code = w.code WHERE w.code <> ''`,
		notifier.Pending, notifier.Held, notifier.Sending, notifier.Pending, notifier.Held, notifier.Sending)
	if err != nil {
		return nil, fmt.Errorf("list the addresses of what is open: %w", err)
	}
	defer rows.Close()
	out := make(map[wentTo]bool)
	for rows.Next() {
		var w wentTo
		if err := rows.Scan(&w.channel, &w.address); err != nil {
			return nil, fmt.Errorf("list the addresses of what is open: %w", err)
		}
		out[w] = true
	}
	return out, rows.Err()
}

// tellNotEnded tells others, once for each URL, that the end of what it was told is refused:
// the secrets that it had are gone, and somebody must end it there by hand.
func (b *Outbox) tellNotEnded(ctx context.Context, it item, why string) {
	var told []item
	err := b.write(ctx, func(tx *transaction) error {
		told = nil
		n, err := readStored(ctx, tx, it)
		if err != nil {
			return err
		}
		dir := b.directory.Load()
		t, _ := dir.Reach(n.Notice, n.Told)
		self := notifier.NotEnded(dir, &n.Notice, t.Recipient.Display, why)
		told, err = b.tellOnce(ctx, tx, "bare "+it.recipient, n.Address, &self)
		return err
	})
	if err != nil {
		b.log.Error("nobody could be told that an end was refused", "recipient", it.recipient, "reason", why, "error", err)
		return
	}
	b.admit(told)
}
