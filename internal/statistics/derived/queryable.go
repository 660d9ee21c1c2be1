// Package derived answers queries with more series than are stored. Beside what
// the database holds, a Queryable shows
//
//   - message_tps of instances whose send_tps and receive_tps are stored, as
//     their sum;
//   - the utilization, as usage / capacity at the moment of each usage sample;
//   - capacity, threshold, expiry, lifecycle state and all else that changes rarely,
//     as samples made up from the facts;
//   - the moments of the calendars that are in force, as samples made up from these.
//
// A query for the usage or utilization of this moment is answered from the newest
// readings, which are in memory, and reads nothing of the database.
//
// To PromQL and to the HTTP API they are series like any other.
package derived

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Queryable implements storage.Queryable over stored samples and facts. It is
// safe for concurrent use.
type Queryable struct {
	DB storage.Queryable
	// Chunks is the same database, chunk by chunk; nil when it has none.
	Chunks storage.ChunkQueryable
	Facts  *facts.Store
	// Courses may be nil: then there are no moments.
	Courses Courses
	// Newest may be nil: then the database is asked for the newest readings too.
	Newest Newest
}

// Courses tells the calendars that are in force, that of the instance called id or
// all when it is "", and since when they have been. It does not block.
type Courses func(id string) (since time.Time, courses iter.Seq2[*fleet.Instance, *fleet.Course])

// Querier implements storage.Queryable.
func (d *Queryable) Querier(mint, maxt int64) (storage.Querier, error) {
	db, err := d.DB.Querier(mint, maxt)
	if err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	return &querier{db: db, chunkDB: d.Chunks, facts: d.Facts, courses: d.Courses, latest: d.Newest, mint: mint, maxt: maxt, now: time.Now().UnixMilli()}, nil
}

type querier struct {
	db         storage.Querier
	chunkDB    storage.ChunkQueryable
	chunks     storage.ChunkQuerier // nil until it is needed
	facts      *facts.Store
	courses    Courses
	latest     Newest
	mint, maxt int64
	now        int64
}

// Close implements storage.Querier.
func (q *querier) Close() error {
	err := q.db.Close()
	if q.chunks != nil {
		err = errors.Join(err, q.chunks.Close())
	}
	return err
}

// Select implements storage.Querier. Its series come in a stable order: that of
// labels for what is worked out, and for what is stored the database's, which is that of
// labels as well where the place in the order decides.
func (q *querier) Select(ctx context.Context, sorted bool, hints *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	c := &collection{q: q, hints: withoutLimit(hints), sorted: sorted || orderDecides(hints)}
	name, rest := split(series.Name, ms)
	usage, ratio := accepts(name, series.Usage), accepts(name, series.Utilization)
	if usage || ratio {
		if newest, ok := q.newest(ctx, usage, ratio, hints, rest); ok {
			c.series = append(c.series, newest...)
		} else {
			all := c.usage(ctx, rest)
			if usage {
				c.series = append(c.series, all...)
			}
			if ratio {
				c.series = append(c.series, q.ratios(all, idOf(rest))...)
			}
		}
	}
	if !workedOut(name) {
		other := labels.MustNewMatcher(labels.MatchNotEqual, series.Name, series.Usage)
		c.series = append(c.series, c.stored(ctx, append(slices.Clone(ms), other)...)...)
	}
	q.eachFact(name, rest, func(f fact) {
		c.series = append(c.series, &factSeries{labels: f.all(), track: f.track, mint: q.mint, maxt: q.maxt})
	})
	if c.sorted {
		slices.SortFunc(c.series, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	}
	return &seriesSet{series: c.series, at: -1, err: c.err, warnings: c.warnings}
}

// orderDecides tells whether the order of series may show in the result: of several
// that are equal, or of all, only the first are taken.
func orderDecides(hints *storage.SelectHints) bool {
	return hints != nil && (hints.Func == "topk" || hints.Func == "bottomk" || hints.Limit > 0)
}

// workedOut tells whether the matchers on the name accept one name alone, and series
// of that name are never stored.
func workedOut(name []*labels.Matcher) bool {
	return slices.ContainsFunc(name, func(m *labels.Matcher) bool {
		if m.Type != labels.MatchEqual {
			return false
		}
		switch m.Value {
		case series.Usage, series.Utilization, series.Capacity, series.Expiry, series.Lifecycle, series.Moment:
			return true
		}
		return false
	})
}

// withoutLimit takes the limit out of hints: it counts series that are shown,
// and one that is shown may need several that are stored.
func withoutLimit(hints *storage.SelectHints) *storage.SelectHints {
	if hints == nil || hints.Limit == 0 {
		return hints
	}
	h := *hints
	h.Limit = 0
	return &h
}

// collection is one Select under way.
type collection struct {
	q        *querier
	hints    *storage.SelectHints
	sorted   bool // series are wanted in the order of their labels
	series   []storage.Series
	warnings annotations.Annotations
	err      error
}

// stored returns the series of the database that ms matches.
func (c *collection) stored(ctx context.Context, ms ...*labels.Matcher) []storage.Series {
	if c.err != nil {
		return nil
	}
	if c.q.chunkDB != nil && (passesChunks(c.hints) || wantsChunks(ctx)) {
		return c.chunked(ctx, ms...)
	}
	set := c.q.db.Select(ctx, c.sorted, c.hints, ms...)
	var out []storage.Series
	for set.Next() {
		out = append(out, set.At())
	}
	c.warnings.Merge(set.Warnings())
	c.err = set.Err()
	return out
}

// usage returns all usage series that rest matches, the summed ones too.
func (c *collection) usage(ctx context.Context, rest []*labels.Matcher) []storage.Series {
	metric, others := split(series.Metric, rest)
	name := labels.MustNewMatcher(labels.MatchEqual, series.Name, series.Usage)
	total := fleet.MessageTPS.String()
	if !accepts(metric, total) {
		return c.stored(ctx, append(slices.Clone(rest), name)...)
	}
	var out []storage.Series
	if !only(metric, total) {
		not := labels.MustNewMatcher(labels.MatchNotEqual, series.Metric, total)
		out = c.stored(ctx, append(slices.Clone(rest), name, not)...)
	}
	parts := labels.MustNewMatcher(labels.MatchRegexp, series.Metric,
		total+"|"+fleet.SendTPS.String()+"|"+fleet.ReceiveTPS.String())
	return append(out, sums(c.stored(ctx, append(slices.Clone(others), name, parts)...))...)
}

// sums puts the parts of each instance together: its stored message_tps, and
// the sum of its send_tps and receive_tps.
func sums(parts []storage.Series) []storage.Series {
	at := make(map[series.Identity]*sumSeries)
	order := make([]*sumSeries, 0, len(parts))
	for _, s := range parts {
		ls := s.Labels()
		id := series.IdentityIn(ls)
		sum := at[id]
		if sum == nil {
			sum = &sumSeries{id: id}
			at[id] = sum
			order = append(order, sum)
		}
		switch ls.Get(series.Metric) {
		case fleet.SendTPS.String():
			sum.send = s
		case fleet.ReceiveTPS.String():
			sum.receive = s
		default:
			sum.whole = s
		}
	}
	out := make([]storage.Series, 0, len(order))
	for _, s := range order {
		summed := s.send != nil && s.receive != nil
		switch {
		case !summed && s.whole == nil:
		case !summed:
			out = append(out, s.whole)
		default:
			s.labels = s.id.Labels(series.Dimension{Name: series.Usage, Metric: fleet.MessageTPS.String()})
			out = append(out, s)
		}
	}
	return out
}

// ratios returns the utilization for each usage series whose capacity was known
// at any time of the query.
func (q *querier) ratios(usage []storage.Series, id string) []storage.Series {
	views := make(map[series.Identity]facts.View)
	for _, v := range q.facts.Views(id, q.now) {
		views[v.Subject] = v
	}
	out := make([]storage.Series, 0, len(usage))
	for _, s := range usage {
		ls := s.Labels()
		view, ok := views[series.IdentityIn(ls)]
		m, known := fleet.ParseMetric(ls.Get(series.Metric))
		if !ok || !known {
			continue
		}
		capacity := view.Track(facts.Capacity(m))
		if !capacity.Known(q.mint, q.maxt) {
			continue
		}
		out = append(out, &ratioSeries{
			labels:   view.Subject.Labels(series.Dimension{Name: series.Utilization, Metric: m.String()}),
			usage:    s,
			capacity: capacity,
		})
	}
	return out
}

// split parts the matchers on label name from all others.
func split(name string, ms []*labels.Matcher) (on, rest []*labels.Matcher) {
	for _, m := range ms {
		if m.Name == name {
			on = append(on, m)
		} else {
			rest = append(rest, m)
		}
	}
	return on, rest
}

// accepts tells whether all matchers accept value.
func accepts(ms []*labels.Matcher, value string) bool {
	for _, m := range ms {
		if !m.Matches(value) {
			return false
		}
	}
	return true
}

// only tells whether the matchers accept value and nothing else.
func only(ms []*labels.Matcher, value string) bool {
	return slices.ContainsFunc(ms, func(m *labels.Matcher) bool { return m.Type == labels.MatchEqual && m.Value == value })
}

// idOf returns the one instance that the matchers ask for, "" when it may be
// any.
func idOf(ms []*labels.Matcher) string {
	for _, m := range ms {
		if m.Name == series.InstanceID && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}

// seriesSet is a list as a storage.SeriesSet.
type seriesSet struct {
	series   []storage.Series
	at       int
	err      error
	warnings annotations.Annotations
}

// Next implements storage.SeriesSet.
func (s *seriesSet) Next() bool {
	if s.err != nil || s.at+1 >= len(s.series) {
		return false
	}
	s.at++
	return true
}

// At implements storage.SeriesSet.
func (s *seriesSet) At() storage.Series { return s.series[s.at] }

// Err implements storage.SeriesSet.
func (s *seriesSet) Err() error { return s.err }

// Warnings implements storage.SeriesSet.
func (s *seriesSet) Warnings() annotations.Annotations { return s.warnings }
