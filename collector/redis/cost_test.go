package redis

import (
	"runtime"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
)

// TestCostOfAConnection holds a kept connection to no goroutine and little
// memory: ten thousand servers may be read from one process.
func TestCostOfAConnection(t *testing.T) {
	const many = 200
	answers := replies(map[string]string{
		"INFO":        text(capture(t, "info-all-load.txt")),
		"CLIENT LIST": text(capture(t, "client-list-type-pubsub.txt")),
	})
	s := script(t, answers)
	collectors := make([]*Collector, many)
	for i := range collectors {
		collectors[i] = build(t, Options{URL: redisURL(s.Addr)})
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	idle := runtime.NumGoroutine()
	for _, c := range collectors {
		collectortest.MustVisit(t, c)
	}
	// One at the far end of each: the script.
	if n := runtime.NumGoroutine() - idle; n > many+5 {
		t.Errorf("%d goroutines more for %d connections whose far ends have %d", n, many, many)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse) / many
	t.Logf("%d bytes of heap and stack a connection, both ends together", each)
	if each > 32<<10 {
		t.Errorf("%d bytes a connection", each)
	}
}

// BenchmarkVisit reads a page of INFO from a server in the same process.
func BenchmarkVisit(b *testing.B) {
	s := script(b, replies(map[string]string{
		"INFO":        text(capture(b, "info-all-load.txt")),
		"CLIENT LIST": text(capture(b, "client-list-type-pubsub.txt")),
	}))
	c, err := New(Options{URL: redisURL(s.Addr)})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	visits := make([]collector.Visit, 1)
	b.ReportAllocs()
	for b.Loop() {
		visits[0].Reset()
		if err := c.Collect(b.Context(), visits); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInfo reads a page of INFO of 6 kB.
func BenchmarkInfo(b *testing.B) {
	page := capture(b, "info-all-load.txt")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseInfo(bulkOf(page)); err != nil {
			b.Fatal(err)
		}
	}
}
