package derived

import (
	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// eachMoment calls fn for every moment of the calendars in force that the matchers
// accept and that has a sample in the time of the query. The samples begin when the
// calendars came into force: what a calendar said before that is not kept.
func (q *querier) eachMoment(rest []*labels.Matcher, fn func(id series.Identity, metricName, metric, state string, t facts.Track)) {
	since, courses := q.courses(idOf(rest))
	from := since.UnixMilli()
	if from > q.maxt || q.now < q.mint {
		return
	}
	for in, course := range courses {
		id := series.IdentityOf(in)
		for _, m := range course.Moments {
			state := string(m.State)
			track := facts.Constant(from, q.now, float64(m.At.Unix()))
			if acceptAll(rest, id, series.Moment, state) && track.Any(q.mint, q.maxt) {
				fn(id, series.Moment, "", state, track)
			}
		}
	}
}

// acceptAll tells whether all matchers accept the series of an instance called
// metricName that has a state.
func acceptAll(ms []*labels.Matcher, id series.Identity, metricName, state string) bool {
	for _, m := range ms {
		if !m.Matches(id.Label(m.Name, metricName, "", state)) {
			return false
		}
	}
	return true
}
