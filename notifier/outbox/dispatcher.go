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
	// lookAgain is the longest the dispatcher sleeps.
	lookAgain = time.Minute
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
	for {
		select {
		case <-ctx.Done():
			b.finish(&under, cancelCalls)
			return nil
		case <-prune.C:
			b.prune(ctx, time.Now())
		case <-b.wake:
		case <-timer.C:
		}
		free := parallel - len(slots)
		due, later := b.claim(time.Now(), free)
		for _, w := range due {
			slots <- struct{}{}
			under.Go(func() {
				defer func() { <-slots }()
				b.do(calls, ctx, w)
			})
		}
		wait := lookAgain
		if !later.IsZero() {
			wait = min(wait, max(time.Until(later), 0))
		}
		timer.Reset(wait)
	}
}

// enqueue puts items into their queues and wakes the dispatcher.
func (b *Outbox) enqueue(items []item) {
	if len(items) == 0 {
		return
	}
	b.mu.Lock()
	b.queues.put(items)
	b.mu.Unlock()
	b.nudge()
}

// claim marks as busy and returns all that is due, and when to look again.
func (b *Outbox) claim(now time.Time, most int) (out []work, later time.Time) {
	dir := b.directory.Load()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queues.claim(now, most, dir.Bundle)
}

// release ends the work on a recipient, and wakes the dispatcher: more may be due.
func (b *Outbox) release(w work, results []item) {
	b.mu.Lock()
	b.queues.release(w, results)
	b.mu.Unlock()
	b.nudge()
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
	results := w.items
	defer func() { b.release(w, results) }()
	if running.Err() != nil {
		return
	}
	var err error
	switch {
	case w.release:
		results, err = b.releaseHeld(calls, w.items[0], time.Now().UTC())
	case w.track:
		results, err = b.track(calls, w.items[0])
	default:
		results, err = b.send(calls, running, w.items)
	}
	if err != nil {
		// The database could not be written. Everything stays as it is and is
		// tried again; for what may have been sent that is noted in memory.
		b.log.Error("notice could not be recorded", "recipient", w.recipient, "error", err)
		if results == nil {
			results = w.items
		}
		for i := range results {
			results[i].next = time.Now().Add(5 * time.Second)
		}
	}
}

// send makes one attempt at one message.
func (b *Outbox) send(calls, running context.Context, items []item) ([]item, error) {
	m, target, err := b.prepare(calls, items)
	if err != nil {
		return nil, err
	}
	if target.Channel == nil {
		return nil, b.drop(calls, items, "the recipient is no longer in the configuration")
	}
	if err := b.noteHeld(calls, &m, items, &target); err != nil {
		return nil, err
	}
	attempt, err := b.begin(calls, &m, items)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(calls, sendTimeout)
	defer cancel()
	receipt, err := b.attempt(ctx, target.Channel, m)
	if running.Err() != nil && errors.Is(err, context.Canceled) && !notifier.IsUnknown(err) {
		// To be shut down is not a failed attempt.
		return b.interrupted(context.WithoutCancel(calls), m, items, attempt)
	}
	return b.record(context.WithoutCancel(calls), running, m, items, attempt, receipt, err, target)
}

// attempt looks a message in doubt up at the far side, where the channel can do
// that, and sends it when it is not there.
func (b *Outbox) attempt(ctx context.Context, ch notifier.Channel, m notifier.Message) (notifier.Receipt, error) {
	if finder, ok := ch.(notifier.Finder); ok && m.InDoubt {
		receipt, found, err := finder.Find(ctx, m)
		if err != nil {
			return notifier.Receipt{}, notifier.Unknown(err)
		}
		if found {
			return receipt, nil
		}
	}
	return ch.Send(ctx, m)
}
