package statistics

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	gometrics "runtime/metrics"
	"sync"
	"testing"
	"time"
)

// discarded is a response that nobody keeps.
type discarded struct {
	header http.Header
	status int
	bytes  int
}

func (d *discarded) Header() http.Header { return d.header }

func (d *discarded) WriteHeader(status int) { d.status = status }

func (d *discarded) Write(b []byte) (int, error) {
	d.bytes += len(b)
	return len(b), nil
}

// heapBytes returns what the heap takes, garbage included.
func heapBytes() uint64 {
	sample := []gometrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	gometrics.Read(sample)
	return sample[0].Value.Uint64()
}

// each calls f again and again until stop is closed, with how late it is.
func each(stop <-chan struct{}, every time.Duration, f func(late time.Duration)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-stop:
			return
		case <-tick.C:
			now := time.Now()
			f(now.Sub(last) - every)
			last = now
		}
	}
}

// BenchmarkHeavyQueries asks 50 queries at once for everything that 10,000
// instances told in an hour, and tells how far the heap grows, what is left of it
// afterwards, and by how much a timer is late meanwhile, as an alarm would be.
func BenchmarkHeavyQueries(b *testing.B) {
	instances := bigFleet(10_000)
	s := open(b, b.TempDir(), func(o *Options) { o.Logger = slog.New(slog.DiscardHandler) })
	s.SetFleet(instances)
	const rounds = 240
	at := time.Now().Add(-rounds * tick).Truncate(time.Second)
	for n := range rounds {
		s.Append(round(instances, at.Add(time.Duration(n)*tick), n))
		s.Flush()
	}
	unix := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	year := url.Values{"start": {unix(at.AddDate(-1, 0, 0))}, "end": {unix(time.Now())}, "step": {"1h"}}
	with := func(base url.Values, query string) url.Values {
		out := url.Values{"query": {query}}
		for k, v := range base {
			out[k] = v
		}
		return out
	}
	for _, c := range []struct {
		name, path string
		form       url.Values
	}{
		{"nothing", "query", with(nil, "1")},
		{"everything of an hour", "query", with(nil, `{__name__=~".+"}[1h]`)},
		{"everything of a year", "query_range", with(year, `{__name__=~".+"}`)},
		{"all quotients of a year", "query_range", with(year, `brimwatch_instance_usage / ignoring (nothing) brimwatch_instance_capacity`)},
		{"all usage of a year", "query", with(nil, `max_over_time(brimwatch_instance_usage[1y])`)},
		{"all series", "series", url.Values{"match[]": {`{__name__=~".+"}`}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				stop := make(chan struct{})
				var watchers sync.WaitGroup
				var peak uint64
				watchers.Go(func() { each(stop, 20*time.Millisecond, func(time.Duration) { peak = max(peak, heapBytes()) }) })
				var late time.Duration
				watchers.Go(func() { each(stop, 10*time.Millisecond, func(by time.Duration) { late = max(late, by) }) })
				var group sync.WaitGroup
				var mu sync.Mutex
				statuses := make(map[int]int)
				for range 50 {
					group.Go(func() {
						r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/prometheus/api/v1/"+c.path+"?"+c.form.Encode(), http.NoBody)
						w := &discarded{header: make(http.Header)}
						s.Handler().ServeHTTP(w, r)
						mu.Lock()
						statuses[w.status]++
						mu.Unlock()
					})
				}
				group.Wait()
				close(stop)
				watchers.Wait()
				b.Logf("answers: %v", statuses)
				const mb = 1 << 20
				b.ReportMetric(float64(peak)/mb, "peak-MB")
				b.ReportMetric(float64(heap())/mb-float64(before)/mb, "left-MB")
				b.ReportMetric(float64(late.Milliseconds()), "late-ms")
			}
		})
	}
}
