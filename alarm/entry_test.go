package alarm

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestObserve(t *testing.T) {
	limited, bare := &fleet.Instance{ID: "a"}, &fleet.Instance{ID: "a"}
	limited.Configured[fleet.Connections] = 200
	known := &fleet.Reading{At: start(), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
	known.Usage[fleet.Connections] = 50
	gap := &fleet.Reading{At: start(), Up: true, Gaps: []fleet.Gap{{Metric: fleet.Connections, Reason: "not a number"}}}
	for _, tt := range []struct {
		name string
		in   *fleet.Instance
		r    *fleet.Reading
		want Observation
	}{
		{"a figure", limited, known, Observation{At: start(), Known: true, Usage: 50, Capacity: 200}},
		{"no capacity", bare, known, Observation{At: start(), Reason: "no capacity is known"}},
		{"a gap", limited, gap, Observation{At: start(), Reason: "not a number"}},
		{"nothing", limited, &fleet.Reading{At: start(), Up: true}, Observation{At: start(), Reason: "not told by the source"}},
	} {
		if diff := cmp.Diff(tt.want, observe(tt.in, tt.r, fleet.Connections, start())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMetricStates(t *testing.T) {
	known := &fleet.Reading{Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
	other := &fleet.Reading{Up: true, Known: fleet.MetricSet(0).With(fleet.SendTPS)}
	raised, lost := State{Level: 1}, State{Level: 1, LostAt: 1}
	for _, tt := range []struct {
		name    string
		state   *State // nil: nothing is judged
		limit   float64
		last    *fleet.Reading
		missing bool
		want    fleet.MetricState
	}{
		{"nothing is judged", nil, 100, known, false, fleet.MetricUnwatched},
		{"no capacity", &State{}, 0, known, false, fleet.MetricUnwatched},
		{"nothing was read yet", &State{}, 100, nil, false, fleet.MetricUnknown},
		{"all is well", &State{}, 100, known, false, fleet.MetricOK},
		{"another is read", &State{}, 100, other, false, fleet.MetricUnknown},
		{"silent since", &State{}, 100, known, true, fleet.MetricUnknown},
		{"silent, and not raised", &State{LostAt: 1}, 100, known, true, fleet.MetricUnknown},
		{"raised", &raised, 100, known, false, fleet.MetricRaised},
		{"raised, and silent", &lost, 100, known, true, fleet.MetricUnknown},
		{"raised, and its capacity is gone", &raised, 0, known, false, fleet.MetricRaised},
	} {
		w := watch("a")
		w.Instance.Configured[fleet.Connections] = tt.limit
		en := newEntry(w)
		en.last, en.missing = tt.last, tt.missing
		if tt.state != nil {
			en.slots[fleet.Connections] = &slot{state: *tt.state}
		}
		if got := en.metricStates()[fleet.Connections]; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
