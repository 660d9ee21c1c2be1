package derived

import (
	"errors"
	"math"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// factSeries is a fact as a series.
type factSeries struct {
	labels     labels.Labels
	track      facts.Track
	mint, maxt int64
}

// Labels implements storage.Series.
func (s *factSeries) Labels() labels.Labels { return s.labels }

// Iterator implements storage.Series.
func (s *factSeries) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return s.track.Iterator(s.mint, s.maxt)
}

// ratioSeries is the utilization: a usage series divided by a capacity.
type ratioSeries struct {
	labels   labels.Labels
	usage    storage.Series
	capacity facts.Track
}

// Labels implements storage.Series.
func (s *ratioSeries) Labels() labels.Labels { return s.labels }

// Iterator implements storage.Series.
func (s *ratioSeries) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*ratioIterator)
	if !ok {
		it = &ratioIterator{}
	}
	it.Iterator, it.capacity = s.usage.Iterator(it.Iterator), s.capacity
	return it
}

// ratioIterator has the timestamps of the usage. Where no capacity was in force
// it has a stale marker, so that the utilization ends instead of going on at
// its last value.
type ratioIterator struct {
	chunkenc.Iterator
	capacity facts.Track
}

// At implements chunkenc.Iterator.
func (it *ratioIterator) At() (int64, float64) {
	t, v := it.Iterator.At()
	if value.IsStaleNaN(v) {
		return t, v
	}
	capacity, ok := it.capacity.At(t)
	if !ok {
		return t, math.Float64frombits(value.StaleNaN)
	}
	return t, v / capacity
}

// sumSeries is message_tps: the stored samples of it, and where there is none,
// the sum of send_tps and receive_tps.
type sumSeries struct {
	id            series.Identity
	labels        labels.Labels
	send, receive storage.Series
	whole         storage.Series // nil when none was ever stored
}

// Labels implements storage.Series.
func (s *sumSeries) Labels() labels.Labels { return s.labels }

// Iterator implements storage.Series.
func (s *sumSeries) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*sumIterator)
	if !ok {
		it = &sumIterator{}
	}
	it.send.reset(s.send)
	it.receive.reset(s.receive)
	it.whole.reset(s.whole)
	it.on = false
	return it
}

// sumIterator walks over its three parts side by side. All samples of one
// reading have the same timestamp, so parts belong together when it is equal.
type sumIterator struct {
	send, receive, whole part
	t                    int64
	v                    float64
	on                   bool
}

// part is one of the series and where it stands.
type part struct {
	it   chunkenc.Iterator
	none bool // there is no such series
	kind chunkenc.ValueType
}

func (p *part) reset(s storage.Series) {
	p.none, p.kind = s == nil, chunkenc.ValNone
	if !p.none {
		p.it = s.Iterator(p.it)
	}
}

// seek moves to the first sample at or after t.
func (p *part) seek(t int64) {
	if !p.none {
		p.kind = p.it.Seek(t)
	}
}

// next moves on by one sample.
func (p *part) next() {
	if !p.none {
		p.kind = p.it.Next()
	}
}

// at returns the time of the sample, and the end of all times after the last.
func (p *part) at() int64 {
	if p.kind == chunkenc.ValNone {
		return math.MaxInt64
	}
	return p.it.AtT()
}

func (p *part) err() error {
	if p.none {
		return nil
	}
	return p.it.Err()
}

// Next implements chunkenc.Iterator.
func (it *sumIterator) Next() chunkenc.ValueType {
	for _, p := range []*part{&it.send, &it.receive, &it.whole} {
		if !it.on || p.at() == it.t {
			p.next()
		}
	}
	return it.settle()
}

// Seek implements chunkenc.Iterator.
func (it *sumIterator) Seek(t series.Millis) chunkenc.ValueType {
	if it.on && it.t >= t {
		return chunkenc.ValFloat
	}
	for _, p := range []*part{&it.send, &it.receive, &it.whole} {
		if !it.on || p.at() < t {
			p.seek(t)
		}
	}
	return it.settle()
}

// settle takes the parts to the next moment at which there is a value: a stored
// one, or both parts of the sum.
func (it *sumIterator) settle() chunkenc.ValueType {
	for it.send.at() != it.receive.at() {
		if it.send.at() < it.receive.at() {
			it.send.advance(it.receive.at())
		} else {
			it.receive.advance(it.send.at())
		}
	}
	it.on = true
	it.t = min(it.send.at(), it.whole.at())
	switch {
	case it.t == math.MaxInt64:
		return chunkenc.ValNone
	case it.whole.at() == it.t:
		_, it.v = it.whole.it.At()
	default:
		_, a := it.send.it.At()
		_, b := it.receive.it.At()
		it.v = a + b
		if value.IsStaleNaN(a) || value.IsStaleNaN(b) {
			it.v = math.Float64frombits(value.StaleNaN)
		}
	}
	return chunkenc.ValFloat
}

// advance moves to t, or to the end when the other part has ended.
func (p *part) advance(t int64) {
	if t == math.MaxInt64 {
		p.kind = chunkenc.ValNone
		return
	}
	p.seek(t)
}

// At implements chunkenc.Iterator.
func (it *sumIterator) At() (int64, float64) { return it.t, it.v }

// AtHistogram implements chunkenc.Iterator; there are no histograms.
func (it *sumIterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	return it.t, nil
}

// AtFloatHistogram implements chunkenc.Iterator; there are no histograms.
func (it *sumIterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return it.t, nil
}

// AtT implements chunkenc.Iterator.
func (it *sumIterator) AtT() int64 { return it.t }

// AtST implements chunkenc.Iterator; there are no start times.
func (it *sumIterator) AtST() int64 { return 0 }

// Err implements chunkenc.Iterator.
func (it *sumIterator) Err() error {
	return errors.Join(it.send.err(), it.receive.err(), it.whole.err())
}
