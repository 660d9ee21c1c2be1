package remotewrite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// point is one sample of a window.
type point struct {
	t      int64 // milliseconds since 1970
	v      float64
	series int32 // its place among those of the window
}

// window is all that a history holds of a stretch of time.
type window struct {
	series []labels.Labels
	points []point // in order of time
	to     int64   // the end of the stretch, included
}

// errTooMany says that a stretch of time holds more samples than may be in memory.
var errTooMany = errors.New("too many samples")

// readWindow reads all that q holds from from to to, both included. It fails with
// errTooMany when that is more than most samples.
func readWindow(ctx context.Context, q storage.Queryable, from, to int64, most int) (*window, error) {
	querier, err := q.Querier(from, to)
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	defer func() { _ = querier.Close() }() // it was only read from
	w := &window{to: to}
	set := querier.Select(ctx, false, nil, labels.MustNewMatcher(labels.MatchRegexp, series.Name, ".+"))
	var it chunkenc.Iterator
	for set.Next() {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		one := set.At()
		if it, err = w.add(one, one.Iterator(it), most); err != nil {
			return nil, err
		}
	}
	if err := set.Err(); err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	slices.SortFunc(w.points, func(a, b point) int { return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(a.series, b.series)) })
	return w, nil
}

// add adds the samples of one series.
func (w *window) add(one storage.Series, it chunkenc.Iterator, most int) (chunkenc.Iterator, error) {
	place, before := int32(len(w.series)), len(w.points)
	for it.Next() != chunkenc.ValNone {
		if len(w.points) == most {
			return it, errTooMany
		}
		t, v := it.At()
		w.points = append(w.points, point{t: t, v: v, series: place})
	}
	if err := it.Err(); err != nil {
		return it, fmt.Errorf("read the history: %w", err)
	}
	if len(w.points) > before {
		w.series = append(w.series, one.Labels())
	}
	return it, nil
}

// rounds parts the samples into rounds: stretches of time in which no series has two
// samples, as long as can be. With each comes the time through which it and those before hold all.
func (w *window) rounds() iter.Seq2[[]point, int64] {
	return func(yield func([]point, int64) bool) {
		round, met := int32(1), make([]int32, len(w.series)) // the round in which each series was met last
		first := 0
		for i := 0; i < len(w.points); {
			end := i // of the samples of this moment
			again := false
			for ; end < len(w.points) && w.points[end].t == w.points[i].t; end++ {
				again = again || met[w.points[end].series] == round
			}
			if again {
				if !yield(w.points[first:i], w.points[i].t-1) {
					return
				}
				first = i
				round++
			}
			for _, p := range w.points[i:end] {
				met[p.series] = round
			}
			i = end
		}
		yield(w.points[first:], w.to)
	}
}
