package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Fitting says which edition or specification would fit an instance whose metric
// fills up. The zero Fitting says nothing.
type Fitting struct {
	Short fleet.Text // in a few words
	Full  fleet.Text // in sentences
}

// Advisor says which edition would fit. The Engine asks before a commit, with no
// lock held, so that an event has the advice that its texts need. It must not wait,
// and must not call the Engine.
type Advisor interface {
	// Fittings says it for some metrics of an instance, each in its place.
	Fittings(instance string, metrics fleet.MetricSet) [fleet.NumMetrics]Fitting
}

// Forecaster tells when a metric will most likely reach its threshold: zero when it
// does not grow; false while there is too little history. The Engine asks with no
// lock held. It must not wait, and must not call the Engine.
type Forecaster interface {
	ThresholdAhead(instance string, m fleet.Metric) (at time.Time, known bool)
}

// advise puts advice on the events that tell people of a metric that fills up. Events
// of one instance follow each other, and it is asked once for all of them: in a storm
// there are thousands.
func (e *Engine) advise(events []Event) {
	if e.advisor == nil {
		return
	}
	for len(events) > 0 {
		var metrics fleet.MetricSet
		n := 0
		for ; n < len(events) && events[n].Key.Instance == events[0].Key.Instance; n++ {
			if ev := &events[n]; advised(ev) {
				metrics = metrics.With(ev.Key.Metric)
			}
		}
		if metrics != 0 {
			fittings := e.advisor.Fittings(events[0].Key.Instance, metrics)
			for i := range events[:n] {
				if ev := &events[i]; advised(ev) {
					ev.Fitting = fittings[ev.Key.Metric]
				}
			}
		}
		events = events[n:]
	}
}

// advised tells whether an event tells people of a metric that fills up.
func advised(ev *Event) bool {
	if ev.Instance == nil || ev.Key.Rule != Capacity && ev.Key.Rule != Forecast || ev.Key.Metric >= fleet.NumMetrics {
		return false
	}
	switch ev.Kind {
	case Raised, Escalated, Reminded, BeganFlapping, Settled:
		return true
	case Eased, Cleared, Withdrawn, Acked, Lost, Found, Rose, Fell:
	}
	return false
}

// ahead is when the metrics of one instance will reach their thresholds.
type ahead [fleet.NumMetrics]struct {
	at    time.Time
	known bool
}

// forecasts asks the forecaster for all instances whose forecast is judged now.
// Only Run calls it, and no lock is held.
func (e *Engine) forecasts(now time.Time) map[string]*ahead {
	if e.forecaster == nil {
		return nil
	}
	var out map[string]*ahead
	for i := range e.byClock.calendar.Terms {
		a := &e.byClock.calendar.Terms[i]
		if !a.forecastDue(now) {
			continue
		}
		var own ahead
		for _, m := range fleet.Metrics() {
			own[m].at, own[m].known = e.forecaster.ThresholdAhead(a.Instance.ID, m)
		}
		if out == nil {
			out = make(map[string]*ahead)
		}
		out[a.Instance.ID] = &own
	}
	return out
}
