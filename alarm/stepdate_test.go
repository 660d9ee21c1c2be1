package alarm

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const day = 24 * time.Hour

// weekRule notifies 7, 3 and 1 days before end, and at it.
func weekRule(end time.Time) *DateRule {
	r := &DateRule{Rule: Expiry, Applies: true, Anchor: end, At: end}
	if end.IsZero() {
		return r
	}
	for _, lead := range []time.Duration{7 * day, 3 * day, day, 0} {
		r.Steps = append(r.Steps, DateStep{Lead: lead, At: end.Add(-lead), Severity: Warning})
	}
	return r
}

func TestStepDate(t *testing.T) {
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	year := end.AddDate(1, 0, 0)
	type at struct {
		when time.Duration // from end
		end  time.Time
		off  bool   // the rule does not apply
		want string // kinds of events
	}
	tests := []struct {
		name string
		seen []at
	}{
		{"each step once", []at{
			{-8 * day, end, false, ""}, {-7 * day, end, false, "raised"}, {-6 * day, end, false, ""}, {-3 * day, end, false, "escalated"},
			{-day, end, false, "escalated"}, {-1, end, false, ""}, {0, end, false, "escalated"}, {40 * day, end, false, ""},
		}},
		{"after downtime only the newest", []at{{-8 * day, end, false, ""}, {-12 * time.Hour, end, false, "raised"}, {0, end, false, "escalated"}}},
		{"renewed", []at{{-3 * day, end, false, "raised"}, {-2 * day, year, false, "cleared"}, {-day, year, false, ""}, {358 * day, year, false, "raised"}}},
		{"renewed by so little that a step of the new term has come", []at{{-day, end, false, "raised"}, {0, end.Add(2 * day), false, "escalated"}, {day, end.Add(2 * day), false, "escalated"}}},
		{"renewed before anything was told", []at{{-8 * day, end, false, ""}, {-7 * day, year, false, ""}}},
		{"a date that flips tells nobody twice", []at{
			{-7 * day, end, false, "raised"}, {-6 * day, year, false, "cleared"}, {-5 * day, end, false, ""}, {-4 * day, year, false, ""},
			{-3 * day, end, false, "raised"}, {-3*day + 1, year, false, "cleared"}, {-2 * day, end, false, ""},
		}},
		{"the clock goes back a day", []at{{-3 * day, end, false, "raised"}, {-4 * day, end, false, ""}, {-3 * day, end, false, ""}, {-8 * day, end, false, ""}, {-day, end, false, "escalated"}}},
		{"the date is lost and comes back", []at{{-3 * day, end, false, "raised"}, {-3*day + 1, time.Time{}, false, "lost"}, {-2 * day, time.Time{}, false, ""}, {-2*day + 1, end, false, "found"}, {-day, end, false, "escalated"}}},
		{"a date that was never known", []at{{0, time.Time{}, false, ""}}},
		{"lost, and back with another", []at{{-3 * day, end, false, "raised"}, {-2 * day, time.Time{}, false, "lost"}, {-day, year, false, "found cleared"}}},
		{"a rule that does not apply any more", []at{{-3 * day, end, false, "raised"}, {-2 * day, end, true, "cleared"}, {-day, end, true, ""}, {-day, end, false, "raised"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var s State
			var m Memory
			for i, a := range tt.seen {
				r := weekRule(a.end)
				r.Applies = !a.off
				var events []Event
				s, m, events = StepDate(r, s, m, end.Add(a.when))
				var kinds []string
				for _, e := range events {
					kinds = append(kinds, string(e.Kind))
				}
				if got := strings.Join(kinds, " "); got != a.want {
					t.Fatalf("observation %d (%s): %q, want %q", i, a.when, got, a.want)
				}
			}
		})
	}
}

func TestStepDateReminds(t *testing.T) {
	end := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	r := weekRule(end)
	r.Repeat = day
	s, m, _ := StepDate(r, State{}, Memory{}, end.Add(-7*day))
	s, m, events := StepDate(r, s, m, end.Add(-6*day))
	if len(events) != 1 || events[0].Kind != Reminded {
		t.Fatalf("a day later: %v", events)
	}
	s.AckedAt = 1
	if _, _, events = StepDate(r, s, m, end.Add(-4*day)); len(events) != 0 {
		t.Fatalf("acknowledged: %v", events)
	}
	if s, _, events = StepDate(r, s, m, end.Add(-3*day)); len(events) != 1 || events[0].Kind != Escalated || s.AckedAt != 0 {
		t.Fatalf("the next step: %v", events)
	}
}

// TestStepDateEvents has what an event says of its episode, and when a memory is
// open.
func TestStepDateEvents(t *testing.T) {
	end := in2026(time.December, 1)
	r := weekRule(end)
	from := end.AddDate(0, 0, -7)
	s, m, events := StepDate(r, State{}, Memory{}, from)
	if e := events[0]; e.Kind != Raised || !e.At.Equal(from) || !e.RaisedAt.Equal(from) || !e.Known || e.Level != 1 || e.Severity != Warning || m.Open != milli(end) {
		t.Errorf("%+v, open is %d", e, m.Open)
	}
	s, m, events = StepDate(r, s, m, end.AddDate(0, 0, -3))
	if e := events[0]; e.Kind != Escalated || !e.RaisedAt.Equal(from) || e.Level != 1 {
		t.Errorf("%+v", e)
	}
	unknown := weekRule(time.Time{})
	lost, _, events := StepDate(unknown, s, m, end.AddDate(0, 0, -2))
	if e := events[0]; e.Kind != Lost || e.Known || e.Reason != "its date is not known any more" || e.Level != 1 || !lost.Unknown() {
		t.Errorf("%+v", e)
	}
	// Another term whose step has come is news; back to the first, nobody hears of it
	// again, and it is the open one.
	near := weekRule(end.AddDate(0, 0, 1))
	s, m, _ = StepDate(near, s, m, end.AddDate(0, 0, -2))
	if m.Open != milli(near.Anchor) {
		t.Errorf("open is %d", m.Open)
	}
	s, m, events = StepDate(r, s, m, end.AddDate(0, 0, -2))
	if len(events) != 0 || m.Open != milli(end) {
		t.Errorf("%v, open is %d", events, m.Open)
	}
	_, m, events = StepDate(weekRule(end.AddDate(1, 0, 0)), s, m, end.AddDate(0, 0, -2))
	if e := events[0]; e.Kind != Cleared || e.Level != 0 || m.Open != 0 {
		t.Errorf("%+v, open is %d", e, m.Open)
	}
	// A step that people know of a term begins no episode, and opens nothing.
	if _, m, events = StepDate(r, State{}, m, end.AddDate(0, 0, -2)); len(events) != 0 || m.Open != 0 {
		t.Errorf("%v, open is %d", events, m.Open)
	}
}

// TestStepDateUntil: after it, no episode begins; one that is open goes on.
func TestStepDateUntil(t *testing.T) {
	end := in2026(time.December, 1)
	r := weekRule(end)
	r.Until = end.AddDate(0, 0, -3)
	for after, want := range map[time.Duration]int{-1: 1, 0: 0} {
		if _, _, events := StepDate(r, State{}, Memory{}, r.Until.Add(after)); len(events) != want {
			t.Errorf("%s after it: %v", after, events)
		}
	}
	s, m, _ := StepDate(r, State{}, Memory{}, end.AddDate(0, 0, -7))
	if _, _, events := StepDate(r, s, m, end.AddDate(0, 0, -1)); len(events) != 1 || events[0].Kind != Escalated {
		t.Errorf("an open one: %v", events)
	}
}

// TestStepDateRemindsAfterTheClockWasSetBack counts from then on.
func TestStepDateRemindsAfterTheClockWasSetBack(t *testing.T) {
	end := in2026(time.December, 1)
	r := weekRule(end)
	r.Repeat = day
	s, m, _ := StepDate(r, State{}, Memory{}, end.AddDate(0, 0, -4))
	back := end.AddDate(0, 0, -6)
	s, m, events := StepDate(r, s, m, back)
	if len(events) != 0 {
		t.Errorf("at once: %v", events)
	}
	for _, unknown := range []bool{false, true} {
		rule := *r
		if unknown {
			rule.Anchor, rule.Steps = time.Time{}, nil
		}
		for after, want := range map[time.Duration]bool{day - time.Millisecond: false, day: true} {
			_, _, events := StepDate(&rule, s, m, back.Add(after))
			if got := len(events) > 0 && events[len(events)-1].Kind == Reminded; got != want {
				t.Errorf("after %s, date unknown %v: %v", after, unknown, events)
			}
		}
	}
}

// TestStepDateTellsOnce: whatever the dates and the clock do, no step of one term
// is told twice while it is remembered, an episode begins and ends in turn, and
// one with a known date in the far future is not open.
func TestStepDateTellsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		ends := []time.Time{{}, base.Add(30 * day), base.Add(33 * day), base.Add(395 * day)}
		type step struct {
			anchor int64
			lead   int64
		}
		told := make(map[step]bool)
		var s State
		var m Memory
		now := base
		for range rapid.IntRange(1, 60).Draw(t, "observations") {
			now = now.Add(time.Duration(rapid.Int64Range(int64(-2*day), int64(10*day)).Draw(t, "passes")))
			r := weekRule(rapid.SampledFrom(ends).Draw(t, "end"))
			before := s
			next, memory, events := StepDate(r, s, m, now)
			for _, e := range events {
				switch e.Kind {
				case Raised, Escalated:
					if (e.Kind == Raised) == before.Raised() {
						t.Fatalf("%s while raised is %v", e.Kind, before.Raised())
					}
					told1 := step{memory.Terms[0].Anchor, memory.Terms[0].Lead}
					if told[told1] {
						t.Fatalf("%+v was told twice", told1)
					}
					told[told1] = true
				case Cleared:
					if !before.Raised() || next.Raised() {
						t.Fatal("an end without a beginning")
					}
				case Lost, Found, Reminded, Eased, Withdrawn, Acked:
				}
			}
			if next.Raised() != (memory.Open != 0) {
				t.Fatalf("raised is %v, and the open term %d", next.Raised(), memory.Open)
			}
			s, m = next, memory
		}
	})
}
