package collector

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Complete returns a time through which all readings are with the sink: none of that
// time or before comes any more. It is a second or two ago while all sources answer, and
// as long ago as the slowest visit under way has taken.
func (r *Runner) Complete() time.Time {
	r.mu.Lock()
	last := r.last
	if r.state != runs {
		last = r.now() // nothing becomes due
	}
	// All that was due up to the last step was taken then. The schedule lets the clock
	// go back a little without a word.
	first := last.wall - int64(jumpTolerance)
	for _, t := range r.running {
		first = min(first, t.due)
	}
	for _, l := range [...]*lane{&r.prompt, &r.slow} {
		for _, t := range l.queue.tasks[l.queue.head:] {
			first = min(first, t.due)
		}
	}
	r.mu.Unlock()
	// A visit gives its readings to the emitter before it ends, so this comes second.
	return r.emitter.before(time.Unix(0, first)).Add(-time.Millisecond).UTC()
}

// before returns the earlier of t and the time of the earliest reading that the sink
// does not have yet.
func (e *emitter) before(t time.Time) time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, list := range [...][]*fleet.Reading{e.handing, e.waiting} {
		for _, r := range list {
			if r.At.Before(t) {
				t = r.At
			}
		}
	}
	return t
}
