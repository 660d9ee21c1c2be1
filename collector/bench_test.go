package collector

import (
	"context"
	"io"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/fleet"
)

// steady is a Collector that tells four figures at once.
type steady struct{ total float64 }

func (c *steady) Collect(_ context.Context, visits []Visit) error {
	now := time.Now()
	c.total += 1500
	for i := range visits {
		visits[i].Counter(fleet.SendTPS, c.total, now)
		visits[i].Counter(fleet.ReceiveTPS, c.total, now)
		visits[i].Gauge(fleet.Subscriptions, 100)
		visits[i].Gauge(fleet.Connections, 50)
	}
	return nil
}

func (c *steady) Close() error { return nil }

// BenchmarkRound10k visits 10,000 sources once: everything from due to sink, and
// nothing for reading the sources.
func BenchmarkRound10k(b *testing.B) {
	const n = 10_000
	var arrived atomic.Int64
	done := make(chan struct{}, 1)
	r, err := NewRunner(Options{Logger: textLogger(io.Discard), Registerer: prometheus.NewRegistry(), Sink: func(rs []*fleet.Reading) {
		if arrived.Add(int64(len(rs))) == n {
			done <- struct{}{}
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	sources := make([]Source, n)
	for i := range sources {
		// The interval is so long that only the benchmark makes sources due.
		sources[i] = source(strconv.Itoa(i), &steady{})
		sources[i].Interval = 1000 * time.Hour
	}
	r.Update(sources)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	if err := r.begin(); err != nil {
		b.Fatal(err)
	}
	r.arrivals = nil
	wall := r.rings[0].base
	r.rings[0].seek(wall)
	handed := make(chan struct{})
	end := make(chan struct{})
	go func() {
		defer close(end)
		r.emitter.run(handed)
	}()

	b.ReportAllocs()
	for b.Loop() {
		arrived.Store(0)
		wall += int64(1000 * time.Hour)
		r.mu.Lock()
		r.rings[0].take(wall, r.due)
		r.dispatch(ctx, time.Since(r.began))
		r.mu.Unlock()
		<-done
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/visit")
	r.end()
	r.awaitEnd()
	close(handed)
	<-end
}

// BenchmarkRate makes one rate.
func BenchmarkRate(b *testing.B) {
	prev, cur := told(1e6, 0), told(1.1e6, 15)
	b.ReportAllocs()
	for b.Loop() {
		if _, v := rate(prev, cur); v != rated {
			b.Fatal("no rate")
		}
	}
}

// BenchmarkReading makes the reading of one visit with two counters and two gauges.
func BenchmarkReading(b *testing.B) {
	m := &memory{id: "a"}
	in := instance("a")
	c := &steady{}
	visits := make([]Visit, 1)
	began := time.Now()
	o := &occasion{at: began.UTC(), began: began, interval: 15 * time.Second, origin: fleet.OriginServer}
	b.ReportAllocs()
	for b.Loop() {
		visits[0].Reset()
		if err := c.Collect(b.Context(), visits); err != nil {
			b.Fatal(err)
		}
		o.arrival = time.Now()
		m.reading(in, &visits[0], o)
	}
}

// BenchmarkStepIdle is what the Runner does each time it wakes and nothing is due.
func BenchmarkStepIdle(b *testing.B) {
	r, err := NewRunner(Options{Logger: textLogger(io.Discard), Sink: func([]*fleet.Reading) {}})
	if err != nil {
		b.Fatal(err)
	}
	sources := make([]Source, 100_000)
	for i := range sources {
		sources[i] = source(strconv.Itoa(i), &steady{})
	}
	r.Update(sources)
	now := r.now()
	r.last = now
	all := make([]*task, 0, len(sources))
	for _, t := range r.tasks {
		all = append(all, t)
	}
	r.rings = rings(all, now.wall)
	b.ReportAllocs()
	for b.Loop() {
		r.step(b.Context(), now)
	}
}
