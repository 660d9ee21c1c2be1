package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

const (
	// lookEarly is when a message is looked up first that got no answer in time.
	lookEarly = 15 * time.Second
	// lookLate is when the far side has it if it ever will: a look-up that finds
	// nothing then decides.
	lookLate = 45 * time.Second
	// lookAfterCrash is how long a message is left alone that a crash cut off.
	lookAfterCrash = 5 * time.Second
)

// look looks a message in doubt up at the far side. done tells that it was found, or
// that nothing is decided yet; else it is to be sent: under its id, as it was, when the
// look-up cannot tell.
func (b *Outbox) look(ctx, running context.Context, s *sending, finder notifier.Finder) (rest []item, v verdict, done bool, err error) {
	call, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	receipt, found, lookErr := finder.Find(call, s.message)
	ctx = context.WithoutCancel(ctx)
	v = verdict{way: s.way, result: took, spread: b.jitter(), looked: true}
	switch {
	case notifier.IsUndecidable(lookErr):
		b.log.Warn("a message in doubt cannot be looked up; it is sent again as a possible repeat", "recipient", s.message.Recipient.Name, "message", s.message.ID, "error", lookErr)
		s.elsewhere()
		return nil, v, false, nil
	case lookErr != nil && s.tried >= lookLate && s.elsewhere():
		b.log.Warn("a message in doubt cannot be looked up now; it is sent by another provider as a possible repeat", "recipient", s.message.Recipient.Name, "message", s.message.ID, "provider", s.target.Provider, "error", lookErr)
		v.result, v.why, v.next = fails, lookErr.Error(), true
		v.asked, _ = notifier.RetryAfter(lookErr)
		return nil, v, false, nil
	case lookErr != nil:
		rest, err = b.postpone(ctx, s, "look_up_failed", lookErr)
		v.result, v.why = fails, lookErr.Error()
		v.asked, _ = notifier.RetryAfter(lookErr)
		return rest, v, true, err
	case found:
		if ok, _, err := b.begin(ctx, s); err != nil || !ok {
			return nil, verdict{}, true, err
		}
		rest, v, err = b.record(ctx, running, s, receipt, nil)
		v.looked = true
		return rest, v, true, err
	case s.tried < lookLate && s.items[0].late:
		rest, err = b.wait(ctx, s, lookLate-s.tried)
		return rest, v, true, err
	}
	rest, err = b.dissolve(ctx, s)
	v.absent = true
	return rest, v, true, err
}

// lookTimeout bounds a look-up: a list of messages has several pages.
const lookTimeout = time.Minute

// postpone leaves a message in doubt because the far side could not be asked. That is
// no attempt.
func (b *Outbox) postpone(ctx context.Context, s *sending, outcome string, lookErr error) ([]item, error) {
	asked, _ := notifier.RetryAfter(lookErr)
	in := retryIn(2, asked, b.jitter())
	b.metrics.attempts.WithLabelValues(s.message.Recipient.Channel, outcome).Inc()
	b.log.Warn("a message in doubt could not be looked up", "recipient", s.message.Recipient.Name, "message", s.message.ID, "error", lookErr)
	rest, err := b.leaveInDoubt(ctx, s, in, lookErr.Error())
	for i := range rest {
		rest[i].stalled = true
	}
	return rest, err
}

// wait leaves a message in doubt until the look-up that decides.
func (b *Outbox) wait(ctx context.Context, s *sending, in time.Duration) ([]item, error) {
	return b.leaveInDoubt(ctx, s, in, "no answer in time, and the far side does not have it yet; it is looked up again before it is sent again")
}

func (b *Outbox) leaveInDoubt(ctx context.Context, s *sending, in time.Duration, reason string) ([]item, error) {
	due := b.clock.now() + in
	err := b.write(ctx, func(tx *transaction) error {
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET reason = ?, next_at = ? WHERE seq IN (SELECT value FROM json_each(?))`,
			reason, b.shown(due, true), seqsOf(s.items)); err != nil {
			return fmt.Errorf("leave a message in doubt: %w", err)
		}
		return nil
	})
	for i := range s.items {
		s.items[i].due = due
	}
	return s.items, err
}

// dissolve sets the notices of a message free that certainly never arrived.
func (b *Outbox) dissolve(ctx context.Context, s *sending) (rest []item, err error) {
	err = b.write(ctx, func(tx *transaction) error {
		if _, err := tx.ExecContext(ctx, `UPDATE notice SET in_doubt = 2, message = '', reason = '', next_at = 0 WHERE seq IN (SELECT value FROM json_each(?))`,
			seqsOf(s.items)); err != nil {
			return fmt.Errorf("set notices free: %w", err)
		}
		passed := ""
		if _, ok := s.next(); ok { // it failed there: the next one may do better
			passed = passes(s.passed, s.target.Provider)
		}
		if err := storePassed(ctx, tx, s.items, passed); err != nil {
			return err
		}
		items := make([]item, len(s.items))
		for i, it := range s.items {
			it.message, it.due, it.stalled, it.late = "", 0, false, false
			if !it.end {
				it.address = ""
			}
			items[i] = it
		}
		rest, err = b.thinOut(ctx, tx, items)
		return err
	})
	return rest, err
}
