package nats

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// TestKnownLoad reads a real server after a load that is known to the message:
// 20,000 messages of 2 publishers, each delivered to 3 of 5 subscribers.
func TestKnownLoad(t *testing.T) {
	srv, monitor := server.NATS(t, "max_connections: 200", "max_subscriptions: 50")
	c := build(t, Options{URL: "http://" + monitor})
	v := collectortest.MustVisit(t, c)
	for m, want := range map[fleet.Metric]float64{fleet.Connections: 0, fleet.Subscriptions: 0} {
		if n := collectortest.GaugeOf(v, m); n != want {
			t.Errorf("idle: %v is %v, want %v", m, n, want)
		}
	}
	in, out := collectortest.TotalOf(v, fleet.SendTPS), collectortest.TotalOf(v, fleet.ReceiveTPS)

	var subscribers []*client
	for i := range 5 {
		s := dial(t, srv.Addr)
		subjects := []string{fmt.Sprintf("idle.%d.>", i), "idle.*"}
		if i < 3 {
			subjects = append(subjects, "load")
		}
		s.subscribe(subjects...)
		subscribers = append(subscribers, s)
	}
	const each = 10_000
	dial(t, srv.Addr).publish("load", each)
	dial(t, srv.Addr).publish("load", each)
	delivered := 0
	for _, s := range subscribers {
		delivered += s.flush()
	}

	v = collectortest.MustVisit(t, c)
	if n := collectortest.TotalOf(v, fleet.SendTPS) - in; n != 2*each {
		t.Errorf("in: %v, want %v", n, 2*each)
	}
	if n := collectortest.TotalOf(v, fleet.ReceiveTPS) - out; delivered != 6*each || n != float64(delivered) {
		t.Errorf("out: %v, want %v; %d were delivered", n, 6*each, delivered)
	}
	if n := collectortest.GaugeOf(v, fleet.Connections); n != 7 {
		t.Errorf("connections: %v, want 7", n)
	}
	if n := collectortest.GaugeOf(v, fleet.Subscriptions); n != 13 {
		t.Errorf("subscriptions: %v, want 13", n)
	}
	if n, _ := v.LimitOf(fleet.Connections); n != 200 {
		t.Errorf("limit: %v, want 200", n)
	}
	if len(v.Gaps()) > 0 {
		t.Errorf("unknown: %v", v.Gaps())
	}
}

// TestTotalsBelongToTheServersClock: the moment of a total is the one that the
// server tells, which is the moment of the visit when both are on one machine.
func TestTotalsBelongToTheServersClock(t *testing.T) {
	_, monitor := server.NATS(t)
	v := collectortest.MustVisit(t, build(t, Options{URL: "http://" + monitor}))
	if _, clock, _ := v.CounterOf(fleet.SendTPS); time.Since(clock).Abs() > time.Minute {
		t.Errorf("the server's clock is %v", clock)
	}
}

// TestManyConnections counts over two pages, and only as often as it is told.
func TestManyConnections(t *testing.T) {
	const many = pageSize + 76
	srv, monitor := server.NATS(t)
	for i := range many {
		c := dial(t, srv.Addr)
		c.subscribe("a", fmt.Sprintf("b.%d", i), "c.>")
	}
	c := build(t, Options{URL: "http://" + monitor})
	v := collectortest.MustVisit(t, c)
	if n := collectortest.GaugeOf(v, fleet.Connections); n != many {
		t.Errorf("connections: %v, want %d", n, many)
	}
	if n := collectortest.GaugeOf(v, fleet.Subscriptions); n != 3*many {
		t.Errorf("subscriptions: %v, want %d", n, 3*many)
	}
	dial(t, srv.Addr).subscribe("d")
	v = collectortest.MustVisit(t, c)
	if n := collectortest.GaugeOf(v, fleet.Connections); n != many+1 {
		t.Errorf("connections: %v, want %d", n, many+1)
	}
	if n := collectortest.GaugeOf(v, fleet.Subscriptions); n != 3*many {
		t.Errorf("subscriptions were counted again at once: %v, want %d", n, 3*many)
	}
	// Another Collector has counted nothing yet.
	if n := collectortest.GaugeOf(collectortest.MustVisit(t, build(t, Options{URL: "http://" + monitor})), fleet.Subscriptions); n != 3*many+1 {
		t.Errorf("subscriptions: %v, want %d", n, 3*many+1)
	}
}

// TestMQTT lets MQTT clients speak with NATS: what they publish is counted, what
// they are delivered is not, and a filter with # is two subscriptions.
func TestMQTT(t *testing.T) {
	const messages = 500
	addr, config := withMQTT(t)
	srv, monitor := server.NATS(t, config)
	c := build(t, Options{URL: "http://" + monitor})
	before := collectortest.MustVisit(t, c)
	var delivered atomic.Int32
	for i := range 4 {
		s := mqttClient(t, addr, fmt.Sprintf("subscriber-%d", i))
		done(t, s.Subscribe("load", 0, func(mqtt.Client, mqtt.Message) { delivered.Add(1) }))
		done(t, s.Subscribe(fmt.Sprintf("idle/%d/#", i), 0, nil))
	}
	p := mqttClient(t, addr, "publisher")
	for range messages {
		done(t, p.Publish("load", 0, false, "hello"))
	}
	server.Eventually(t, "all to be delivered", func() bool { return delivered.Load() == 4*messages })
	dial(t, srv.Addr).publish("load", messages)
	server.Eventually(t, "all to be delivered", func() bool { return delivered.Load() == 8*messages })

	v := collectortest.MustVisit(t, c)
	if n := collectortest.TotalOf(v, fleet.SendTPS) - collectortest.TotalOf(before, fleet.SendTPS); n != 2*messages {
		t.Errorf("in: %v, want %v", n, 2*messages)
	}
	if why := collectortest.GapOf(v, fleet.ReceiveTPS); collectortest.TotalOf(v, fleet.ReceiveTPS) != -1 || why != mqttIsOn {
		t.Errorf("out: %v, %q", collectortest.TotalOf(v, fleet.ReceiveTPS), why)
	}
	if n := collectortest.GaugeOf(v, fleet.Connections); n != 6 {
		t.Errorf("connections: %v, want 6", n)
	}
	if n := collectortest.GaugeOf(v, fleet.Subscriptions); n != 4*3 {
		t.Errorf("subscriptions: %v, want 12 for 8 filters", n)
	}
}

// TestRestart reads on when the server is back, with a later start.
func TestRestart(t *testing.T) {
	srv, monitor := server.NATS(t)
	c := build(t, Options{URL: "http://" + monitor, SubscriptionsEvery: time.Hour})
	s := dial(t, srv.Addr)
	s.subscribe("a", "b")
	s.publish("c", 100)
	v := collectortest.MustVisit(t, c)
	began := v.StartedAt()
	if collectortest.TotalOf(v, fleet.SendTPS) != 100 || collectortest.GaugeOf(v, fleet.Subscriptions) != 2 {
		t.Errorf("in %v, subscriptions %v", collectortest.TotalOf(v, fleet.SendTPS), collectortest.GaugeOf(v, fleet.Subscriptions))
	}
	srv.Stop()
	if v, err := collectortest.Visit(t, c); err == nil || !strings.Contains(err.Error(), "connection refused") || !v.Blank() {
		t.Errorf("stopped: %v", err)
	}
	srv.Start()
	dial(t, srv.Addr).publish("c", 7)
	v = collectortest.MustVisit(t, c)
	if collectortest.TotalOf(v, fleet.SendTPS) != 7 || collectortest.GaugeOf(v, fleet.Subscriptions) != 0 || !v.StartedAt().After(began) {
		t.Errorf("in %v, subscriptions %v, started %v and before %v", collectortest.TotalOf(v, fleet.SendTPS), collectortest.GaugeOf(v, fleet.Subscriptions), v.StartedAt(), began)
	}
}

// TestCluster reads servers that speak with others. Debian's version counts what
// comes from them with what comes from clients, so that messages are unknown.
func TestCluster(t *testing.T) {
	routes := []string{server.FreeAddr(t), server.FreeAddr(t)}
	leaf := server.FreeAddr(t)
	cluster := func(i int) string {
		return fmt.Sprintf("cluster { name: c, listen: %q, routes: [\"nats://%s\"] }", routes[i], routes[1-i])
	}
	first, firstMonitor := server.NATS(t, cluster(0), fmt.Sprintf("leafnodes { listen: %q }", leaf))
	second, secondMonitor := server.NATS(t, cluster(1))
	_, leafMonitor := server.NATS(t, fmt.Sprintf("leafnodes { remotes: [{url: \"nats://%s\"}] }", leaf))

	// A publisher on one, a subscriber on the other: both servers count each message.
	const messages = 100
	subscriber, publisher := dial(t, second.Addr), dial(t, first.Addr)
	subscriber.subscribe("a", "b")
	server.Eventually(t, "a message to cross the cluster", func() bool {
		publisher.publish("a", 1)
		return subscriber.flush() > 0
	})
	publisher.publish("a", messages)
	received := 0
	server.Eventually(t, "all to be delivered", func() bool {
		received += subscriber.flush()
		return received >= messages
	})
	c := build(t, Options{URL: "http://" + secondMonitor})
	var v varz
	if _, err := c.site.Get(t.Context(), httpget.Ask{Path: "/varz"}, &v); err != nil || *v.InMsgs < messages {
		t.Errorf("%v, in_msgs %v: the version that is tested tells them apart", err, v.InMsgs)
	}
	for name, tt := range map[string]struct {
		monitor                    string
		connections, subscriptions float64
	}{
		"first":  {firstMonitor, 1, 0}, // it knows of the other's subscriptions
		"second": {secondMonitor, 1, 2},
		"leaf":   {leafMonitor, 0, 0},
	} {
		v := collectortest.MustVisit(t, build(t, Options{URL: "http://" + tt.monitor}))
		if collectortest.GapOf(v, fleet.SendTPS) != withOthers || collectortest.GapOf(v, fleet.ReceiveTPS) != withOthers {
			t.Errorf("%s: messages are unknown: %q, %q", name, collectortest.GapOf(v, fleet.SendTPS), collectortest.GapOf(v, fleet.ReceiveTPS))
		}
		if c, s := collectortest.GaugeOf(v, fleet.Connections), collectortest.GaugeOf(v, fleet.Subscriptions); c != tt.connections || s != tt.subscriptions {
			t.Errorf("%s: connections %v, subscriptions %v, want %v and %v", name, c, s, tt.connections, tt.subscriptions)
		}
	}
}
