package alarm

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawRule draws any rule that configuration lets through.
func drawRule(t *rapid.T) Rule {
	n := rapid.IntRange(1, MaxLevels).Draw(t, "levels")
	r := Rule{
		For:      time.Duration(rapid.IntRange(0, 120).Draw(t, "for")) * time.Second,
		ClearFor: time.Duration(rapid.IntRange(0, 120).Draw(t, "clear_for")) * time.Second,
		Repeat:   time.Duration(rapid.IntRange(0, 600).Draw(t, "repeat")) * time.Second,
	}
	threshold := 0.0
	for range n {
		threshold += rapid.Float64Range(0.05, 0.2).Draw(t, "threshold")
		r.Levels = append(r.Levels, Level{Severity: Warning, Threshold: threshold, Clear: threshold * rapid.Float64Range(0.5, 0.99).Draw(t, "clear")})
	}
	return r
}

// drawUsage draws figures around the thresholds, and some that are none.
func drawObservation(t *rapid.T, at time.Time) Observation {
	o := Observation{At: at, Known: rapid.IntRange(0, 4).Draw(t, "known") > 0, Capacity: 1}
	o.Usage = rapid.Float64Range(0, 1).Draw(t, "usage")
	switch rapid.IntRange(0, 40).Draw(t, "odd") {
	case 0:
		o.Usage = math.NaN()
	case 1:
		o.Usage = math.Inf(1)
	case 2:
		o.Capacity = 0
	case 3:
		o.Usage = -1
	}
	return o
}

func TestStepProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		var s State
		var seen []Observation
		at := start()
		for range rapid.IntRange(1, 60).Draw(t, "observations") {
			at = at.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "gap")) * time.Second)
			o := drawObservation(t, at)
			before := s
			var events []Event
			s, events = Step(r, s, o)
			seen = append(seen, o)
			checkEvents(t, r, before, s, o, events)
			for _, e := range events {
				switch e.Kind {
				case Raised:
					checkSustained(t, seen, r.For, func(u float64) bool { return u >= r.Levels[s.Level-1].Threshold })
				case Cleared:
					checkSustained(t, seen, r.ClearFor, func(u float64) bool { return u < r.Levels[0].Clear })
				}
			}
		}
	})
}

// checkEvents holds what must be true of every single step.
func checkEvents(t *rapid.T, r Rule, before, after State, o Observation, events []Event) {
	if after.Level < 0 || after.Level > len(r.Levels) {
		t.Fatalf("level %d of %d", after.Level, len(r.Levels))
	}
	if !after.Raised() && (after.RaisedAt != 0 || after.NotifiedAt != 0 || after.AckedAt != 0) {
		t.Fatalf("a quiet state remembers an episode: %+v", after)
	}
	if !usable(&o) && after.Level != before.Level {
		t.Fatalf("unknown moved the level from %d to %d", before.Level, after.Level)
	}
	if usable(&o) == after.Unknown() {
		t.Fatalf("usable %v, and the state is unknown %v", usable(&o), after.Unknown())
	}
	moves := 0
	for _, e := range events {
		switch e.Kind {
		case Raised, Escalated, Eased, Cleared:
			moves++
		case Reminded:
			if r.Repeat == 0 || !before.Raised() {
				t.Fatalf("reminded of nothing, or although reminders are off")
			}
		}
	}
	want := 0
	if before.Level != after.Level {
		want = 1
	}
	if moves != want {
		t.Fatalf("level %d to %d with %d events: %v", before.Level, after.Level, moves, events)
	}
}

// checkSustained fails when, in the last d of known time, something was seen
// that does not hold. Time without data does not count, so it looks back further
// by as much.
func checkSustained(t *rapid.T, seen []Observation, d time.Duration, holds func(float64) bool) {
	var known time.Duration
	for i := len(seen) - 1; i >= 0; i-- {
		if usable(&seen[i]) && !holds(seen[i].Usage/seen[i].Capacity) {
			t.Fatalf("moved %v after a figure of %v", known, seen[i].Usage)
		}
		if known >= d {
			return
		}
		if i > 0 && usable(&seen[i-1]) {
			known += seen[i].At.Sub(seen[i-1].At)
		}
	}
	t.Fatalf("moved after %v of %v", known, d)
}
