package statistics

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Samples reads one sample after the other, each with its time in milliseconds
// since 1970; false is the end. What marks the end of a series is left out.
type Samples func() (ms int64, v float64, ok bool)

// EachUsage calls visit with the usage of some metrics of some instances, for each
// series that has samples from from, included, to to. An instance that changed its
// edition within has several series of a metric, in no order. It is one query; what
// it holds in memory grows with the number of instances and the length of time.
func (s *Store) EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error {
	return eachUsage(ctx, s.query, ids, metrics, from, to, visit)
}

func eachUsage(ctx context.Context, q storage.Queryable, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error {
	var wanted []string
	for _, m := range fleet.Metrics() {
		if metrics.Has(m) {
			wanted = append(wanted, m.String())
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	of := labels.MustNewMatcher(labels.MatchRegexp, series.Metric, strings.Join(wanted, "|"))
	err := eachSeries(ctx, q, series.Usage, ids, from, to, func(id string, ls labels.Labels, samples Samples) {
		if m, known := fleet.ParseMetric(ls.Get(series.Metric)); known {
			visit(id, m, samples)
		}
	}, of)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("read usage: %w", err)
	}
	return err
}

// eachSeries calls visit with the series of one name that some instances have.
func eachSeries(ctx context.Context, q storage.Queryable, name string, ids []string, from, to time.Time,
	visit func(id string, ls labels.Labels, samples Samples), further ...*labels.Matcher,
) error {
	if len(ids) == 0 || !from.Before(to) {
		return nil
	}
	querier, err := q.Querier(from.UnixMilli(), to.UnixMilli()-1)
	if err != nil {
		return err
	}
	defer func() { _ = querier.Close() }() // it was only read from
	names := make(map[string]string, len(ids))
	patterns := make([]string, len(ids))
	for i, id := range ids {
		stored := series.IdentityOf(&fleet.Instance{ID: id}).ID
		names[stored], patterns[i] = id, regexp.QuoteMeta(stored)
	}
	set := querier.Select(ctx, false, nil, append([]*labels.Matcher{
		labels.MustNewMatcher(labels.MatchEqual, series.Name, name),
		labels.MustNewMatcher(labels.MatchRegexp, series.InstanceID, strings.Join(patterns, "|")),
	}, further...)...)
	var it chunkenc.Iterator
	for set.Next() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		ls := set.At().Labels()
		it = set.At().Iterator(it)
		if samples, some := peeked(samplesOf(it)); some {
			visit(names[ls.Get(series.InstanceID)], ls, samples)
		}
		if err := it.Err(); err != nil {
			return fmt.Errorf("of %s: %w", ls.Get(series.InstanceID), err)
		}
	}
	return set.Err()
}

func samplesOf(it chunkenc.Iterator) Samples {
	return func() (int64, float64, bool) {
		for it.Next() != chunkenc.ValNone {
			if t, v := it.At(); !value.IsStaleNaN(v) {
				return t, v, true
			}
		}
		return 0, 0, false
	}
}

// peeked tells whether there are any samples, and returns them all.
func peeked(samples Samples) (Samples, bool) {
	ms, v, some := samples()
	first := true
	return func() (int64, float64, bool) {
		if first {
			first = false
			return ms, v, some
		}
		return samples()
	}, some
}
