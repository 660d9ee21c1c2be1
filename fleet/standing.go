package fleet

// MetricState says how one metric of an instance stands with its alarm.
type MetricState string

// The metric states.
const (
	MetricOK        MetricState = "ok"
	MetricRaised    MetricState = "raised"
	MetricUnknown   MetricState = "unknown"   // its usage is not known at the moment
	MetricUnwatched MetricState = "unwatched" // read and charted, but no capacity known or its alarm is off
)

// Standing is how one instance stands at one moment. It is what pages, API and
// /metrics show.
type Standing struct {
	Instance  *Instance
	Reading   *Reading // the newest; nil before the first
	Lifecycle Lifecycle
	Course    *Course // its whole calendar; nil when there is none
	States    [NumMetrics]MetricState
	Levels    *Levels // at which its alarms are raised; nil when all are off
	// Severities says how bad each metric is whose alarm is open.
	Severities Severities
}

// Severities is how bad each metric of an instance is, as its alarm says it; "" where no
// alarm is open.
type Severities [NumMetrics]string

// Concerns tells whether the instance has anything to do with metric m: there is
// a capacity for it, or its source reads it, or says why it could not.
func (st *Standing) Concerns(m Metric) bool {
	if st.Instance.Limit(st.Reading, m).Known() || st.States[m] == MetricRaised {
		return true
	}
	return st.Reading != nil && (st.Reading.Known.Has(m) || st.Reading.Gap(m) != "")
}

// State is how metric m stands; a metric that nobody judges is unwatched.
func (st *Standing) State(m Metric) MetricState {
	if st.States[m] == "" {
		return MetricUnwatched
	}
	return st.States[m]
}

// Worst is the state of the instance as a whole: that of its worst metric, and
// unknown while its source does not answer.
func (st *Standing) Worst() MetricState {
	out := MetricUnwatched
	if st.Instance.Watched && (st.Reading == nil || !st.Reading.Up) {
		out = MetricUnknown
	}
	for m, s := range st.States {
		switch {
		case s == MetricRaised:
			return s
		case s == MetricUnknown && st.Concerns(Metric(m)):
			out = s
		case s == MetricOK && out == MetricUnwatched:
			out = s
		}
	}
	return out
}

// Unknown says why the usage of metric m is not known.
func (st *Standing) Unknown(m Metric) string {
	r := st.Reading
	switch {
	case r == nil:
		return "nothing was read yet"
	case r.Gap(m) != "":
		return r.Gap(m)
	case r.Reason != "":
		return r.Reason
	case !r.Up:
		return "the source does not answer"
	}
	return "the source does not tell"
}
