package outbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// finds tells whether a statement finds a row.
func finds(ctx context.Context, tx *transaction, text string, args ...any) (bool, error) {
	var row any
	err := tx.QueryRowContext(ctx, text, args...).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// exempt tells whether a notice is never held by a cap: what Brimwatch says of the caps,
// and of people who cannot be reached, is rare, and has to be told.
func exempt(n *notifier.Notice) bool {
	return n.Rule == notifier.LimitsRule || n.Rule == notifier.DeliveryRule
}

// isCapped tells whether caps hold a notice: text messages and calls, but for ends.
func isCapped(n *notifier.Notice) bool {
	return (n.Channel == "sms" || n.Channel == notifier.VoiceChannel) && notifier.Begins(n.Kind)
}

// capped tells whether a text message or a call would be over a cap, until when, and
// which. Windows roll: an hour is the last sixty minutes.
func capped(ctx context.Context, tx *transaction, dir *notifier.Directory, n notifier.Notice, now time.Time) (time.Time, string, error) {
	tx.texted = tx.texted || n.Channel == "sms"
	limits := dir.LimitsOf(n.Channel)
	bounds := limits.Bounds()
	if len(bounds) == 0 || exempt(&n) {
		return time.Time{}, "", nil
	}
	along, err := finds(ctx, tx, waitsFree, n.Recipient)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("look for what waits for %s: %w", n.Recipient, err)
	}
	if along { // it goes out with what is to be sent anyhow
		return time.Time{}, "", nil
	}
	price := int64(0)
	if n.Channel == "sms" {
		segments, _ := sms.Segments(n.Text)
		price = int64(dir.SegmentPrice(n.Recipient)) * int64(segments)
	}
	until, why := time.Time{}, ""
	for _, b := range bounds {
		later, err := over(ctx, tx, dir, b, &n, price, now)
		if err != nil {
			return time.Time{}, "", err
		}
		if later.After(until) {
			until, why = later, overCap(b, n.Channel, limits.Share(b, n.Severity))
		}
	}
	if why == "" {
		tx.spending.add(bounds, n.Recipient, price)
	}
	return until, why, nil
}

// over tells until when a message is over a bound; zero is not at all.
func over(ctx context.Context, tx *transaction, dir *notifier.Directory, b notifier.Bound, n *notifier.Notice, price int64, now time.Time) (time.Time, error) {
	limits := dir.LimitsOf(n.Channel)
	most, cost := limits.Share(b, n.Severity), costOf(b, price)
	used, err := tx.spending.of(ctx, tx, dir, b, n.Recipient, now, false)
	if err != nil || used+cost <= most {
		return time.Time{}, err
	}
	key := fmt.Sprint(keyOf(b, n.Recipient), most)
	if at, known := tx.room[key]; known {
		return at, nil
	}
	// To hold somebody back it is counted once more.
	if used, err = tx.spending.of(ctx, tx, dir, b, n.Recipient, now, true); err != nil || used+cost <= most {
		return time.Time{}, err
	}
	until, err := roomAt(ctx, tx, dir, b, n.Recipient, used+cost-most, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("count text messages: %w", err)
	}
	if tx.room == nil {
		tx.room = make(map[string]time.Time)
	}
	tx.room[key] = until
	return until, nil
}

// roomAt tells when so much of a bound has left its window that there is room again.
func roomAt(ctx context.Context, tx *transaction, dir *notifier.Directory, b notifier.Bound, recipient string, excess int64, now time.Time) (time.Time, error) {
	from, to := ms(now.Add(-b.Window)), ms(now)
	used, err := tx.spending.of(ctx, tx, dir, b, recipient, now, false)
	if err != nil {
		return time.Time{}, err
	}
	var oldest int64
	switch b.Cap {
	case notifier.CapContact:
		err = tx.QueryRowContext(ctx, nthOfRecipient, recipient, from, to, max(used-excess, 0)).Scan(&oldest)
	case notifier.CapDay, notifier.CapMonth:
		err = tx.QueryRowContext(ctx, nthOfChannel, countedWith(recipient), from, to, max(used-excess, 0)).Scan(&oldest)
	case notifier.CapMoney:
		var list []payment
		list, err = paid(ctx, tx, dir, from, to)
		for _, p := range list {
			if oldest = p.at; excess <= p.price {
				break
			}
			excess -= p.price
		}
	}
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && oldest == 0: // nothing was sent: it is more than the cap allows at all
		return now.Add(b.Window), nil
	case err != nil:
		return time.Time{}, err
	}
	return at(oldest).Add(b.Window), nil
}

// overTheCap begins the reasons of notices that a cap holds.
const overTheCap = "over the cap"

// overCap says which cap a message is over. most is what those like it may use.
func overCap(b notifier.Bound, channel string, most int64) string {
	what := "text messages"
	if channel == notifier.VoiceChannel {
		what = "calls"
	}
	switch b.Cap {
	case notifier.CapContact:
		return fmt.Sprintf(overTheCap+" of this contact: %d %s", most, what)
	case notifier.CapMoney:
		return overTheCap + " on money of a month: " + amountOf(most)
	case notifier.CapDay, notifier.CapMonth:
	}
	return fmt.Sprintf(overTheCap+" of a %s: %d %s", b.Cap, most, what)
}
