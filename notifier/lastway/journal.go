package lastway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

// Patience is how long an event could not be stored before people are told all the
// same.
const Patience = 10 * time.Second

// Store is the outbox, as far as the last way needs it.
type Store interface {
	Load(ctx context.Context) ([]alarm.Record, error)
	// CommitTold stores a commit, and sends its notices to those who were not told.
	CommitTold(ctx context.Context, c alarm.Commit, told outbox.Told) error
	// Probe writes something, and says why that is not possible.
	Probe(ctx context.Context) error
	Directory() *notifier.Directory
	Silences(ctx context.Context) ([]notifier.Silence, error)
}

// Journal is an alarm.Journal before a Store. It may be used from any goroutine.
type Journal struct {
	store Store
	log   *slog.Logger
	wake  chan struct{} // of capacity 1

	mu       sync.Mutex
	things   things
	outgoing map[string]*outgoing // by recipient
	silences []notifier.Silence   // as they were read last
	trouble  *outbox.StoreError   // of the last commit; nil when it succeeded
	since    time.Time            // of the trouble
	sent     int                  // messages since then
}

// New returns a Journal before a store. It sends while Run runs.
func New(store Store, log *slog.Logger) *Journal {
	return &Journal{
		store: store, log: log.With("component", "last way"), wake: make(chan struct{}, 1),
		things: make(things), outgoing: make(map[string]*outgoing),
	}
}

// Load returns what is stored.
func (j *Journal) Load(ctx context.Context) ([]alarm.Record, error) { return j.store.Load(ctx) }

// Commit stores a commit. When the store is at fault that it cannot, people are told
// of its events after a while.
func (j *Journal) Commit(ctx context.Context, c alarm.Commit) error {
	err := j.store.CommitTold(ctx, c, j.told)
	trouble, isTrouble := errors.AsType[*outbox.StoreError](err)
	now := time.Now()
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case err == nil:
		j.well()
		for i := range c.Events {
			j.things.stored(&c.Events[i])
		}
	case isTrouble:
		if j.trouble == nil {
			j.since = now
		}
		j.trouble = trouble
		for i := range c.Events {
			j.things.offer(&c.Events[i], trouble.Kind, now)
		}
		j.nudge()
	}
	return err
}

// well notes that the store can be written. It is called with the lock.
func (j *Journal) well() {
	if j.trouble != nil && j.sent > 0 {
		j.log.Info("alarms can be stored again", "messages_not_recorded", j.sent)
	}
	j.trouble, j.sent = nil, 0
}

// told tells the outbox whether somebody has heard of an event.
func (j *Journal) told(ev *alarm.Event, recipient string) (time.Time, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	t := j.things[thingOf(ev)]
	if t == nil {
		return time.Time{}, false
	}
	at := t.told[recipient] // zero when it may have arrived: better twice than never
	return at, !at.IsZero()
}

// Remarks says what the operator should see to: that alarms go out unrecorded.
func (j *Journal) Remarks() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.trouble == nil || time.Since(j.since) < Patience {
		return nil
	}
	return []string{fmt.Sprintf("Nothing can be stored since %s UTC: %s. Alarms go out without being recorded (%d messages so far), at most one text message a person a minute.",
		j.since.UTC().Format("15:04:05"), j.trouble.Plain(), j.sent)}
}

func (j *Journal) nudge() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}
