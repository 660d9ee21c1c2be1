package statistics

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
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
	if len(ids) == 0 || metrics == 0 || !from.Before(to) {
		return nil
	}
	querier, err := s.query.Querier(from.UnixMilli(), to.UnixMilli()-1)
	if err != nil {
		return fmt.Errorf("read usage: %w", err)
	}
	defer func() { _ = querier.Close() }() // it was only read from
	names := make(map[string]string, len(ids))
	patterns := make([]string, len(ids))
	for i, id := range ids {
		stored := series.IdentityOf(&fleet.Instance{ID: id}).ID
		names[stored], patterns[i] = id, regexp.QuoteMeta(stored)
	}
	var wanted []string
	for _, m := range fleet.Metrics() {
		if metrics.Has(m) {
			wanted = append(wanted, m.String())
		}
	}
	set := querier.Select(ctx, false, nil,
		labels.MustNewMatcher(labels.MatchEqual, series.Name, series.Usage),
		labels.MustNewMatcher(labels.MatchRegexp, series.InstanceID, strings.Join(patterns, "|")),
		labels.MustNewMatcher(labels.MatchRegexp, series.Metric, strings.Join(wanted, "|")))
	var it chunkenc.Iterator
	for set.Next() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		ls := set.At().Labels()
		m, known := fleet.ParseMetric(ls.Get(series.Metric))
		if !known {
			continue
		}
		it = set.At().Iterator(it)
		visit(names[ls.Get(series.InstanceID)], m, samplesOf(it))
		if err := it.Err(); err != nil {
			return fmt.Errorf("read usage of %s: %w", ls.Get(series.InstanceID), err)
		}
	}
	if err := set.Err(); err != nil {
		return fmt.Errorf("read usage: %w", err)
	}
	return nil
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
