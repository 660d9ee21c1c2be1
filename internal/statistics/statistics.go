package statistics

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"golang.org/x/sync/errgroup"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// MaxPoints is the greatest number of points of one series that Statistics
// returns; the query API has the same bound.
const MaxPoints = 11_000

// ErrRange says that a time range or step was asked for that cannot be
// answered. The error that wraps it says why, in words for a person.
var ErrRange = errors.New("the time range cannot be shown")

// Statistics returns the history of one instance from from to to, both
// included, with a point at from and at each step behind it: every metric of
// which usage or capacity is known at any of these moments, in the metrics'
// order. An instance without history has none.
//
// A point of the usage is the highest usage within the step that ends with the
// point: a chart of a month must still show the peak that would have been
// refused. Where no reading falls into a step it is the last reading before, if
// that is not more than five minutes old and the series did not end with it. A
// point of the capacity is what was in force at the moment of the point.
func (s *Store) Statistics(ctx context.Context, instanceID string, from, to time.Time, step time.Duration) ([]fleet.Series, error) {
	g, err := newGrid(from, to, step)
	if err != nil {
		return nil, err
	}
	back := max(step, lookback).Milliseconds()
	querier, err := s.query.Querier(g.from-back, g.to)
	if err != nil {
		return nil, fmt.Errorf("read statistics of %s: %w", instanceID, err)
	}
	defer func() { _ = querier.Close() }() // it was only read from

	usage, err := readUsage(ctx, querier, instanceID, g)
	if err != nil {
		return nil, fmt.Errorf("read statistics of %s: %w", instanceID, err)
	}
	views := s.facts.Views(instanceID, time.Now().UnixMilli())
	var out []fleet.Series
	for m := range fleet.Metric(fleet.NumMetrics) {
		one := fleet.Series{Metric: m, Capacity: readCapacity(views, m, g)}
		one.Usage, one.Average = usage[m].points(g)
		if len(one.Usage) > 0 || len(one.Capacity) > 0 {
			out = append(out, one)
		}
	}
	return out, nil
}

// grid is the moments that are asked for, in milliseconds.
type grid struct {
	from, to, step int64
	n              int // of points
}

// CheckRange tells whether Statistics can show a range of time with a point at each step.
func CheckRange(from, to time.Time, step time.Duration) error {
	_, err := newGrid(from, to, step)
	return err
}

func newGrid(from, to time.Time, step time.Duration) (grid, error) {
	switch {
	case from.IsZero() || to.IsZero():
		return grid{}, fmt.Errorf("%w: give both its beginning and its end", ErrRange)
	case to.Before(from):
		return grid{}, fmt.Errorf("%w: its end (%s) is before its beginning (%s)", ErrRange, to.UTC().Format(time.RFC3339), from.UTC().Format(time.RFC3339))
	case step < time.Second:
		return grid{}, fmt.Errorf("%w: the step must be one second or more", ErrRange)
	case to.Sub(from)/step >= MaxPoints:
		atLeast := (to.Sub(from)/(MaxPoints-1) + time.Second).Truncate(time.Second)
		return grid{}, fmt.Errorf("%w: %s in steps of %s is more than %d points; take a step of at least %s, or a shorter range",
			ErrRange, to.Sub(from), step, MaxPoints, atLeast)
	}
	g := grid{from: from.UnixMilli(), to: to.UnixMilli(), step: step.Milliseconds()}
	g.n = int((g.to-g.from)/g.step) + 1
	return g, nil
}

// at returns the moment of point i.
func (g grid) at(i int) int64 { return g.from + int64(i)*g.step }

// slot returns the point whose step holds ms, which may be before the first.
func (g grid) slot(ms int64) int {
	if ms <= g.from-g.step {
		return -1
	}
	return int((ms - g.from + g.step - 1) / g.step)
}

// usagePoints gathers the usage of one metric; several series (of several
// editions) may add to it.
type usagePoints struct {
	highest []float64
	have    []bool
	sum     []float64 // of the readings within the step
	count   []int     // of them; 0 where the last reading before goes on
}

func newUsagePoints(n int) *usagePoints {
	return &usagePoints{highest: make([]float64, n), have: make([]bool, n), sum: make([]float64, n), count: make([]int, n)}
}

// read notes a reading within step i.
func (u *usagePoints) read(i int, v float64) {
	u.sum[i] += v
	u.count[i]++
	u.hold(i, v)
}

// hold notes that v holds at the end of step i.
func (u *usagePoints) hold(i int, v float64) {
	if !u.have[i] || v > u.highest[i] {
		u.highest[i], u.have[i] = v, true
	}
}

// add takes in what another series gave.
func (u *usagePoints) add(other *usagePoints) {
	for i, have := range other.have {
		if have {
			u.hold(i, other.highest[i])
		}
		u.sum[i] += other.sum[i]
		u.count[i] += other.count[i]
	}
}

func (u *usagePoints) points(g grid) (highest, average []fleet.Point) {
	if u == nil {
		return nil, nil
	}
	highest, average = make([]fleet.Point, 0, g.n), make([]fleet.Point, 0, g.n)
	for i, have := range u.have {
		if !have {
			continue
		}
		at, mean := time.UnixMilli(g.at(i)).UTC(), u.highest[i]
		if u.count[i] > 0 {
			mean = u.sum[i] / float64(u.count[i])
		}
		highest, average = append(highest, fleet.Point{T: at, V: u.highest[i]}), append(average, fleet.Point{T: at, V: mean})
	}
	return highest, average
}

// readUsage reads all usage series of the instance, side by side: a year has two million
// readings of each. They come chunk by chunk, which is the quickest way through all of them.
func readUsage(ctx context.Context, q storage.Querier, id string, g grid) ([fleet.NumMetrics]*usagePoints, error) {
	var out [fleet.NumMetrics]*usagePoints
	set := q.Select(derived.WithChunks(ctx), true, nil,
		labels.MustNewMatcher(labels.MatchEqual, series.Name, series.Usage),
		labels.MustNewMatcher(labels.MatchEqual, series.InstanceID, id))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	var mu sync.Mutex
	for set.Next() {
		one := set.At()
		m, known := fleet.ParseMetric(one.Labels().Get(series.Metric))
		if !known {
			continue
		}
		group.Go(func() error {
			into := newUsagePoints(g.n)
			if err := readSeries(ctx, one.Iterator(nil), g, into); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if out[m] == nil {
				out[m] = into
			} else {
				out[m].add(into)
			}
			return nil
		})
	}
	return out, errors.Join(group.Wait(), set.Err())
}

// checkEvery is how many samples are read between two looks at the context.
const checkEvery = 1 << 14

// readSeries takes the readings of each step, and carries the last value over
// steps without a reading.
func readSeries(ctx context.Context, it chunkenc.Iterator, g grid, into *usagePoints) error {
	var (
		last   float64
		lastAt int64
		live   bool                   // last is a value that goes on
		filled = -1                   // the last point that has been decided
		within = int64(math.MinInt64) // up to when readings belong to the point of the last one
	)
	// carry fills the points up to the one before until with the last value.
	carry := func(until int) {
		for i := max(filled+1, 0); live && i < min(until, g.n); i++ {
			if g.at(i)-lastAt >= lookback.Milliseconds() {
				break
			}
			into.hold(i, last)
		}
	}
	for n := 0; it.Next() != chunkenc.ValNone; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		t, v := it.At()
		if t <= within && !value.IsStaleNaN(v) { // most readings: nothing has to be worked out
			last, lastAt, live = v, t, true
			into.read(filled, v)
			continue
		}
		within = math.MinInt64
		slot := g.slot(t)
		carry(slot)
		if slot >= g.n {
			return it.Err()
		}
		filled = max(filled, slot-1)
		live = !value.IsStaleNaN(v)
		if !live {
			continue
		}
		last, lastAt = v, t
		if slot >= 0 {
			into.read(slot, v)
			filled, within = slot, g.at(slot)
		}
	}
	carry(g.n)
	return it.Err()
}

// readCapacity returns the capacity at each point, of whichever edition was in
// force.
func readCapacity(views []facts.View, m fleet.Metric, g grid) []fleet.Point {
	tracks := make([]facts.Track, 0, len(views))
	for _, v := range views {
		if t := v.Track(facts.Capacity(m)); t.Known(g.from, g.to) {
			tracks = append(tracks, t)
		}
	}
	if len(tracks) == 0 {
		return nil
	}
	var out []fleet.Point
	for i := range g.n {
		at := g.at(i)
		for _, t := range tracks {
			if v, ok := t.Held(at); ok {
				out = append(out, fleet.Point{T: time.UnixMilli(at).UTC(), V: v})
				break
			}
		}
	}
	return out
}
