package exposition

import (
	"bufio"
	"context"
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// fleetMapping reads the pages of the simulated fleet.
func fleetMapping() []Metric {
	return []Metric{
		{Metric: fleet.SendTPS, Series: "emqx_messages_received", Counter: true},
		{Metric: fleet.ReceiveTPS, Series: "emqx_messages_sent", Counter: true},
		{Metric: fleet.Connections, Series: "emqx_connections_count"},
		{Metric: fleet.Subscriptions, Series: "emqx_subscriptions_count"},
	}
}

// terse serves one page to everybody at next to no cost: it looks for the end of
// a request and writes bytes that are ready. One goroutine and 4 KiB a
// connection.
func terse(t testing.TB, page []byte) string {
	answer := []byte(ok(string(page)))
	s := serveRaw(t, func(_ *raw, _ int, conn net.Conn) {
		in := bufio.NewReaderSize(conn, 1024)
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if len(line) == 2 {
				if _, err := conn.Write(answer); err != nil {
					return
				}
			}
		}
	})
	return s.url
}

// BenchmarkCollect visits a server on loopback; the server's share is in it.
func BenchmarkCollect(b *testing.B) {
	page := readPage(b, "fleet-full.prom")
	for _, bm := range []struct {
		name   string
		shared bool
	}{{"149 series", true}, {"149 series, nothing shared", false}} {
		b.Run(bm.name, func(b *testing.B) {
			o := Options{URL: terse(b, page), Mapping: fleetMapping()}
			if bm.shared {
				o.Transport = direct()
			}
			c, err := New(o)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			visits := make([]collector.Visit, 1)
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				visits[0].Reset()
				if err := c.Collect(ctx, visits); err != nil {
					b.Fatal(err)
				}
			}
			if _, _, ok := visits[0].CounterOf(fleet.SendTPS); !ok {
				b.Fatal("no figures")
			}
		})
	}
}

// BenchmarkIdle tells what a Collector holds between visits with its connection
// kept: bytes of heap and stack, and goroutines, over those of a bare net.Conn to
// the same server. The server is in this process, too, so that both ends are
// counted and the far one is taken off.
func BenchmarkIdle(b *testing.B) {
	const many = 2000
	page := readPage(b, "fleet-full.prom")
	for _, bm := range []struct {
		name   string
		shared bool
	}{{"shared transport", true}, {"own transports", false}} {
		b.Run(bm.name, func(b *testing.B) {
			target := terse(b, page)
			bare := footprint(b, many, func() io.Closer {
				conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", target[len("http://"):len(target)-len("/metrics")])
				if err != nil {
					b.Fatal(err)
				}
				return conn
			})
			shared := direct()
			visits := make([]collector.Visit, 1)
			whole := footprint(b, many, func() io.Closer {
				o := Options{URL: target, Mapping: fleetMapping()}
				if bm.shared {
					o.Transport = shared
				}
				c, err := New(o)
				if err != nil {
					b.Fatal(err)
				}
				visits[0].Reset()
				if err := c.Collect(b.Context(), visits); err != nil {
					b.Fatal(err)
				}
				return c
			})
			for b.Loop() {
				runtime.Gosched() // the figures below are what is wanted, not a time
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(whole.bytes-bare.bytes, "B/collector-over-net.Conn")
			b.ReportMetric(whole.goroutines-bare.goroutines, "goroutines/collector")
			b.ReportMetric(whole.bytes, "B/both-ends")
		})
	}
}

// share is what one of many takes.
type share struct{ bytes, goroutines float64 }

// footprint makes many and tells what one takes; it closes them all.
func footprint(t testing.TB, many int, open func() io.Closer) share {
	t.Helper()
	all := make([]io.Closer, many)
	before, goroutines := held(), runtime.NumGoroutine()
	for i := range all {
		all[i] = open()
	}
	after := share{float64(held()-before) / float64(many), float64(runtime.NumGoroutine()-goroutines) / float64(many)}
	for _, c := range all {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	return after
}

// held returns how many bytes of heap and stack are in use.
func held() int64 {
	for range 3 { // pools give their content back at the second
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// TestIdleCollectorHoldsNoGoroutine visits many servers and counts goroutines.
func TestIdleCollectorHoldsNoGoroutine(t *testing.T) {
	const many = 50
	target := terse(t, []byte(shopPage))
	shared := direct()
	each := footprint(t, many, func() io.Closer {
		c := build(t, Options{URL: target, Transport: shared})
		wantShop(t, c)
		return c
	})
	// One goroutine of each connection is the server's.
	if each.goroutines > 1 {
		t.Errorf("%.2f goroutines a Collector, want none of its own", each.goroutines-1)
	}
}
