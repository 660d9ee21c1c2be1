package outbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// sending is one attempt at one message.
type sending struct {
	items   []item   // in the order of the notices of the message
	under   []string // of each: the code under which the text says it; nil where that is not known
	message notifier.Message
	target  notifier.Target // as it is reached by the route of this attempt
	whole   notifier.Target // with all routes
	passed  string          // routes that turned its notices away
	moved   bool            // it goes by another route than the attempt before, which may have arrived
	way     string
	attempt int64             // row of the attempt
	tried   time.Duration     // how long ago the last attempt began
	last    bool              // it ends a row of messages: what it has no room for is counted
	behind  bool              // its text has no room for others that have to be said
	left    []notifier.Notice // those
	repeats bool              // an attempt before may have arrived after all, and this one is sent
}

// prepare reads the notices of a message and finds where they go. A target
// without a channel means that nobody is there any more. Others stay in the queue: those
// for which the text has no room, and ends of what was told at another address than the
// recipient's, which are moved to a queue of their own.
func (b *Outbox) prepare(ctx context.Context, w work) (s sending, others []item, err error) {
	items := w.items
	s.last = w.last
	dir := b.directory.Load()
	round := b.kept.now()
	stored, err := b.readNotices(ctx, items)
	if err != nil {
		return s, nil, err
	}
	for i, it := range items {
		n := &stored[i]
		t, ok := dir.Reach(n.Notice, it.address)
		if !ok && it.message != "" { // it may have arrived where nobody is any more
			t, _ = dir.Reach(n.Notice, n.Address)
		}
		if n.Told != "" && it.address == "" && (!ok || t.Recipient.Address != n.Told) {
			it.address = n.Told
			others = append(others, it)
			continue
		}
		if s.items == nil {
			s.whole, s.target = t, t.By(w.route)
			s.way = s.target.Way
			if w.blind {
				it.passed, s.moved = passes(it.passed, it.route), true
			}
		}
		s.passed = merge(s.passed, it.passed)
		s.items = append(s.items, it)
		s.message.Notices = append(s.message.Notices, n.Notice)
		s.message.Attempt = max(s.message.Attempt, n.attempts+1)
		s.message.InDoubt = s.message.InDoubt || n.doubt > 0
	}
	if len(s.items) == 0 || s.target.Channel == nil {
		return s, others, nil
	}
	s.message.ID, s.message.Recipient = s.items[0].message, s.target.Recipient
	s.message.Recipient.Name = s.items[0].recipient
	if s.message.ID == "" {
		left := s.compose(dir)
		b.keepLeft(left, s.left, stored, round)
		return s, append(others, left...), nil
	}
	return s, others, b.recall(ctx, dir, &s)
}

// recall gives a message in doubt its text, its address and its age.
func (b *Outbox) recall(ctx context.Context, dir *notifier.Directory, s *sending) error {
	var began, tried int64
	err := b.reads.QueryRowContext(ctx, `SELECT text, address, began, tried FROM message WHERE id = ?`, s.message.ID).
		Scan(&s.message.Text, &s.message.Recipient.Address, &began, &tried)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		s.compose(dir) // what it was is not known any more
		s.message.Age = max(b.clock.now()-s.items[0].decided, b.clock.wall().Sub(s.message.Notices[0].CreatedAt))
		return nil
	case err != nil:
		return fmt.Errorf("read a message: %w", err)
	}
	s.message.Age = b.clock.age() - time.Duration(began)*time.Millisecond
	s.tried = b.clock.age() - time.Duration(tried)*time.Millisecond
	return nil
}

// compose gives a new message its id and its text. Notices for which the text has no room
// leave it, and are returned. None does when the message may have left already.
func (s *sending) compose(dir *notifier.Directory) (left []item) {
	if s.target.Recipient.Channel == "sms" {
		write := dir.Compose
		if s.last {
			write = dir.ComposeLast
		}
		c := write(s.target, s.message.Notices)
		s.message.Text, s.under = c.Text, c.Under
		if s.items[0].message == "" {
			left = s.leave(c.Left)
			s.behind = len(left) > 0
		}
	}
	if s.message.ID == "" {
		s.message.ID = messageID(s.message.Notices)
	}
	return left
}

// leave takes notices out of a message, by their places.
func (s *sending) leave(places []int) (left []item) {
	if len(places) == 0 {
		return nil
	}
	stays := sending{}
	s.left = nil
	for i, it := range s.items {
		if _, leaves := slices.BinarySearch(places, i); leaves {
			left, s.left = append(left, it), append(s.left, s.message.Notices[i])
			continue
		}
		stays.items, stays.under = append(stays.items, it), append(stays.under, s.under[i])
		stays.message.Notices = append(stays.message.Notices, s.message.Notices[i])
	}
	s.items, s.under, s.message.Notices = stays.items, stays.under, stays.message.Notices
	return left
}

// messageID names a message by its notices, whatever their order: another set of
// notices is another message.
func messageID(notices []notifier.Notice) string {
	ids := make([]string, len(notices))
	for i := range notices {
		ids[i] = notices[i].ID
	}
	slices.Sort(ids)
	h := sha256.New()
	for _, id := range ids {
		h.Write([]byte(id))
		h.Write([]byte{0})
	}
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:15]))
}

// storedNotice is a notice with what became of it so far.
type storedNotice struct {
	notifier.Notice
	attempts int
	doubt    int // 1: it may have left; 2: it may have, and was not found
}

// readStored reads one notice.
func readStored(ctx context.Context, q querier, it item) (storedNotice, error) {
	list, err := readAll(ctx, q, []item{it})
	if err != nil {
		return storedNotice{}, err
	}
	return list[0], nil
}

// readAll reads the notices of some items, in their order. A message may speak for
// thousands: they are read by one statement.
func readAll(ctx context.Context, q querier, items []item) ([]storedNotice, error) {
	rows, err := q.QueryContext(ctx, `SELECT seq, id, code, kind, rule, severity, receiver, channel, recipient, address, told, text, own, brief, left_out, `+alertOf+`,
		attempts, in_doubt, created_at FROM notice WHERE seq IN (SELECT value FROM json_each(?))`, seqsOf(items))
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	defer rows.Close()
	places := make(map[int64]int, len(items))
	for i, it := range items {
		places[it.seq] = i
	}
	out := make([]storedNotice, len(items))
	found := 0
	var alert sql.RawBytes
	for ; rows.Next(); found++ {
		var n storedNotice
		var seq, created int64
		if err := rows.Scan(&seq, &n.ID, &n.Code, &n.Kind, &n.Rule, &n.Severity, &n.Receiver, &n.Channel, &n.Recipient, &n.Address, &n.Told, &n.Text, &n.Own, &n.Brief, &n.LeftOut,
			&alert, &n.attempts, &n.doubt, &created); err != nil {
			return nil, fmt.Errorf("read a notice: %w", err)
		}
		if err := json.Unmarshal(alert, &n.Alert); err != nil {
			return nil, fmt.Errorf("read the alert of notice %s: %w", n.ID, err)
		}
		n.CreatedAt = at(created)
		out[places[seq]] = n
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	if found < len(items) {
		return nil, fmt.Errorf("read notices: %w", sql.ErrNoRows)
	}
	return out, nil
}

// begin stores that a message is about to be handed over, before it is. Notices that
// are not to be sent any more leave the message; false means that none remains. Those are
// returned for which a text that is another one by that has no room.
func (b *Outbox) begin(ctx context.Context, s *sending) (some bool, left []item, err error) {
	before := *s
	err = b.write(ctx, func(tx *transaction) error {
		*s, left = before, nil
		if err := dropOldAcks(ctx, tx, s); err != nil {
			return err
		}
		all, err := stillWaits(ctx, tx, s)
		if err != nil || len(s.items) == 0 {
			return err
		}
		if !all {
			s.message.ID = ""
			left = s.compose(b.directory.Load())
		}
		return b.storeMessage(ctx, tx, s)
	})
	return len(s.items) > 0, left, err
}

// stillWaits takes what is not to be sent any more out of a message; false means that
// something was.
func stillWaits(ctx context.Context, tx *transaction, s *sending) (all bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq FROM notice WHERE seq IN (SELECT value FROM json_each(?)) AND +state = ?`, seqsOf(s.items), notifier.Pending)
	if err != nil {
		return false, fmt.Errorf("look what of a message is still to be sent: %w", err)
	}
	defer rows.Close()
	found := make(map[int64]bool, len(s.items))
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return false, fmt.Errorf("look what of a message is still to be sent: %w", err)
		}
		found[seq] = true
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("look what of a message is still to be sent: %w", err)
	}
	if len(found) == len(s.items) {
		return true, nil
	}
	var items []item
	var notices []notifier.Notice
	for i, it := range s.items {
		if found[it.seq] {
			items, notices = append(items, it), append(notices, s.message.Notices[i])
		}
	}
	s.items, s.message.Notices = items, notices
	return false, nil
}

// storeMessage notes a message and its attempt.
func (b *Outbox) storeMessage(ctx context.Context, tx *transaction, s *sending) error {
	m := &s.message
	now := b.clock.age().Milliseconds()
	for i := range s.items {
		s.items[i].at, s.items[i].route, s.items[i].tried = m.Recipient.Address, s.target.Provider, b.clock.now()
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, attempts = attempts + 1, address = ?, message = ?, told_with = coalesce(said.under, told_with)
		FROM (SELECT CAST(key AS INTEGER) AS one, value AS under FROM json_each(?)) AS said WHERE seq = said.one`,
		notifier.Sending, m.Recipient.Address, m.ID, s.underOf()); err != nil {
		return fmt.Errorf("mark notices as being sent: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO message (id, text, address, began, tried, notices, route) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET text = excluded.text, address = excluded.address, tried = excluded.tried, route = excluded.route`,
		m.ID, m.Text, m.Recipient.Address, now, now, len(s.items), s.target.Provider); err != nil {
		return fmt.Errorf("note the message: %w", err)
	}
	if s.moved {
		if err := storePassed(ctx, tx, s.items, s.passed); err != nil {
			return err
		}
	}
	var err error
	s.attempt, err = tx.insert(ctx, `INSERT INTO attempt (message, notices, recipient, number, started_at) VALUES (?, ?, ?, ?, ?)`,
		m.ID, len(s.items), m.Recipient.Name, m.Attempt, ms(b.clock.wall()))
	if err != nil {
		return fmt.Errorf("note the attempt: %w", err)
	}
	return nil
}

// underOf lists the notices of a message for a statement, as JSON: each with the code of
// the one in whose words the text says it, "" where that is itself or where it is counted, and
// null where that is not known.
func (s *sending) underOf() string {
	out := []byte{'{'}
	for i, it := range s.items {
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, "\"%d\":", it.seq)
		switch {
		case s.under == nil:
			out = append(out, "null"...)
		case s.under[i] == s.message.Notices[i].Code:
			out = append(out, `""`...)
		default:
			out = fmt.Appendf(out, "%q", s.under[i]) // codes are letters and digits
		}
	}
	return string(append(out, '}'))
}

// seqsOf lists items for a statement, as JSON.
func seqsOf(items []item) string {
	out := []byte{'['}
	for i, it := range items {
		if i > 0 {
			out = append(out, ',')
		}
		out = fmt.Append(out, it.seq)
	}
	return string(append(out, ']'))
}

// channelOf returns the channel's part of a recipient's name: sms of sms/wei.
func channelOf(recipient string) string {
	channel, _, _ := strings.Cut(recipient, "/")
	return channel
}
