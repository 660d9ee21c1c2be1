package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
)

// warnAt is the share of a cap at which somebody is warned.
const warnAt = 0.8

// warnOfLimits tells who pays that most of a cap is used, once in its window. It does
// nothing in a transaction that planned no text message.
func (b *Outbox) warnOfLimits(ctx context.Context, tx *transaction, dir *notifier.Directory, now time.Time) ([]item, error) {
	if !tx.texted {
		return nil, nil
	}
	limits := dir.Limits()
	var out []item
	for _, bound := range limits.Bounds() {
		if bound.Cap == notifier.CapContact {
			continue
		}
		used, err := tx.spending.of(ctx, tx, dir, bound, "", now, false)
		if err != nil {
			return nil, err
		}
		if !nearly(used, bound) {
			continue
		}
		first, err := firstWarning(ctx, tx, bound, now)
		if err != nil {
			return nil, err
		}
		if !first {
			continue
		}
		self := notifier.NearCap(bound, used, limits)
		items, err := b.planSelf(ctx, tx, dir, &self, now)
		if err != nil {
			return nil, fmt.Errorf("warn of the cap of a %s: %w", bound.Cap, err)
		}
		over, err := b.renewWarning(ctx, tx, dir, warned{bound: bound, code: self.Code}, items, now)
		if err != nil {
			return nil, err
		}
		out = append(append(out, items...), over...)
	}
	return out, nil
}

// firstWarning notes that people are warned of a cap, and tells whether nobody was
// within its window. A cap that was changed is another one.
func firstWarning(ctx context.Context, tx *transaction, b notifier.Bound, now time.Time) (bool, error) {
	n, err := tx.affect(ctx, `INSERT INTO limit_warning (cap, at) VALUES (?, ?)
		ON CONFLICT (cap) DO UPDATE SET at = excluded.at WHERE at <= ? OR at > excluded.at`,
		warningKey(b), ms(now), ms(now.Add(-b.Window)))
	if err != nil {
		return false, fmt.Errorf("note the warning of a cap: %w", err)
	}
	return n > 0, nil
}

// heldByCap counts the notices that a cap holds back for a recipient, however long ago they
// were decided: something else may have held them before.
const heldByCap = `SELECT count(*) FROM notice INDEXED BY notice_live WHERE state = 'held' AND recipient = ? AND reason LIKE '` + overTheCap + `%'`

// sayHeld returns what a text message says when it is the last one under a cap, or when
// notices are held back for its recipient: it tells how many. The text is that of a
// message which is about to leave for the first time, and counts as sent.
func (b *Outbox) sayHeld(ctx context.Context, t *notifier.Target, text string, now time.Time) (string, error) {
	dir := b.directory.Load()
	limits := dir.Limits()
	bounds := limits.Bounds()
	if t.Recipient.Channel != "sms" || len(bounds) == 0 {
		return text, nil
	}
	for _, bound := range bounds {
		used, err := b.spending.of(ctx, b.reads, dir, bound, t.Recipient.Name, now, false)
		if err != nil {
			return text, err
		}
		most, next := limits.Share(bound, alarm.Warning), costOf(bound, int64(dir.SegmentPrice(t.Recipient.Name)))
		if used+next <= most { // there is room for another one
			continue
		}
		var held int
		if err := b.reads.QueryRowContext(ctx, heldByCap, t.Recipient.Name).Scan(&held); err != nil {
			return text, fmt.Errorf("count what is held: %w", err)
		}
		if held > 0 || used <= most {
			return notifier.CapReached(text, t.Language, bound.Cap, held), nil
		}
	}
	return text, nil
}
