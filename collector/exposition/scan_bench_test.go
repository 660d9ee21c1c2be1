package exposition

import (
	"bytes"
	"os"
	"testing"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// rabbitSeries are the five names, seven series, of the page of 500.
func rabbitSeries() []selector {
	return []selector{
		sum("rabbitmq_global_messages_received_total"), sum("rabbitmq_global_messages_delivered_total"),
		sum("rabbitmq_connections"), sum("rabbitmq_consumers"), sum("rabbitmq_process_max_tcp_sockets"),
	}
}

// fleetSeries are the four names of the simulated fleet's pages.
func fleetSeries() []selector {
	return []selector{
		sum("emqx_messages_received"), sum("emqx_messages_sent"), sum("emqx_connections_count"), sum("emqx_subscriptions_count"),
	}
}

func readPage(t testing.TB, file string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/pages/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// thinned returns a page of n series: all that start with one of the wanted
// names, and as many others from the start, with the comments among them.
func thinned(b []byte, n int, wanted []selector) []byte {
	for line := range bytes.Lines(b) {
		if isWanted(line, wanted) {
			n--
		}
	}
	var out []byte
	for line := range bytes.Lines(b) {
		comment := len(line) < 2 || line[0] == '#'
		if !comment && !isWanted(line, wanted) {
			if n == 0 {
				continue
			}
			n--
		}
		if !comment || n > 0 {
			out = append(out, line...)
		}
	}
	return out
}

func isWanted(line []byte, wanted []selector) bool {
	for _, s := range wanted {
		if rest, ok := bytes.CutPrefix(line, []byte(s.name)); ok && delimits(rest[0]) {
			return true
		}
	}
	return false
}

func BenchmarkScan(b *testing.B) {
	for _, bm := range []struct {
		name   string
		page   []byte
		series []selector
	}{
		{"500 series", thinned(readPage(b, "rabbitmq-load-mqtt.prom"), 500, rabbitSeries()), rabbitSeries()},
		{"fleet of 149 series", readPage(b, "fleet-full.prom"), fleetSeries()},
		{"fleet of 6 series", readPage(b, "fleet-small.prom"), fleetSeries()},
	} {
		b.Run(bm.name, func(b *testing.B) {
			p := planFor(b, bm.series...)
			pg := page{plan: p, cells: make([]cell, p.cells), limit: httpget.MaxPage}
			window, r := make([]byte, windowSize), bytes.NewReader(nil)
			b.SetBytes(int64(len(bm.page)))
			b.ReportAllocs()
			for b.Loop() {
				r.Reset(bm.page)
				clear(pg.cells)
				pg.size = 0
				if _, err := pg.read(r, window); err != nil {
					b.Fatal(err)
				}
			}
			for i := range pg.cells {
				if pg.cells[i].n == 0 {
					b.Fatalf("series %d was not found", i)
				}
			}
		})
	}
}
