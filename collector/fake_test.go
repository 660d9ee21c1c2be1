package collector

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/fleet"
)

// fake is a Collector made of functions. It watches over what the Runner
// promises to Collectors.
type fake struct {
	collect func(ctx context.Context, visits []Visit) error // nil: nothing is told
	close   func() error

	inside atomic.Int32
	calls  atomic.Int32
	closed atomic.Int32
	broken atomic.Pointer[string]
}

func (f *fake) Collect(ctx context.Context, visits []Visit) error {
	f.calls.Add(1)
	if f.inside.Add(1) != 1 {
		f.complain("Collect was called twice at the same time")
	}
	defer f.inside.Add(-1)
	if f.closed.Load() != 0 {
		f.complain("Collect was called after Close")
	}
	if _, ok := ctx.Deadline(); !ok {
		f.complain("ctx has no deadline")
	}
	for i := range visits {
		if !visits[i].Blank() || visits[i].full != 0 {
			f.complain("visits were not empty")
		}
	}
	if f.collect == nil {
		return nil
	}
	return f.collect(ctx, visits)
}

func (f *fake) Close() error {
	if f.inside.Load() != 0 {
		f.complain("Close was called during Collect")
	}
	if f.closed.Add(1) != 1 {
		f.complain("Close was called twice")
	}
	if f.close != nil {
		return f.close()
	}
	return nil
}

func (f *fake) complain(what string) { f.broken.CompareAndSwap(nil, &what) }

// connections returns a Collector that tells this many connections of each instance.
func connections(n float64) *fake {
	return &fake{collect: func(_ context.Context, visits []Visit) error {
		for i := range visits {
			visits[i].Gauge(fleet.Connections, n)
		}
		return nil
	}}
}

// blackHole returns a Collector that never gets an answer.
func blackHole() *fake {
	return &fake{collect: func(ctx context.Context, _ []Visit) error {
		<-ctx.Done()
		return fmt.Errorf("connect: %w", ctx.Err())
	}}
}

func instance(id string) *fleet.Instance { return &fleet.Instance{ID: id, Name: id, Watched: true} }

func source(name string, c Collector) Source {
	return Source{Name: name, Instances: []*fleet.Instance{instance(name)}, Collector: c, Interval: 15 * time.Second, Timeout: 5 * time.Second}
}

// stage runs a Runner inside of a synctest bubble.
type stage struct {
	*Runner

	t        *testing.T
	registry *prometheus.Registry
	cancel   context.CancelFunc
	ended    chan error

	mu       sync.Mutex
	readings []*fleet.Reading
	fakes    []*fake
}

func newStage(t *testing.T, o Options) *stage {
	t.Helper()
	s := &stage{t: t, registry: prometheus.NewRegistry(), ended: make(chan error, 1)}
	sink := o.Sink
	o.Sink = func(rs []*fleet.Reading) {
		s.mu.Lock()
		s.readings = append(s.readings, rs...)
		s.mu.Unlock()
		if sink != nil {
			sink(rs)
		}
	}
	o.Registerer = s.registry
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r, err := NewRunner(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Runner = r
	return s
}

// watch gives sources to the Runner and sees to it that their fakes are content.
func (s *stage) watch(sources ...Source) {
	for _, src := range sources {
		if f, ok := src.Collector.(*fake); ok && !slices.Contains(s.fakes, f) {
			s.fakes = append(s.fakes, f)
		}
	}
	s.Update(sources)
}

// run starts the Runner.
func (s *stage) run() {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go func() { s.ended <- s.Run(ctx) }()
	synctest.Wait()
}

// stop ends the Runner and looks whether all promises were kept.
func (s *stage) stop() {
	s.t.Helper()
	s.cancel()
	if err := <-s.ended; err != nil {
		s.t.Errorf("Run returned %v", err)
	}
	for _, f := range s.fakes {
		if f.closed.Load() != 1 {
			s.t.Errorf("a collector was closed %d times, want once", f.closed.Load())
		}
		if broken := f.broken.Load(); broken != nil {
			s.t.Error(*broken)
		}
	}
}

// pass lets time pass until everything that follows from it has happened.
func (s *stage) pass(d time.Duration) {
	<-time.After(d) // inside of a bubble: no time passes for us
	synctest.Wait()
}

// take returns the readings since it was called last.
func (s *stage) take() []*fleet.Reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.readings
	s.readings = nil
	return out
}

// of returns those readings that belong to one instance.
func of(readings []*fleet.Reading, id string) []*fleet.Reading {
	return slices.DeleteFunc(slices.Clone(readings), func(r *fleet.Reading) bool { return r.Instance != id })
}

// value returns a metric of the Runner.
func (s *stage) value(name string, label string) float64 {
	s.t.Helper()
	families, err := s.registry.Gather()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "brimwatch_collect_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			if label != "" && m.GetLabel()[0].GetValue() != label {
				continue
			}
			switch {
			case m.GetCounter() != nil:
				return m.GetCounter().GetValue()
			case m.GetHistogram() != nil:
				return float64(m.GetHistogram().GetSampleCount())
			}
			return m.GetGauge().GetValue()
		}
	}
	s.t.Fatalf("there is no metric %s %s", name, label)
	return 0
}
