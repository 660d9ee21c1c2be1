package advisor

import (
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/advice/advisor/advisortest"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/state"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// largeFleet is a history and a state of n instances with three metrics that have
// a capacity: one is the sum of two stored ones.
func largeFleet(b *testing.B, n int) (*statistics.Store, *Advisor, []string) {
	b.Helper()
	snapshot := &config.Snapshot{}
	ids := make([]string, n)
	for i := range n {
		in := &fleet.Instance{ID: fmt.Sprintf("mqtt-cn-%08x", i), Product: "mqtt", Watched: true}
		in.Configured[fleet.MessageTPS], in.Configured[fleet.Connections], in.Configured[fleet.Subscriptions] = 1000, 5000, 10000
		snapshot.Instances = append(snapshot.Instances, config.Instance{Instance: in, Source: &config.Source{}})
		ids[i] = in.ID
	}
	store, err := statistics.Open(statistics.Options{Dir: b.TempDir(), Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler), MaxReadings: n})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	store.SetFleet(snapshot.FleetInstances())
	return store, New(store, state.New(snapshot, nil, time.Now()), slog.New(slog.DiscardHandler)), ids
}

// record writes a reading of each instance every 15 seconds.
func record(store *statistics.Store, ids []string, from time.Time, length time.Duration) {
	for at := from; at.Before(from.Add(length)); at = at.Add(15 * time.Second) {
		readings := make([]*fleet.Reading, len(ids))
		for i, id := range ids {
			readings[i] = advisortest.Reading(id, at, float64(at.Unix()/15%97), float64(i%1000)+float64(at.Unix()/15%31))
			readings[i].Known, readings[i].Usage[fleet.Subscriptions] = readings[i].Known.With(fleet.Subscriptions), float64(i%500)
		}
		store.Append(readings)
		store.Flush()
	}
}

// BenchmarkAdvisorHour is what an hour of 10,000 instances at 15 seconds costs the
// advisor.
func BenchmarkAdvisorHour(b *testing.B) {
	store, a, ids := largeFleet(b, 10_000)
	today := advice.DayStart(advice.DayNumber(time.Now()) - 1)
	record(store, ids, today.Add(9*time.Hour), time.Hour)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		for _, w := range a.fleet.Watched() {
			a.read[w.ID] = &recorded{metrics: w.Metrics, through: today.Add(9*time.Hour + adviseOverlap)}
		}
		for shard := range slices.Chunk(ids, adviseShard) {
			if err := a.readShard(b.Context(), shard, today.Add(10*time.Hour)); err != nil {
				b.Fatal(err)
			}
			a.publish(shard, today.Add(10*time.Hour))
		}
	}
	if got := a.summaries(ids[0]); len(got) != 3 || !got[0].usage.Known {
		b.Fatalf("%+v", got)
	}
}

// BenchmarkAdvisorDay is what a whole day of one instance at 15 seconds costs: 10,000
// of them each midnight, and 300,000 the first time.
func BenchmarkAdvisorDay(b *testing.B) {
	store, a, ids := largeFleet(b, adviseShard)
	number := advice.DayNumber(time.Now()) - 1
	record(store, ids, advice.DayStart(number), 24*time.Hour)
	for _, w := range a.fleet.Watched() {
		a.read[w.ID] = &recorded{metrics: w.Metrics}
	}
	set := a.read[ids[0]].metrics
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := a.readDay(b.Context(), ids, set, number); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(ids)), "µs/instance-day")
}

// BenchmarkAdvisorMemory is what a month of 10,000 instances keeps in memory.
func BenchmarkAdvisorMemory(b *testing.B) {
	for range b.N {
		_, a, ids := largeFleet(b, 10_000)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		now := time.Now()
		for _, w := range a.fleet.Watched() {
			r := &recorded{metrics: w.Metrics, through: now}
			a.read[w.ID] = r
			for m := range fleet.Metric(fleet.NumMetrics) {
				for d := range int32(adviseDays) {
					if record := r.record(m); record != nil {
						record.Keep(advice.DayNumber(now)-adviseDays+d, []float64{1, 2, 3}, 1<<24-1)
					}
				}
			}
		}
		a.publish(ids, now)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
		runtime.KeepAlive(a)
	}
}

// BenchmarkAdviceOfAll is what the advice for 10,000 instances costs who asks.
func BenchmarkAdviceOfAll(b *testing.B) {
	_, a, ids := largeFleet(b, 10_000)
	for range b.N {
		for _, id := range ids {
			if _, ok := a.Advice(id); !ok {
				b.Fatal(id)
			}
		}
	}
}

// BenchmarkFullOfAll is what it costs to ask when 40,000 metrics of 10,000 instances
// are full.
func BenchmarkFullOfAll(b *testing.B) {
	_, a, ids := largeFleet(b, 10_000)
	var days []advice.DayPeak
	now := noon()
	for i := range 30 {
		days = append(days, advice.DayPeak{Day: advice.DayStart(advice.DayNumber(now) - 30 + int32(i)), Peak: 300 + 10*float64(i)})
	}
	asked := []fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions, fleet.Connections}
	for _, id := range ids {
		for _, m := range asked {
			a.summed[id] = append(a.summed[id], summary{metric: m, usage: advice.Usage{Known: true}, trend: advice.FitTrend(days, now)})
		}
	}
	b.ReportAllocs()
	capacity := fleet.Amounts{1000, 1000, 1000, 1000, 1000, 1000, 1000}
	for b.Loop() {
		for _, id := range ids {
			if full := a.Full(id, &capacity, now); full[fleet.Connections].IsZero() {
				b.Fatal(id)
			}
		}
	}
}
