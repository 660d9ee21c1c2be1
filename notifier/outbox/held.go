package outbox

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// releaseHeld decides about notices of one queue whose hold is over: each goes out, unless a
// newer one of the same alarm does, or something else holds it now. The end of an alarm drops
// what is held of it, so they are read in the transaction that lets them go: there is no moment
// between in which an alarm could end. It returns those that stay in the queue.
func (b *Outbox) releaseHeld(ctx context.Context, items []item) ([]item, error) {
	var rest, newer, warnings []item
	err := b.write(ctx, func(tx *transaction) error {
		rest, newer = nil, nil
		now, dir := b.clock.wall(), b.directory.Load()
		over, older, err := heldNow(ctx, tx, items)
		if err != nil {
			return err
		}
		newer = older
		if err := dropIn(ctx, tx, newer, "a newer notice of the same alarm says it better"); err != nil {
			return err
		}
		free, again, err := b.heldAgain(ctx, tx, dir, over, now)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, next_at = ?, reason = '', held_for = 0, freed_at = ? WHERE seq IN (SELECT value FROM json_each(?))`,
			notifier.Pending, ms(now), ms(now), seqsOf(free)); err != nil {
			return fmt.Errorf("let held notices go: %w", err)
		}
		rest = append(free, again...)
		warnings, err = b.warnOfLimits(ctx, tx, dir, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	b.metrics.cameAll(newer, notifier.Dropped)
	b.admit(warnings)
	return rest, nil
}

// held is a notice whose hold is over, with what decides whether something else holds it.
type held struct {
	item
	notice notifier.Notice
}

// heldAgain tells which of the notices of one queue are free now, and which something
// else holds: the night, or a cap on text messages. They leave as one message, so that one
// which is under the caps takes the others along.
func (b *Outbox) heldAgain(ctx context.Context, tx *transaction, dir *notifier.Directory, over []held, now time.Time) (free, again []item, err error) {
	var awake []held
	for i := range over {
		h := &over[i]
		h.state, h.until, h.due, h.length = notifier.Pending, time.Time{}, 0, false
		if until, why := dir.HeldUntil(&h.notice, now); why != "" {
			h.state, h.until = notifier.Held, until
			if err := holdOn(ctx, tx, []item{h.item}, until, 0, why); err != nil {
				return nil, nil, err
			}
			again = append(again, h.item)
			continue
		}
		awake, free = append(awake, *h), append(free, h.item)
	}
	slices.SortStableFunc(awake, func(a, b held) int { return cmp.Compare(a.weight, b.weight) })
	var until time.Time
	why := ""
	for i := range awake {
		var reason string
		var at time.Time
		if n := &awake[i].notice; isCapped(n) {
			if at, reason, err = capped(ctx, tx, dir, *n, now); err != nil {
				return nil, nil, err
			}
		}
		if reason == "" {
			return free, again, nil
		}
		if why == "" { // the gravest may use the most
			until, why = at, reason
		}
	}
	if why == "" {
		return free, again, nil
	}
	wait := max(until.Sub(now), 0)
	for i := range free {
		it := &free[i]
		it.state, it.until, it.due, it.length = notifier.Held, until, b.clock.now()+wait, true
	}
	return nil, append(again, free...), holdOn(ctx, tx, free, until, b.clock.age()+wait, why)
}

// holdOn stores that notices are held for another reason.
func holdOn(ctx context.Context, tx *transaction, items []item, until time.Time, heldFor time.Duration, why string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET next_at = ?, held_for = ?, reason = ? WHERE seq IN (SELECT value FROM json_each(?))`,
		ms(until), heldFor.Milliseconds(), why, seqsOf(items)); err != nil {
		return fmt.Errorf("hold notices for longer: %w", err)
	}
	return nil
}

// heldNow reads those of some notices that are held, in order. Those are apart of which a newer
// one of the same alarm takes the place.
func heldNow(ctx context.Context, tx *transaction, items []item) (over []held, superseded []item, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT n.seq, n.kind, n.rule, n.severity, n.channel, n.address, n.text, EXISTS (
			SELECT 1 FROM notice later WHERE later.episode = n.episode AND later.recipient = n.recipient AND later.seq > n.seq
				AND later.state <> ? AND later.state <> ? AND later.kind <> ?)
		FROM notice n WHERE n.seq IN (SELECT value FROM json_each(?)) AND +n.state = ?`,
		notifier.Dropped, notifier.Dead, alarm.Acked, seqsOf(items), notifier.Held)
	if err != nil {
		return nil, nil, fmt.Errorf("read held notices: %w", err)
	}
	defer rows.Close()
	found := make(map[int64]held, len(items))
	newer := make(map[int64]bool)
	for rows.Next() {
		var seq int64
		var h held
		var late bool
		if err := rows.Scan(&seq, &h.notice.Kind, &h.notice.Rule, &h.notice.Severity, &h.notice.Channel, &h.notice.Address, &h.notice.Text, &late); err != nil {
			return nil, nil, fmt.Errorf("read held notices: %w", err)
		}
		found[seq], newer[seq] = h, late
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("read held notices: %w", err)
	}
	for _, it := range items {
		h, is := found[it.seq]
		switch {
		case !is:
		case newer[it.seq]:
			superseded = append(superseded, it)
		default:
			h.item, h.notice.Receiver, h.notice.Recipient = it, it.receiver, it.recipient
			over = append(over, h)
		}
	}
	return over, superseded, nil
}

// dropIn takes notices out of the queue unsent.
func dropIn(ctx context.Context, tx *transaction, items []item, why string) error {
	if len(items) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, next_at = 0 WHERE seq IN (SELECT value FROM json_each(?))`,
		notifier.Dropped, why, seqsOf(items)); err != nil {
		return fmt.Errorf("drop notices: %w", err)
	}
	return nil
}
