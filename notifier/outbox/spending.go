package outbox

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// What counts for the caps is a text message or a call, not a notice: those that wait for the same
// recipient go out as one. A message counts from the moment its newest notice was
// decided, or let go when something held it, and what lies in the future, because the clock was set back, does not.
//
// Each statement goes through the rows of its window by an index, so that a commit
// reads nothing of the months before. Notices that something held are few, and have an index of their own.
const (
	left    = `(state IN ('pending', 'sending', 'sent', 'delivered') OR sent_at > 0)`
	decided = `created_at > ?2 AND created_at <= ?3 AND freed_at = 0 AND ` + left
	freed   = `freed_at > 0 AND freed_at > ?2 AND freed_at <= ?3 AND ` + left
	as      = `CASE WHEN message = '' THEN recipient ELSE message END`

	ofRecipient = ` FROM (SELECT ` + as + ` AS one, created_at AS at FROM notice INDEXED BY notice_recipient WHERE recipient = ?1 AND ` + decided + `
		UNION ALL SELECT ` + as + `, freed_at FROM notice INDEXED BY notice_freed WHERE recipient = ?1 AND ` + freed + `)`
	ofChannel = ` FROM (SELECT ` + as + ` AS one, created_at AS at FROM notice INDEXED BY notice_created WHERE channel = ?1 AND ` + decided + `
		UNION ALL SELECT ` + as + `, freed_at FROM notice INDEXED BY notice_freed WHERE channel = ?1 AND ` + freed + `)`

	messagesOfRecipient = `SELECT count(DISTINCT one)` + ofRecipient
	messagesOfChannel   = `SELECT count(DISTINCT one)` + ofChannel

	// The moment of the message which has to leave the window before there is room again.
	nth            = `SELECT max(at) AS newest`
	asNth          = ` GROUP BY one ORDER BY newest DESC LIMIT 1 OFFSET ?4`
	nthOfRecipient = nth + ofRecipient + asNth
	nthOfChannel   = nth + ofChannel + asNth

	pricesOfChannel = `SELECT recipient, max(at) AS newest, max(currency <> ''), max(price) FROM (
		SELECT ` + as + ` AS one, created_at AS at, recipient, currency, price FROM notice INDEXED BY notice_created WHERE channel = ?1 AND ` + decided + `
		UNION ALL SELECT ` + as + `, freed_at, recipient, currency, price FROM notice INDEXED BY notice_freed WHERE channel = ?1 AND ` + freed + `)
		GROUP BY one ORDER BY newest`

	waitsFree = `SELECT seq FROM notice INDEXED BY notice_free WHERE recipient = ? AND state = 'pending' AND message = '' LIMIT 1`
)

// rowQuerier asks for one row or several.
type rowQuerier interface {
	querier
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

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
		return 0, fmt.Errorf("count messages: %w", err)
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
	return string(b.Cap) + " " + countedWith(recipient)
}

// countedWith is the channel whose messages count together: calls have caps of their own, and all
// else is about text messages.
func countedWith(recipient string) string {
	if channelOf(recipient) == notifier.VoiceChannel {
		return notifier.VoiceChannel
	}
	return "sms"
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
		return n, q.QueryRowContext(ctx, messagesOfChannel, countedWith(recipient), from, to).Scan(&n)
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
