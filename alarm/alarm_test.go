package alarm

import (
	"slices"
	"testing"
)

// TestRulesOfAMetric: only what fills up is watched metric by metric.
func TestRulesOfAMetric(t *testing.T) {
	for _, r := range InstanceRules() {
		if got, want := r.OfMetric(), slices.Contains([]RuleName{Capacity, Forecast}, r); got != want {
			t.Errorf("%s: %v, want %v", r, got, want)
		}
	}
}
