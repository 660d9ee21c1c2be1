package collector

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// counting returns a Collector whose instances each count n messages a second
// and tell a limit at the first visit only.
func counting(n float64) *fake {
	f := &fake{}
	f.collect = func(_ context.Context, visits []Visit) error {
		now := time.Now()
		for i := range visits {
			visits[i].Counter(fleet.SendTPS, n*float64(now.Unix()), now.Truncate(time.Second))
			if f.calls.Load() == 1 {
				visits[i].Limit(fleet.SendTPS, 1000)
			}
		}
		return nil
	}
	return f
}

func TestUpdateKeepsWhatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		f := counting(100)
		s.watch(source("a", f))
		s.run()
		s.pass(time.Minute)
		s.take()

		// A reload makes new values; here with another interval, too.
		again := source("a", f)
		again.Interval = 5 * time.Second
		s.watch(again)
		s.pass(20 * time.Second)
		got := s.take()
		if len(got) < 4 {
			t.Errorf("%d readings in four intervals", len(got))
		}
		for i, r := range got {
			if !r.Known.Has(fleet.SendTPS) || r.Usage[fleet.SendTPS] != 100 || r.Limits[fleet.SendTPS].Value != 1000 {
				t.Errorf("reading %d after the update is %+v", i, r)
			}
			if off := time.Duration(r.At.UnixNano()) % (5 * time.Second); off != place("a", 5*time.Second) {
				t.Errorf("reading %d is at %v of the new interval", i, off)
			}
		}

		// An instance keeps its memory by its ID, under a new name of the source.
		renamed := Source{Name: "z", Collector: f, Instances: []*fleet.Instance{instance("new"), instance("a")}, Interval: 5 * time.Second}
		s.watch(renamed)
		s.pass(5 * time.Second)
		got = s.take()
		if a := of(got, "a"); len(a) != 1 || !a[0].Known.Has(fleet.SendTPS) {
			t.Errorf("readings of the instance that stayed: %+v", a)
		}
		if n := of(got, "new"); len(n) != 1 || n[0].Known.Has(fleet.SendTPS) {
			t.Errorf("readings of the instance that came: %+v", n)
		}
		if f.closed.Load() != 0 {
			t.Error("a collector that goes on was closed")
		}
		s.stop()
	})
}

func TestUpdateReplacesACollector(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		old, fresh := counting(100), counting(5)
		s.watch(source("a", old))
		s.run()
		s.pass(time.Minute)
		s.take()
		s.watch(source("a", fresh))
		s.pass(granularity)
		if old.closed.Load() != 1 {
			t.Error("a collector that is no longer named was not closed")
		}
		s.pass(time.Minute)
		for i, r := range s.take() {
			if i > 0 && r.Usage[fleet.SendTPS] != 5 || i == 0 && r.Known.Has(fleet.SendTPS) {
				t.Errorf("reading %d is %+v, want nothing of the old counter", i, r)
			}
		}
		s.stop()
	})
}

// TestUpdateDuringAVisit removes a source while it is visited: the visit is
// asked to end, nothing of it comes out, and the collector is closed after it.
func TestUpdateDuringAVisit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		f := blackHole()
		s.watch(source("a", f))
		s.run()
		for f.inside.Load() == 0 {
			s.pass(granularity)
		}
		s.watch(source("b", connections(1)))
		s.pass(granularity)
		if f.closed.Load() != 1 {
			t.Error("the visit was not ended, or the collector not closed")
		}
		s.pass(time.Minute)
		if got := of(s.take(), "a"); len(got) != 0 {
			t.Errorf("readings of a removed source: %+v", got)
		}
		if n := s.value("visits_total", "cancelled"); n != 1 {
			t.Errorf("%v visits were cancelled, want 1", n)
		}
		s.stop()
	})
}

func TestUpdateWaitsForNoClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := newStage(t, Options{Logger: textLogger(&log)})
		release := make(chan struct{})
		s.watch(source("a", &fake{close: func() error { <-release; return errors.New("the socket was gone") }}))
		s.run()
		s.watch(source("b", connections(1)))
		s.pass(time.Minute)
		if got := of(s.take(), "b"); len(got) == 0 {
			t.Error("a collector that hangs in Close keeps others from being visited")
		}
		s.cancel()
		s.pass(2 * complainEvery)
		select {
		case err := <-s.ended:
			t.Errorf("Run returned (%v) before all collectors were closed", err)
		default:
		}
		close(release)
		s.stop()
		for _, want := range []string{"waiting for sources to end", "sources=[a]", "collector was not closed cleanly", "the socket was gone"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not say %q:\n%s", want, log.String())
			}
		}
	})
}

func TestUpdateRefusesWhatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := newStage(t, Options{Logger: textLogger(&log)})
		one, two, other := connections(1), connections(2), connections(3)
		s.watch(source("none", &fake{}), source("a", one))
		s.fakes = nil
		missing := source("missing", nil)
		missing.Collector = nil
		s.watch(source("a", one), source("a", two), source("twin", one), source("b", other), missing)
		s.run()
		s.pass(20 * time.Second)
		if two.closed.Load() != 1 || two.calls.Load() != 0 {
			t.Error("a collector whose name was taken is not closed")
		}
		got := s.take()
		if len(of(got, "a")) == 0 || len(of(got, "b")) == 0 || len(of(got, "twin")) != 0 || s.Stats().Sources != 2 {
			t.Errorf("readings are %+v", got)
		}
		for _, want := range []string{"its name is taken", "its collector belongs to another one", "it has no collector"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log does not say %q", want)
			}
		}
		s.stop()
	})
}

func TestUpdateAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		s.watch(source("a", connections(1)))
		s.run()
		s.stop()
		late := connections(1)
		s.Update([]Source{source("b", late)})
		if late.closed.Load() != 1 || late.calls.Load() != 0 {
			t.Error("a collector given after the end is not closed")
		}
		if err := s.Run(t.Context()); err == nil {
			t.Error("Run may be called twice")
		}
	})
}

// TestRunWithAnEndedContext only closes.
func TestRunWithAnEndedContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{})
		f := connections(1)
		s.watch(source("a", f))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Run(ctx); err != nil || f.closed.Load() != 1 || f.calls.Load() != 0 {
			t.Errorf("Run returned %v; closed %d times, visited %d times", err, f.closed.Load(), f.calls.Load())
		}
	})
}

// TestUpdateUnderStress changes sources from several goroutines while visits
// run, panic, fail and hang. The fakes watch over the promises.
func TestUpdateUnderStress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, Options{Concurrency: 3})
		var all []*fake
		var mu sync.Mutex
		build := func(round, i int) *fake {
			f := connections(1)
			switch i % 5 {
			case 1:
				f = blackHole()
			case 2:
				f.collect = func(context.Context, []Visit) error { panic("now and then") }
			case 3:
				f.collect = func(context.Context, []Visit) error { return ErrNotYet }
			case 4:
				f.collect = func(context.Context, []Visit) error { <-time.After(8 * time.Second); return nil }
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, f)
			return f
		}
		kept := connections(1)
		all = append(all, kept)
		s.run()
		var wg sync.WaitGroup
		for g := range 3 {
			wg.Go(func() {
				for round := range 20 {
					sources := []Source{source("kept", kept)}
					for i := range 20 {
						src := source(strconv.Itoa(i), build(round, i))
						src.Interval = time.Duration(1+i%3) * time.Second
						src.Timeout = time.Second
						sources = append(sources, src)
					}
					s.Update(sources)
					s.Stats()
					<-time.After(time.Duration(1+g) * 700 * time.Millisecond)
				}
			})
		}
		wg.Wait()
		s.pass(time.Minute)
		if got := of(s.take(), "kept"); len(got) < 5 {
			t.Errorf("the source that went on has %d readings", len(got))
		}
		s.fakes = all
		s.stop()
	})
}
