package redis

import (
	"log/slog"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
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
	return collectortest.Build(t, New, o)
}

// gauge returns a figure that has to be there.
func gauge(t testing.TB, v *collector.Visit, m fleet.Metric) float64 {
	t.Helper()
	g, ok := v.GaugeOf(m)
	if !ok {
		t.Fatalf("%s is not told: %s", m, collectortest.Describe(v))
	}
	return g
}

// total returns a running total that has to be there.
func total(t testing.TB, v *collector.Visit, m fleet.Metric) float64 {
	t.Helper()
	n, _, ok := v.CounterOf(m)
	if !ok {
		t.Fatalf("%s is not told: %s", m, collectortest.Describe(v))
	}
	return n
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
