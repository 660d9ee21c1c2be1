package promread

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
	"github.com/brimwatch/brimwatch/test/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recordings is what is held to be the same, whoever reads it.
type recordings interface {
	Statistics(ctx context.Context, id string, from, to time.Time, step time.Duration) ([]fleet.Series, error)
	EachUsage(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
}

// reading is what one reading of an instance knows; no values are a source that did not
// answer.
type reading struct {
	at       time.Duration // after the beginning
	values   map[fleet.Metric]float64
	capacity float64 // of connections, from here on; 0 is as before
}

// course is all readings of an instance.
type course struct {
	id       string
	readings []reading
}

// courses are readings with everything in them that makes a difference: readings on and
// off any grid, peaks between points, a metric that becomes unknown, silence, pauses that
// are bridged and such that are not, and a capacity that changes.
func courses() []course {
	steady := course{id: "steady"}
	for i := range 240 {
		steady.readings = append(steady.readings, reading{
			at:     time.Duration(i)*15*time.Second + 4321*time.Millisecond,
			values: map[fleet.Metric]float64{fleet.Connections: 100 + 50*math.Sin(float64(i)/7), fleet.SendTPS: float64(i % 13), fleet.ReceiveTPS: 0.1 * float64(i)},
		})
	}
	grid := course{id: `队列 "a\b" {x='1'}|.*`}
	for i := range 200 {
		r := reading{at: time.Duration(i) * 15 * time.Second, values: map[fleet.Metric]float64{fleet.Connections: float64((i * 37) % 101), fleet.Subscriptions: float64(i)}}
		switch {
		case i >= 20 && i < 30: // two and a half minutes without a reading
			continue
		case i >= 60 && i < 100: // ten
			continue
		case i == 110 || i == 111 || i == 130:
			r.values = nil
		case i >= 140 && i < 150:
			delete(r.values, fleet.Subscriptions)
		case i == 160:
			r.capacity = 250
		}
		grid.readings = append(grid.readings, r)
	}
	seldom := course{id: "seldom"}
	for i := range 12 {
		seldom.readings = append(seldom.readings, reading{at: time.Duration(i)*(5*time.Minute-time.Second) + time.Millisecond, values: map[fleet.Metric]float64{fleet.Connections: float64(i + 1)}})
	}
	return []course{steady, grid, seldom}
}

func instance(id string, capacity float64) *fleet.Instance {
	in := &fleet.Instance{ID: id, Name: id, Product: "mqtt", Edition: "basic", Watched: true}
	in.Catalogue[fleet.Connections] = capacity
	return in
}

const firstCapacity = 200

// record puts courses into a history that begins at a time, and sends it to an endpoint.
// It returns the history, still open.
func record(t *testing.T, began time.Time, endpoint string) *statistics.Store {
	t.Helper()
	dir := t.TempDir()
	options := statistics.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)}
	if endpoint != "" {
		options.RemoteWrite = []remotewrite.Endpoint{{URL: endpoint}}
		if _, err := remotewrite.New(options.RemoteWrite[0], remotewrite.Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		marks, err := filepath.Glob(filepath.Join(dir, "remote-*.json"))
		if err != nil || len(marks) != 1 {
			t.Fatalf("marks: %v, %v", marks, err)
		}
		mark, err := json.Marshal(map[string]time.Time{"taken_through": began.Add(-time.Minute).UTC()})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(marks[0], mark, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := statistics.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	capacity := make(map[string]float64)
	setFleet := func() {
		var instances []*fleet.Instance
		for _, c := range courses() {
			instances = append(instances, instance(c.id, cmp.Or(capacity[c.id], firstCapacity)))
		}
		s.SetFleet(instances)
		s.Flush()
	}
	setFleet()
	type one struct {
		id string
		reading
	}
	var all []one
	for _, c := range courses() {
		for _, r := range c.readings {
			all = append(all, one{c.id, r})
		}
	}
	slices.SortStableFunc(all, func(a, b one) int { return cmp.Compare(a.at, b.at) })
	for _, r := range all {
		if r.capacity > 0 {
			capacity[r.id] = r.capacity
			setFleet()
		}
		out := &fleet.Reading{Instance: r.id, At: began.Add(r.at), Up: r.values != nil}
		for m, v := range r.values {
			out.Known, out.Usage[m] = out.Known.With(m), v
		}
		s.Append([]*fleet.Reading{out})
		s.Flush()
	}
	if endpoint == "" {
		return s
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	stop() // what is new is sent at the end
	if err := <-ran; err != nil {
		t.Fatal(err)
	}
	return s
}

// expected is what Statistics should tell of a course, worked out reading by reading.
func expected(c course, began, from, to time.Time, step time.Duration) []fleet.Series {
	var out []fleet.Series
	for m := range fleet.Metric(fleet.NumMetrics) {
		one := fleet.Series{Metric: m}
		for at := from; !at.After(to); at = at.Add(step) {
			if highest, average, ok := usageAt(c, m, at.Sub(began), step); ok {
				one.Usage, one.Average = append(one.Usage, fleet.Point{T: at.UTC(), V: highest}), append(one.Average, fleet.Point{T: at.UTC(), V: average})
			}
			if m != fleet.Connections || at.Before(began.Add(c.readings[0].at)) {
				continue
			}
			capacity := float64(firstCapacity)
			for _, r := range c.readings {
				if r.capacity > 0 && began.Add(r.at).Compare(at) <= 0 {
					capacity = r.capacity
				}
			}
			one.Capacity = append(one.Capacity, fleet.Point{T: at.UTC(), V: capacity})
		}
		if len(one.Usage)+len(one.Capacity) > 0 {
			out = append(out, one)
		}
	}
	return out
}

// usageAt is one point of it.
func usageAt(c course, m fleet.Metric, at, step time.Duration) (highest, average float64, have bool) {
	var last, sum, n float64
	var lastAt time.Duration
	live := false
	for _, r := range c.readings {
		if r.at > at {
			break
		}
		v, known := r.values[m]
		live = known
		if !known {
			continue
		}
		last, lastAt = v, r.at
		if r.at > at-step {
			highest, have = max(highest, v), true
			sum, n = sum+v, n+1
		}
	}
	switch {
	case have:
		return highest, sum / n, true
	case live && at-lastAt < 5*time.Minute:
		return last, last, true
	}
	return 0, 0, false
}

// TestConformance holds the embedded history and a Prometheus against the same; and the
// query API of another Brimwatch, which speaks as Prometheus 3 does.
func TestConformance(t *testing.T) {
	for name, open := range map[string]func(*testing.T, time.Time) recordings{
		"embedded":   func(t *testing.T, began time.Time) recordings { return record(t, began, "") },
		"Prometheus": through(startPrometheus),
		"Brimwatch": func(t *testing.T, began time.Time) recordings {
			srv := httptest.NewServer(record(t, began, "").Handler())
			t.Cleanup(srv.Close)
			return readerOf(t, srv.URL+"/prometheus", began)
		},
	} {
		t.Run(name, func(t *testing.T) { conform(t, open) })
	}
}

// TestConformanceOfVictoriaMetrics holds a VictoriaMetrics against the same.
func TestConformanceOfVictoriaMetrics(t *testing.T) { conform(t, through(startVictoriaMetrics)) }

// through records by remote write into a database, and reads from that.
func through(start func(t *testing.T) (write, query string)) func(*testing.T, time.Time) recordings {
	return func(t *testing.T, began time.Time) recordings {
		write, query := start(t)
		record(t, began, write)
		return readerOf(t, query, began)
	}
}

func conform(t *testing.T, open func(*testing.T, time.Time) recordings) {
	t.Helper()
	began := time.Now().Add(-2 * time.Hour).Truncate(5 * time.Minute)
	read := open(t, began)
	for _, c := range courses() {
		t.Run(c.id, func(t *testing.T) {
			conformStatistics(t, read, c, began)
			conformUsage(t, read, c, began)
			conformAnswers(t, read, began, &c)
		})
	}
	conformTogether(t, read, began)
	conformFaults(t, read, began)
}

// readerOf returns a Reader of the database at a URL, once that shows the last sample.
func readerOf(t *testing.T, url string, began time.Time) *Reader {
	t.Helper()
	r, err := New(Options{URL: url, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	server.Eventually(t, "the last sample", func() bool { return arrived(t, r, began) })
	return r
}

// arrived tells whether a database shows the last reading already, and the capacity that goes
// on behind it.
func arrived(t *testing.T, r *Reader, began time.Time) bool {
	t.Helper()
	c := courses()[0]
	last := began.Add(c.readings[len(c.readings)-1].at)
	found := false
	if err := r.EachUsage(t.Context(), []string{c.id}, fleet.MetricSet(0).With(fleet.Connections), last, last.Add(time.Second), func(string, fleet.Metric, statistics.Samples) { found = true }); err != nil {
		t.Fatal(err)
	}
	end := began.Add(90 * time.Minute) // nothing is asked for behind it
	all, err := r.Statistics(t.Context(), c.id, end, end, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return found && slices.ContainsFunc(all, func(s fleet.Series) bool { return len(s.Capacity) > 0 })
}

// nearly is whether figures are the same; VictoriaMetrics keeps some fifteen digits.
func nearly() gocmp.Option { return cmpopts.EquateApprox(1e-12, 0) }

func conformStatistics(t *testing.T, read recordings, c course, began time.Time) {
	t.Helper()
	for _, asked := range []struct {
		from, to, step time.Duration
	}{
		{0, time.Hour, time.Minute},
		{0, time.Hour, 15 * time.Second},
		{time.Second, 20 * time.Minute, 7 * time.Second},
		{-30 * time.Minute, 90 * time.Minute, 5 * time.Minute},
		{13*time.Minute + 123*time.Millisecond, 47 * time.Minute, 11 * time.Minute},
		{30 * time.Minute, 30 * time.Minute, time.Hour},
		{-3 * time.Hour, -2 * time.Hour, time.Minute},
	} {
		from, to := began.Add(asked.from), began.Add(asked.to)
		got, err := read.Statistics(t.Context(), c.id, from, to, asked.step)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(expected(c, began, from, to, asked.step), got, nearly(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%v (-want +got)\n%s", asked, diff)
		}
	}
}

func conformUsage(t *testing.T, read recordings, c course, began time.Time) {
	t.Helper()
	wanted := fleet.MetricSet(0).With(fleet.Connections).With(fleet.Subscriptions)
	for _, asked := range [][2]time.Duration{
		{0, 2 * time.Hour},
		{15 * time.Second, 30 * time.Second}, // the first is in it, the second is not
		{10 * time.Minute, 40 * time.Minute},
		{-time.Hour, 0},
	} {
		want := make(map[fleet.Metric][]fleet.Point)
		for _, r := range c.readings {
			for m, v := range r.values {
				if wanted.Has(m) && r.at >= asked[0] && r.at < asked[1] {
					want[m] = append(want[m], fleet.Point{T: began.Add(r.at).UTC(), V: v})
				}
			}
		}
		got := make(map[fleet.Metric][]fleet.Point)
		err := read.EachUsage(t.Context(), []string{c.id}, wanted, began.Add(asked[0]), began.Add(asked[1]), func(id string, m fleet.Metric, samples statistics.Samples) {
			if id != c.id {
				t.Errorf("visited %q", id)
			}
			for ms, v, ok := samples(); ok; ms, v, ok = samples() {
				got[m] = append(got[m], fleet.Point{T: time.UnixMilli(ms).UTC(), V: v})
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		for m, list := range got {
			if len(list) == 0 {
				delete(got, m)
			}
		}
		if diff := gocmp.Diff(want, got, nearly()); diff != "" {
			t.Errorf("%v (-want +got)\n%s", asked, diff)
		}
	}
}

// conformAnswers holds at which moments the source answered, and which capacities were in force.
func conformAnswers(t *testing.T, read recordings, began time.Time, c *course) {
	t.Helper()
	far, ok := read.(interface {
		EachAnswer(ctx context.Context, ids []string, from, to time.Time, visit func(id string, samples statistics.Samples)) error
		EachCapacity(ctx context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(id string, m fleet.Metric, samples statistics.Samples)) error
	})
	if !ok {
		return // the store itself has others who read it so
	}
	from, to := began.Add(10*time.Minute), began.Add(time.Hour)
	want, got := make(map[int64]float64), make(map[int64]float64)
	capacity := float64(firstCapacity)
	for _, r := range c.readings {
		if r.capacity > 0 {
			capacity = r.capacity
		}
		at := began.Add(r.at)
		if at.Before(from) || !at.Before(to) {
			continue
		}
		want[at.UnixMilli()] = 0
		if r.values != nil {
			want[at.UnixMilli()] = 1
		}
	}
	err := far.EachAnswer(t.Context(), []string{c.id, "nobody"}, from, to, func(id string, samples statistics.Samples) {
		for ms, v, ok := samples(); ok; ms, v, ok = samples() {
			got[ms] = v
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("answers of %s (-want +got)\n%s", c.id, diff)
	}
	var first int64
	last := 0.0
	err = far.EachCapacity(t.Context(), []string{c.id}, fleet.MetricSet(0).With(fleet.Connections), from, to, func(_ string, _ fleet.Metric, samples statistics.Samples) {
		for ms, v, ok := samples(); ok; ms, v, ok = samples() {
			if first == 0 {
				first = ms
			}
			last = v
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != capacity || first != from.UnixMilli() {
		t.Errorf("capacity of %s: %v in the end, first known %s after the beginning; want %v, at once", c.id, last, time.UnixMilli(first).Sub(from), capacity)
	}
}

// conformTogether asks for all instances at once: each is found, and no other.
func conformTogether(t *testing.T, read recordings, began time.Time) {
	t.Helper()
	ids := []string{"nobody"}
	want := make(map[string]int)
	for _, c := range courses() {
		ids = append(ids, c.id)
		for _, r := range c.readings {
			if r.values != nil {
				want[c.id]++
			}
		}
	}
	got := make(map[string]int)
	err := read.EachUsage(t.Context(), ids, fleet.MetricSet(0).With(fleet.Connections), began, began.Add(2*time.Hour), func(id string, _ fleet.Metric, samples statistics.Samples) {
		for _, _, ok := samples(); ok; _, _, ok = samples() {
			got[id]++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	none, err := read.Statistics(t.Context(), "nobody", began, began.Add(time.Hour), time.Minute)
	if err != nil || len(none) > 0 {
		t.Errorf("an instance that never was: %v, %v", none, err)
	}
}

// conformFaults asks for what cannot be shown.
func conformFaults(t *testing.T, read recordings, began time.Time) {
	t.Helper()
	for name, asked := range map[string]struct {
		from, to time.Time
		step     time.Duration
	}{
		"backwards":       {began, began.Add(-time.Hour), time.Minute},
		"no time":         {time.Time{}, began, time.Minute},
		"no step":         {began, began.Add(time.Hour), 0},
		"too many points": {began, began.Add(11_000 * time.Second), time.Second},
	} {
		if _, err := read.Statistics(t.Context(), "steady", asked.from, asked.to, asked.step); !isRange(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read.Statistics(t.Context(), "steady", began, began.Add(10_999*time.Second), time.Second); err != nil {
		t.Errorf("as many points as can be: %v", err)
	}
}

func startPrometheus(t *testing.T) (write, query string) {
	t.Helper()
	srv := server.Prometheus(t)
	return "http://" + srv.Addr + "/api/v1/write", "http://" + srv.Addr
}

func startVictoriaMetrics(t *testing.T) (write, query string) {
	t.Helper()
	addr := server.FreeAddr(t)
	srv := server.Start(t, server.Program{
		Binary: "victoria-metrics", Package: "victoria-metrics", Addr: addr,
		Args: []string{"-storageDataPath", filepath.Join(t.TempDir(), "vm"), "-httpListenAddr", addr, "-search.latencyOffset=0s"},
	})
	return "http://" + srv.Addr + "/api/v1/write", "http://" + srv.Addr
}
