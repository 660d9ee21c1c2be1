package alarm

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Explained is how one alarm of an instance stands, and what comes next when nothing
// changes.
type Explained struct {
	Key   Key
	State State
	// Level is the rule's level that the episode stands on; zero when none is open.
	Level Level
	// Off says why it is not judged at all; "" when it is.
	Off string
	// Severities are those at which people are told of it, from the lowest.
	Severities []Severity
	Timers     []Timer
}

// TimerKind is what a timer leads to.
type TimerKind string

// The kinds of timers.
const (
	TimerRaise  TimerKind = "raise"  // usage is at or above a threshold
	TimerClear  TimerKind = "clear"  // usage is below the clear threshold of a level
	TimerRemind TimerKind = "remind" // nobody has acknowledged
	TimerStill  TimerKind = "still"  // an alarm that flaps is still
	TimerStep   TimerKind = "step"   // a step of the calendar comes
)

// Timer is one that runs, or a step of the calendar.
type Timer struct {
	Kind     TimerKind
	Severity Severity
	Bound    float64       // the threshold or the clear threshold; 0 where there is none
	Lead     time.Duration // of a step: how long before its moment
	Since    time.Time     // when it began; zero for steps
	// Due is when it happens unless something changes; zero while no data lets the timer stand still.
	Due  time.Time
	Left time.Duration // of one that stands still: how long it runs when data is back
	Told bool          // of a step: people were notified of it, or of a later one
}

// Explain tells how the alarms of one instance stand and what runs: of the metrics that
// it has a capacity for, of its silence, and of its calendar. It is empty for an instance that is not watched.
func (e *Engine) Explain(id string, now time.Time) []Explained {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var out []Explained
	if en := e.entries[id]; en != nil {
		out = en.explain(now)
	}
	return append(out, e.byClock.explain(id, now)...)
}

// explain tells how the alarms of readings stand.
func (en *entry) explain(now time.Time) []Explained {
	var out []Explained
	for _, m := range fleet.Metrics() {
		x := Explained{Key: Key{Rule: Capacity, Instance: en.watch.Instance.ID, Metric: m}}
		limit, sl := en.watch.Instance.Limit(en.last, m), en.slots[m]
		switch {
		case en.watch.Rules[m] == nil && limit.Known():
			x.Off = "the alarm is switched off"
		case sl == nil, !limit.Known() && !sl.state.Open():
			if en.last == nil || !en.last.Known.Has(m) {
				continue // the source has no such metric
			}
			x.Off = "no capacity is known"
		default:
			x.of(en.watch.Rules[m], sl.state, now)
		}
		out = append(out, x)
	}
	silence := Explained{Key: en.noData.key}
	if en.watch.NoData == nil {
		silence.Off = "the alarm is switched off"
	} else {
		silence.of(en.watch.NoData, en.noData.state, now)
	}
	return append(out, silence)
}

// of fills in what a rule makes of a state.
func (x *Explained) of(r *Rule, s State, now time.Time) {
	x.State = s
	if r == nil {
		return
	}
	if s.Level > 0 && s.Level <= len(r.Levels) {
		x.Level = r.Levels[s.Level-1]
	}
	for _, l := range r.Levels {
		x.Severities = append(x.Severities, l.Severity)
	}
	x.Timers = timers(r, &s, now)
}

// timers lists what runs of an alarm of readings, the soonest first.
func timers(r *Rule, s *State, now time.Time) []Timer {
	var out []Timer
	run := func(t Timer, since int64, length time.Duration) {
		if since == 0 || length <= 0 {
			return
		}
		t.Since = fromMilli(since)
		if s.Unknown() && t.Kind != TimerRemind {
			t.Left = length - time.Duration(s.LostAt-since)*time.Millisecond
		} else {
			t.Due = later(t.Since.Add(length), now)
		}
		out = append(out, t)
	}
	for i, l := range r.Levels {
		if i >= s.Level {
			run(Timer{Kind: TimerRaise, Severity: l.Severity, Bound: l.Threshold}, s.Above[i], r.For)
		} else {
			run(Timer{Kind: TimerClear, Severity: l.Severity, Bound: l.Clear}, s.Below[i], r.ClearFor)
		}
	}
	if s.Flap.At != 0 {
		run(Timer{Kind: TimerStill, Severity: s.Severity}, s.Flap.MovedAt, r.Flapping.Within)
	}
	if s.Open() && s.AckedAt == 0 {
		every := r.Repeat
		if s.Flap.At != 0 {
			every = r.Flapping.Within
		}
		run(Timer{Kind: TimerRemind, Severity: s.Severity}, s.NotifiedAt, every)
	}
	slices.SortStableFunc(out, soonest)
	return out
}

// soonest orders timers by when they are due; those that stand still come last.
func soonest(a, b Timer) int {
	switch {
	case a.Due.IsZero() != b.Due.IsZero():
		if a.Due.IsZero() {
			return 1
		}
		return -1
	case a.Due.IsZero():
		return int(a.Left - b.Left)
	}
	return a.Due.Compare(b.Due)
}

// explain tells how the rules of the calendar of an instance stand, and which steps
// are to come.
func (cj *clockJudge) explain(id string, now time.Time) []Explained {
	a := cj.terms[id]
	if a == nil {
		return nil
	}
	var out []Explained
	rules := a.schedule(now, 0)
	for i := range rules {
		r := &rules[i]
		x := Explained{Key: Key{Rule: r.Rule, Instance: id, Metric: NoMetric}}
		var m Memory
		if sl := cj.slots[x.Key]; sl != nil {
			x.State, m = sl.state, sl.remembered()
		}
		if x.State.Open() {
			x.Level = Level{Severity: x.State.Severity}
		}
		if r.Applies {
			x.Timers = steps(r, m, x.State)
			for _, step := range r.Steps {
				x.Severities = append(x.Severities, step.Severity)
			}
		}
		if len(x.Timers) > 0 || x.State.Open() {
			out = append(out, x)
		}
	}
	if a.Rules != nil && a.Rules.Frozen != nil {
		if sl := cj.slots[Key{Rule: FrozenRule, Instance: id, Metric: NoMetric}]; sl != nil {
			x := Explained{Key: sl.key}
			x.of(a.Rules.Frozen, sl.state, now)
			out = append(out, x)
		}
	}
	return out
}

// steps lists the steps of a rule of the calendar, and its next reminder.
func steps(r *DateRule, m Memory, s State) []Timer {
	last, known := m.lastStep(r.Anchor)
	var out []Timer
	for _, step := range r.Steps {
		out = append(out, Timer{Kind: TimerStep, Severity: step.Severity, Lead: step.Lead, Due: step.At, Told: known && step.Lead >= last})
	}
	if s.Raised() && s.AckedAt == 0 && r.Repeat > 0 {
		since := fromMilli(s.NotifiedAt)
		out = append(out, Timer{Kind: TimerRemind, Severity: s.Severity, Since: since, Due: since.Add(r.Repeat)})
	}
	return out
}
