package fleet

import "testing"

func TestLowestLevel(t *testing.T) {
	var none *Levels
	some := &Levels{Connections: {{Severity: "warning", Threshold: 0.7}, {Severity: "critical", Threshold: 0.9}}}
	for _, tt := range []struct {
		name   string
		levels *Levels
		metric Metric
		want   float64
	}{
		{"no levels at all", none, Connections, 0},
		{"two of the metric", some, Connections, 0.7},
		{"none of this metric", some, Subscriptions, 0},
	} {
		if got := tt.levels.Lowest(tt.metric); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
