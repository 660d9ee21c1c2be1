package mosquitto

import (
	"log/slog"
	"testing"
	"time"

	"go.uber.org/goleak"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// build makes a Collector that is closed with the test.
func build(t testing.TB, o Options) *Collector {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return collectortest.Build(t, New, o)
}

// gauges tells whether v holds these connections and subscriptions.
func gauges(v *collector.Visit, connections, subscriptions float64) bool {
	c, okC := v.GaugeOf(fleet.Connections)
	s, okS := v.GaugeOf(fleet.Subscriptions)
	return okC && okS && c == connections && s == subscriptions
}

// point is a running total at a moment.
type point struct {
	total float64
	clock time.Time
}

func pointOf(v *collector.Visit, m fleet.Metric) (point, bool) {
	total, clock, ok := v.CounterOf(m)
	return point{total, clock}, ok
}

// nextPoint collects until m is told with a later clock than that of p.
func nextPoint(t testing.TB, c collector.Collector, m fleet.Metric, p point) point {
	t.Helper()
	var next point
	collectortest.VisitUntil(t, c, "a refresh of "+m.String(), func(v *collector.Visit, err error) bool {
		if err != nil {
			return false
		}
		q, ok := pointOf(v, m)
		next = q
		return ok && q.clock.After(p.clock)
	})
	return next
}

func rate(from, to point) float64 {
	return (to.total - from.total) / to.clock.Sub(from.clock).Seconds()
}

// client connects a paho client to a broker.
func client(t testing.TB, addr, id string, options ...func(*mqtt.ClientOptions)) mqtt.Client {
	t.Helper()
	o := mqtt.NewClientOptions().AddBroker("tcp://" + addr).SetClientID(id).
		SetAutoReconnect(false).SetConnectTimeout(5 * time.Second).SetProtocolVersion(4)
	for _, set := range options {
		set(o)
	}
	c := mqtt.NewClient(o)
	finish(t, c.Connect(), "connect "+id)
	t.Cleanup(func() { c.Disconnect(250) })
	return c
}

// finish waits for an operation of a paho client.
func finish(t testing.TB, token mqtt.Token, what string) {
	t.Helper()
	if !token.WaitTimeout(server.Patience) {
		t.Fatalf("%s: no answer", what)
	}
	if err := token.Error(); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}
