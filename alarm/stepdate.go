package alarm

import "time"

// StepDate judges one rule of the calendar at the moment now: from the rule as it
// is worked out for the present term, the state before and the steps that people
// were notified of, to the state after and what happened. It is a function of its
// arguments only.
//
//   - People are notified of the newest step that has come, unless they were of it
//     or a later one of this term: once, over restarts, downtime and reloads. Steps
//     that were missed are not made up for.
//   - Another term of which no step has come ends the episode.
//   - An unknown date holds the state. So does a clock that was set back.
//   - A rule that does not apply ends the episode.
func StepDate(r *DateRule, s State, m Memory, now time.Time) (State, Memory, []Event) {
	at := milli(now)
	if r.Applies && r.Anchor.IsZero() {
		return dateUnknown(r, s, m, now)
	}
	var events []Event
	if s.LostAt != 0 {
		s.LostAt, s.LostReason = 0, ""
		events = append(events, dateEvent(Found, s, now))
	}
	step, due := r.due(now)
	moved := s.Raised() && m.Open != milli(r.Anchor)
	switch {
	case s.Raised() && (!r.Applies || moved && !due):
		end := dateEvent(Cleared, s, now)
		m.Open = 0
		return State{}, m, append(events, end)
	case !r.Applies || !due:
		return s, m, events
	case r.news(step, m, now):
		kind := Raised
		if s.Raised() {
			kind = Escalated
		}
		s = s.begun(step, at)
		return s, m.with(r.Anchor, step.Lead), append(events, dateEvent(kind, s, now))
	}
	if moved { // back to a term whose step people know
		m.Open = milli(r.Anchor)
	}
	return remindDate(r, s, m, now, events)
}

// news tells whether a step that has come is news: people were notified neither of
// it nor of a later one of its term.
func (r *DateRule) news(step DateStep, m Memory, now time.Time) bool {
	lead, known := m.lastStep(r.Anchor)
	if !known {
		return r.open(now)
	}
	return step.Lead < lead
}

// begun is the state when a step has come: an episode begins, or goes on to what
// nobody has acknowledged yet.
func (s State) begun(step DateStep, at int64) State {
	if s.Raised() {
		s.AckedAt, s.AckedBy = 0, ""
	} else {
		s.RaisedAt = at
	}
	s.Level, s.Severity, s.NotifiedAt = 1, step.Severity, at
	return s
}

// remindDate reminds of an open episode when that is due.
func remindDate(r *DateRule, s State, m Memory, now time.Time, events []Event) (State, Memory, []Event) {
	if s.remind(&Rule{Repeat: r.Repeat}, milli(now)) {
		events = append(events, dateEvent(Reminded, s, now))
	}
	return s, m, events
}

// open tells whether an episode may still begin.
func (r *DateRule) open(now time.Time) bool { return r.Until.IsZero() || now.Before(r.Until) }

// dateUnknown holds an episode whose date is not known any more.
func dateUnknown(r *DateRule, s State, m Memory, now time.Time) (State, Memory, []Event) {
	if !s.Raised() {
		return s, m, nil
	}
	var events []Event
	if s.LostAt == 0 {
		s.LostAt, s.LostReason = milli(now), "its date is not known any more"
		events = append(events, dateEvent(Lost, s, now))
	}
	return remindDate(r, s, m, now, events)
}

func dateEvent(k EventKind, s State, now time.Time) Event {
	e := event(k, &s, &Observation{At: now, Known: s.LostAt == 0, Reason: s.LostReason})
	if k == Cleared {
		e.Level = 0
	}
	return e
}
