package statistics

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// bigFleet is n instances of which five metrics are read, four of them stored.
func bigFleet(n int) []*fleet.Instance {
	out := make([]*fleet.Instance, n)
	for i := range out {
		in := orders()
		in.ID = fmt.Sprintf("mqtt-cn-%08x", i*2654435761%(1<<32))
		in.Term.Expires = time.Now().AddDate(0, 0, i%400)
		out[i] = in
	}
	return out
}

// round is one reading of each instance; the figures move a little.
func round(instances []*fleet.Instance, at time.Time, n int) []*fleet.Reading {
	out := make([]*fleet.Reading, len(instances))
	for i, in := range instances {
		wobble := float64((i*31 + n*17) % 23)
		out[i] = mqttReading(in.ID, at, 100.4*wobble, 300.7*wobble, 3000+wobble)
	}
	return out
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func diskBytes(tb testing.TB, dir string) (sum int64) {
	tb.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		sum += info.Size()
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return sum
}

// BenchmarkMemory tells what 10,000 instances with four stored metrics each keep
// in memory after 20 readings, and what a sample takes in the write-ahead log.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		instances := bigFleet(10_000)
		dir := b.TempDir()
		before := heap()
		s := open(b, dir, func(o *Options) {
			o.Logger = slog.New(slog.DiscardHandler)
			o.Lifecycle = func(*fleet.Instance, time.Time) fleet.Lifecycle {
				return fleet.Lifecycle{State: fleet.LifecycleActive}
			}
		})
		s.SetFleet(instances)
		at := time.Now().Add(-20 * 15 * time.Second).Truncate(time.Second)
		for n := range 20 {
			s.Append(round(instances, at.Add(time.Duration(n)*15*time.Second), n))
			s.Flush()
		}
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
		b.ReportMetric(float64(s.db.Head().NumSeries()), "series")
		b.ReportMetric(float64(s.facts.Points()), "facts")
		b.ReportMetric(float64(diskBytes(b, dir))/(20*50_000), "disk_B/sample")
		runtime.KeepAlive(instances)
	}
}

// BenchmarkBlock tells what a sample takes on disk once it is in a block: two
// hours of 500 instances. Derived samples take nothing.
func BenchmarkBlock(b *testing.B) {
	for b.Loop() {
		instances := bigFleet(500)
		s := open(b, b.TempDir(), func(o *Options) { o.Logger = slog.New(slog.DiscardHandler) })
		s.SetFleet(instances)
		at := time.Now().Truncate(2 * time.Hour).Add(-4 * time.Hour)
		const rounds = 480
		for n := range rounds {
			s.Append(round(instances, at.Add(time.Duration(n)*15*time.Second), n))
			s.Flush()
		}
		if err := s.db.CompactHead(tsdb.NewRangeHead(s.db.Head(), at.UnixMilli(), at.Add(2*time.Hour).UnixMilli()-1)); err != nil {
			b.Fatal(err)
		}
		var size int64
		for _, block := range s.db.Blocks() {
			size += block.Size()
		}
		b.ReportMetric(float64(size)/(rounds*float64(len(instances))*5), "disk_B/sample")
	}
}

// BenchmarkAppend is the way of a reading from Append to the database, in rounds
// of 10,000.
func BenchmarkAppend(b *testing.B) {
	instances := bigFleet(10_000)
	s := open(b, b.TempDir(), func(o *Options) { o.Logger = slog.New(slog.DiscardHandler) })
	s.SetFleet(instances)
	at := time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	s.Append(round(instances, at, 0))
	s.Flush()
	b.ReportAllocs()
	readings := 0
	for n := 1; b.Loop(); n++ {
		b.StopTimer()
		next := round(instances, at.Add(time.Duration(n)*15*time.Second), n)
		b.StartTimer()
		s.Append(next)
		s.Flush()
		readings += len(next)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(readings), "ns/reading")
}

// BenchmarkHandOver is what Append costs the caller.
func BenchmarkHandOver(b *testing.B) {
	instances := bigFleet(1)
	s := open(b, b.TempDir(), func(o *Options) {
		o.Logger = slog.New(slog.DiscardHandler)
		o.MaxReadings = 1 << 20
	})
	one := round(instances, time.Now(), 0)
	b.ReportAllocs()
	for b.Loop() {
		s.Append(one)
		if len(s.buffer) == 4096 {
			s.buffer = s.buffer[:0]
		}
	}
}

// BenchmarkWindow reads ten seconds of a history of 10,000 instances, as remote write
// does for each endpoint.
func BenchmarkWindow(b *testing.B) {
	s := open(b, b.TempDir(), nil)
	instances := bigFleet(10_000)
	s.SetFleet(instances)
	at := time.Now().Add(-20 * time.Minute).Truncate(time.Minute)
	for i := range 70 {
		readings := round(instances, at, i)
		for j, r := range readings {
			r.At = at.Add(time.Duration(j%15_000) * time.Millisecond)
		}
		s.Append(readings)
		s.Flush()
		at = at.Add(15 * time.Second)
	}
	for _, c := range []struct {
		name     string
		from, to time.Time
	}{
		{"readings", at.Add(-12 * time.Second), at.Add(-2 * time.Second)},
		{"minute", at.Truncate(time.Minute).Add(-5 * time.Second), at.Truncate(time.Minute).Add(5 * time.Second)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			samples := 0
			for b.Loop() {
				querier, err := s.query.Querier(c.from.UnixMilli(), c.to.UnixMilli())
				if err != nil {
					b.Fatal(err)
				}
				samples = 0
				set := querier.Select(b.Context(), false, nil, labels.MustNewMatcher(labels.MatchRegexp, series.Name, ".+"))
				var it chunkenc.Iterator
				for set.Next() {
					for it = set.At().Iterator(it); it.Next() != chunkenc.ValNone; {
						samples++
					}
				}
				if err := errors.Join(set.Err(), querier.Close()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(samples), "samples")
		})
	}
}
