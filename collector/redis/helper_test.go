package redis

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func redisURL(addr string) string { return "redis://" + addr }

// build makes a Collector that is closed with the test.
func build(t testing.TB, o Options) *Collector {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	c, err := New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

// visit collects once.
func visit(t testing.TB, c collector.Collector) (*collector.Visit, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Second)
	defer cancel()
	visits := make([]collector.Visit, 1)
	err := c.Collect(ctx, visits)
	return &visits[0], err
}

// mustVisit collects once and wants figures.
func mustVisit(t testing.TB, c collector.Collector) *collector.Visit {
	t.Helper()
	v, err := visit(t, c)
	if err != nil {
		t.Fatalf("visit: %v", err)
	}
	return v
}

// gauge returns a figure that has to be there.
func gauge(t testing.TB, v *collector.Visit, m fleet.Metric) float64 {
	t.Helper()
	g, ok := v.GaugeOf(m)
	if !ok {
		t.Fatalf("%s is not told: %s", m, describe(v))
	}
	return g
}

// total returns a running total that has to be there.
func total(t testing.TB, v *collector.Visit, m fleet.Metric) float64 {
	t.Helper()
	n, _, ok := v.CounterOf(m)
	if !ok {
		t.Fatalf("%s is not told: %s", m, describe(v))
	}
	return n
}

// gap returns why a metric is unknown, "" when nothing was said.
func gap(v *collector.Visit, m fleet.Metric) string {
	for _, g := range v.Gaps() {
		if g.Metric == m {
			return g.Reason
		}
	}
	return ""
}

// describe prints what a visit holds.
func describe(v *collector.Visit) string {
	out := ""
	for _, m := range fleet.Metrics() {
		if g, ok := v.GaugeOf(m); ok {
			out += fmt.Sprintf("%s=%.0f ", m, g)
		}
		if n, _, ok := v.CounterOf(m); ok {
			out += fmt.Sprintf("%s total %.0f ", m, n)
		}
		if l, ok := v.LimitOf(m); ok {
			out += fmt.Sprintf("of %.0f ", l)
		}
		if v.IsFull(m) {
			out += fmt.Sprintf("%s full ", m)
		}
	}
	for _, g := range v.Gaps() {
		out += fmt.Sprintf("%s unknown (%s) ", g.Metric, g.Reason)
	}
	return out
}

// client connects a client of somebody else's making to a server: one
// connection, which runs nothing but what it is told to.
func client(t testing.TB, addr string, options ...func(*goredis.Options)) *goredis.Client {
	t.Helper()
	o := &goredis.Options{
		Addr: addr, Protocol: 2, DisableIdentity: true, PoolSize: 1, PipelinePoolSize: -1, MaxRetries: -1,
		DialerRetries: 1, ConnMaxIdleTime: -1,
	}
	for _, set := range options {
		set(o)
	}
	c := goredis.NewClient(o)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close a client: %v", err)
		}
	})
	if err := c.Ping(t.Context()).Err(); err != nil {
		t.Fatalf("connect a client: %v", err)
	}
	return c
}

// do runs a command that has to succeed.
func do(t testing.TB, c *goredis.Client, words ...any) {
	t.Helper()
	if err := c.Do(t.Context(), words...).Err(); err != nil {
		t.Fatalf("%v: %v", words, err)
	}
}
