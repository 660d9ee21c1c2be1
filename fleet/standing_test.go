package fleet

import "testing"

// reading is one that answered and tells the metrics of known.
func reading(known ...Metric) *Reading {
	r := &Reading{Up: true}
	for _, m := range known {
		r.Known = r.Known.With(m)
	}
	return r
}

func TestConcerns(t *testing.T) {
	limited := &Instance{}
	limited.Configured[Connections] = 100
	gap := &Reading{Gaps: []Gap{{Metric: Connections, Reason: "not permitted"}}}
	other := &Reading{Gaps: []Gap{{Metric: SendTPS, Reason: "not permitted"}}}
	for _, tt := range []struct {
		name string
		st   Standing
		want bool
	}{
		{"nothing is known", Standing{Instance: &Instance{}}, false},
		{"a capacity", Standing{Instance: limited}, true},
		{"raised, and its capacity is gone", Standing{Instance: &Instance{}, States: [NumMetrics]MetricState{Connections: MetricRaised}}, true},
		{"unknown, and nothing was read", Standing{Instance: &Instance{}, States: [NumMetrics]MetricState{Connections: MetricUnknown}}, false},
		{"it is read", Standing{Instance: &Instance{}, Reading: reading(Connections)}, true},
		{"another is read", Standing{Instance: &Instance{}, Reading: reading(SendTPS)}, false},
		{"its source says why not", Standing{Instance: &Instance{}, Reading: gap}, true},
		{"its source says why another is not", Standing{Instance: &Instance{}, Reading: other}, false},
	} {
		if got := tt.st.Concerns(Connections); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestWorst(t *testing.T) {
	states := func(connections, send MetricState) [NumMetrics]MetricState {
		return [NumMetrics]MetricState{Connections: connections, SendTPS: send}
	}
	both := reading(Connections, SendTPS)
	down := &Reading{Reason: "connection refused"}
	for _, tt := range []struct {
		name    string
		watched bool
		reading *Reading
		states  [NumMetrics]MetricState
		want    MetricState
	}{
		{"without a source", false, nil, states("", ""), MetricUnwatched},
		{"nothing was read yet", true, nil, states("", ""), MetricUnknown},
		{"its source does not answer", true, down, states("", ""), MetricUnknown},
		{"without a source, and an old reading that failed", false, down, states("", ""), MetricUnwatched},
		{"nobody judges", true, both, states(MetricUnwatched, ""), MetricUnwatched},
		{"all is well", true, both, states(MetricOK, MetricUnwatched), MetricOK},
		{"one is not known", true, both, states(MetricUnknown, MetricOK), MetricUnknown},
		{"another is not known", true, both, states(MetricOK, MetricUnknown), MetricUnknown},
		{"one that does not concern it is not known", true, reading(SendTPS), states(MetricUnknown, MetricOK), MetricOK},
		{"one is raised", true, both, states(MetricUnknown, MetricRaised), MetricRaised},
		{"raised, and not read at all now", true, down, states(MetricRaised, MetricOK), MetricRaised},
	} {
		st := Standing{Instance: &Instance{Watched: tt.watched}, Reading: tt.reading, States: tt.states}
		if got := st.Worst(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestStateOfAMetric(t *testing.T) {
	st := Standing{States: [NumMetrics]MetricState{Connections: MetricOK}}
	if got := st.State(Connections); got != MetricOK {
		t.Errorf("judged: %s", got)
	}
	if got := st.State(SendTPS); got != MetricUnwatched {
		t.Errorf("not judged: %s", got)
	}
}

func TestWhyAMetricIsUnknown(t *testing.T) {
	gaps := []Gap{{Metric: SendTPS, Reason: "not a number"}, {Metric: Connections, Reason: "not permitted"}}
	for _, tt := range []struct {
		name    string
		reading *Reading
		want    string
	}{
		{"nothing was read", nil, "nothing was read yet"},
		{"a gap goes before the reading's own reason", &Reading{Reason: "half an answer", Gaps: gaps}, "not permitted"},
		{"the reason of all", &Reading{Reason: "connection refused"}, "connection refused"},
		{"no reason", &Reading{}, "the source does not answer"},
		{"it answers", &Reading{Up: true}, "the source does not tell"},
	} {
		st := Standing{Reading: tt.reading}
		if got := st.Unknown(Connections); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
