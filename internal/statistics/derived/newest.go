package derived

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Figures are what one reading came to.
type Figures struct {
	T        int64           // of the reading, in milliseconds since 1970
	Known    fleet.MetricSet // whose usage is known and a number
	Usage    fleet.Amounts
	Capacity fleet.Amounts // 0 where it is not known
}

// Newest hands out the figures in force at the moment t: of each instance the newest
// reading that is not after t, in the order of the labels of their series. It calls visit with
// them and returns true, or it visits nobody and returns false when it does not
// remember enough. visit may keep id and must not keep f.
type Newest func(t int64, visit func(id *series.Identity, f *Figures)) bool

// lookBack is how old the newest reading may be, as PromQL has it.
const lookBack = int64(5 * 60_000)

// newest answers a query about one moment from the newest readings; false when it is
// another query, or they do not reach back to it.
func (q *querier) newest(ctx context.Context, usage, ratio bool, hints *storage.SelectHints, rest []*labels.Matcher) ([]storage.Series, bool) {
	if q.latest == nil || hints == nil || hints.Range != 0 || hints.Step != 0 || hints.End-hints.Start > lookBack {
		return nil, false
	}
	metric, others := split(series.Metric, rest)
	metrics := slices.DeleteFunc(byName(), func(m fleet.Metric) bool { return !accepts(metric, m.String()) })
	top := topOf(ctx, hints)
	place := 0
	gather := func(name string) bool {
		return q.latest(hints.End, func(id *series.Identity, f *Figures) {
			if f.T < hints.Start || !acceptsIdentity(others, id) {
				return
			}
			for _, m := range metrics {
				v, known := f.value(name, m)
				if known {
					top.add(oneSample{id: id, name: name, metric: m, t: f.T, v: v, place: place})
					place++
				}
			}
		})
	}
	// In the order of labels, which begins with the name.
	if usage && !gather(series.Usage) || ratio && !gather(series.Utilization) {
		return nil, false
	}
	out := top.picked()
	list := make([]storage.Series, len(out))
	for i := range out {
		s := &out[i]
		s.labels = s.id.Labels(series.Dimension{Name: s.name, Metric: s.metric.String()})
		list[i] = s
	}
	return list, true
}

// value returns the usage or the utilization of a metric; false when it is not known.
func (f *Figures) value(name string, m fleet.Metric) (float64, bool) {
	switch {
	case !f.Known.Has(m):
		return 0, false
	case name == series.Usage:
		return f.Usage[m], true
	}
	return f.Usage[m] / f.Capacity[m], f.Capacity[m] > 0
}

// byName returns the metrics in the order of their names.
func byName() []fleet.Metric {
	out := fleet.Metrics()
	slices.SortFunc(out, func(a, b fleet.Metric) int { return cmp.Compare(a.String(), b.String()) })
	return out
}

// acceptsIdentity tells whether the matchers accept an instance's labels; it has none
// but those of its identity.
func acceptsIdentity(ms []*labels.Matcher, id *series.Identity) bool {
	for _, m := range ms {
		if !m.Matches(id.Label(m.Name, series.Dimension{})) {
			return false
		}
	}
	return true
}

// oneSample is a series of one sample.
type oneSample struct {
	id     *series.Identity
	name   string
	metric fleet.Metric
	labels labels.Labels
	t      int64
	v      float64
	place  int // among all that were looked at
}

// Labels implements storage.Series.
func (s *oneSample) Labels() labels.Labels { return s.labels }

// Iterator implements storage.Series.
func (s *oneSample) Iterator(reuse chunkenc.Iterator) chunkenc.Iterator {
	it, ok := reuse.(*oneIterator)
	if !ok {
		it = &oneIterator{}
	}
	*it = oneIterator{t: s.t, v: s.v, at: math.MinInt64}
	return it
}

// oneIterator walks over one sample.
type oneIterator struct {
	t    int64
	v    float64
	at   int64 // t once the sample was reached
	done bool
}

// Next implements chunkenc.Iterator.
func (it *oneIterator) Next() chunkenc.ValueType {
	if it.at == it.t || it.done {
		it.done = true
		return chunkenc.ValNone
	}
	it.at = it.t
	return chunkenc.ValFloat
}

// Seek implements chunkenc.Iterator.
func (it *oneIterator) Seek(t series.Millis) chunkenc.ValueType {
	if it.done || t > it.t {
		it.done = true
		return chunkenc.ValNone
	}
	it.at = it.t
	return chunkenc.ValFloat
}

// At implements chunkenc.Iterator.
func (it *oneIterator) At() (int64, float64) { return it.t, it.v }

// AtHistogram implements chunkenc.Iterator; there are no histograms.
func (it *oneIterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	return it.t, nil
}

// AtFloatHistogram implements chunkenc.Iterator; there are no histograms.
func (it *oneIterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return it.t, nil
}

// AtT implements chunkenc.Iterator.
func (it *oneIterator) AtT() int64 { return it.t }

// AtST implements chunkenc.Iterator; there are no start times.
func (it *oneIterator) AtST() int64 { return 0 }

// Err implements chunkenc.Iterator.
func (it *oneIterator) Err() error { return nil }
