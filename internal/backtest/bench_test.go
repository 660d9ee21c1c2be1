package backtest

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

// recordFleet puts days of a fleet into its history: five metrics each, read every 15 seconds,
// spread over them; a tenth of the instances goes above 70 % for an hour of each day.
func recordFleet(b *testing.B, s *config.Snapshot, days int) {
	b.Helper()
	store, err := statistics.Open(statistics.Options{Dir: filepath.Join(s.Storage.Dir, "history"), Retention: 100 * 365 * 24 * time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	store.SetFleet(s.FleetInstances())
	readings := make([]*fleet.Reading, len(s.Instances))
	for at := time.Duration(0); at < time.Duration(days)*24*time.Hour; at += every {
		hour := int(at/time.Hour) % 24
		for i := range s.Instances {
			r := &fleet.Reading{Instance: s.Instances[i].ID, At: day().Add(at + time.Duration(i%15)*time.Second), Up: true}
			put := func(m fleet.Metric, v float64) { r.Known, r.Usage[m] = r.Known.With(m), v }
			connections := 400 + 100*math.Sin(float64(at)/float64(time.Hour)+float64(i))
			if i%10 == 0 && hour == i%24 {
				connections = 750
			}
			put(fleet.Connections, math.Trunc(connections))
			put(fleet.Subscriptions, math.Trunc(connections/2))
			put(fleet.SendTPS, connections/4)
			put(fleet.ReceiveTPS, connections/8)
			put(fleet.MessageTPS, connections/4+connections/8)
			readings[i] = r
		}
		store.Append(readings)
		if at%(time.Hour/4) == 0 {
			store.Flush()
		}
	}
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkMonth judges what was recorded of a fleet once more. docs/testing.md has the figures.
func BenchmarkMonth(b *testing.B) {
	var text strings.Builder
	text.WriteString(configuration[:strings.Index(configuration, "instances:")] + "instances:\n")
	for i := range 100 {
		fmt.Fprintf(&text, "  - {id: i-%03d, name: Orders %d, product: mqtt, edition: professional, capacity: {connections: 1000, subscriptions: 1000, message_tps: 1000, send_tps: 1000, receive_tps: 1000}, "+
			"billing: {method: payg}, source: {type: mosquitto, url: \"mqtt://127.0.0.1:%d\"}}\n", i, i, 2000+i)
	}
	text.WriteString(configuration[strings.Index(configuration, "contacts:"):])
	for _, days := range []int{1, 30} {
		b.Run(fmt.Sprintf("days=%d", days), func(b *testing.B) {
			s := load(b, text.String())
			recordFleet(b, s, days)
			for b.Loop() {
				runtime.GC()
				var now runtime.MemStats
				most := uint64(0)
				h := history(b, s)
				r, err := Run(b.Context(), Options{Snapshot: s, History: h, From: day(), To: day().AddDate(0, 0, days), Progress: func(float64) {
					runtime.ReadMemStats(&now)
					most = max(most, now.HeapInuse)
				}})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(r.Totals.Alarms), "alarms")
				b.ReportMetric(float64(r.Readings), "readings")
				b.ReportMetric(float64(most)/1e6, "MB")
			}
		})
	}
}
