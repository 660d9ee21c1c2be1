package alarm

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// BenchmarkEngineRound judges one reading of each of 10,000 instances with four
// metrics, when nothing happens.
func BenchmarkEngineRound(b *testing.B) {
	const n = 10_000
	watches := make([]Watch, n)
	round := make([]*fleet.Reading, n)
	for i := range n {
		id := strconv.Itoa(i)
		watches[i] = watch(id)
		round[i] = &fleet.Reading{Instance: id, Up: true}
		for _, m := range []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions, fleet.Connections} {
			watches[i].Instance.Configured[m] = 100
			watches[i].Rules[m] = watches[i].Rules[fleet.Connections]
			round[i].Known = round[i].Known.With(m)
			round[i].Usage[m] = 40
		}
	}
	e, err := NewEngine(b.Context(), Options{Journal: newMemoryJournal(), Watches: watches, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	at := start()
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(15 * time.Second)
		for _, r := range round {
			r.At = at
		}
		e.Observe(round)
		e.judgeAll(b.Context())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/reading")
}
