package promread

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

const (
	// samplesAsked is how many samples one request should bring at most, some ten
	// megabytes, at a reading every usualInterval.
	samplesAsked  = 400_000
	usualInterval = 15 * time.Second
	// shortestAsked is the shortest time that is asked for when an answer is too long.
	shortestAsked = time.Minute
)

// EachUsage calls visit as statistics.Store does, with one series after the other. It asks
// for so few instances and so short a time at once that an answer stays small; where one
// is too long all the same, for half the time.
func (r *Reader) EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error {
	if len(ids) == 0 || metrics == 0 || !from.Before(to) {
		return nil
	}
	return r.each(ctx, series.Usage, ids, metrics, from, to, visit)
}

// EachAnswer calls visit as statistics.Archive does.
func (r *Reader) EachAnswer(ctx context.Context, ids []string, from, to time.Time, visit func(id string, samples statistics.Samples)) error {
	if len(ids) == 0 || !from.Before(to) {
		return nil
	}
	return r.each(ctx, series.Up, ids, 0, from, to, func(id string, _ fleet.Metric, samples statistics.Samples) { visit(id, samples) })
}

// EachCapacity calls visit as statistics.Archive does, with each sample that tells of a
// capacity, whether or not it has changed.
func (r *Reader) EachCapacity(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error {
	if len(ids) == 0 || metrics == 0 || !from.Before(to) {
		return nil
	}
	return r.each(ctx, series.Capacity, ids, metrics, from.Add(-lookback), to, func(id string, m fleet.Metric, samples statistics.Samples) {
		visit(id, m, func() (int64, float64, bool) {
			ms, v, ok := samples()
			return max(ms, from.UnixMilli()), v, ok
		})
	})
}

// each calls visit with the series of one name; metrics are 0 where it has no metrics.
func (r *Reader) each(ctx context.Context, name string, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error {
	from, to = from.Truncate(time.Millisecond), to.Truncate(time.Millisecond)
	width := max(metrics.Len(), 1) // of an instance, in series
	together := samplesAsked / (int(to.Sub(from)/usualInterval+1) * width)
	for some := range slices.Chunk(ids, max(1, together)) {
		q := newQuery(r, name, some, metrics)
		for begin := from; begin.Before(to); {
			end := begin.Add(samplesAsked / time.Duration(width) * usualInterval)
			if end.After(to) {
				end = to
			}
			if err := q.read(ctx, begin, end); err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			begin = end
		}
		q.each(visit)
	}
	return nil
}

// query gathers the series of one name of some instances.
type query struct {
	r        *Reader
	selector string
	measured bool              // its series are of metrics
	names    map[string]string // of the instances, by how they are stored
	order    []*readSeries
	found    map[model.Fingerprint]*readSeries
}

// readSeries is one series of it.
type readSeries struct {
	id      string
	metric  fleet.Metric
	samples []model.SamplePair
}

func newQuery(r *Reader, name string, ids []string, metrics fleet.MetricSet) *query {
	q := &query{r: r, names: make(map[string]string, len(ids)), found: make(map[model.Fingerprint]*readSeries)}
	patterns := make([]string, len(ids))
	for i, id := range ids {
		stored := series.Valid(id)
		q.names[stored], patterns[i] = id, regexp.QuoteMeta(stored)
	}
	var wanted []string
	for _, m := range fleet.Metrics() {
		if metrics.Has(m) {
			wanted = append(wanted, m.String())
		}
	}
	q.selector = fmt.Sprintf("%s{%s=~%s", name, series.InstanceID, quoted(strings.Join(patterns, "|")))
	if len(wanted) > 0 {
		q.measured = true
		q.selector += fmt.Sprintf(",%s=~%s", series.Metric, quoted(strings.Join(wanted, "|")))
	}
	q.selector += "}"
	return q
}

// read gathers the samples from from, included, to to.
func (q *query) read(ctx context.Context, from, to time.Time) error {
	matrix, err := q.ask(ctx, from, to)
	if errors.Is(err, errTooLong) && to.Sub(from) > shortestAsked {
		middle := from.Add(to.Sub(from) / 2).Truncate(time.Millisecond)
		if err := q.read(ctx, from, middle); err != nil {
			return err
		}
		return q.read(ctx, middle, to)
	}
	if err != nil {
		return q.r.explain(ctx, err)
	}
	for _, one := range matrix {
		q.add(one, model.TimeFromUnixNano(from.UnixNano()))
	}
	return nil
}

// ask asks for the samples of a stretch of time, and perhaps one just before it.
func (q *query) ask(ctx context.Context, from, to time.Time) (model.Matrix, error) {
	ctx, cancel := context.WithTimeout(ctx, dayTimeout)
	defer cancel()
	value, _, err := q.r.api.Query(ctx, fmt.Sprintf("%s[%dms]", q.selector, to.Sub(from).Milliseconds()), to.Add(-time.Millisecond))
	if err != nil {
		if ctx.Err() != nil && !errors.Is(err, errTooLong) {
			return nil, context.Cause(ctx)
		}
		return nil, err //nolint:wrapcheck // explained by the caller
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("a %s came for a range", value.Type())
	}
	return matrix, nil
}

// add puts the samples of one series behind those of it that are there.
func (q *query) add(one *model.SampleStream, from model.Time) {
	id, known := q.names[string(one.Metric[series.InstanceID])]
	m, isMetric := fleet.ParseMetric(string(one.Metric[series.Metric]))
	if !known || q.measured && !isMetric {
		return
	}
	key := one.Metric.Fingerprint()
	s := q.found[key]
	if s == nil {
		s = &readSeries{id: id, metric: m}
		q.found[key] = s
		q.order = append(q.order, s)
	}
	first, _ := slices.BinarySearchFunc(one.Values, from, func(p model.SamplePair, t model.Time) int { return int(p.Timestamp - t) })
	s.samples = append(s.samples, one.Values[first:]...)
}

// each hands over what was gathered.
func (q *query) each(visit func(id string, m fleet.Metric, samples statistics.Samples)) {
	for _, s := range q.order {
		rest := s.samples
		visit(s.id, s.metric, func() (int64, float64, bool) {
			for len(rest) > 0 {
				p := rest[0]
				rest = rest[1:]
				if len(rest) > 0 && rest[0].Timestamp == p.Timestamp {
					continue // some keep twice what was written twice
				}
				// VictoriaMetrics shows where a series ends as a value that is none.
				if v := float64(p.Value); !math.IsNaN(v) {
					return int64(p.Timestamp), v, true
				}
			}
			return 0, 0, false
		})
	}
}
