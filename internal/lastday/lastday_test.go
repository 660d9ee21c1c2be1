package lastday

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/readers"
	"github.com/brimwatch/brimwatch/internal/statistics"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 10, 0, 0, time.UTC) }

// broker has room for 1,000 connections.
func broker(id string) *fleet.Instance {
	in := &fleet.Instance{ID: id, Watched: true}
	in.Catalogue[fleet.Connections] = 1000
	return in
}

func reading(id string, at time.Time, connections float64) *fleet.Reading {
	r := &fleet.Reading{Instance: id, At: at, Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
	r.Usage[fleet.Connections] = connections
	return r
}

// recorded is a history of connections by instance, at the ends of minutes.
type recorded struct {
	usage map[string]map[time.Time]float64

	mu    sync.Mutex
	asked []string
	err   error
}

// now changes what it does from here on.
func (r *recorded) now(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *recorded) EachUsage(_ context.Context, ids []string, metrics fleet.MetricSet, from, to time.Time, visit func(string, fleet.Metric, statistics.Samples)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, ids...)
	if r.err != nil {
		return r.err
	}
	for _, id := range ids {
		type sample struct {
			ms int64
			v  float64
		}
		var list []sample
		for at, v := range r.usage[id] {
			if !at.Before(from) && at.Before(to) && metrics.Has(fleet.Connections) {
				list = append(list, sample{at.UnixMilli(), v})
			}
		}
		if len(list) > 0 {
			visit(id, fleet.Connections, func() (int64, float64, bool) {
				if len(list) == 0 {
					return 0, 0, false
				}
				s := list[0]
				list = list[1:]
				return s.ms, s.v, true
			})
		}
	}
	return nil
}

func TestHighestOfEachHalfHour(t *testing.T) {
	l := New(&recorded{}, slog.New(slog.DiscardHandler))
	l.SetFleet([]*fleet.Instance{broker("a"), broker("b")})
	ago := func(minutes int) time.Time { return noon().Add(-time.Duration(minutes) * time.Minute) }
	l.Put([]*fleet.Reading{
		reading("a", ago(24*60), 999), // a day and ten minutes lie in 49 half hours: the oldest is gone
		reading("a", ago(23*60+35), 120), reading("a", ago(40), 500), reading("a", ago(45), 700), reading("a", ago(50), 300), reading("a", ago(0), 5000), reading("gone", ago(0), 1),
	})
	l.Put([]*fleet.Reading{{Instance: "b", At: ago(0), Up: false}})
	got, known := l.LastDay("a", noon())
	want := map[int]float32{0: 0.12, 45: 0.7, 46: 0.5, 47: 2.54}
	for i, u := range got[fleet.Connections] {
		w, is := want[i]
		if !is {
			w = -1
		}
		if math.Abs(float64(u-w)) > 1e-6 {
			t.Errorf("half hour %d: %v, want %v", i, u, w)
		}
	}
	if got[fleet.Subscriptions][47] >= 0 || !known {
		t.Errorf("%v, %t", got, known)
	}
	for _, id := range []string{"b", "gone"} {
		if got, known := l.LastDay(id, noon()); known {
			t.Errorf("%s is known: %v", id, got)
		}
	}
	if got, _ := l.LastDay("a", noon().Add(time.Hour)); got[fleet.Connections][45] != 2.54 || got[fleet.Connections][47] >= 0 {
		t.Errorf("an hour later: %v", got[fleet.Connections])
	}
	if _, known := l.LastDay("a", noon().Add(48*time.Hour)); known {
		t.Error("it is known for ever")
	}
	if _, known := l.LastDay("a", time.Time{}); known {
		t.Error("something is known of the beginning of time")
	}
}

// TestAgainstAModel: whatever the order in which readings come.
func TestAgainstAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := New(&recorded{}, slog.New(slog.DiscardHandler))
		l.SetFleet([]*fleet.Instance{broker("a")})
		model := make(map[int64]float64)
		newest := int64(math.MinInt64)
		for range rapid.IntRange(1, 40).Draw(t, "readings") {
			at := noon().Add(time.Duration(rapid.IntRange(-4000, 4000).Draw(t, "minutes")) * time.Minute)
			v := float64(rapid.IntRange(0, 3000).Draw(t, "connections"))
			l.Put([]*fleet.Reading{reading("a", at, v)})
			h := at.Unix() / 1800
			if newest = max(newest, h); h > newest-readers.Halves {
				model[h] = max(model[h], math.Round(min(v/1000*100, 254))/100)
			}
		}
		asked := noon().Add(time.Duration(rapid.IntRange(-4000, 8000).Draw(t, "asked")) * time.Minute)
		got, _ := l.LastDay("a", asked)
		for i, u := range got[fleet.Connections] {
			h := asked.Unix()/1800 - 47 + int64(i)
			want, known := model[h]
			if !known || h <= newest-readers.Halves {
				want = -1
			}
			if math.Abs(float64(u)-want) > 1e-6 {
				t.Fatalf("half hour %d (%d): %v, want %v", i, h, u, want)
			}
		}
	})
}

// TestFilledFromTheHistory: what was read before the start, once for each instance, also of those
// that come later; and after a fault it is tried again.
func TestFilledFromTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		history := &recorded{err: errors.New("the disk is gone"), usage: map[string]map[time.Time]float64{
			"a": {now.Add(-2 * time.Hour): 400, now.Add(-2*time.Hour - time.Minute): 450, now.Add(-25 * time.Hour): 999}, "b": {now.Add(-time.Hour): 100}, "told": {now.Add(-time.Hour): 30},
		}}
		l := New(history, slog.New(slog.DiscardHandler))
		told := &fleet.Instance{ID: "told", Watched: true}
		l.SetFleet([]*fleet.Instance{broker("a"), told, {ID: "calendar"}})
		r := reading("told", now, 20)
		r.Limits[fleet.Connections] = fleet.Limit{Value: 100, Origin: fleet.OriginServer}
		l.Put([]*fleet.Reading{r})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		step := func() {
			<-time.After(patience * fillEvery) // of the bubble
			synctest.Wait()
		}
		step()
		if _, known := l.LastDay("a", now); known {
			t.Error("something is known although the history could not be read")
		}
		history.now(func() { history.err = nil })
		step()
		of := func(id string) (highest float32) {
			got, _ := l.LastDay(id, now)
			for _, u := range got[fleet.Connections] {
				highest = max(highest, u)
			}
			return highest
		}
		if of("a") != 0.45 || of("told") != 0.3 {
			t.Errorf("a %v, told %v", of("a"), of("told"))
		}
		history.now(func() { history.asked = nil })
		l.SetFleet([]*fleet.Instance{broker("a"), broker("b")})
		step()
		history.now(func() {
			if of("a") != 0.45 || of("b") != 0.1 || of("told") != 0 || len(history.asked) != 1 {
				t.Errorf("a %v, b %v, told %v, asked for %v", of("a"), of("b"), of("told"), history.asked)
			}
		})
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestFilledWhenRead: who opens the list soon after a start sees the last day of what has been read
// by then; the others are waited for.
func TestFilledWhenRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		history := &recorded{usage: map[string]map[time.Time]float64{"a": {now.Add(-2 * time.Hour): 400}, "b": {now.Add(-2 * time.Hour): 400}}}
		l := New(history, slog.New(slog.DiscardHandler))
		l.SetFleet([]*fleet.Instance{broker("a"), broker("b")})
		l.Put([]*fleet.Reading{reading("a", now, 20)})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		<-time.After(fillEvery)
		synctest.Wait()
		history.now(func() {
			if !slices.Equal(history.asked, []string{"a"}) {
				t.Errorf("at the first look it asked for %v, want a", history.asked)
			}
		})
		<-time.After((patience - 1) * fillEvery)
		synctest.Wait()
		history.now(func() {
			if !slices.Equal(history.asked, []string{"a", "b"}) {
				t.Errorf("in the end it had asked for %v, want a and b", history.asked)
			}
		})
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkPut is what a reading of a large fleet costs.
func BenchmarkPut(b *testing.B) {
	l := New(&recorded{}, slog.New(slog.DiscardHandler))
	list := []*fleet.Instance{broker("a")}
	l.SetFleet(list)
	r := []*fleet.Reading{reading("a", noon(), 100)}
	b.ReportAllocs()
	for b.Loop() {
		l.Put(r)
	}
}
