package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// What counts for the caps is a text message, not a notice: those that wait for the same
// recipient go out as one. A message counts from the moment its newest notice was
// decided, and what lies in the future, because the clock was set back, does not.
//
// Each statement goes through the rows of its window by an index, so that a commit
// reads nothing of the months before.
const (
	counts = `created_at > ? AND created_at <= ? AND (state IN ('pending', 'sending', 'sent', 'delivered') OR sent_at > 0)`
	as     = `CASE WHEN message = '' THEN recipient ELSE message END`

	messagesOfRecipient = `SELECT count(DISTINCT ` + as + `) FROM notice INDEXED BY notice_recipient WHERE recipient = ? AND ` + counts
	messagesOfChannel   = `SELECT count(DISTINCT ` + as + `) FROM notice INDEXED BY notice_created WHERE channel = ? AND ` + counts

	// The moment of the message which has to leave the window before there is room again.
	nthOfRecipient = `SELECT max(created_at) AS newest FROM notice INDEXED BY notice_recipient WHERE recipient = ? AND ` + counts + `
		GROUP BY ` + as + ` ORDER BY newest DESC LIMIT 1 OFFSET ?`
	nthOfChannel = `SELECT max(created_at) AS newest FROM notice INDEXED BY notice_created WHERE channel = ? AND ` + counts + `
		GROUP BY ` + as + ` ORDER BY newest DESC LIMIT 1 OFFSET ?`

	pricesOfChannel = `SELECT recipient, max(created_at) AS newest, max(currency <> ''), max(price) FROM notice INDEXED BY notice_created
		WHERE channel = ? AND ` + counts + ` GROUP BY ` + as + ` ORDER BY newest`

	waitsFree = `SELECT seq FROM notice INDEXED BY notice_free WHERE recipient = ? AND state = 'pending' AND message = '' LIMIT 1`
)

// rowQuerier asks for one row or several.
type rowQuerier interface {
	querier
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// warnAt is the share of a cap at which somebody is warned.
const warnAt = 0.8

// countedFor is how long a count is used. In between it is added to, so that a storm
// does not count the same messages again with each commit.
const countedFor = time.Minute

// spending is what has been used of the caps. It may be used from several goroutines.
type spending struct {
	mu   sync.Mutex
	used map[string]used // by cap, and by recipient for that of a contact
}

// used is a count, and when it was made.
type used struct {
	n  int64
	at time.Time
}

// forget has everything counted anew.
func (s *spending) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.used)
}

// of tells how much of a bound is used. A count that is younger than countedFor is not
// made again, unless fresh asks for that.
func (s *spending) of(ctx context.Context, q rowQuerier, dir *notifier.Directory, b notifier.Bound, recipient string, now time.Time, fresh bool) (int64, error) {
	key := keyOf(b, recipient)
	s.mu.Lock()
	defer s.mu.Unlock()
	if u, known := s.used[key]; known && !fresh && !now.Before(u.at) && now.Sub(u.at) < countedFor {
		return u.n, nil
	}
	n, err := count(ctx, q, dir, b, recipient, now)
	if err != nil {
		return 0, fmt.Errorf("count text messages: %w", err)
	}
	if s.used == nil || len(s.used) > mostCounts {
		s.used = make(map[string]used)
	}
	s.used[key] = used{n, now}
	return n, nil
}

// mostCounts bounds how many counts are kept, where there are many recipients.
const mostCounts = 10_000

// add notes that a message to a recipient is to be sent.
func (s *spending) add(bounds []notifier.Bound, recipient string, price int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range bounds {
		key := keyOf(b, recipient)
		if u, known := s.used[key]; known {
			u.n += costOf(b, price)
			s.used[key] = u
		}
	}
}

func keyOf(b notifier.Bound, recipient string) string {
	if b.Cap == notifier.CapContact {
		return string(b.Cap) + " " + recipient
	}
	return string(b.Cap)
}

// costOf is what a message takes of a bound.
func costOf(b notifier.Bound, price int64) int64 {
	if b.Cap == notifier.CapMoney {
		return price
	}
	return 1
}

// count counts what is used of a bound now.
func count(ctx context.Context, q rowQuerier, dir *notifier.Directory, b notifier.Bound, recipient string, now time.Time) (n int64, err error) {
	from, to := ms(now.Add(-b.Window)), ms(now)
	switch b.Cap {
	case notifier.CapContact:
		return n, q.QueryRowContext(ctx, messagesOfRecipient, recipient, from, to).Scan(&n)
	case notifier.CapDay, notifier.CapMonth:
		return n, q.QueryRowContext(ctx, messagesOfChannel, "sms", from, to).Scan(&n)
	case notifier.CapMoney:
		list, err := paid(ctx, q, dir, from, to)
		for _, p := range list {
			n += p.price
		}
		return n, err
	}
	return 0, nil
}

// payment is what one message cost, or will.
type payment struct {
	at    int64
	price int64
}

// paid lists what the text messages of a window cost, the oldest first: what the provider
// said, or else the price of a segment, as each fits into one.
func paid(ctx context.Context, q querier, dir *notifier.Directory, from, to int64) ([]payment, error) {
	rows, err := q.QueryContext(ctx, pricesOfChannel, "sms", from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []payment
	for rows.Next() {
		var recipient string
		var known bool
		var p payment
		if err := rows.Scan(&recipient, &p.at, &known, &p.price); err != nil {
			return nil, err
		}
		if !known {
			p.price = int64(dir.SegmentPrice(recipient))
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

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

// capped tells whether a text message would be over a cap, until when, and
// which. Windows roll: an hour is the last sixty minutes.
func capped(ctx context.Context, tx *transaction, dir *notifier.Directory, n notifier.Notice, now time.Time) (time.Time, string, error) {
	tx.texted = true
	limits := dir.Limits()
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
	segments, _ := sms.Segments(n.Text)
	price := int64(dir.SegmentPrice(n.Recipient)) * int64(segments)
	until, why := time.Time{}, ""
	for _, b := range bounds {
		over, err := tx.over(ctx, dir, b, &n, price, now)
		if err != nil {
			return time.Time{}, "", err
		}
		if over.After(until) {
			until, why = over, overCap(b, limits.Share(b, n.Severity))
		}
	}
	if why == "" {
		tx.spending.add(bounds, n.Recipient, price)
	}
	return until, why, nil
}

// over tells until when a message is over a bound; zero is not at all.
func (tx *transaction) over(ctx context.Context, dir *notifier.Directory, b notifier.Bound, n *notifier.Notice, price int64, now time.Time) (time.Time, error) {
	limits := dir.Limits()
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
		err = tx.QueryRowContext(ctx, nthOfChannel, "sms", from, to, max(used-excess, 0)).Scan(&oldest)
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

// overCap says which cap a message is over. most is what those like it may use.
func overCap(b notifier.Bound, most int64) string {
	switch b.Cap {
	case notifier.CapContact:
		return fmt.Sprintf("over the cap of this contact: %d text messages", most)
	case notifier.CapMoney:
		return "over the cap on money of a month: " + amountOf(most)
	case notifier.CapDay, notifier.CapMonth:
	}
	return fmt.Sprintf("over the cap of a %s: %d text messages", b.Cap, most)
}

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
		if float64(used) < warnAt*float64(bound.Most) {
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
		out = append(out, items...)
	}
	return out, nil
}

// firstWarning notes that people are warned of a cap, and tells whether nobody was
// within its window. A cap that was changed is another one.
func firstWarning(ctx context.Context, tx *transaction, b notifier.Bound, now time.Time) (bool, error) {
	n, err := tx.affect(ctx, `INSERT INTO limit_warning (cap, at) VALUES (?, ?)
		ON CONFLICT (cap) DO UPDATE SET at = excluded.at WHERE at <= ? OR at > excluded.at`,
		fmt.Sprintf("%s %d", b.Cap, b.Most), ms(now), ms(now.Add(-b.Window)))
	if err != nil {
		return false, fmt.Errorf("note the warning of a cap: %w", err)
	}
	return n > 0, nil
}

// heldByCap counts the notices that a cap holds back for a recipient.
const heldByCap = `SELECT count(*) FROM notice INDEXED BY notice_recipient WHERE recipient = ? AND created_at > ? AND state = 'held' AND reason LIKE 'over the cap%'`

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
		if err := b.reads.QueryRowContext(ctx, heldByCap, t.Recipient.Name, ms(now.Add(-longestHold(bounds)))).Scan(&held); err != nil {
			return text, fmt.Errorf("count what is held: %w", err)
		}
		if held > 0 || used <= most {
			return notifier.CapReached(text, t.Language, bound.Cap, held), nil
		}
	}
	return text, nil
}

// longestHold is how long ago a notice may have been decided that a cap still holds.
func longestHold(bounds []notifier.Bound) time.Duration {
	return slices.MaxFunc(bounds, func(a, b notifier.Bound) int { return cmp.Compare(a.Window, b.Window) }).Window
}
