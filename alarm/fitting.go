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
	Fitting(instance string, m fleet.Metric) Fitting
}

// Forecaster tells when a metric will most likely reach its threshold: zero when it
// does not grow; false while there is too little history. The Engine asks with no
// lock held. It must not wait, and must not call the Engine.
type Forecaster interface {
	ThresholdAhead(instance string, m fleet.Metric) (at time.Time, known bool)
}

// advise puts advice on the events that tell people of a metric that fills up.
func (e *Engine) advise(events []Event) {
	if e.advisor == nil {
		return
	}
	for i := range events {
		ev := &events[i]
		if ev.Instance == nil || ev.Key.Rule != Capacity && ev.Key.Rule != Forecast {
			continue
		}
		switch ev.Kind {
		case Raised, Escalated, Reminded, BeganFlapping, Settled:
			ev.Fitting = e.advisor.Fitting(ev.Key.Instance, ev.Key.Metric)
		case Eased, Cleared, Withdrawn, Acked, Lost, Found, Rose, Fell:
		}
	}
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
