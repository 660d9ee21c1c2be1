package mosquitto

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/brimwatch/brimwatch/collector/collectortest"
)

// TestCostOfAConnection holds a connection to one goroutine and to little
// memory: ten thousand brokers may be read from one process.
func TestCostOfAConnection(t *testing.T) {
	const many = 200
	s := script(t, func(p peer) {
		if p.accept(0, [2]string{version.name(), "mosquitto version 2.0.11"}, [2]string{connected.name(), "7"}) {
			p.Drain()
		}
	})
	collectors := make([]*Collector, many)
	for i := range collectors {
		collectors[i] = build(t, Options{URL: mqttURL(s.Addr)})
	}
	readers := func() int {
		buf := make([]byte, 4<<20)
		buf = buf[:runtime.Stack(buf, true)]
		return bytes.Count(buf, []byte("created by github.com/brimwatch/brimwatch/collector/mosquitto.newSession"))
	}
	if n := readers(); n != 0 {
		t.Fatalf("%d readers before the first visit", n)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, c := range collectors {
		if _, err := collectortest.Visit(t, c); err != nil {
			t.Fatalf("visit: %v", err)
		}
	}
	if n := readers(); n != many {
		t.Errorf("%d goroutines of sessions for %d connections", n, many)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	// Both ends are in this process; the far one has the larger buffers.
	each := (after.HeapInuse + after.StackInuse - before.HeapInuse - before.StackInuse) / many
	t.Logf("%d bytes of heap and stack a connection, both ends together", each)
	if each > 64<<10 {
		t.Errorf("%d bytes a connection", each)
	}
}
