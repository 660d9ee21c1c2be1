package alarm

import (
	"math"
	"time"
)

// Step judges one observation: from a rule, the state before and what was
// seen, to the state after and what happened. It is a function of its arguments
// only, and allocates nothing when nothing happens.
//
//   - Known, at or above a level's Threshold for Rule.For: raised, or escalated.
//
//   - Known, below the current level's Clear for Rule.ClearFor: eased, or cleared.
//
//   - Known, in between: the state is held.
//
//   - Unknown: the state is held, and so are both timers: time without data
//     counts neither as above nor as below.
//
//   - Raised and ended, or risen and eased again, Rule.Flapping.Raises times within
//     Rule.Flapping.Within: it flaps, until it has been still for as long.
//
// People are reminded of an open episode that nobody acknowledged every Rule.Repeat, and of
// one that flaps every Rule.Flapping.Within, with or without data. An escalation takes an acknowledgement back: what was
// acknowledged was less.
func Step(r Rule, s State, o Observation) (State, []Event) {
	events := step(&r, &s, &o)
	return s, events
}

// step is Step, with the state in place: it is too large to be handed on time and again.
func step(r *Rule, s *State, o *Observation) []Event {
	now := milli(o.At)
	s.Level = min(s.Level, len(r.Levels))
	if !usable(o) {
		return stepUnknown(r, s, o, now)
	}
	var events []Event
	if s.LostAt != 0 {
		s.resume(now)
		if s.Open() {
			events = append(events, event(Found, s, o))
		}
	}
	s.runTimers(r, o.Usage/o.Capacity, now)
	if s.Open() {
		s.note(o)
	}

	// A level that is held is not left: its Clear lies below its Threshold.
	switch level := max(risen(r, s, now), fallen(r, s, now)); {
	case level > s.Level:
		return rise(r, s, o, level, now, events)
	case level < s.Level:
		return fall(r, s, o, level, now, events)
	case s.kept(): // hardly any are
		events = settle(r, s, o, now, events)
	}
	if s.remind(r, now) {
		events = append(events, flapEvent(Reminded, r, s, o))
	}
	return events
}

// usable tells whether o is a figure that can be held against a capacity. NaN
// and infinity are not: they compare in ways that would raise or clear.
func usable(o *Observation) bool {
	return o.Known && o.Usage >= 0 && o.Usage <= math.MaxFloat64 && o.Capacity > 0 && o.Capacity <= math.MaxFloat64
}

// stepUnknown holds the state and notes since when the data is missing.
func stepUnknown(r *Rule, s *State, o *Observation, now int64) []Event {
	var events []Event
	o.Usage, o.Capacity = s.Usage, s.Capacity
	if s.LostAt == 0 {
		s.LostAt, s.LostReason = now, o.Reason
		if s.Open() {
			events = append(events, event(Lost, s, o))
		}
	}
	if s.remind(r, now) {
		events = append(events, flapEvent(Reminded, r, s, o))
	}
	return events
}

// resume ends a stretch without data: the timers that were running go on from
// where they stood.
func (s *State) resume(now int64) {
	gap := max(now-s.LostAt, 0)
	for i := range s.Above {
		if s.Above[i] != 0 {
			s.Above[i] += gap
		}
		if s.Below[i] != 0 {
			s.Below[i] += gap
		}
	}
	if s.Flap.MovedAt != 0 {
		s.Flap.MovedAt += gap
	}
	s.LostAt, s.LostReason = 0, ""
}

// runTimers starts and stops the timers of all levels. A timer that lies in the
// future, because the clock was set back, begins anew.
func (s *State) runTimers(r *Rule, u float64, now int64) {
	for i := range r.Levels {
		l := &r.Levels[i]
		s.Above[i] = timer(s.Above[i], u >= l.Threshold, now)
		s.Below[i] = timer(s.Below[i], u < l.Clear && i < s.Level, now)
	}
	for i := len(r.Levels); i < MaxLevels; i++ {
		s.Above[i], s.Below[i] = 0, 0
	}
}

// timer returns since when something is so: now, when it was not so before.
func timer(since int64, is bool, now int64) int64 {
	switch {
	case !is:
		return 0
	case since == 0:
		return now
	}
	return min(since, now)
}

// risen returns the highest level whose threshold has been held long enough.
func risen(r *Rule, s *State, now int64) int {
	for i := len(r.Levels); i > 0; i-- {
		if since := s.Above[i-1]; since != 0 && now-since >= r.For.Milliseconds() {
			return i
		}
	}
	return 0
}

// fallen returns the level that remains when all levels whose clear threshold has
// been undercut long enough are left.
func fallen(r *Rule, s *State, now int64) int {
	level := s.Level
	for level > 0 {
		since := s.Below[level-1]
		if since == 0 || now-since < r.ClearFor.Milliseconds() {
			break
		}
		level--
	}
	return level
}

// rise moves to a higher level and says so; of an alarm that flaps, only when people have
// not heard of that level.
func rise(r *Rule, s *State, o *Observation, level int, now int64, events []Event) []Event {
	kind := Escalated
	s.Flap.rises(&r.Flapping, s.Raised(), level, now)
	if s.Flap.At != 0 {
		s.Flap.MovedAt = now
	}
	switch {
	case s.Flap.At != 0 && level <= s.Flap.Peak:
		s.on(level, r, o)
		return append(events, flapEvent(Rose, r, s, o))
	case s.Flap.At == 0 && !s.Raised():
		kind, s.RaisedAt, s.Since = Raised, now, s.Above[level-1]
		s.Lowest, s.LowestEnd = r.Levels[0].Threshold, r.Levels[0].Clear
	}
	if r.Flapping.Raises > 0 {
		s.Flap.Peak = max(s.Flap.Peak, level)
	}
	s.on(level, r, o)
	s.NotifiedAt, s.AckedAt, s.AckedBy = now, 0, ""
	e := event(kind, s, o)
	e.Since = fromMilli(s.Above[level-1])
	return append(events, e)
}

// fall moves to a lower level, or off the last one, and says so.
func fall(r *Rule, s *State, o *Observation, level int, now int64, events []Event) []Event {
	if level == 0 {
		return end(r, s, o, now, events)
	}
	return ease(r, s, o, level, now, events)
}

// on puts the state on a level, with the figures that led there.
func (s *State) on(level int, r *Rule, o *Observation) {
	s.Level, s.Severity, s.Threshold = level, r.Levels[level-1].Severity, r.Levels[level-1].Threshold
	s.note(o)
}

// note keeps the figures of an observation, and the highest of the episode. What is
// stored has the highest of the last event: one in between is lost with a crash.
func (s *State) note(o *Observation) {
	s.Usage, s.Capacity = o.Usage, o.Capacity
	if s.PeakOf <= 0 || o.Usage/o.Capacity > s.Peak/s.PeakOf {
		s.Peak, s.PeakOf = o.Usage, o.Capacity
	}
}

// cleared describes the end of an episode. Where usage would have kept it open by the
// threshold that raised it, the other threshold is why it ends.
func cleared(r *Rule, s *State, o *Observation) Event {
	e := flapEvent(Cleared, r, s, o)
	e.Threshold = r.Levels[0].Clear
	if s.LowestEnd > 0 && o.Usage/o.Capacity >= s.LowestEnd {
		e.Changed = ThresholdChange{From: s.Lowest, To: r.Levels[0].Threshold}
	}
	return e
}

// remind tells whether a reminder is due, and notes that it was given.
func (s *State) remind(r *Rule, now int64) bool {
	if !s.Open() || s.AckedAt != 0 {
		return false
	}
	every := r.Repeat
	if s.Flap.At != 0 {
		every = r.Flapping.Within
	}
	if every <= 0 {
		return false
	}
	s.NotifiedAt = min(s.NotifiedAt, now) // the clock may have been set back
	if now-s.NotifiedAt < every.Milliseconds() {
		return false
	}
	s.NotifiedAt = now
	return true
}

// event describes what happened to the episode in s. Key, code and instance are
// the Engine's to add.
func event(k EventKind, s *State, o *Observation) Event {
	return Event{
		Kind: k, Code: s.Code, At: o.At, RaisedAt: fromMilli(s.RaisedAt),
		Severity: s.Severity, Level: s.Level,
		Known: o.Known, Usage: o.Usage, Capacity: o.Capacity, Threshold: s.Threshold, Reason: o.Reason,
		Since: fromMilli(s.Since), Peak: s.Peak, PeakOf: s.PeakOf, Flaps: s.flaps(),
	}
}

func fromMilli(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
