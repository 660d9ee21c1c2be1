package alarm

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// warnCritical is the usual rule: 70 % with a clear threshold of 65 %, and 90 % with 85 %.
func warnCritical() Rule {
	return Rule{
		Levels: []Level{
			{Severity: Warning, Threshold: 0.70, Clear: 0.65},
			{Severity: Critical, Threshold: 0.90, Clear: 0.85},
		},
		For: time.Minute, ClearFor: time.Minute, Repeat: 24 * time.Hour,
	}
}

func start() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// seen is one observation at a number of seconds after the start; a negative
// usage is an unknown one.
type seen struct {
	at    int
	usage float64
}

func (s seen) observation() Observation {
	o := Observation{At: start().Add(time.Duration(s.at) * time.Second)}
	if s.usage < 0 {
		o.Reason = "connection refused"
		return o
	}
	o.Known, o.Usage, o.Capacity = true, s.usage, 100
	return o
}

// told is one event, at a number of seconds after the start.
type told struct {
	At    int
	Kind  EventKind
	Level int
}

func TestStep(t *testing.T) {
	tests := []struct {
		name string
		rule func(*Rule)
		seen []seen
		want []told
	}{
		{name: "never near the threshold", seen: []seen{{0, 10}, {15, 20}, {30, 69}}},
		{name: "spike shorter than for", seen: []seen{{0, 75}, {15, 80}, {30, 60}, {45, 60}, {60, 60}, {75, 75}, {90, 60}}},
		{name: "exactly at the threshold for exactly for", seen: []seen{{0, 70}, {30, 70}, {60, 70}}, want: []told{{60, Raised, 1}}},
		{name: "a dip below the threshold starts the timer anew", seen: []seen{{0, 75}, {45, 69.9}, {60, 75}, {90, 75}, {119, 75}, {120, 75}},
			want: []told{{120, Raised, 1}}},
		{name: "raised once only", seen: []seen{{0, 75}, {60, 75}, {120, 76}, {3600, 80}}, want: []told{{60, Raised, 1}}},
		{name: "between the thresholds is held", seen: []seen{{0, 75}, {60, 75}, {120, 66}, {6000, 65}, {12000, 69}}, want: []told{{60, Raised, 1}}},
		{name: "cleared after clear_for below the clear threshold", seen: []seen{{0, 75}, {60, 75}, {120, 64}, {165, 64}, {180, 64}},
			want: []told{{60, Raised, 1}, {180, Cleared, 0}}},
		{name: "a rise between the thresholds starts clear_for anew", seen: []seen{{0, 75}, {60, 75}, {120, 64}, {165, 66}, {180, 64}, {225, 64}, {240, 64}},
			want: []told{{60, Raised, 1}, {240, Cleared, 0}}},
		{name: "straight to critical is one event", seen: []seen{{0, 95}, {60, 95}}, want: []told{{60, Raised, 2}}},
		{name: "escalates", seen: []seen{{0, 75}, {60, 75}, {75, 91}, {135, 92}}, want: []told{{60, Raised, 1}, {135, Escalated, 2}}},
		{name: "eases level by level", seen: []seen{{0, 95}, {60, 95}, {75, 80}, {135, 80}, {150, 50}, {210, 50}},
			want: []told{{60, Raised, 2}, {135, Eased, 1}, {210, Cleared, 0}}},
		{name: "from critical straight to the end is one event", seen: []seen{{0, 95}, {60, 95}, {75, 10}, {135, 10}},
			want: []told{{60, Raised, 2}, {135, Cleared, 0}}},
		{name: "for and clear_for of nothing act at once", rule: func(r *Rule) { r.For, r.ClearFor = 0, 0 },
			seen: []seen{{0, 75}, {1, 64}}, want: []told{{0, Raised, 1}, {1, Cleared, 0}}},
		{name: "unknown does not raise", seen: []seen{{0, 75}, {15, -1}, {600, -1}}},
		{name: "unknown does not clear", seen: []seen{{0, 75}, {60, 75}, {75, 10}, {90, -1}, {900, -1}},
			want: []told{{60, Raised, 1}, {90, Lost, 1}}},
		{name: "time without data counts for neither timer", seen: []seen{{0, 75}, {30, 75}, {45, -1}, {600, -1}, {645, 75}, {650, 75}, {660, 75}},
			want: []told{{660, Raised, 1}}},
		{name: "clear_for goes on after lost data", seen: []seen{{0, 75}, {60, 75}, {75, 10}, {105, 10}, {110, -1}, {1010, 10}, {1034, 10}, {1035, 10}},
			want: []told{{60, Raised, 1}, {110, Lost, 1}, {1010, Found, 1}, {1035, Cleared, 0}}},
		{name: "reminded every repeat", rule: func(r *Rule) { r.Repeat = time.Hour },
			seen: []seen{{0, 75}, {60, 75}, {3600, 75}, {3660, 75}, {7000, 75}, {7260, 75}},
			want: []told{{60, Raised, 1}, {3660, Reminded, 1}, {7260, Reminded, 1}}},
		{name: "reminded without data too", rule: func(r *Rule) { r.Repeat = time.Hour },
			seen: []seen{{0, 75}, {60, 75}, {75, -1}, {3660, -1}},
			want: []told{{60, Raised, 1}, {75, Lost, 1}, {3660, Reminded, 1}}},
		{name: "no reminder when repeat is off", rule: func(r *Rule) { r.Repeat = 0 },
			seen: []seen{{0, 75}, {60, 75}, {9000000, 75}}, want: []told{{60, Raised, 1}}},
		{name: "the clock set back starts the timers of the end anew",
			seen: []seen{{0, 75}, {60, 75}, {1000, 10}, {100, 10}, {159, 10}, {160, 10}}, want: []told{{60, Raised, 1}, {160, Cleared, 0}}},
		{name: "the clock set back starts the wait for a reminder anew", rule: func(r *Rule) { r.Repeat = time.Hour },
			seen: []seen{{9000, 75}, {9060, 75}, {100, 75}, {3699, 75}, {3700, 75}}, want: []told{{9060, Raised, 1}, {3700, Reminded, 1}}},
		{name: "the clock set back starts the timers anew", seen: []seen{{1000, 75}, {0, 75}, {59, 75}, {60, 75}}, want: []told{{60, Raised, 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule := warnCritical()
			if tt.rule != nil {
				tt.rule(&rule)
			}
			var got []told
			var s State
			for _, o := range tt.seen {
				var events []Event
				s, events = Step(rule, s, o.observation())
				for _, e := range events {
					got = append(got, told{o.at, e.Kind, s.Level})
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStepEventTellsTheFigures(t *testing.T) {
	rule := warnCritical()
	rule.For = 0
	s, events := Step(rule, State{Code: ""}, seen{0, 75}.observation())
	want := []Event{{
		Kind: Raised, At: start(), RaisedAt: start(), Since: start(), Severity: Warning, Level: 1, Known: true, Usage: 75, Capacity: 100, Threshold: 0.70,
		Peak: 75, PeakOf: 100,
	}}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("raise (-want +got):\n%s", diff)
	}
	s.Code = "K7Q2"
	rule.ClearFor = 0
	s, events = Step(rule, s, seen{300, 10}.observation())
	want = []Event{{
		Kind: Cleared, Code: "K7Q2", At: start().Add(5 * time.Minute), RaisedAt: start(), Since: start(), Severity: Warning, Known: true,
		Usage: 10, Capacity: 100, Threshold: 0.65, Peak: 75, PeakOf: 100,
	}}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("end (-want +got):\n%s", diff)
	}
	if !s.Zero() {
		t.Errorf("state after the end is not zero: %+v", s)
	}
}

func TestStepAcknowledgement(t *testing.T) {
	rule := warnCritical()
	rule.For, rule.Repeat = 0, time.Hour
	s, _ := Step(rule, State{}, seen{0, 75}.observation())
	s.AckedAt, s.AckedBy = milli(start()), "wei"

	s, events := Step(rule, s, seen{7200, 75}.observation())
	if len(events) != 0 {
		t.Errorf("an acknowledged episode was told again: %v", events)
	}
	s, events = Step(rule, s, seen{7215, 95}.observation())
	if len(events) != 1 || events[0].Kind != Escalated {
		t.Fatalf("events = %v, want one escalation", events)
	}
	if s.AckedAt != 0 || s.AckedBy != "" {
		t.Errorf("the escalation kept the acknowledgement: %+v", s)
	}
}

func TestStepAfterRuleChange(t *testing.T) {
	rule := warnCritical()
	rule.For, rule.ClearFor = 0, time.Minute
	s, _ := Step(rule, State{}, seen{0, 75}.observation())

	higher := rule
	higher.Levels = []Level{{Severity: Warning, Threshold: 0.85, Clear: 0.80}}
	s, events := Step(higher, s, seen{10, 75}.observation())
	if len(events) != 0 {
		t.Fatalf("events = %v, want none before clear_for", events)
	}
	s, events = Step(higher, s, seen{70, 75}.observation())
	if len(events) != 1 || events[0].Kind != Cleared || !s.Zero() {
		t.Errorf("events = %v, state %+v; want it cleared under the higher threshold", events, s)
	}
}

func TestStepFewerLevelsThanRaised(t *testing.T) {
	rule := warnCritical()
	rule.For = 0
	s, _ := Step(rule, State{}, seen{0, 95}.observation())
	rule.Levels = rule.Levels[:1]
	s, events := Step(rule, s, seen{15, 95}.observation())
	if s.Level != 1 || len(events) != 0 {
		t.Errorf("level %d, events %v; want level 1 and no event", s.Level, events)
	}
}

// TestFigures: what cannot be held against a capacity is unknown.
func TestFigures(t *testing.T) {
	for _, tt := range []struct {
		usage, capacity float64
		known, want     bool
	}{
		{1, 2, true, true}, {0, 2, true, true}, {math.MaxFloat64, math.MaxFloat64, true, true}, {1, 2, false, false},
		{-1, 2, true, false}, {math.NaN(), 2, true, false}, {math.Inf(1), 2, true, false},
		{1, 0, true, false}, {1, -2, true, false}, {1, math.NaN(), true, false}, {1, math.Inf(1), true, false},
	} {
		if got := usable(&Observation{Known: tt.known, Usage: tt.usage, Capacity: tt.capacity}); got != tt.want {
			t.Errorf("%v of %v, known %v: %v", tt.usage, tt.capacity, tt.known, got)
		}
	}
}

// TestStepKeepsTheNewestFigures while raised, for events without a figure of their
// own.
func TestStepKeepsTheNewestFigures(t *testing.T) {
	rule := warnCritical()
	rule.For = 0
	s, _ := Step(rule, State{}, seen{0, 75}.observation())
	lost, events := Step(rule, s, seen{15, -1}.observation())
	if len(events) != 1 || events[0].Kind != Lost || events[0].Known || events[0].Usage != 75 || events[0].Capacity != 100 || events[0].Reason != "connection refused" {
		t.Errorf("lost after one figure: %+v", events)
	}
	if !lost.Unknown() || lost.LostReason != "connection refused" {
		t.Errorf("%+v", lost)
	}
	s, _ = Step(rule, s, seen{15, 78}.observation())
	if _, events = Step(rule, s, seen{30, -1}.observation()); len(events) != 1 || events[0].Usage != 78 {
		t.Errorf("lost after two figures: %+v", events)
	}
}

// TestStepRemindsWithoutDataAfterTheClockWasSetBack counts from then on.
func TestStepRemindsWithoutDataAfterTheClockWasSetBack(t *testing.T) {
	rule := warnCritical()
	rule.For, rule.Repeat = 0, time.Hour
	s, _ := Step(rule, State{}, seen{9000, 75}.observation())
	s, _ = Step(rule, s, seen{9015, -1}.observation())
	s, _ = Step(rule, s, seen{100, -1}.observation())
	for at, want := range map[int]int{3699: 0, 3700: 1} {
		if _, events := Step(rule, s, seen{at, -1}.observation()); len(events) != want {
			t.Errorf("after %d seconds: %v", at, events)
		}
	}
}

// TestStepForgetsLevelsThatAreGone: a level that comes back by another change of
// the rule needs its time anew.
func TestStepForgetsLevelsThatAreGone(t *testing.T) {
	two := warnCritical()
	one := two
	one.Levels = two.Levels[:1]
	var s State
	for _, o := range []struct {
		rule Rule
		seen seen
		want int
	}{{two, seen{0, 95}, 0}, {one, seen{30, 95}, 0}, {one, seen{60, 95}, 1}, {two, seen{90, 95}, 1}, {two, seen{149, 95}, 1}, {two, seen{150, 95}, 2}} {
		if s, _ = Step(o.rule, s, o.seen.observation()); s.Level != o.want {
			t.Errorf("after %d seconds: level %d, want %d", o.seen.at, s.Level, o.want)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	quiet := seen{0, 40}.observation()
	high := seen{0, 75}.observation()
	raised, _ := Step(Rule{Levels: warnCritical().Levels, Repeat: time.Hour}, State{}, high)
	lost := seen{0, -1}.observation()
	gone, _ := Step(warnCritical(), State{}, lost)
	for _, bb := range []struct {
		name  string
		state State
		o     Observation
	}{
		{"quiet", State{}, quiet},
		{"raised", raised, high},
		{"unknown", gone, lost},
	} {
		b.Run(bb.name, func(b *testing.B) {
			rule := warnCritical()
			s := bb.state
			b.ReportAllocs()
			for b.Loop() {
				var events []Event
				s, events = Step(rule, s, bb.o)
				if len(events) != 0 {
					b.Fatal("something happened")
				}
			}
		})
	}
}
