package derived

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample is one stored value.
type sample struct {
	t int64
	v float64
}

func (s sample) T() int64                      { return s.t }
func (s sample) F() float64                    { return s.v }
func (s sample) ST() int64                     { return 0 }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }

// table is a database in memory.
type table []struct {
	labels  labels.Labels
	samples []sample
}

func (tb table) Querier(mint, maxt int64) (storage.Querier, error) {
	return &tableQuerier{tb, mint, maxt}, nil
}

func (tb *table) put(ls labels.Labels, samples ...sample) {
	*tb = append(*tb, struct {
		labels  labels.Labels
		samples []sample
	}{ls, samples})
}

type tableQuerier struct {
	table
	mint, maxt int64
}

func (q *tableQuerier) Close() error { return nil }

func (q *tableQuerier) Select(_ context.Context, _ bool, _ *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	var out []storage.Series
	for _, s := range q.table {
		if !matches(s.labels, ms) {
			continue
		}
		var within []chunks.Sample
		for _, one := range s.samples {
			if one.t >= q.mint && one.t <= q.maxt {
				within = append(within, one)
			}
		}
		out = append(out, storage.NewListSeries(s.labels, within))
	}
	return &seriesSet{series: out, at: -1}
}

func (q *tableQuerier) LabelValues(_ context.Context, name string, _ *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	found := make(set)
	for _, s := range q.table {
		if v := s.labels.Get(name); v != "" && matches(s.labels, ms) {
			found.add(v)
		}
	}
	return found.sorted(nil), nil, nil
}

func (q *tableQuerier) LabelNames(_ context.Context, _ *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	found := make(set)
	for _, s := range q.table {
		if matches(s.labels, ms) {
			s.labels.Range(func(l labels.Label) { found.add(l.Name) })
		}
	}
	return found.sorted(nil), nil, nil
}

func matches(ls labels.Labels, ms []*labels.Matcher) bool {
	return !slices.ContainsFunc(ms, func(m *labels.Matcher) bool { return !m.Matches(ls.Get(m.Name)) })
}

// history is what the model of the property test knows: for each instance and
// metric the usage, and the capacity at each moment.
type model map[string]map[int64]float64

func (m model) put(ls labels.Labels, t int64, v float64) {
	key := ls.String()
	if m[key] == nil {
		m[key] = make(map[int64]float64)
	}
	m[key][t] = v
}

func stale() float64 { return math.Float64frombits(value.StaleNaN) }

// TestAgainstNaive draws a history, computes sums and utilizations by hand, and
// compares what Select shows with it, by Next and by Seek, for drawn matchers.
func TestAgainstNaive(t *testing.T) {
	store, err := facts.Open(facts.Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		id := series.Identity{ID: "i" + string(rune('0'+run%10)) + time.Duration(run).String(), Product: "mqtt", Edition: rapid.SampledFrom([]string{"basic", ""}).Draw(t, "edition")}
		tb, want := draw(t, store, id)
		q, err := (&Queryable{DB: tb, Facts: store}).Querier(0, 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		ms := []*labels.Matcher{
			labels.MustNewMatcher(labels.MatchEqual, series.InstanceID, id.ID),
			rapid.SampledFrom([]*labels.Matcher{
				labels.MustNewMatcher(labels.MatchRegexp, series.Name, ".*(usage|ratio)"),
				labels.MustNewMatcher(labels.MatchEqual, series.Name, series.Usage),
				labels.MustNewMatcher(labels.MatchEqual, series.Name, series.Utilization),
			}).Draw(t, "name"),
			rapid.SampledFrom([]*labels.Matcher{
				labels.MustNewMatcher(labels.MatchEqual, series.Metric, "message_tps"),
				labels.MustNewMatcher(labels.MatchEqual, series.Metric, "send_tps"),
				labels.MustNewMatcher(labels.MatchNotEqual, series.Metric, "message_tps"),
				labels.MustNewMatcher(labels.MatchRegexp, series.Metric, "m.*|c.*"),
				labels.MustNewMatcher(labels.MatchEqual, series.Edition, id.Edition),
			}).Draw(t, "metric"),
		}
		from := rapid.Int64Range(0, 40).Draw(t, "seek")
		got, sought := make(model), make(model)
		set := q.Select(t.Context(), true, nil, ms...)
		var before labels.Labels
		var it chunkenc.Iterator
		for set.Next() {
			ls := set.At().Labels()
			if !before.IsEmpty() && labels.Compare(before, ls) >= 0 {
				t.Fatalf("%s comes after %s", ls, before)
			}
			before = ls
			it = set.At().Iterator(it)
			for it.Next() != chunkenc.ValNone {
				at, v := it.At()
				got.put(ls, at, v)
			}
			it = set.At().Iterator(it)
			for ok := it.Seek(from); ok != chunkenc.ValNone; ok = it.Next() {
				at, v := it.At()
				sought.put(ls, at, v)
			}
			if it.Err() != nil {
				t.Fatal(it.Err())
			}
		}
		if set.Err() != nil {
			t.Fatal(set.Err())
		}
		expected, later := make(model), make(model)
		for _, s := range want {
			if !matches(s.labels, ms) {
				continue
			}
			for _, one := range s.samples {
				expected.put(s.labels, one.t, one.v)
				if one.t >= from {
					later.put(s.labels, one.t, one.v)
				}
			}
		}
		bits := cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
		if diff := cmp.Diff(expected, got, bits); diff != "" {
			t.Fatalf("%v: (-want +got)\n%s", ms, diff)
		}
		if diff := cmp.Diff(later, sought, bits); diff != "" {
			t.Fatalf("%v from %d: (-want +got)\n%s", ms, from, diff)
		}
		checkLabels(t, q, ms, expected)
	})
}

// draw makes a history of one instance, and all that should be seen of it.
func draw(t *rapid.T, store *facts.Store, id series.Identity) (tb, want table) {
	stored := make(map[fleet.Metric]map[int64]float64)
	metrics := []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.MessageTPS, fleet.Connections}
	for _, m := range metrics {
		stored[m] = make(map[int64]float64)
		for at := range int64(20) {
			switch rapid.IntRange(0, 4).Draw(t, "sample") {
			case 0: // none
			case 1:
				stored[m][at*2] = stale()
			default:
				stored[m][at*2] = float64(rapid.IntRange(0, 1000).Draw(t, "v"))
			}
		}
	}
	if rapid.Bool().Draw(t, "without whole") {
		clear(stored[fleet.MessageTPS])
	}
	for m, values := range stored {
		if len(values) > 0 {
			tb.put(id.Labels(series.Dimension{Name: series.Usage, Metric: m.String()}), sorted(values)...)
		}
	}

	shown := map[fleet.Metric]map[int64]float64{}
	for _, m := range metrics[:2] {
		shown[m] = stored[m]
	}
	shown[fleet.Connections] = stored[fleet.Connections]
	sum := make(map[int64]float64)
	for at, a := range stored[fleet.SendTPS] {
		if b, ok := stored[fleet.ReceiveTPS][at]; ok {
			sum[at] = a + b
			if value.IsStaleNaN(a) || value.IsStaleNaN(b) {
				sum[at] = stale()
			}
		}
	}
	for at, v := range stored[fleet.MessageTPS] {
		sum[at] = v
	}
	shown[fleet.MessageTPS] = sum

	sub := store.Subject(id)
	for m, values := range shown {
		capacity := make(map[int64]float64)
		for at := int64(rapid.IntRange(0, 50).Draw(t, "first")); at < 40; at += int64(rapid.IntRange(1, 30).Draw(t, "gap")) {
			capacity[at] = float64(rapid.SampledFrom([]int{0, 100, 250}).Draw(t, "capacity"))
		}
		known := false
		for _, c := range sorted(capacity) {
			v := c.v
			if v == 0 {
				v = facts.Absent()
			} else {
				known = true
			}
			store.Set(sub, facts.Capacity(m), c.t, v)
		}
		if len(values) == 0 {
			continue
		}
		want.put(id.Labels(series.Dimension{Name: series.Usage, Metric: m.String()}), sorted(values)...)
		if !known {
			continue
		}
		ratio := make(map[int64]float64)
		for at, v := range values {
			c := 0.0
			for _, change := range sorted(capacity) {
				if change.t <= at {
					c = change.v
				}
			}
			if ratio[at] = v / c; c == 0 || value.IsStaleNaN(v) {
				ratio[at] = stale()
			}
		}
		want.put(id.Labels(series.Dimension{Name: series.Utilization, Metric: m.String()}), sorted(ratio)...)
	}
	return tb, want
}

// checkLabels holds the label lookups against the series that Select shows.
func checkLabels(t *rapid.T, q storage.Querier, ms []*labels.Matcher, expected model) {
	names := make(map[string]map[string]bool)
	set := q.Select(t.Context(), false, &storage.SelectHints{Func: "series"}, ms...)
	for set.Next() {
		set.At().Labels().Range(func(l labels.Label) {
			if names[l.Name] == nil {
				names[l.Name] = make(map[string]bool)
			}
			names[l.Name][l.Value] = true
		})
	}
	got, _, err := q.LabelNames(t.Context(), nil, ms...)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{}
	for name, values := range names {
		want = append(want, name)
		list, _, err := q.LabelValues(t.Context(), name, nil, ms...)
		if err != nil {
			t.Fatal(err)
		}
		wanted := []string{}
		for v := range values {
			wanted = append(wanted, v)
		}
		sort.Strings(wanted)
		if !slices.Equal(wanted, list) {
			t.Fatalf("%v: values of %s are %v, want %v", ms, name, list, wanted)
		}
	}
	sort.Strings(want)
	if !slices.Equal(want, got) {
		t.Fatalf("%v: label names are %v, want %v (%d series)", ms, got, want, len(expected))
	}
}

func sorted(values map[int64]float64) []sample {
	out := make([]sample, 0, len(values))
	for at, v := range values {
		out = append(out, sample{at, v})
	}
	slices.SortFunc(out, func(a, b sample) int { return int(a.t - b.t) })
	return out
}
