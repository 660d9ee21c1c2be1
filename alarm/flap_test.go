package alarm

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// flapRule is the usual rule, without waiting, for an alarm that flaps by the third time.
func flapRule() Rule {
	r := warnCritical()
	r.For, r.ClearFor = 0, 0
	r.Flapping = Flapping{Raises: 3, Within: time.Hour}
	return r
}

// minutes are observations: usage by the minute.
type minute struct {
	at    int
	usage float64
}

// ups are so many ups and downs from a minute on, two minutes each.
func ups(from, times int) []minute {
	var out []minute
	for i := range times {
		out = append(out, minute{from + 4*i, 75}, minute{from + 4*i + 2, 30})
	}
	return out
}

// bounces are so many rises to the upper level and back to the lower one, from a minute
// on, two minutes each.
func bounces(from, times int) []minute {
	out := []minute{{from, 75}}
	for i := range times {
		out = append(out, minute{from + 4*i + 2, 95}, minute{from + 4*i + 4, 75})
	}
	return out
}

func joined(lists ...[]minute) []minute {
	var out []minute
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// stay holds a figure from a minute on until another, looked at each minute.
func stay(from, until int, usage float64) []minute {
	var out []minute
	for at := from; at <= until; at++ {
		out = append(out, minute{at, usage})
	}
	return out
}

func TestFlapping(t *testing.T) {
	thrice := []string{"0 raised 1", "2 cleared 0", "4 raised 1", "6 cleared 0", "8 raised 1", "10 flapping 0 (3 since 0)"}
	for _, tt := range []struct {
		name string
		rule func(*Rule)
		seen []minute
		want []string
	}{
		{name: "twice is not flapping", seen: ups(0, 2), want: thrice[:4]},
		{name: "the third end is not told as one", seen: ups(0, 3), want: thrice},
		{name: "off", rule: func(r *Rule) { r.Flapping = Flapping{} }, seen: ups(0, 3), want: append(thrice[:5:5], "10 cleared 0")},
		{name: "by the second time", rule: func(r *Rule) { r.Flapping.Raises = 2 }, seen: ups(0, 2), want: append(thrice[:3:3], "6 flapping 0 (2 since 0)")},
		{name: "by the fourth time", rule: func(r *Rule) { r.Flapping.Raises = 4 }, seen: ups(0, 4),
			want: append(thrice[:5:5], "10 cleared 0", "12 raised 1", "14 flapping 0 (4 since 0)")},
		{name: "within another time", rule: func(r *Rule) { r.Flapping.Within = 9 * time.Minute }, seen: ups(0, 4), // the first is 10 minutes ago at each third end
			want: append(thrice[:5:5], "10 cleared 0", "12 raised 1", "14 cleared 0")},
		{name: "at the end of an hour", seen: []minute{{0, 75}, {2, 30}, {4, 75}, {6, 30}, {8, 75}, {60, 30}}, want: append(thrice[:5:5], "60 flapping 0 (3 since 0)")},
		{name: "after an hour", seen: []minute{{0, 75}, {2, 30}, {4, 75}, {6, 30}, {8, 75}, {61, 30}}, want: append(thrice[:5:5], "61 cleared 0")},
		{name: "ups and downs are noted, and told hourly", seen: ups(0, 20),
			want: append(thrice[:6:6], "12 rose 1 (4 since 0)", "14 fell 0 (4 since 0)", "16 rose 1 (5 since 0)", "18 fell 0 (5 since 0)", "20 rose 1 (6 since 0)", "22 fell 0 (6 since 0)",
				"24 rose 1 (7 since 0)", "26 fell 0 (7 since 0)", "28 rose 1 (8 since 0)", "30 fell 0 (8 since 0)", "32 rose 1 (9 since 0)", "34 fell 0 (9 since 0)", "36 rose 1 (10 since 0)", "38 fell 0 (10 since 0)",
				"40 rose 1 (11 since 0)", "42 fell 0 (11 since 0)", "44 rose 1 (12 since 0)", "46 fell 0 (12 since 0)", "48 rose 1 (13 since 0)", "50 fell 0 (13 since 0)", "52 rose 1 (14 since 0)", "54 fell 0 (14 since 0)",
				"56 rose 1 (15 since 0)", "58 fell 0 (15 since 0)", "60 rose 1 (16 since 0)", "62 fell 0 (16 since 0)", "64 rose 1 (17 since 0)", "66 fell 0 (17 since 0)", "68 rose 1 (18 since 0)",
				"70 fell 0 (18 since 0)", "72 rose 1 (19 since 0)", "74 fell 0 (19 since 0)", "76 rose 1 (20 since 0)", "78 fell 0 (20 since 0)")},
		{name: "still for an hour, below", seen: joined(ups(0, 3), stay(11, 75, 30)), want: append(thrice[:6:6], "70 cleared 0 (3 since 0)")},
		{name: "still for an hour, above", seen: joined(ups(0, 3), stay(11, 12, 30), stay(13, 80, 75)),
			want: append(thrice[:6:6], "13 rose 1 (4 since 0)", "70 reminded 1 (4 since 0)", "73 settled 1 (4 since 0)")},
		{name: "an ordinary alarm after that", seen: joined(ups(0, 3), stay(11, 73, 75), []minute{{74, 30}}),
			want: append(thrice[:6:6], "11 rose 1 (4 since 0)", "70 reminded 1 (4 since 0)", "71 settled 1 (4 since 0)", "74 cleared 0")},
		{name: "a higher level is told", seen: joined(ups(0, 3), []minute{{11, 95}, {12, 75}, {13, 95}, {14, 30}, {15, 95}}),
			want: append(thrice[:6:6], "11 escalated 2 (4 since 0)", "12 eased 1 (4 since 0)", "13 rose 2 (5 since 0)", "14 fell 0 (5 since 0)", "15 rose 2 (6 since 0)")},
		{name: "between two levels, without an end", seen: bounces(0, 8),
			want: []string{"0 raised 1", "2 escalated 2", "4 eased 1", "6 escalated 2", "8 eased 1", "10 escalated 2", "12 flapping 1 (3 since 0)",
				"14 rose 2 (4 since 0)", "16 eased 1 (4 since 0)", "18 rose 2 (5 since 0)", "20 eased 1 (5 since 0)", "22 rose 2 (6 since 0)", "24 eased 1 (6 since 0)",
				"26 rose 2 (7 since 0)", "28 eased 1 (7 since 0)", "30 rose 2 (8 since 0)", "32 eased 1 (8 since 0)"}},
		{name: "between two levels, from the upper one", seen: joined([]minute{{0, 95}, {2, 75}}, bounces(4, 2)[1:]),
			want: []string{"0 raised 2", "2 eased 1", "6 escalated 2", "8 eased 1", "10 escalated 2", "12 flapping 1 (3 since 0)"}},
		{name: "between two levels, twice", seen: joined(bounces(0, 2), []minute{{10, 30}}),
			want: []string{"0 raised 1", "2 escalated 2", "4 eased 1", "6 escalated 2", "8 eased 1", "10 cleared 0"}},
		{name: "between two levels, more slowly", seen: []minute{{0, 75}, {1, 95}, {29, 75}, {30, 95}, {59, 75}, {60, 95}, {61, 75}, {62, 95}},
			want: []string{"0 raised 1", "1 escalated 2", "29 eased 1", "30 escalated 2", "59 eased 1", "60 escalated 2", "61 eased 1", "62 escalated 2"}},
		{name: "between two levels, and then still at the lower one", seen: joined(bounces(0, 3), stay(13, 75, 75)),
			want: []string{"0 raised 1", "2 escalated 2", "4 eased 1", "6 escalated 2", "8 eased 1", "10 escalated 2", "12 flapping 1 (3 since 0)", "72 settled 1 (3 since 0)"}},
		{name: "between two levels, and then over", seen: joined(bounces(0, 3), stay(14, 80, 30)),
			want: []string{"0 raised 1", "2 escalated 2", "4 eased 1", "6 escalated 2", "8 eased 1", "10 escalated 2", "12 flapping 1 (3 since 0)", "14 fell 0 (3 since 0)", "72 reminded 0 (3 since 0)", "74 cleared 0 (3 since 0)"}},
		{name: "between two levels and below them", seen: []minute{{0, 75}, {2, 30}, {4, 95}, {6, 75}, {8, 95}, {10, 75}, {12, 95}},
			want: []string{"0 raised 1", "2 cleared 0", "4 raised 2", "6 eased 1", "8 escalated 2", "10 flapping 1 (3 since 0)", "12 rose 2 (4 since 0)"}},
		{name: "what rises step by step does not", seen: []minute{{0, 75}, {1, 95}, {2, 75}, {3, 30}, {4, 75}, {5, 95}, {6, 75}, {7, 30}},
			want: []string{"0 raised 1", "1 escalated 2", "2 eased 1", "3 cleared 0", "4 raised 1", "5 escalated 2", "6 eased 1", "7 cleared 0"}},
		{name: "between two levels, when it is off", rule: func(r *Rule) { r.Flapping = Flapping{} }, seen: bounces(0, 4),
			want: []string{"0 raised 1", "2 escalated 2", "4 eased 1", "6 escalated 2", "8 eased 1", "10 escalated 2", "12 eased 1", "14 escalated 2", "16 eased 1"}},
		{name: "lost data holds it", seen: joined(ups(0, 3), []minute{{20, -1}, {100, -1}, {130, 30}, {178, 30}, {179, 30}, {180, 30}}),
			want: append(thrice[:6:6], "20 lost 0 (3 since 0)", "100 reminded 0 (3 since 0)", "130 found 0 (3 since 0)", "178 reminded 0 (3 since 0)", "180 cleared 0 (3 since 0)")},
		{name: "begins anew after an end", seen: joined(ups(0, 3), stay(11, 70, 30), ups(71, 1)),
			want: append(thrice[:6:6], "70 cleared 0 (3 since 0)", "71 raised 1", "73 cleared 0")},
		{name: "the clock set back", seen: joined(ups(100, 2), []minute{{0, 75}, {2, 30}, {30, 30}, {62, 30}}),
			want: []string{"100 raised 1", "102 cleared 0", "104 raised 1", "106 cleared 0", "0 raised 1", "2 flapping 0 (3 since 0)", "62 cleared 0 (3 since 0)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := flapRule()
			if tt.rule != nil {
				tt.rule(&r)
			}
			var got []string
			var s State
			for _, m := range tt.seen {
				var events []Event
				s, events = Step(r, s, seen{m.at * 60, m.usage}.observation())
				if r.Flapping == (Flapping{}) && s.Flap != (FlapState{}) {
					t.Errorf("%d: it remembers %+v", m.at, s.Flap)
				}
				for _, e := range events {
					line := fmt.Sprintf("%d %s %d", m.at, e.Kind, s.Level)
					if e.Flaps != (Flaps{}) {
						line += fmt.Sprintf(" (%d since %d)", e.Flaps.Raises, int(e.Flaps.Since.Sub(start()).Minutes()))
						if e.Flaps.Up != (s.Level > 0) {
							t.Errorf("%s: up is %v", line, e.Flaps.Up)
						}
					}
					got = append(got, line)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatAnEventSaysOfFlapping besides how often: why, how long it has to be still, and
// the level it is about.
func TestWhatAnEventSaysOfFlapping(t *testing.T) {
	var s State
	var events []Event
	for _, m := range ups(0, 3) {
		s, events = Step(flapRule(), s, seen{m.at * 60, m.usage}.observation())
	}
	e := events[0]
	if e.Kind != BeganFlapping || e.Reason != "goes up and down: raised 3 times within 10 min" || e.Flaps.Within != time.Hour || e.Severity != Warning || e.Threshold != 0.70 || e.Usage != 30 || !e.Known {
		t.Errorf("%+v", e)
	}
	if !s.Open() || s.Raised() || s.RaisedAt != milli(start().Add(8*time.Minute)) {
		t.Errorf("%+v", s)
	}
}

// TestWhatBouncesIsTheUpperLevel: of an alarm that goes up and down between two levels
// people hear of the upper one, until it is still.
func TestWhatBouncesIsTheUpperLevel(t *testing.T) {
	var s State
	var told []string
	for _, m := range joined(bounces(0, 3), stay(13, 20, 75), []minute{{22, 95}}, stay(24, 90, 75)) {
		var events []Event
		s, events = Step(flapRule(), s, seen{m.at * 60, m.usage}.observation())
		for _, e := range events {
			if e.Flaps.Raises > 0 {
				told = append(told, fmt.Sprintf("%d %s %s %.2f", m.at, e.Kind, e.Severity, e.Threshold))
			}
		}
	}
	want := []string{"12 flapping critical 0.90", "22 rose critical 0.90", "24 eased critical 0.90", "72 reminded critical 0.90", "84 settled warning 0.70"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if s.Severity != Warning || s.Threshold != 0.70 || s.Flap != (FlapState{}) {
		t.Errorf("in the end %+v", s)
	}
}

// TestAcknowledgedFlapping is told once, and not reminded of; something graver is told.
func TestAcknowledgedFlapping(t *testing.T) {
	var s State
	for _, m := range ups(0, 3) {
		s, _ = Step(flapRule(), s, seen{m.at * 60, m.usage}.observation())
	}
	s.AckedAt, s.AckedBy = milli(start()), "wei"
	var got []string
	for _, m := range append(ups(11, 30), minute{140, 95}) {
		var events []Event
		s, events = Step(flapRule(), s, seen{m.at * 60, m.usage}.observation())
		for _, e := range events {
			if e.Kind != Rose && e.Kind != Fell {
				got = append(got, fmt.Sprintf("%d %s", m.at, e.Kind))
			}
		}
	}
	if diff := cmp.Diff([]string{"140 escalated"}, got); diff != "" || s.AckedAt != 0 {
		t.Errorf("acknowledged %d, events (-want +got):\n%s", s.AckedAt, diff)
	}
}

// TestFlappingThatAsksForLess counts what was raised before, too.
func TestFlappingThatAsksForLess(t *testing.T) {
	r := flapRule()
	r.Flapping.Raises = 4
	var s State
	var events []Event
	for i, m := range ups(0, 3) {
		if i == 4 {
			r.Flapping.Raises = 2
		}
		s, events = Step(r, s, seen{m.at * 60, m.usage}.observation())
	}
	if len(events) != 1 || events[0].Kind != BeganFlapping || events[0].Flaps.Raises != 3 {
		t.Errorf("%+v", events)
	}
}

// TestFlappingThatIsSwitchedOff ends at once, or is an ordinary alarm.
func TestFlappingThatIsSwitchedOff(t *testing.T) {
	for _, tt := range []struct {
		usage float64
		want  EventKind
	}{{30, Cleared}, {75, Settled}} {
		var s State
		for _, m := range append(ups(0, 3), minute{11, tt.usage}) {
			s, _ = Step(flapRule(), s, seen{m.at * 60, m.usage}.observation())
		}
		off := flapRule()
		off.Flapping = Flapping{}
		s, events := Step(off, s, seen{720, tt.usage}.observation())
		if len(events) != 1 || events[0].Kind != tt.want || s.Flap != (FlapState{}) {
			t.Errorf("%v: %+v, %+v", tt.usage, events, s)
		}
	}
}

// TestFlappingProperties: whatever the course, people hear of no more beginnings within
// the time than make it flap, of flapping once, and then no more often than that time;
// and whatever they heard begin they hear end.
func TestFlappingProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t)
		r.Levels, r.Repeat = r.Levels[:rapid.IntRange(1, min(2, len(r.Levels))).Draw(t, "levels")], 0
		r.Flapping = Flapping{Raises: rapid.IntRange(2, MaxFlapRaises).Draw(t, "raises"), Within: time.Duration(rapid.IntRange(1, 60).Draw(t, "within")) * time.Minute}
		thresholds := []float64{r.Levels[0].Threshold, r.Levels[len(r.Levels)-1].Threshold}
		var s State
		at := start()
		heard := make(map[EventKind][]time.Time)
		open := false
		step := func(o Observation) {
			var events []Event
			s, events = Step(r, s, o)
			for _, e := range events {
				heard[e.Kind] = append(heard[e.Kind], o.At)
				switch e.Kind {
				case Raised:
					if open {
						t.Fatalf("raised at %s, and it is open", o.At)
					}
					open = true
				case Cleared:
					if !open {
						t.Fatalf("ended at %s, and it is not open", o.At)
					}
					open = false
				case Eased, Withdrawn, Acked, Lost, Found:
				default:
					if !open {
						t.Fatalf("%s at %s, and it is not open", e.Kind, o.At)
					}
				}
			}
			if open != s.Open() {
				t.Fatalf("open is %v, people think %v", s.Open(), open)
			}
		}
		for range rapid.IntRange(1, 150).Draw(t, "observations") {
			at = at.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "gap")) * time.Second)
			o := Observation{At: at, Known: rapid.IntRange(0, 9).Draw(t, "known") > 0, Capacity: 1, Usage: rapid.SampledFrom(thresholds).Draw(t, "threshold") * rapid.SampledFrom([]float64{0.3, 0.999, 1, 1.2}).Draw(t, "usage")}
			step(o)
		}
		// An end after which nothing moves any more.
		for range 300 {
			at = at.Add(time.Minute)
			step(Observation{At: at, Known: true, Capacity: 1})
		}
		if open || s != (State{}) {
			t.Fatalf("in the end it is open %v: %+v", open, s)
		}
		within := func(times []time.Time, most int, what string) {
			for i := range times {
				if i+most < len(times) && times[i+most].Sub(times[i]) < r.Flapping.Within {
					t.Fatalf("%d times %s within %v", most+1, what, times[i+most].Sub(times[i]))
				}
			}
		}
		within(heard[Raised], r.Flapping.Raises, "raised")
		within(heard[Escalated], 2*r.Flapping.Raises+1, "escalated") // each time it began, and as often as makes it flap
		within(heard[BeganFlapping], 1, "flapping")
		within(heard[Reminded], 1, "reminded")
		within(heard[Settled], 1, "settled")
	})
}
