package derived

import (
	"context"
	"fmt"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// sparse is how far apart the steps of a query must be, beyond what each looks at, for
// chunks to lie between them: a chunk is 120 samples. Then they are passed over without
// being decoded; the database's own iterators decode them to their ends.
const sparse = int64(40 * 60_000)

type chunksKey struct{}

// WithChunks notes in ctx that who asks reads whole series from their beginning to their end:
// then chunks are decoded one after the other, which takes a third of the time of the
// database's own iterators.
func WithChunks(ctx context.Context) context.Context {
	return context.WithValue(ctx, chunksKey{}, true)
}

// wantsChunks tells whether WithChunks noted it.
func wantsChunks(ctx context.Context) bool { return ctx.Value(chunksKey{}) != nil }

// passesChunks tells whether whole chunks lie between the steps of a query.
func passesChunks(hints *storage.SelectHints) bool {
	return hints != nil && hints.Step-max(hints.Range, lookBack) > sparse
}

// chunked returns the series of the database that ms matches, as iterators that pass
// over the chunks between the steps.
func (c *collection) chunked(ctx context.Context, ms ...*labels.Matcher) []storage.Series {
	if c.q.chunks == nil {
		q, err := c.q.chunkDB.ChunkQuerier(c.q.mint, c.q.maxt)
		if err != nil {
			c.err = fmt.Errorf("open the history: %w", err)
			return nil
		}
		c.q.chunks = q
	}
	set := c.q.chunks.Select(ctx, c.sorted, c.hints, ms...)
	var out []storage.Series
	for set.Next() {
		out = append(out, &skippingSeries{set.At()})
	}
	c.warnings.Merge(set.Warnings())
	c.err = set.Err()
	return out
}

// skippingSeries is a series of chunks as one of samples.
type skippingSeries struct{ chunks storage.ChunkSeries }

// Labels implements storage.Series.
func (s *skippingSeries) Labels() labels.Labels { return s.chunks.Labels() }

// Iterator implements storage.Series.
func (s *skippingSeries) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*skippingIterator)
	if !ok {
		it = &skippingIterator{}
	}
	it.chunks, it.on, it.err = s.chunks.Iterator(it.chunks), false, nil
	return it
}

// skippingIterator walks over the samples of chunks; Seek decodes only the chunk that
// holds what it looks for.
type skippingIterator struct {
	chunks chunks.Iterator
	chunk  chunkenc.Iterator // of the chunk at which chunks stands
	last   int64             // its latest time
	on     bool              // chunk stands on a sample
	err    error
}

// Next implements chunkenc.Iterator.
func (it *skippingIterator) Next() chunkenc.ValueType {
	if it.on {
		if kind := it.settle(it.chunk.Next()); it.on || it.err != nil {
			return kind
		}
	}
	for it.err == nil && it.chunks.Next() {
		it.enter()
		if kind := it.settle(it.chunk.Next()); it.on {
			return kind
		}
	}
	return chunkenc.ValNone
}

// Seek implements chunkenc.Iterator.
func (it *skippingIterator) Seek(t series.Millis) chunkenc.ValueType {
	if it.on {
		if it.chunk.AtT() >= t {
			return chunkenc.ValFloat
		}
		if it.last >= t {
			if kind := it.settle(it.chunk.Seek(t)); it.on || it.err != nil {
				return kind
			}
		}
		it.on = false
	}
	for it.err == nil && it.chunks.Next() {
		if it.chunks.At().MaxTime < t {
			continue
		}
		it.enter()
		if kind := it.settle(it.chunk.Seek(t)); it.on {
			return kind
		}
	}
	return chunkenc.ValNone
}

// enter begins to decode the chunk at which chunks stands.
func (it *skippingIterator) enter() {
	meta := it.chunks.At()
	it.chunk, it.last = meta.Chunk.Iterator(it.chunk), meta.MaxTime
}

// settle takes over where the chunk's iterator stands now.
func (it *skippingIterator) settle(kind chunkenc.ValueType) chunkenc.ValueType {
	it.on = kind != chunkenc.ValNone
	if !it.on {
		it.err = it.chunk.Err()
	}
	return kind
}

// At implements chunkenc.Iterator.
func (it *skippingIterator) At() (int64, float64) { return it.chunk.At() }

// AtHistogram implements chunkenc.Iterator; there are no histograms.
func (it *skippingIterator) AtHistogram(h *histogram.Histogram) (int64, *histogram.Histogram) {
	return it.chunk.AtHistogram(h)
}

// AtFloatHistogram implements chunkenc.Iterator; there are no histograms.
func (it *skippingIterator) AtFloatHistogram(h *histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return it.chunk.AtFloatHistogram(h)
}

// AtT implements chunkenc.Iterator.
func (it *skippingIterator) AtT() int64 { return it.chunk.AtT() }

// AtST implements chunkenc.Iterator.
func (it *skippingIterator) AtST() int64 { return it.chunk.AtST() }

// Err implements chunkenc.Iterator.
func (it *skippingIterator) Err() error {
	if it.err != nil {
		return it.err
	}
	return it.chunks.Err()
}
