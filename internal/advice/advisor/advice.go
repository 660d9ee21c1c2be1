package advisor

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// Advice says which edition or specification would fit an instance; false when
// there is no such instance. The newest reading counts for the peak: it may be
// what raised an alarm this second.
func (a *Advisor) Advice(id string) (advice.Advice, bool) {
	in, reading, ok := a.fleet.Case(id)
	if !ok {
		return advice.Advice{}, false
	}
	for _, s := range a.summaries(id) {
		in.Usage[s.metric] = s.usage
	}
	if r := reading; r != nil {
		for m := range fleet.Metric(fleet.NumMetrics) {
			if u := &in.Usage[m]; r.Known.Has(m) && usable(r.Usage[m]) {
				u.Known = true
				u.Week.Peak, u.Month.Peak = max(u.Week.Peak, r.Usage[m]), max(u.Month.Peak, r.Usage[m])
			}
		}
	}
	return advice.Advise(in), true
}

// Outlook says when a metric of an instance will reach its threshold, or its
// capacity where the alarm is off; false when there is no such instance, or the
// metric was never read.
func (a *Advisor) Outlook(id string, m fleet.Metric) (advice.Outlook, bool) {
	in, _, ok := a.fleet.Case(id)
	if !ok {
		return advice.Outlook{}, false
	}
	for _, s := range a.summaries(id) {
		if s.metric == m && s.usage.Known {
			threshold := in.Thresholds[m]
			if threshold <= 0 {
				threshold = 1
			}
			return s.trend.Outlook(in.Capacity[m], threshold, a.now()), true
		}
	}
	return advice.Outlook{}, false
}

// Full says when a metric of an instance reaches a capacity if it goes on as it
// does; false when it does not within a year, or not enough is known. It is the
// likely moment of an Outlook, for those who ask for every metric of a fleet.
func (a *Advisor) Full(id string, m fleet.Metric, capacity float64, now time.Time) (time.Time, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	list := a.summed[id]
	for i := range list {
		if s := &list[i]; s.metric == m && s.usage.Known {
			return s.trend.Full(capacity, now)
		}
	}
	return time.Time{}, false
}

// ThresholdAhead tells the forecast rule when a metric will most likely reach its
// threshold: zero when it does not within a year. It is not known while there is
// too little history, nor when the metric is there already: then the capacity
// alarm speaks.
func (a *Advisor) ThresholdAhead(id string, m fleet.Metric) (time.Time, bool) {
	o, ok := a.Outlook(id, m)
	if !ok || o.Days < advice.LeastDays {
		return time.Time{}, false
	}
	likely := o.Threshold.Likely
	if o.Trend && !likely.IsZero() && !likely.After(a.now()) {
		return time.Time{}, false
	}
	return likely, true
}

func (a *Advisor) summaries(id string) []summary {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.summed[id]
}

// Fitting says which edition would fit an instance whose metric fills up, for the
// texts of an alarm; nothing when the advice is not about that metric.
func (a *Advisor) Fitting(id string, m fleet.Metric) alarm.Fitting {
	found, ok := a.Advice(id)
	if !ok {
		return alarm.Fitting{}
	}
	out := alarm.Fitting{Short: fleet.Text{EN: found.Short(m, words.EN), ZH: found.Short(m, words.ZH)}}
	if found.Verdict == advice.Upgrade && found.Concerns(m) {
		out.Full = fleet.Text{EN: found.Text(words.EN), ZH: found.Text(words.ZH)}
	}
	return out
}
