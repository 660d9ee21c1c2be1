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

// nodeFake is one node whose answers a test sets.
type nodeFake struct {
	tell   func(v *Visit)
	err    error
	closed int
}

func (n *nodeFake) Collect(_ context.Context, visits []Visit) error {
	if n.tell != nil {
		for i := range visits {
			n.tell(&visits[i])
		}
	}
	return n.err
}

func (n *nodeFake) Close() error {
	n.closed++
	return nil
}

func clusterOf(t *testing.T, o ClusterOptions, nodes ...*nodeFake) *Cluster {
	t.Helper()
	for i, n := range nodes {
		o.Nodes = append(o.Nodes, Node{Name: string(rune('a' + i)), Collector: n})
	}
	c, err := NewCluster(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func clients(n, limit float64) func(*Visit) {
	return func(v *Visit) {
		v.Gauge(fleet.Connections, n)
		v.Limit(fleet.Connections, limit)
	}
}

func TestClusterMerges(t *testing.T) {
	const conns = fleet.Connections
	unknown := func(v *Visit) { v.Unknown(conns, "no rights") }
	tests := []struct {
		name  string
		o     ClusterOptions
		a, b  *nodeFake
		want  float64 // 0: unknown
		limit float64
		gap   string
		err   string
		full  bool
	}{
		{name: "summed", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{tell: clients(4, 100)}, want: 7, limit: 200},
		{name: "a shared limit", o: ClusterOptions{Shared: fleet.MetricSet(0).With(conns)}, a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{tell: clients(4, 100)}, want: 7, limit: 100},
		{name: "the largest", o: ClusterOptions{Largest: fleet.MetricSet(0).With(conns)}, a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{tell: clients(4, 100)}, want: 4, limit: 100},
		{name: "one limit is not told", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{tell: clients(4, 0)}, want: 7},
		{name: "one cannot tell", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{tell: unknown}, gap: "b: no rights"},
		{name: "one says nothing of it", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{}, gap: "not every node tells it"},
		{name: "one is missing", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{err: errors.New("connection refused")}, err: "1 of 2 nodes could not be read: b: connection refused; a sum without them would be too low"},
		{name: "one failed for this instance", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{tell: func(v *Visit) { v.Fail(errors.New("gone")) }}, gap: "fail: b: gone"},
		{name: "one is full", a: &nodeFake{tell: clients(3, 100)}, b: &nodeFake{err: errors.New("max clients"), tell: func(v *Visit) { v.Full(conns) }}, err: "max clients", full: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clusterOf(t, tt.o, tt.a, tt.b)
			visits := make([]Visit, 1)
			err := c.Collect(t.Context(), visits)
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) || tt.err == "" && err != nil {
				t.Fatalf("got error %v, want %q", err, tt.err)
			}
			v := &visits[0]
			if got, _ := v.GaugeOf(conns); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if got, _ := v.LimitOf(conns); got != tt.limit {
				t.Errorf("limit %v, want %v", got, tt.limit)
			}
			gap := ""
			if v.Err() != nil {
				gap = "fail: " + v.Err().Error()
			}
			for _, g := range v.Gaps() {
				gap = g.Reason
			}
			if gap != tt.gap {
				t.Errorf("reason %q, want %q", gap, tt.gap)
			}
			if v.IsFull(conns) != tt.full {
				t.Errorf("full: %v, want %v", v.IsFull(conns), tt.full)
			}
			if err := c.Close(); err != nil || tt.a.closed != 1 || tt.b.closed != 1 {
				t.Errorf("closed %d and %d times, %v", tt.a.closed, tt.b.closed, err)
			}
		})
	}
}

// A node that restarts while another one sends more than it had: the sum of the
// totals rises, and would hide it.
func TestClusterNoticesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		totals := []float64{1000, 0}
		node := func(i int) *nodeFake {
			return &nodeFake{tell: func(v *Visit) { v.Counter(fleet.SendTPS, totals[i], time.Now()) }}
		}
		c := clusterOf(t, ClusterOptions{Interval: 10 * time.Second}, node(0), node(1))
		visits := make([]Visit, 1)
		rate := func(a, b float64) (float64, bool) {
			totals[0], totals[1] = a, b
			<-time.After(10 * time.Second)
			visits[0].Reset()
			if err := c.Collect(t.Context(), visits); err != nil {
				t.Fatal(err)
			}
			return visits[0].GaugeOf(fleet.SendTPS)
		}
		if _, ok := rate(1000, 0); ok {
			t.Error("a rate after one visit")
		}
		if got, ok := rate(1100, 50); !ok || got != 15 {
			t.Errorf("got %v, %v, want 15", got, ok)
		}
		if got, ok := rate(10, 5050); ok {
			t.Errorf("a rate of %v over a restart", got)
		}
		if got, ok := rate(20, 5060); !ok || got != 2 {
			t.Errorf("got %v, %v, want 2", got, ok)
		}
	})
}

// A limit that nodes tell seldom is told seldom, with all of them in it.
func TestClusterTellsLimitsWhenTheyAreNew(t *testing.T) {
	a, b := &nodeFake{tell: clients(1, 100)}, &nodeFake{tell: clients(1, 50)}
	c := clusterOf(t, ClusterOptions{}, a, b)
	visits := make([]Visit, 1)
	for i, want := range []float64{150, 0, 160} {
		switch i {
		case 1:
			a.tell, b.tell = clients(1, 0), clients(1, 0)
		case 2:
			b.tell = clients(1, 60)
		}
		visits[0].Reset()
		if err := c.Collect(t.Context(), visits); err != nil {
			t.Fatal(err)
		}
		if got, _ := visits[0].LimitOf(fleet.Connections); got != want {
			t.Errorf("visit %d: limit %v, want %v", i, got, want)
		}
	}
}

func TestClusterNotYet(t *testing.T) {
	c := clusterOf(t, ClusterOptions{}, &nodeFake{tell: clients(1, 1)}, &nodeFake{err: ErrNotYet})
	if err := c.Collect(t.Context(), make([]Visit, 1)); !errors.Is(err, ErrNotYet) {
		t.Errorf("got %v", err)
	}
	c = clusterOf(t, ClusterOptions{}, &nodeFake{err: ErrNotYet}, &nodeFake{err: errors.New("refused")})
	if err := c.Collect(t.Context(), make([]Visit, 1)); err == nil || errors.Is(err, ErrNotYet) {
		t.Errorf("a node that is down passes as not yet: %v", err)
	}
}

func TestClusterPanicsWhereItIsCaught(t *testing.T) {
	c := clusterOf(t, ClusterOptions{}, &nodeFake{tell: func(*Visit) { panic("fault") }}, &nodeFake{})
	defer func() {
		if recover() == nil {
			t.Error("the panic was lost")
		}
	}()
	_ = c.Collect(t.Context(), make([]Visit, 1))
}

func TestClusterNeedsNodes(t *testing.T) {
	if _, err := NewCluster(ClusterOptions{}); err == nil {
		t.Error("a cluster of nothing")
	}
}
