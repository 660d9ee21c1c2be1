package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// insistEvery is how long to wait before a write that failed is tried again.
const insistEvery = 2 * time.Second

// insist calls f until it succeeds or ctx has ended; it is called at least once.
func (b *Outbox) insist(ctx context.Context, f func() error) error {
	for {
		err := f()
		if err == nil {
			return nil
		}
		b.log.Error("what became of a notice could not be stored yet", "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(insistEvery):
		}
	}
}

// outcome is what an attempt came to.
type outcome struct {
	name   string // for metrics and the attempt's row
	state  notifier.NoticeState
	reason string
	doubt  bool          // it may have left: the message stays as it is
	in     time.Duration // when it is looked at again, or asked about
	more   bool          // it is
	late   bool          // of doubt: there was no answer in time
	split  bool          // each notice goes out again by itself
	about  bool          // of dead: the recipient cannot be reached, whatever the text
	next   bool          // of pending: another route is to be tried at once
	bare   bool          // of dead: it is refused without the secrets that left the configuration
	result result
	asked  time.Duration
}

// bareRefused begins the reason of an end that was refused without the secrets that left the
// configuration.
const bareRefused = "sent without the secrets that this URL had, as it left the configuration, and refused; end it there by hand: "

// mayRepeat is the reason of what was sent though an attempt before may have arrived. The far side
// may take that one after it was asked, and nobody asks again: it would take a look-up of each
// such message for as long as a provider may be late.
const mayRepeat = "may have come twice: whether an attempt before this one arrived is not known"

// judge turns the answer of a channel into an outcome. waited is for how long the
// oldest notice of the message has waited.
func (b *Outbox) judge(s *sending, receipt notifier.Receipt, err error, waited time.Duration) outcome {
	if err == nil {
		o := accepted(receipt, s.target.Channel)
		switch {
		case o.reason != "":
		case s.repeats:
			o.reason = mayRepeat
		case s.target.Bare:
			o.reason = "sent without the secrets that this URL may have had: it left the configuration"
		}
		return o
	}
	m := &s.message
	if s.target.Bare && notifier.IsAboutCredentials(err) && notifier.Ends(m.Notices[0].Kind) {
		// Nobody can mend the credentials of what is not there any more.
		return outcome{name: "permanent", state: notifier.Dead, reason: bareRefused + err.Error(), bare: true, result: took}
	}
	if notifier.IsPermanent(err) {
		about := notifier.IsAboutRecipient(err)
		if _, ok := s.next(); ok && (!about || notifier.IsAboutPair(err)) {
			return outcome{name: "refused", state: notifier.Pending, reason: s.target.Provider + " refuses it, so the next provider is asked: " + err.Error(), next: true, result: took}
		}
		if len(m.Notices) > 1 && !about {
			// One of them may be at fault, and the others must not go down with it.
			return outcome{name: "split", state: notifier.Pending, reason: "refused together with others: " + err.Error(), split: true, result: took}
		}
		return outcome{name: "permanent", state: notifier.Dead, reason: err.Error(), about: about, result: took}
	}
	asked, _ := notifier.RetryAfter(err)
	if waited >= giveUpAfter {
		return outcome{name: "gave_up", state: notifier.Dead, reason: fmt.Sprintf("given up after %d attempts: %v", m.Attempt, err), about: true, result: fails, asked: asked}
	}
	o := outcome{name: "later", state: notifier.Pending, reason: err.Error(), result: fails, asked: asked}
	if s.items[0].message != "" {
		// This attempt certainly did not arrive, and one before may have: the message stays
		// what it is, for the far side to recognize.
		o.doubt, o.more, o.in = true, true, retryIn(1, asked, b.jitter())
	} else if _, ok := s.next(); ok && !notifier.IsUnknown(err) {
		o.next, o.reason = true, s.target.Provider+" does not take it now, so the next provider is asked: "+o.reason
	}
	// A look-up that failed is unknown too, so a message in doubt stays in doubt
	// until a look-up finds it, or finds nothing and the far side refuses it.
	if notifier.IsUnknown(err) {
		o.name, o.doubt, o.more = "unknown", true, true
		o.in = retryIn(1, asked, b.jitter())
		if _, ok := s.target.Channel.(notifier.Finder); ok && errors.Is(err, context.DeadlineExceeded) {
			o.in, o.late = lookEarly, true
		}
	}
	return o
}

func accepted(receipt notifier.Receipt, ch notifier.Channel) outcome {
	switch receipt.Status {
	case notifier.Failed:
		return outcome{name: "failed", state: notifier.Dead, reason: receipt.Detail, about: true, result: took}
	case notifier.Delivered:
		return outcome{name: "delivered", state: notifier.NoticeDelivered, result: took}
	case notifier.Accepted:
	}
	o := outcome{name: "sent", state: notifier.Sent, result: took}
	if _, ok := ch.(notifier.Tracker); ok && receipt.ProviderID != "" {
		o.in, o.more = trackIn(0)
	}
	return o
}

// record stores what came of an attempt, and returns what stays in the queue.
// While the database cannot be written it goes on trying until Run ends: to
// forget that a message was accepted would be to send it twice.
func (b *Outbox) record(ctx, running context.Context, s *sending, receipt notifier.Receipt, sendErr error) ([]item, verdict, error) {
	now := b.clock.wall()
	at := b.clock.now()
	waited := time.Duration(0)
	for _, it := range s.items {
		waited = max(waited, at-it.decided)
	}
	o := b.judge(s, receipt, sendErr, waited)
	var rest, acks []item
	err := b.insist(running, func() error {
		return b.write(ctx, func(tx *transaction) (err error) {
			if rest, err = b.storeOutcome(ctx, tx, s, o, receipt, sendErr, now); err != nil {
				return err
			}
			acks, err = b.ackSent(ctx, tx, s, o.state)
			return err
		})
	})
	if err == nil && len(acks) > 0 {
		b.admit(acks)
	}
	b.measure(s, o, receipt, sendErr, now)
	switch {
	case err != nil:
	case o.bare:
		b.tellNotEnded(ctx, s.items[0], o.reason)
	case o.about:
		b.unreachable(ctx, s.items[0], o.reason)
	}
	if (o.state == notifier.Sent || o.state == notifier.NoticeDelivered) && err == nil {
		b.reached(ctx, s.items[0].recipient, s.message.Recipient.Address, o.state == notifier.NoticeDelivered || notifier.TakingIsArrival(s.message.Recipient.Channel))
	}
	if err == nil {
		b.afterTurn(ctx, s, o)
	}
	return rest, b.verdict(s, o), err
}

// afterTurn looks after the later ways of a receiver. Something critical has arrived when its
// receipt says so, where there are receipts; for the rest it is enough that the far side has it.
func (b *Outbox) afterTurn(ctx context.Context, s *sending, o outcome) {
	_, tells := s.target.Channel.(notifier.Tracker)
	critical := slices.ContainsFunc(s.items, func(it item) bool { return it.critical() })
	switch {
	case o.state == notifier.NoticeDelivered, o.state == notifier.Sent && (!tells || !critical):
		b.inTurn(ctx, s.items, true)
	case o.state == notifier.Dead:
		b.inTurn(ctx, s.items, false)
	}
}

// verdict is what an outcome tells of the far side.
func (b *Outbox) verdict(s *sending, o outcome) verdict {
	v := verdict{way: s.way, result: o.result, asked: o.asked, spread: b.jitter(), next: o.next}
	v.why = o.reason
	v.absent = !o.doubt && (o.state == notifier.Pending || o.name == "permanent")
	if o.state == notifier.Sent || o.state == notifier.NoticeDelivered {
		v.spoke, v.behind = len(s.items), s.behind
		v.grave = slices.ContainsFunc(s.items, func(it item) bool { return it.critical() })
	}
	return v
}

// storeOutcome stores an outcome, and returns the items that stay in the queue.
func (b *Outbox) storeOutcome(ctx context.Context, tx *transaction, s *sending, o outcome, receipt notifier.Receipt, sendErr error, now time.Time) ([]item, error) {
	message := s.message.ID
	if o.state == notifier.Pending && !o.doubt {
		message = "" // it certainly did not leave: its notices are free again
	}
	due := b.clock.now() + o.in
	sent := int64(0)
	if o.state == notifier.Sent || o.state == notifier.NoticeDelivered {
		sent = ms(now)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, reason = ?, in_doubt = ?, late = ?, provider_id = ?, next_at = ?,
		message = ?, sent_at = CASE WHEN ? > 0 THEN ? ELSE sent_at END WHERE seq IN (SELECT value FROM json_each(?))`,
		o.state, o.reason, doubtOf(s, o), o.late, receipt.ProviderID, b.shown(due, o.more), message, sent, sent, seqsOf(s.items)); err != nil {
		return nil, fmt.Errorf("store what became of notices: %w", err)
	}
	if _, err := storePrice(ctx, tx, s.items[0].seq, receipt); err != nil {
		return nil, err
	}
	detail := receipt.Detail
	if sendErr != nil {
		detail = sendErr.Error()
	}
	if _, err := tx.ExecContext(ctx, `UPDATE attempt SET ended_at = ?, outcome = ?, detail = ? WHERE id = ?`, ms(now), o.name, detail, s.attempt); err != nil {
		return nil, fmt.Errorf("store what an attempt came to: %w", err)
	}
	if err := s.turnAway(ctx, tx, o); err != nil {
		return nil, err
	}
	rest := make([]item, 0, len(s.items))
	for i, it := range s.items {
		it.state, it.message, it.alone, it.stalled = o.state, message, it.alone || o.split, false
		it.late = o.late
		if _, ok := s.target.Channel.(notifier.Finder); o.doubt && !ok {
			it.stalled = true // it waits for the far side, and for no look-up
		}
		if it.free() && !it.end {
			it.address = "" // it goes where the recipient is by then
		}
		it.due = 0
		if o.more {
			it.due = due
		}
		switch {
		case o.state == notifier.Sent && o.more && i > 0: // one is tracked for all
		case o.state == notifier.Pending, o.more:
			rest = append(rest, it)
		}
	}
	if o.state == notifier.Pending && !o.doubt {
		return b.thinOut(ctx, tx, rest)
	}
	return rest, nil
}

// doubtOf tells, as it is stored, whether the notices of a message may have left: 1, and the
// message stays what it is; 2, and they are free for another one that says so, whatever failed
// in between.
func doubtOf(s *sending, o outcome) int {
	switch {
	case o.doubt:
		return 1
	case o.state == notifier.Pending && s.message.InDoubt:
		return 2
	}
	return 0
}

// shown is a moment of the outbox's clock as people read it: by the wall clock.
func (b *Outbox) shown(at instant, some bool) int64 {
	if !some {
		return 0
	}
	return ms(b.clock.wall().Add(at - b.clock.now()))
}

// measure counts what an attempt came to, and logs what a person should know.
func (b *Outbox) measure(s *sending, o outcome, receipt notifier.Receipt, sendErr error, now time.Time) {
	b.metrics.attempts.WithLabelValues(s.message.Recipient.Channel, o.name).Inc()
	if o.state != notifier.Pending {
		b.metrics.cameAll(s.items, o.state)
	}
	if sendErr == nil {
		b.metrics.accepted(s.message, s.target.Provider, receipt, now)
		b.metrics.charged(s.target.Provider, receipt.Price, receipt.Price.Known)
	}
	m := &s.message
	attrs := []any{"recipient", m.Recipient.Name, "message", m.ID, "attempt", m.Attempt, "notices", len(m.Notices), "code", m.Notices[0].Code}
	switch o.state {
	case notifier.Dead:
		b.log.Error("notice could not be sent", append(attrs, "reason", o.reason)...)
	case notifier.Pending:
		b.log.Warn("notice not sent yet", append(attrs, "error", sendErr)...)
	default:
		b.log.Info("notice sent", append(attrs, "state", o.state)...)
	}
}

// interrupted puts a message back that our own end cut off before it was handed
// over: as if it had not been tried.
func (b *Outbox) interrupted(ctx context.Context, s *sending) ([]item, error) {
	err := b.write(ctx, func(tx *transaction) error {
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET state = ?, attempts = attempts - 1, in_doubt = ? WHERE seq IN (SELECT value FROM json_each(?))`,
			notifier.Pending, s.message.InDoubt, seqsOf(s.items)); err != nil {
			return fmt.Errorf("put notices back: %w", err)
		}
		_, err := tx.ExecContext(ctx, `UPDATE attempt SET ended_at = ?, outcome = 'interrupted' WHERE id = ?`, ms(b.clock.wall()), s.attempt)
		return err
	})
	return s.items, err
}
