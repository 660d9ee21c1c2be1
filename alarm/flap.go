package alarm

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// An alarm that rose and fell several times within an hour flaps: it was raised and ended, or
// it went up and down between two levels. Its last end is
// not told as one: people hear once that it flaps, and the episode stays open. From then
// on its ups and downs are noted and not told; people hear hourly how it stands, and at
// once when it rises to a level that they have not heard of. After an hour without an up
// or down it is over, or an ordinary open alarm again.

// MaxFlapRaises is how many raises a Flapping may ask for.
const MaxFlapRaises = 4

// Flapping says when an alarm flaps. The zero Flapping is never.
type Flapping struct {
	Raises int           // how many rises that were followed by a fall, at most MaxFlapRaises; 0 switches it off
	Within time.Duration // in how much time; how often people hear of it, and how long it has to be still
}

// FlapState is what is remembered of an alarm that was raised not long ago. Times are
// Unix milliseconds, 0 for "not".
type FlapState struct {
	Raises  [MaxFlapRaises]int64 `json:"raises,omitzero"`    // the newest rises, the newest first; while it flaps, those that led to it
	At      int64                `json:"at,omitempty"`       // since when it flaps
	MovedAt int64                `json:"moved_at,omitempty"` // while it flaps: its newest up or down
	Count   int                  `json:"count,omitempty"`    // while it flaps: rises so far
	Peak    int                  `json:"peak,omitempty"`     // of an open alarm: the highest level that people heard of
}

// Flaps is what an event says of an alarm that flaps. The zero Flaps is that of one that
// does not.
type Flaps struct {
	Raises int           // so far
	Since  time.Time     // the first of them
	Within time.Duration // how often people hear of it, and how long it has to be still
	Up     bool          // usage is at a level at the moment
}

// recent are the raises that still count at the moment now.
func (f *FlapState) recent(r *Flapping, now int64) (raises [MaxFlapRaises]int64, n int) {
	for _, at := range f.Raises {
		if at = min(at, now); at != 0 && now-at <= r.Within.Milliseconds() {
			raises[n] = at
			n++
		}
	}
	return raises, n
}

// rises notes a rise to a level: one from below all levels, or one to a level at which the
// alarm was before. What rises step by step rises once.
func (f *FlapState) rises(r *Flapping, raised bool, level int, now int64) {
	if raised && level > f.Peak {
		return
	}
	switch {
	case f.At != 0:
		f.Count++
	case r.Raises > 0:
		before, _ := f.recent(r, now)
		f.Raises = [MaxFlapRaises]int64{now}
		copy(f.Raises[1:], before[:])
	}
}

// end is what an alarm does whose usage has left its last level: it ends, or flaps, or
// goes on flapping.
func end(r *Rule, s *State, o *Observation, now int64, events []Event) []Event {
	if s.Flap.At != 0 {
		s.Level, s.Flap.MovedAt = 0, now
		return append(events, flapEvent(Fell, r, s, o))
	}
	raises, n := s.Flap.recent(&r.Flapping, now)
	if r.Flapping.Raises == 0 || n < r.Flapping.Raises {
		s.Level = 0
		e := cleared(r, s, o)
		*s = State{Flap: FlapState{Raises: raises}}
		return append(events, e)
	}
	s.flap(raises, n, s.Level, 0, now)
	return append(events, flapEvent(BeganFlapping, r, s, o))
}

// ease moves to a lower level. An alarm that was at the higher one several times flaps: then
// people hear of the higher one until it is still.
func ease(r *Rule, s *State, o *Observation, level int, now int64, events []Event) []Event {
	if s.Flap.At != 0 {
		s.Level, s.Flap.MovedAt = level, now
		return append(events, flapEvent(Eased, r, s, o))
	}
	raises, n := s.Flap.recent(&r.Flapping, now)
	if r.Flapping.Raises == 0 || n < r.Flapping.Raises {
		s.on(level, r, o)
		return append(events, event(Eased, s, o))
	}
	s.flap(raises, n, s.Flap.Peak, level, now)
	return append(events, flapEvent(BeganFlapping, r, s, o))
}

// flap begins to flap, with the level at which the alarm is now.
func (s *State) flap(raises [MaxFlapRaises]int64, n, peak, level int, now int64) {
	s.Flap = FlapState{Raises: raises, At: now, MovedAt: now, Count: n, Peak: peak}
	s.Level, s.NotifiedAt = level, now
}

// settle ends the flapping of an alarm that has been still for long enough, and forgets
// raises that do not count any more. Of one whose rule knows no flapping any more, both
// is so at once.
func settle(r *Rule, s *State, o *Observation, now int64, events []Event) []Event {
	if s.Flap.At == 0 {
		if !s.Raised() {
			s.Flap.Raises, _ = s.Flap.recent(&r.Flapping, now)
		}
		return events
	}
	s.Flap.MovedAt = min(s.Flap.MovedAt, now) // the clock may have been set back
	if now-s.Flap.MovedAt < r.Flapping.Within.Milliseconds() {
		return events
	}
	if !s.Raised() {
		e := cleared(r, s, o)
		*s = State{}
		return append(events, e)
	}
	s.on(s.Level, r, o)
	e := flapEvent(Settled, r, s, o)
	s.Flap, s.NotifiedAt = FlapState{}, now
	return append(events, e)
}

// flapEvent describes what happened to an alarm that may flap.
func flapEvent(k EventKind, r *Rule, s *State, o *Observation) Event {
	e := event(k, s, o)
	if s.Flap.At == 0 {
		return e
	}
	e.Flaps.Within = r.Flapping.Within
	if k == BeganFlapping {
		e.Reason = fmt.Sprintf("goes up and down: raised %d times within %s", s.Flap.Count, words.Duration(o.At.Sub(e.Flaps.Since), words.EN))
	}
	return e
}

// flaps is what an event says of the flapping of a state.
func (s *State) flaps() Flaps {
	if s.Flap.At == 0 {
		return Flaps{}
	}
	first := s.Flap.At
	for _, at := range s.Flap.Raises {
		if at != 0 {
			first = min(first, at)
		}
	}
	return Flaps{Raises: s.Flap.Count, Since: fromMilli(first), Up: s.Raised()}
}
