package fleet

import "time"

// Reading is what one visit to a source found of one instance. It is
// published by pointer and never changed afterwards.
//
// A metric that is not in Known is unknown, which is neither zero nor a
// recovery. Limits that a server gives are carried on from reading to reading
// (Limits[m].At says how old each is), so a reading that failed still has them.
type Reading struct {
	Instance string
	At       time.Time // the due time on the schedule's grid, UTC

	Up     bool   // the source answered for this instance
	Reason string // why it is not up, in plain words and without credentials

	Known  MetricSet
	Usage  Amounts
	Limits [NumMetrics]Limit
	Gaps   []Gap // why a metric is unknown although the source answered
}

// Gap says why one metric could not be read.
type Gap struct {
	Metric Metric
	Reason string
}

// Gap returns the reason why metric m is unknown, and "" when none was given.
func (r *Reading) Gap(m Metric) string {
	for _, g := range r.Gaps {
		if g.Metric == m {
			return g.Reason
		}
	}
	return ""
}

// Utilization returns usage / capacity of metric m, and false when either is
// not known.
func Utilization(in *Instance, r *Reading, m Metric) (float64, bool) {
	if r == nil || !r.Known.Has(m) {
		return 0, false
	}
	limit := in.Limit(r, m)
	if !limit.Known() {
		return 0, false
	}
	return r.Usage[m] / limit.Value, true
}
