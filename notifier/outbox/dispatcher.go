package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// Bounds of the dispatcher.
const (
	// parallel is how many recipients the dispatcher serves at the same time.
	parallel = 64
	// sendTimeout bounds one call of a channel.
	sendTimeout = 30 * time.Second
	// grace is how long calls under way may take when Run is to end.
	grace = 5 * time.Second
	// lookAgain is the longest the dispatcher sleeps: then it looks at the wall clock
	// again, for what is held.
	lookAgain = 20 * time.Second
	// storeAgain is when something is tried again that could not be recorded.
	storeAgain = 5 * time.Second
)

// Run sends the notices that are due until ctx ends. Calls that are under way then get a
// short grace; what they do not finish is in doubt at the next start.
func (b *Outbox) Run(ctx context.Context) error {
	calls, cancelCalls := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelCalls()
	var under sync.WaitGroup
	slots := make(chan struct{}, parallel)
	timer := time.NewTimer(0)
	defer timer.Stop()
	prune := time.NewTicker(time.Hour)
	defer prune.Stop()
	limits := time.NewTicker(limitsEvery)
	defer limits.Stop()
	b.endWarnings(ctx, b.clock.wall())
	for {
		select {
		case <-ctx.Done():
			b.finish(&under, cancelCalls)
			return nil
		case <-prune.C:
			b.prune(ctx, b.clock.wall())
		case <-limits.C:
			b.endWarnings(ctx, b.clock.wall())
			b.letGo(ctx)
		case <-b.reloaded:
			b.afterReload(ctx)
		case <-b.wake:
		case <-timer.C:
		}
		due, wait := b.claim(parallel - len(slots))
		for _, w := range due {
			slots <- struct{}{}
			under.Go(func() {
				defer func() { <-slots }()
				b.do(calls, ctx, w)
			})
		}
		timer.Reset(wait)
	}
}

// now is the present moment.
func (b *Outbox) now() moment { return b.clock.moment() }

// enqueue puts items into their queues and wakes the dispatcher.
func (b *Outbox) enqueue(items []item) {
	if len(items) == 0 {
		return
	}
	b.mu.Lock()
	b.queues.put(items, b.now(), b.directory.Load())
	b.mu.Unlock()
	b.nudge()
}

// forget takes items out of their queues that are not to be sent any more.
func (b *Outbox) forget(items []item) {
	if len(items) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queues.drop(items, b.now())
}

// TryNow makes all due that wait for a far side which failed.
func (b *Outbox) TryNow() {
	b.mu.Lock()
	b.queues.hurryAll(b.now(), b.directory.Load())
	b.mu.Unlock()
	b.nudge()
}

// claim marks as busy and returns all that is due, and when to look again.
func (b *Outbox) claim(most int) (out []work, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	out, later, some := b.queues.claim(now, most, b.directory.Load())
	wait = lookAgain
	if some {
		wait = min(wait, max(later-now.at, 0))
	}
	return out, wait
}

// release ends the work on a recipient, and wakes the dispatcher: more may be due.
func (b *Outbox) release(w work, results []item, v verdict) {
	b.mu.Lock()
	troubled := b.queues.release(w, results, v, b.now(), b.directory.Load())
	b.mu.Unlock()
	b.nudge()
	for _, t := range troubled {
		b.wayFails(t)
	}
	if v.result == took {
		b.wayWorks(v.way)
	}
}

// finish waits for the calls under way, for a while and then by ending them.
func (b *Outbox) finish(under *sync.WaitGroup, cancel context.CancelFunc) {
	stop := time.AfterFunc(grace, cancel)
	defer stop.Stop()
	under.Wait()
}

// do carries out one piece of work. calls is the context for calls to the
// outside, which outlives running by the grace.
func (b *Outbox) do(calls, running context.Context, w work) {
	results, v := w.items, verdict{way: w.way}
	defer func() { b.release(w, results, v) }()
	if running.Err() != nil {
		return
	}
	var err error
	switch w.action {
	case doRelease:
		results, err = b.releaseHeld(calls, w.items)
	case doTrack:
		results, err = b.track(calls, w.items[0])
	case doSend:
		var told verdict
		results, told, err = b.send(calls, running, w)
		if told.result != says || told.before != nil {
			v = told
		}
	}
	if err != nil {
		// The database could not be written. Everything stays as it is and is
		// tried again; for what may have been sent that is noted in memory.
		b.log.Error("notice could not be recorded", "recipient", w.recipient, "error", err)
		if results == nil {
			results = w.items
		}
		for i := range results {
			results[i].due = b.clock.now() + storeAgain
			if results[i].state == notifier.Held {
				results[i].until = b.clock.wall().Add(storeAgain)
			}
		}
	}
}

// send makes one attempt at one message: it looks a message in doubt up first, where
// the channel can do that. The last of a row of messages leaves nothing behind.
func (b *Outbox) send(calls, running context.Context, w work) ([]item, verdict, error) {
	s, others, err := b.prepare(calls, w)
	switch {
	case err != nil:
		return nil, verdict{}, err
	case len(s.items) == 0:
		return others, verdict{}, nil
	case s.target.Channel == nil:
		if err := b.readdress(calls, s.items); err != nil {
			return nil, verdict{}, err
		}
		return others, verdict{}, nil
	}
	var before *verdict
	if finder, ok := s.target.Channel.(notifier.Finder); ok && w.items[0].message != "" && !w.blind {
		rest, v, done, err := b.look(calls, running, &s, finder)
		if done {
			return append(rest, others...), v, err
		}
		before = &v
	}
	if w.items[0].message == "" && s.target.Recipient.Channel == "sms" {
		if s.message.Text, err = b.sayHeld(calls, &s.target, s.message.Text, b.clock.wall()); err != nil {
			return nil, verdict{}, err
		}
	}
	rest, v, err := b.attempt(calls, running, &s)
	if v.before = before; before != nil && before.way == v.way {
		v.before = nil // the attempt says more
	}
	if err != nil && rest == nil {
		return nil, v, err // nothing was done: all of them stay as they are
	}
	return append(rest, others...), v, err
}

// attempt hands a message to its channel.
func (b *Outbox) attempt(calls, running context.Context, s *sending) ([]item, verdict, error) {
	some, left, err := b.begin(calls, s)
	if err != nil || !some {
		return nil, verdict{}, err
	}
	ctx, cancel := context.WithTimeout(calls, sendTimeout)
	defer cancel()
	_, finds := s.target.Channel.(notifier.Finder) // others recognize a message by its id
	s.repeats = s.message.InDoubt && (finds || s.moved)
	receipt, err := s.target.Channel.Send(ctx, s.message)
	if running.Err() != nil && errors.Is(err, context.Canceled) && !notifier.IsUnknown(err) {
		// To be shut down is not a failed attempt.
		rest, err := b.interrupted(context.WithoutCancel(calls), s)
		return append(rest, left...), verdict{}, err
	}
	rest, v, err := b.record(context.WithoutCancel(calls), running, s, receipt, err)
	return append(rest, left...), v, err
}
