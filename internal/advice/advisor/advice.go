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

// Full says when the metrics of an instance reach their capacities if they go on as
// they do; zero for those that do not within a year, or of which not enough is known.
// These are the likely moments of the Outlooks, for those who ask for a whole fleet.
func (a *Advisor) Full(id string, capacity *fleet.Amounts, now time.Time) (out [fleet.NumMetrics]time.Time) {
	list := a.summaries(id)
	for i := range list {
		if s := &list[i]; s.usage.Known {
			out[s.metric], _ = s.trend.Full(capacity[s.metric], now)
		}
	}
	return out
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

// Fittings says which edition would fit an instance whose metrics fill up, for the
// texts of an alarm of each; nothing for those that the advice is not about.
func (a *Advisor) Fittings(id string, metrics fleet.MetricSet) (out [fleet.NumMetrics]alarm.Fitting) {
	found, ok := a.Advice(id)
	if !ok {
		return out
	}
	var full fleet.Text
	if found.Verdict == advice.Upgrade {
		full = fleet.Text{EN: found.Text(words.EN), ZH: found.Text(words.ZH)}
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if !metrics.Has(m) {
			continue
		}
		out[m].Short = fleet.Text{EN: found.Short(m, words.EN), ZH: found.Short(m, words.ZH)}
		if found.Concerns(m) {
			out[m].Full = full
		}
	}
	return out
}
