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

// forecast judges how soon the metrics of an instance will be at their marks.
func (j *dayJudge) forecast(a *Agenda) {
	if a.Rules == nil || a.Rules.Forecast == nil || j.al.calendar.Outlook == nil {
		return
	}
	zone := time.UTC
	if a.Account != nil && a.Account.Zone != nil {
		zone = a.Account.Zone
	}
	if h := j.now.In(zone).Hour(); h < dayBegins || h >= dayEnds {
		return
	}
	r := a.Rules.Forecast
	for _, m := range fleet.Metrics() {
		sl := j.al.slot(Key{Rule: Forecast, Instance: a.Instance.ID, Metric: m}, a.Instance)
		at, known := j.al.calendar.Outlook(a.Instance.ID, m)
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
			ev.Occasion = &Occasion{At: at, Lead: r.Within, Course: a.Course, Lifecycle: a.Course.At(j.now), Account: a.Account}
			ev.Reason = fmt.Sprintf("%s will reach its mark about %s", m, at.In(zone).Format(time.DateOnly))
			if at.IsZero() {
				ev.Reason = m.String() + " does not grow any more"
			}
		})
	}
}
