package alarm

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// A forecast can wait for the morning: it is judged between these hours of the
// account's time zone only.
const (
	dayBegins = 9
	dayEnds   = 18
)

// forecastClear is how much further away than Within a threshold must be for the
// alarm to end, so that a forecast that wavers does not tell time and again.
const forecastClear = 1.25

// zone is the time zone of the account that pays.
func (a *TermWatch) zone() *time.Location {
	if a.Account != nil && a.Account.Zone != nil {
		return a.Account.Zone
	}
	return time.UTC
}

// forecastDue tells whether the forecast of an instance is judged at the moment now.
func (a *TermWatch) forecastDue(now time.Time) bool {
	h := now.In(a.zone()).Hour()
	return a.Rules != nil && a.Rules.Forecast != nil && h >= dayBegins && h < dayEnds
}

// forecast judges how soon the metrics of an instance will be at their thresholds.
func (j *clockRound) forecast(a *TermWatch) {
	own := j.ahead[a.Instance.ID]
	if own == nil {
		return
	}
	zone, r := a.zone(), a.Rules.Forecast
	for _, m := range fleet.Metrics() {
		sl := j.judge.slot(Key{Rule: Forecast, Instance: a.Instance.ID, Metric: m}, a.Instance)
		at, known := own[m].at, own[m].known
		if !known && sl.state.Zero() {
			continue
		}
		o := Observation{At: j.now, Known: known, Capacity: 1, Reason: "there is too little history"}
		ahead := at.Sub(j.now)
		switch {
		case at.IsZero() || float64(ahead) > float64(r.Within)*forecastClear:
			o.Usage = enough
		case ahead > r.Within:
			o.Usage = between
		default:
			o.Usage = tooLittle
		}
		j.plain(sl, &r.Rule, o, func(ev *Event) {
			ev.Details = &Details{At: at, Lead: r.Within, Course: a.Course, Lifecycle: a.Course.At(j.now), Account: a.Account}
			ev.Reason = fmt.Sprintf("%s will reach its threshold about %s", m, at.In(zone).Format(time.DateOnly))
			if at.IsZero() {
				ev.Reason = m.String() + " does not grow any more"
			}
		})
	}
}
