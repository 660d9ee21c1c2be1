package rabbitmq

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

const twoNodes = `[{"name":"a@one","running":true},{"name":"a@two","running":true},{"name":"a@three","running":false}]`

// TestCluster reads two nodes with one management API.
func TestCluster(t *testing.T) {
	one, two := serve(t, page(mqttLogins)), serve(t, page(amqpLogins))
	one.set(nodesPath, 0, twoNodes)
	one.set(limitsPath, 0, `[{"vhost":"/","value":{"max-connections":1500}}]`)
	one.set(bindingsPath, 0, bindings(20))
	one.set(consumersPath, 0, consumers(14, 6))
	c := build(t, Options{URLs: []string{one.URL, two.URL}, ManagementURL: one.URL, Interval: time.Second})
	v := collectortest.MustVisit(t, c)
	if got := collectortest.GaugeOf(v, fleet.Connections); got != 24 {
		t.Errorf("%v connections, want those of both nodes, 24", got)
	}
	if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != 26 {
		t.Errorf("%v subscriptions (%s), want 20 filters and 6 consumers, each counted once", got, collectortest.GapOf(v, fleet.Subscriptions))
	}
	if got := limitOf(v); got != 1500 {
		t.Errorf("limit %v, want that of the virtual host, 1500, in the whole cluster", got)
	}
	one.set(limitsPath, 0, `[]`)
	c = build(t, Options{URLs: []string{one.URL, two.URL}, ManagementURL: one.URL})
	if got := limitOf(collectortest.MustVisit(t, c)); got != 2000 {
		t.Errorf("limit %v, want the sockets of both nodes, 2000", got)
	}

	two.Close()
	visits := make([]collector.Visit, 1)
	if err := c.Collect(t.Context(), visits); err == nil || !strings.Contains(err.Error(), "1 of 2 nodes") {
		t.Errorf("%v with a node that is gone", err)
	}
}

// TestClusterReadInPart reads one node of two: what is the whole cluster's is not
// the node's.
func TestClusterReadInPart(t *testing.T) {
	b := serve(t, page(amqpLogins))
	b.set(nodesPath, 0, twoNodes)
	b.set(limitsPath, 0, `[{"vhost":"/","value":{"max-connections":100}}]`)
	b.set(bindingsPath, 0, bindings(20))
	v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL}))
	if got := limitOf(v); got != 1000 {
		t.Errorf("limit %v, want the node's own sockets, 1000", got)
	}
	if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != 10 {
		t.Errorf("%v subscriptions, want the node's own consumers, 10", got)
	}
	b.show(page(amqpLogins, mqttLogins))
	v = collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL}))
	if got, why := collectortest.GaugeOf(v, fleet.Subscriptions), collectortest.GapOf(v, fleet.Subscriptions); got != collectortest.Unknown || !strings.Contains(why, "give all nodes as urls") {
		t.Errorf("%v subscriptions (%s), want none and the way out", got, why)
	}
	b.set(vhostsPath, 0, `[{"name":"/"},{"name":"orders"}]`)
	b.set(connectionsPath, 0, `[{"vhost":"/"},{"vhost":"orders"}]`)
	v = collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL, VHost: "orders"}))
	if got, why := collectortest.GaugeOf(v, fleet.Connections), collectortest.GapOf(v, fleet.Connections); got != collectortest.Unknown || !strings.Contains(why, "give all nodes as urls") {
		t.Errorf("%v connections (%s), want none and the way out", got, why)
	}
	if got := limitOf(v); got != 0 {
		t.Errorf("limit %v, want none", got)
	}
}
