package state

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// unjudged has no alarms and no balances of its own.
type unjudged struct{}

func (unjudged) Each(func(string, [fleet.NumMetrics]fleet.MetricState, fleet.Severities)) {}

func (unjudged) Severities(string) fleet.Severities { return fleet.Severities{} }

func (unjudged) States(string) (out [fleet.NumMetrics]fleet.MetricState, ok bool) { return out, false }

func (unjudged) Fresh(accounts []fleet.Account) []fleet.Account { return accounts }

// TestLevels holds that a standing has every level in force, and that instances with
// equal rules share theirs.
func TestLevels(t *testing.T) {
	two := &alarm.Rule{Levels: []alarm.Level{{Severity: alarm.Warning, Threshold: 0.7, Clear: 0.65}, {Severity: alarm.Critical, Threshold: 0.9, Clear: 0.85}}}
	rules := [fleet.NumMetrics]*alarm.Rule{fleet.Connections: two}
	f := New(&config.Snapshot{Instances: []config.Instance{
		{Instance: &fleet.Instance{ID: "a"}, Rules: rules}, {Instance: &fleet.Instance{ID: "b"}, Rules: rules}, {Instance: &fleet.Instance{ID: "c"}},
	}}, nil, time.Unix(7300, 0))
	got := NewView(f, unjudged{}, unjudged{}).Standings()
	want := fleet.Levels{fleet.Connections: {{Severity: "warning", Threshold: 0.7, Clear: 0.65}, {Severity: "critical", Threshold: 0.9, Clear: 0.85}}}
	if diff := cmp.Diff(want, *got[0].Levels); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got[0].Levels != got[1].Levels {
		t.Error("two instances with equal rules have levels of their own")
	}
	if got[2].Levels.Lowest(fleet.Connections) != 0 {
		t.Error("an instance without rules has a level")
	}
	in, _, _ := f.Case("a")
	if in.Thresholds[fleet.Connections] != 0.7 || in.Thresholds[fleet.Subscriptions] != 0 {
		t.Errorf("advice is given on the thresholds %v", in.Thresholds)
	}
}
