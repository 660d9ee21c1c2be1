package fleet

import (
	"iter"
	"math"
)

// MetricStanding is how one metric of an instance stands: the one reading of a
// Standing from which pages, API and commands write what they show.
type MetricStanding struct {
	Metric      Metric
	State       MetricState
	Severity    string  // how bad it is; "" where no alarm is open
	Known       bool    // Usage is known
	Usage       float64 // in the metric's unit
	Limit       Limit   // its capacity, with its origin and age
	Measured    bool    // Utilization is known: usage and capacity are
	Utilization float64 // Usage / Limit.Value
	Threshold   float64 // the lowest, as utilization; 0 where the alarm is off
	Reason      string  // why the usage is not known; "" when it is, or nobody reads it
}

// Metric tells how metric m stands.
func (st *Standing) Metric(m Metric) MetricStanding {
	out := MetricStanding{Metric: m, State: st.State(m), Severity: st.Severities[m], Limit: st.Instance.Limit(st.Reading, m), Threshold: st.Levels.Lowest(m)}
	if r := st.Reading; r != nil && r.Known.Has(m) && finite(r.Usage[m]) {
		out.Known, out.Usage = true, r.Usage[m]
	} else if st.Instance.Watched {
		out.Reason = st.Unknown(m)
	}
	if out.Known {
		out.Utilization, out.Measured = Utilization(st.Instance, st.Reading, m)
	}
	return out
}

// finite tells whether v is a figure: neither NaN nor infinity is one.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Metrics tells how the metrics stand that concern the instance, in the order of
// the metrics.
func (st *Standing) Metrics() iter.Seq[MetricStanding] {
	return func(yield func(MetricStanding) bool) {
		for m := range Metric(NumMetrics) {
			if st.Concerns(m) && !yield(st.Metric(m)) {
				return
			}
		}
	}
}
