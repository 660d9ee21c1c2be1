package alarm

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

// flappingWatch is an instance whose alarms flap by the third time.
func flappingWatch(id string) Watch {
	w := watch(id)
	r := flapRule()
	w.Every = time.Minute
	w.Rules[fleet.Connections] = &r
	w.NoData.For, w.NoData.ClearFor, w.NoData.Flapping = 0, 0, r.Flapping
	return w
}

// alternate gives an instance two figures in turn, a minute each.
func (s *simulation) alternate(id string, times int, up, down float64) {
	for range times {
		for _, figure := range []float64{up, down} {
			s.visit(id, figure, 0)
			for range 60 {
				s.second()
			}
		}
	}
}

// kinds are what happened, without when.
func (s *simulation) kinds() string {
	var out []string
	for _, line := range s.told {
		out = append(out, strings.Fields(line)[1])
	}
	return strings.Join(out, " ")
}

// TestFlappingGoesOnAfterARestart, with its code, and ends; so does what is remembered
// of raises before it flaps.
func TestFlappingGoesOnAfterARestart(t *testing.T) {
	for _, stopped := range []int{1, 2, 3, 4} {
		s := newSimulation(t, Options{Watches: []Watch{flappingWatch("a")}})
		s.alternate("a", stopped, 80, 30)
		s.stop(t.Context())
		s.start(Options{Watches: []Watch{flappingWatch("a")}})
		s.alternate("a", 5-stopped, 80, 30)
		for range 65 {
			s.alternate("a", 1, 30, 30)
		}
		want := "raised cleared raised cleared raised flapping rose fell rose fell reminded cleared"
		// The hourly word comes when nothing was told for an hour; by then it has been still
		// for less.
		if got := strings.ReplaceAll(s.kinds(), " found", ""); got != want { // its data is back after a stop
			t.Errorf("stopped after %d: %q", stopped, got)
		}
		if len(s.journal.states) > 0 || len(s.open) > 0 {
			t.Errorf("stopped after %d: in the end %d states are stored, %d open", stopped, len(s.journal.states), len(s.open))
		}
	}
}

// TestRaisesAreForgotten: what is stored of a single raise goes after an hour.
func TestRaisesAreForgotten(t *testing.T) {
	s := newSimulation(t, Options{Watches: []Watch{flappingWatch("a")}})
	s.alternate("a", 1, 80, 30)
	if len(s.journal.states) != 1 {
		t.Fatalf("%d states are stored after a raise", len(s.journal.states))
	}
	s.alternate("a", 29, 30, 30)
	if len(s.journal.states) != 1 {
		t.Errorf("%d states are stored an hour after the raise", len(s.journal.states))
	}
	s.alternate("a", 1, 30, 30)
	if len(s.journal.states) != 0 {
		t.Errorf("%d states are stored later", len(s.journal.states))
	}
}

// TestSilenceThatFlaps, and what it is called meanwhile.
func TestSilenceThatFlaps(t *testing.T) {
	s := newSimulation(t, Options{Watches: []Watch{flappingWatch("a")}})
	s.visit("a", 30, 0)
	s.second()
	s.alternate("a", 4, -1, 30)
	got := slices.DeleteFunc(strings.Fields(s.kinds()), func(k string) bool { return k == string(Lost) || k == string(Found) })
	if diff := cmp.Diff(strings.Fields("raised cleared raised cleared raised flapping rose fell"), got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestFlappingIsOpen while usage is low: on the page, for a person, and when it is not
// watched any more.
func TestFlappingIsOpen(t *testing.T) {
	s := newSimulation(t, Options{Watches: []Watch{flappingWatch("a")}})
	s.alternate("a", 3, 80, 30)
	if st, _ := s.States("a"); st[fleet.Connections] != fleet.MetricRaised {
		t.Errorf("the metric is %s", st[fleet.Connections])
	}
	if len(s.open) != 1 {
		t.Errorf("%d are open", len(s.open))
	}
	s.mu.Lock()
	s.replaceWatches(nil, nil)
	s.mu.Unlock()
	s.second()
	if got := s.kinds(); !strings.HasSuffix(got, "flapping withdrawn") || len(s.journal.states) > 0 {
		t.Errorf("%q, %d stored", got, len(s.journal.states))
	}
}
