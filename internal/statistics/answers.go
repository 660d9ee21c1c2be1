package statistics

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// EachAnswer calls visit as that of Archive does.
func (s *Store) EachAnswer(ctx context.Context, ids []string, from, to time.Time, visit func(id string, samples Samples)) error {
	return eachAnswer(ctx, s.query, ids, from, to, visit)
}

// EachCapacity calls visit as that of Archive does.
func (s *Store) EachCapacity(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error {
	return eachCapacity(ctx, s.facts, ids, metrics, from, to, visit)
}

func eachAnswer(ctx context.Context, q storage.Queryable, ids []string, from, to time.Time, visit func(id string, samples Samples)) error {
	err := eachSeries(ctx, q, series.Up, ids, from, to, func(id string, _ labels.Labels, samples Samples) { visit(id, samples) })
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("read answers: %w", err)
	}
	return err
}

func eachCapacity(ctx context.Context, store *facts.Store, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples Samples)) error {
	now := time.Now().UnixMilli()
	for _, id := range ids {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, view := range store.Views(series.Valid(id), now) {
			for _, m := range fleet.Metrics() {
				if metrics.Has(m) {
					visitTrack(view.Track(facts.Capacity(m)), from, to, func(samples Samples) { visit(id, m, samples) })
				}
			}
		}
	}
	return nil
}

// visitTrack calls visit with the values of a track, if it has any.
func visitTrack(t facts.Track, from, to time.Time, visit func(Samples)) {
	type point struct {
		ms int64
		v  float64
	}
	var points []point
	t.Each(from.UnixMilli(), to.UnixMilli()-1, func(ms int64, v float64) {
		if !math.IsNaN(v) {
			points = append(points, point{ms, v})
		}
	})
	if len(points) == 0 {
		return
	}
	visit(func() (int64, float64, bool) {
		if len(points) == 0 {
			return 0, 0, false
		}
		p := points[0]
		points = points[1:]
		return p.ms, p.v, true
	})
}
