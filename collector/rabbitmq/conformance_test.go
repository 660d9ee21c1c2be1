package rabbitmq

import (
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

// mqttBroker shows what was captured under MQTT load. Consumers were not captured
// there; they are those that the page counts.
func mqttBroker(t testing.TB) broker {
	t.Helper()
	b := serve(t, collectortest.Testdata(t, "metrics-load-mqtt.prom"))
	b.set(nodesPath, 0, collectortest.Testdata(t, "nodes-load-amqp.json"))
	b.set(vhostsPath, 0, collectortest.Testdata(t, "vhosts.json"))
	b.set(limitsPath, 0, collectortest.Testdata(t, "vhost-limits.json"))
	b.set(connectionsPath, 0, collectortest.Testdata(t, "connections-load-mqtt.json"))
	b.set(bindingsPath, 0, collectortest.Testdata(t, "bindings-amq.topic-mqtt.json"))
	b.set(consumersPath, 0, consumers(10, 0))
	return b
}

func TestConformance(t *testing.T) {
	management := "http://127.0.0.1:1" // of the broker that was started last, beside the suite's front
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			b := mqttBroker(t)
			login := collectortest.Password(password)
			login.Refusal = collectortest.JSON(`{"error":"not_authorized","reason":"Login failed"}`)
			b.Require(login)
			management = b.URL
			return b.Addr()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{
				URL: "http://" + addr, ManagementURL: management, Username: collectortest.Username, Password: password,
				Transport: exposition.NewTransportThrough(nil),
			})
		},
		Instances: 2,
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 16341, Max: 16341},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 28339, Max: 28339},
			{Metric: fleet.Connections, Min: 12, Max: 12, Limit: 100},
			{Metric: fleet.Subscriptions, Min: 20, Max: 20},
		},
	})
}

// TestManagementIsGone reads the page whatever becomes of the management API.
func TestManagementIsGone(t *testing.T) {
	b := mqttBroker(t)
	c := build(t, Options{URL: b.URL, ManagementURL: "http://127.0.0.1:1"})
	for range 2 {
		v := collectortest.MustVisit(t, c)
		if n := collectortest.GaugeOf(v, fleet.Connections); n != 12 {
			t.Errorf("%v connections, want 12", n)
		}
		if n := limitOf(v); n != 0 {
			t.Errorf("a limit of %v, though the tighter one of the virtual host is not known", n)
		}
		if why := collectortest.GapOf(v, fleet.Subscriptions); why == "" {
			t.Error("no reason why subscriptions are unknown")
		}
	}
	if c.LimitsErr() == nil {
		t.Error("nothing says that limits could not be read")
	}
}
