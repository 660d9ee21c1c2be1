package fleet_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestMetricStanding(t *testing.T) {
	in := func(watched bool) *fleet.Instance {
		out := &fleet.Instance{ID: "a", Watched: watched}
		out.Configured[fleet.Connections] = 100
		return out
	}
	read := func(metrics ...fleet.Metric) *fleet.Reading {
		r := &fleet.Reading{Instance: "a", At: time.Unix(1000, 0), Up: true}
		for _, m := range metrics {
			r.Known, r.Usage[m] = r.Known.With(m), 75
		}
		return r
	}
	figure := func(v float64) *fleet.Reading {
		r := read(fleet.Connections)
		r.Usage[fleet.Connections] = v
		return r
	}
	for _, tt := range []struct {
		name string
		st   fleet.Standing
		m    fleet.Metric
		want fleet.MetricStanding
	}{
		{"usage and capacity", fleet.Standing{Instance: in(true), Reading: read(fleet.Connections)}, fleet.Connections,
			fleet.MetricStanding{State: fleet.MetricUnwatched, Known: true, Usage: 75, Measured: true, Utilization: 0.75}},
		{"usage alone", fleet.Standing{Instance: in(true), Reading: read(fleet.Subscriptions)}, fleet.Subscriptions,
			fleet.MetricStanding{State: fleet.MetricUnwatched, Known: true, Usage: 75}},
		{"capacity alone", fleet.Standing{Instance: in(true), Reading: read()}, fleet.Connections,
			fleet.MetricStanding{State: fleet.MetricUnwatched, Reason: "the source does not tell"}},
		{"nothing was read", fleet.Standing{Instance: in(true)}, fleet.Connections,
			fleet.MetricStanding{State: fleet.MetricUnwatched, Reason: "nothing was read yet"}},
		{"no number", fleet.Standing{Instance: in(true), Reading: figure(math.NaN())}, fleet.Connections,
			fleet.MetricStanding{State: fleet.MetricUnwatched, Reason: "the source does not tell"}},
		{"infinite", fleet.Standing{Instance: in(true), Reading: figure(math.Inf(1))}, fleet.Connections,
			fleet.MetricStanding{State: fleet.MetricUnwatched, Reason: "the source does not tell"}},
		{"nobody reads it", fleet.Standing{Instance: in(false)}, fleet.Connections, fleet.MetricStanding{State: fleet.MetricUnwatched}},
		{"raised", fleet.Standing{Instance: in(true), Reading: read(fleet.Connections),
			States: [fleet.NumMetrics]fleet.MetricState{fleet.Connections: fleet.MetricRaised},
			Levels: &fleet.Levels{fleet.Connections: {{Severity: "warning", Threshold: 0.7}}}}, fleet.Connections,
			fleet.MetricStanding{State: fleet.MetricRaised, Known: true, Usage: 75, Measured: true, Utilization: 0.75, Threshold: 0.7}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Metric, tt.want.Limit = tt.m, tt.st.Instance.Limit(tt.st.Reading, tt.m)
			if got := tt.st.Metric(tt.m); got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
	st := fleet.Standing{Instance: in(true), Reading: read(fleet.Subscriptions)}
	if got := slices.Collect(st.Metrics()); len(got) != 2 || got[0].Metric != fleet.Subscriptions || got[1].Metric != fleet.Connections {
		t.Errorf("metrics that concern it: %+v", got)
	}
}
