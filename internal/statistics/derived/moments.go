package derived

import (
	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// eachMoment calls fn for every moment of the calendars in force that the matchers
// accept and that has a sample in the time of the query. The samples begin when the
// calendars came into force: what a calendar said before that is not kept.
func (q *querier) eachMoment(rest []*labels.Matcher, fn func(fact)) {
	since, courses := q.courses(idOf(rest))
	from := since.UnixMilli()
	if from > q.maxt || q.now < q.mint {
		return
	}
	for in, course := range courses {
		id := series.IdentityOf(in)
		for _, m := range course.Moments {
			f := fact{id: id, dimension: series.Dimension{Name: series.Moment, State: string(m.State)}, track: facts.Constant(from, q.now, float64(m.At.Unix()))}
			if q.wants(rest, &f) {
				fn(f)
			}
		}
	}
}
