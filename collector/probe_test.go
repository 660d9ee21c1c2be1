package collector

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// probeFake answers visit after visit by a script; the last answer stays.
type probeFake struct {
	script []func(ctx context.Context, v *Visit) error
	visits int
}

func (f *probeFake) Collect(ctx context.Context, visits []Visit) error {
	do := f.script[min(f.visits, len(f.script)-1)]
	f.visits++
	return do(ctx, &visits[0])
}

func (*probeFake) Close() error { return nil }

func TestProbe(t *testing.T) {
	type answer = func(ctx context.Context, v *Visit) error
	tells := func(_ context.Context, v *Visit) error {
		v.Gauge(fleet.Connections, 12)
		v.Limit(fleet.Connections, 100)
		v.Counter(fleet.SendTPS, 4711, time.Now())
		v.Unknown(fleet.Subscriptions, "no rights")
		return nil
	}
	still := func(_ context.Context, v *Visit) error { v.Gauge(fleet.Connections, 12); return nil }
	began := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	stuck := func(_ context.Context, v *Visit) error { v.Counter(fleet.SendTPS, 4711, began); return nil }
	renews := func(_ context.Context, v *Visit) error {
		epoch := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // where the clock of a bubble begins
		const every = 11 * time.Second
		at := time.Since(epoch).Truncate(every)
		v.Counter(fleet.SendTPS, at.Seconds()*10, began.Add(at))
		return nil
	}
	fails := func(err error) answer { return func(context.Context, *Visit) error { return err } }
	hangs := func(ctx context.Context, _ *Visit) error { <-ctx.Done(); return ctx.Err() }
	full := func(_ context.Context, v *Visit) error { v.Full(fleet.Connections); return errors.New("refused") }
	tests := []struct {
		name   string
		script []answer
		up     bool
		want   string // part of the reason
		visits int
		took   time.Duration
	}{
		{"it answers", []answer{tells}, true, "", 2, 2 * time.Second},
		{"it has no counters", []answer{still}, true, "", 1, 0},
		{"it renews its counters every eleven seconds", []answer{renews}, true, "", 7, 12 * time.Second},
		{"it never renews them", []answer{stuck}, true, "", 9, 16 * time.Second},
		{"it refuses the second reading", []answer{tells, fails(errors.New("connection refused"))}, true, "", 2, 0},
		{"it tells nothing at first", []answer{fails(ErrNotYet), fails(ErrNotYet), tells}, true, "", 4, 3 * time.Second},
		{"it never tells anything", []answer{fails(ErrNotYet)}, false, "nothing was told, for 15s now", 31, 15 * time.Second},
		{"it refuses", []answer{fails(errors.New("connection refused"))}, false, "connection refused", 1, 0},
		{"it does not answer", []answer{hangs}, false, "no answer within 5s", 1, 5 * time.Second},
		{"it panics", []answer{func(context.Context, *Visit) error { panic("fault") }}, false, "a fault in Brimwatch", 1, 0},
		{"it is full", []answer{full}, true, "", 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &probeFake{script: tt.script}
				got := Probe(t.Context(), &Source{Instances: []*fleet.Instance{{ID: "a"}}, Collector: f}, nil)
				p := got[0]
				if p.Reading.Up != tt.up || !strings.Contains(p.Reading.Reason, tt.want) || f.visits != tt.visits || p.Took != tt.took {
					t.Errorf("got %+v after %d visits and %v", p.Reading, f.visits, p.Took)
				}
			})
		})
	}
	// What was told once counts, also where the second reading of a counter fails.
	synctest.Test(t, func(t *testing.T) {
		f := &probeFake{script: []answer{tells, fails(errors.New("connection refused"))}}
		p := Probe(t.Context(), &Source{Instances: []*fleet.Instance{{ID: "a"}}, Collector: f, LimitOrigin: fleet.OriginCloud}, nil)[0]
		if l := p.Instance.Limit(p.Reading, fleet.Connections); l.Value != 100 || l.Origin != fleet.OriginCloud {
			t.Errorf("limit %+v", l)
		}
		for m, want := range map[fleet.Metric]string{
			fleet.Connections: "", fleet.SendTPS: "a total of 4711 so far; the rate needs two readings", fleet.Subscriptions: "no rights",
		} {
			if got := p.Note(m); got != want {
				t.Errorf("%v: %q, want %q", m, got, want)
			}
		}
	})
}

// TestProbeMakesRates: a counter is read twice, and whoever waits is told so once.
func TestProbeMakesRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		total, told := 4000.0, 0
		f := &probeFake{script: []func(context.Context, *Visit) error{func(_ context.Context, v *Visit) error {
			v.Counter(fleet.SendTPS, total, time.Now())
			v.Counter(fleet.ReceiveTPS, 2*total, time.Now())
			total += 50
			return nil
		}}}
		p := Probe(t.Context(), &Source{Instances: []*fleet.Instance{{ID: "a"}}, Collector: f}, func() { told++ })[0]
		if r := p.Reading; r.Usage[fleet.SendTPS] != 25 || r.Usage[fleet.ReceiveTPS] != 50 || r.Usage[fleet.MessageTPS] != 75 || told != 1 {
			t.Errorf("got %+v, told %d times", r, told)
		}
		if p.Totals[fleet.SendTPS] != 4050 || p.Note(fleet.SendTPS) != "" {
			t.Errorf("total %v, note %q", p.Totals[fleet.SendTPS], p.Note(fleet.SendTPS))
		}
	})
}

// A cluster makes rates of its own, for which it is read twice.
func TestProbeOfACluster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		total := 0.0
		n := &nodeFake{tell: func(v *Visit) {
			total += 50
			v.Counter(fleet.SendTPS, total, time.Now())
		}}
		p := Probe(t.Context(), &Source{Instances: []*fleet.Instance{{ID: "a"}}, Collector: clusterOf(t, ClusterOptions{}, n)}, nil)[0]
		if p.Reading.Usage[fleet.SendTPS] != 25 {
			t.Errorf("got %+v", p.Reading)
		}
	})
}
