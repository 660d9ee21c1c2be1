package lastway

import (
	"cmp"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/outbox"
)

const (
	// mostThings bounds what is remembered.
	mostThings = 10_000
	// goneAfter is how long the engine has not come to a decision again before it is
	// taken for over. Readings come at least every few minutes.
	goneAfter = 15 * time.Minute
	// againAfter is how long after it was tried in vain it is tried again, while the
	// engine still comes to it.
	againAfter = 5 * time.Minute
)

// thing is what a person is told once: what happened to an alarm, and how grave it
// is. Its code is not part of it: that is another at each reading.
type thing struct {
	key      alarm.Key
	kind     alarm.EventKind
	severity alarm.Severity
}

// thingOf is what an event tells. That an alarm begins at a level and that it rises to
// it is the same to a person.
func thingOf(ev *alarm.Event) thing {
	kind := ev.Kind
	if kind == alarm.Escalated {
		kind = alarm.Raised
	}
	return thing{ev.Key, kind, ev.Severity}
}

// entry is what is known of a thing.
type entry struct {
	event   alarm.Event          // as it was decided last
	trouble outbox.Trouble       // why it could not be stored
	first   time.Time            // when it could not be stored first
	seen    time.Time            // and last
	planned time.Time            // when its messages were; zero is not yet
	waiting map[string]bool      // recipients whose message is still to be sent
	told    map[string]time.Time // when recipients were told; zero is: perhaps
	who     []notifier.Addressee // those of told
}

// hears tells whether a recipient was told, or is about to be.
func (e *entry) hears(recipient string) bool {
	_, told := e.told[recipient]
	return told || e.waiting[recipient]
}

// things is all that could not be stored.
type things map[thing]*entry

// offer takes an event that could not be stored, if it is one to be told.
func (ts things) offer(ev *alarm.Event, trouble outbox.Trouble, now time.Time) {
	t := thingOf(ev)
	if e := ts[t]; e != nil {
		e.event, e.trouble, e.seen = *ev, trouble, now
		return
	}
	switch {
	case len(ts) >= mostThings:
		return
	case notifier.Ends(ev.Kind):
		if len(ts.heard(ev.Key)) == 0 {
			return // who was not told of the beginning is not told of the end
		}
	case ev.Kind != alarm.Raised && ev.Kind != alarm.Escalated, ev.Severity == alarm.Info:
		return
	}
	ts[t] = &entry{event: *ev, trouble: trouble, first: now, seen: now, waiting: make(map[string]bool), told: make(map[string]time.Time)}
}

// stored forgets an alarm of which an event is stored: from then on it is the outbox's.
func (ts things) stored(ev *alarm.Event) {
	for t := range ts {
		if t.key == ev.Key {
			delete(ts, t)
		}
	}
}

// heard returns who was told of a beginning of an alarm.
func (ts things) heard(key alarm.Key) []notifier.Addressee {
	var out []notifier.Addressee
	seen := make(map[string]bool)
	for t, e := range ts {
		if t.key != key || notifier.Ends(t.kind) {
			continue
		}
		for _, a := range e.who {
			if !seen[a.Recipient] {
				seen[a.Recipient] = true
				out = append(out, a)
			}
		}
	}
	return out
}

// due returns what is to be told now, the oldest first: what has waited long enough,
// and what was tried in vain some time ago and lasts.
func (ts things) due(now time.Time) []*entry {
	var out []*entry
	for _, e := range ts {
		if !e.dueAt().After(now) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *entry) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.event.Key.Instance, b.event.Key.Instance), cmp.Compare(a.event.Key.Metric, b.event.Key.Metric))
	})
	return out
}

// dueAt is when the entry is planned, or planned again.
func (e *entry) dueAt() time.Time {
	switch {
	case e.planned.IsZero():
		return e.first.Add(Patience)
	case e.seen.After(e.planned):
		return e.planned.Add(againAfter)
	}
	return e.planned.Add(2 * goneAfter) // it is gone by then, or seen again
}

// forget drops what could not be stored because another program held the database,
// and was not told: it can be written, and the engine comes to the same decision again.
func (ts things) forget() {
	for t, e := range ts {
		if e.trouble == outbox.Locked && e.planned.IsZero() {
			delete(ts, t)
		}
	}
}

// gone takes out and returns the beginnings that were told and that the engine has
// not decided again for long: neither is their alarm stored, nor will its end be.
func (ts things) gone(now time.Time) []*entry {
	var out []*entry
	for t, e := range ts {
		if now.Sub(e.seen) < goneAfter {
			continue
		}
		delete(ts, t)
		if len(e.who) > 0 && !notifier.Ends(t.kind) {
			out = append(out, e)
		}
	}
	return out
}

// next returns how long nothing is to be done.
func (ts things) next(now time.Time) time.Duration {
	wait := goneAfter
	for _, e := range ts {
		wait = min(wait, max(min(e.seen.Add(goneAfter).Sub(now), e.dueAt().Sub(now)), 0))
	}
	return wait
}
