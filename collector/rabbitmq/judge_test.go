package rabbitmq

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// statsOff is what /api/consumers answers when the statistics are disabled.
const statsOff = `{"error":"bad_request","reason":"Stats in management UI are disabled on this node"}`

func TestSubscriptions(t *testing.T) {
	for _, tt := range []struct {
		name   string
		page   string
		mqtt   int
		others collectortest.Answer // of /api/consumers
		want   float64
		why    string
	}{
		{"AMQP alone", page(amqpLogins), 0, collectortest.Answer{}, 10, ""},
		{"MQTT alone", page(mqttLogins), 20, collectortest.Answer{}, 20, ""},
		{"MQTT alone, without statistics", page(mqttLogins), 20, collectortest.JSON(statsOff).As(400), 20, ""},
		{"both", page(mqttLogins, amqpLogins), 20, collectortest.JSON(consumers(6, 4)), 24, ""},
		{"both, without statistics", page(mqttLogins, amqpLogins), 20, collectortest.JSON(statsOff).As(400), collectortest.Unknown, "statistics are disabled"},
		{"MQTT clients that only publish", page(mqttLogins, amqpLogins), 0, collectortest.JSON(consumers(0, 10)), 10, ""},
		{"MQTT clients that are away, since before the start", page(amqpLogins), 20, collectortest.JSON(consumers(0, 10)), 30, ""},
		{"nobody consumes, MQTT clients are away", strings.Replace(page(amqpLogins), "consumers 10", "consumers 0", 1), 20, collectortest.JSON("").As(500), 20, ""},
		{"consumers are refused", page(mqttLogins, amqpLogins), 20, collectortest.JSON(`{}`).As(403), collectortest.Unknown, "status 403"},
		{"consumers are no list", page(mqttLogins, amqpLogins), 20, collectortest.JSON(`{}`), collectortest.Unknown, "not the form"},
		{"no consumers on the page", strings.Replace(page(), "rabbitmq_consumers", "x", 1), 20, collectortest.Answer{}, collectortest.Unknown, "no series rabbitmq_consumers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := serve(t, tt.page)
			b.set(bindingsPath, 0, bindings(tt.mqtt))
			if tt.others != (collectortest.Answer{}) {
				b.Set(consumersPath, tt.others)
			} else {
				b.set(consumersPath, http.StatusInternalServerError, "") // it must not matter
			}
			v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL}))
			if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != tt.want || !strings.Contains(collectortest.GapOf(v, fleet.Subscriptions), tt.why) {
				t.Errorf("%v (%s), want %v (%s)", got, collectortest.GapOf(v, fleet.Subscriptions), tt.want, tt.why)
			}
			if got := collectortest.GaugeOf(v, fleet.Connections); got != 12 {
				t.Errorf("%v connections, want 12: subscriptions are no fault of the page", got)
			}
			if in, out := collectortest.TotalOf(v, fleet.SendTPS), collectortest.TotalOf(v, fleet.ReceiveTPS); in != 1500 || out != 2700 {
				t.Errorf("totals of %v and %v, want all protocols and kinds of queues: 1500 and 2700", in, out)
			}
		})
	}
}

// TestWithoutManagement tells consumers only where they are subscriptions.
func TestWithoutManagement(t *testing.T) {
	for _, tt := range []struct {
		name, page string
		want       float64
	}{
		{"AMQP alone", page(amqpLogins), 10},
		{"MQTT, too", page(amqpLogins, mqttLogins), collectortest.Unknown},
		{"nobody logged in", page(), 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := serve(t, tt.page)
			v := collectortest.MustVisit(t, build(t, Options{URL: b.URL}))
			if got, why := collectortest.GaugeOf(v, fleet.Subscriptions), collectortest.GapOf(v, fleet.Subscriptions); got != tt.want || (got == collectortest.Unknown) != strings.Contains(why, "set management_url") {
				t.Errorf("%v (%s), want %v", got, why, tt.want)
			}
			if n := b.Asked(nodesPath); n != 0 {
				t.Errorf("the management API was asked %d times", n)
			}
			if got := limitOf(v); got != 1000 {
				t.Errorf("limit %v, want the sockets of the node, 1000", got)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	const both = `[{"name":"/"},{"name":"orders"}]`
	for _, tt := range []struct {
		name   string
		page   string
		vhosts string
		limits string
		want   float64
	}{
		{"the virtual host's", page(), "", `[{"vhost":"/","value":{"max-connections":100}}]`, 100},
		{"the node's, when tighter", page(), "", `[{"vhost":"/","value":{"max-connections":5000}}]`, 1000},
		{"another limit", page(), "", `[{"vhost":"/","value":{"max-queues":5}}]`, 1000},
		{"limits that were taken away", page(), "", `[{"vhost":"/","value":[]}]`, 1000},
		{"no limit", page(), "", `[{"vhost":"/","value":{"max-connections":-1}}]`, 1000},
		{"RabbitMQ 4 tells 0 sockets", strings.Replace(page(), "tcp_sockets 1000", "tcp_sockets 0", 1), "", `[{"vhost":"/","value":{"max-connections":5000}}]`, 5000},
		{"RabbitMQ 4 tells no sockets", strings.Replace(page(), "rabbitmq_process_max_tcp_sockets", "x", 1), "", `[]`, 0},
		{"all virtual hosts have one", page(), both, `[{"vhost":"/","value":{"max-connections":100}},{"vhost":"orders","value":{"max-connections":200}}]`, 300},
		{"one of two has none", page(), both, `[{"vhost":"/","value":{"max-connections":100}}]`, 1000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := serve(t, tt.page)
			b.set(limitsPath, 0, tt.limits)
			if tt.vhosts != "" {
				b.set(vhostsPath, 0, tt.vhosts)
			}
			c := build(t, Options{URL: b.URL, ManagementURL: b.URL})
			if got := limitOf(collectortest.MustVisit(t, c)); got != tt.want || c.LimitsErr() != nil {
				t.Errorf("limit %v, %v; want %v", got, c.LimitsErr(), tt.want)
			}
			if got := limitOf(collectortest.MustVisit(t, c)); got != 0 {
				t.Errorf("a limit of %v was told again, as if it were new", got)
			}
			if n := b.Asked(limitsPath); n != 1 {
				t.Errorf("limits were asked for %d times in two visits, want once", n)
			}
		})
	}
}

// TestVHost watches one virtual host of several.
func TestVHost(t *testing.T) {
	const (
		names  = `[{"name":"/"},{"name":"orders"}]`
		limits = `[{"vhost":"orders","value":{"max-connections":50}}]`
	)
	for _, tt := range []struct {
		name                    string
		vhosts, connections     string
		in, connected, limit    float64
		subscribed              float64
		whyMessages, whyClients string
	}{
		{name: "the only one", vhosts: `[{"name":"orders"}]`, in: 1500, connected: 12, limit: 50, subscribed: 9},
		{name: "others have no connections", vhosts: names, connections: `[{"vhost":"orders"},{"vhost":"orders"},{}]`, in: 1500, connected: 12, limit: 50, subscribed: 9},
		{name: "others have connections", vhosts: names, connections: `[{"vhost":"orders"},{"vhost":"/"},{"vhost":"orders"}]`, in: collectortest.Unknown, connected: 2, limit: 50, subscribed: 9, whyMessages: `others than "orders" have connections`},
		{name: "it is not there", vhosts: `[{"name":"/"}]`, in: collectortest.Unknown, connected: collectortest.Unknown, subscribed: collectortest.Unknown, whyMessages: `no virtual host "orders"`, whyClients: `no virtual host "orders"`},
		{name: "connections are refused", vhosts: names, connections: "", in: collectortest.Unknown, connected: collectortest.Unknown, subscribed: collectortest.Unknown, whyMessages: "/api/connections: there is no page", whyClients: "/api/connections: there is no page"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := serve(t, page(mqttLogins, amqpLogins))
			b.set(vhostsPath, 0, tt.vhosts)
			b.set(limitsPath, 0, limits)
			b.set("/api/exchanges/orders/amq.topic/bindings/source", 0, bindings(5))
			b.set("/api/consumers/orders", 0, consumers(3, 4))
			if tt.connections != "" {
				b.set(connectionsPath, 0, tt.connections)
			}
			v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL, VHost: "orders"}))
			if got := collectortest.TotalOf(v, fleet.SendTPS); got != tt.in || !strings.Contains(collectortest.GapOf(v, fleet.ReceiveTPS), tt.whyMessages) {
				t.Errorf("messages %v (%s), want %v (%s)", got, collectortest.GapOf(v, fleet.ReceiveTPS), tt.in, tt.whyMessages)
			}
			if got := collectortest.GaugeOf(v, fleet.Connections); got != tt.connected || !strings.Contains(collectortest.GapOf(v, fleet.Connections), tt.whyClients) {
				t.Errorf("connections %v (%s), want %v (%s)", got, collectortest.GapOf(v, fleet.Connections), tt.connected, tt.whyClients)
			}
			if got := limitOf(v); got != tt.limit {
				t.Errorf("limit %v, want %v", got, tt.limit)
			}
			if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != tt.subscribed {
				t.Errorf("subscriptions %v (%s), want %v", got, collectortest.GapOf(v, fleet.Subscriptions), tt.subscribed)
			}
		})
	}
}

// TestNamesAreEscaped asks for a virtual host and an exchange of any name.
func TestNamesAreEscaped(t *testing.T) {
	b := serve(t, page(mqttLogins))
	b.set(vhostsPath, 0, `[{"name":"a/b c%?"}]`)
	b.set("/api/exchanges/a%2Fb%20c%25%3F/my%2Ftopic/bindings/source", 0, bindings(7))
	v := collectortest.MustVisit(t, build(t, Options{URL: b.URL, ManagementURL: b.URL + "/api/", VHost: "a/b c%?", MQTTExchange: "my/topic"}))
	if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != 7 {
		t.Errorf("%v subscriptions (%s), want 7", got, collectortest.GapOf(v, fleet.Subscriptions))
	}
}

// TestManagementFails loses the management API after it has answered once.
func TestManagementFails(t *testing.T) {
	b := serve(t, page(mqttLogins))
	b.set(bindingsPath, 0, bindings(20))
	c := build(t, Options{URL: b.URL, ManagementURL: b.URL, LimitsEvery: time.Nanosecond, SubscriptionsEvery: time.Nanosecond})
	if v := collectortest.MustVisit(t, c); collectortest.GaugeOf(v, fleet.Subscriptions) != 20 || limitOf(v) != 1000 {
		t.Fatalf("%v subscriptions, limit %v; want 20 and 1000", collectortest.GaugeOf(v, fleet.Subscriptions), limitOf(v))
	}
	b.set(nodesPath, http.StatusInternalServerError, "")
	v := collectortest.MustVisit(t, c)
	if got := collectortest.GaugeOf(v, fleet.Subscriptions); got != collectortest.Unknown || !strings.Contains(collectortest.GapOf(v, fleet.Subscriptions), "status 500") {
		t.Errorf("%v subscriptions (%s), though nobody counted them for long", got, collectortest.GapOf(v, fleet.Subscriptions))
	}
	if limitOf(v) != 0 || c.LimitsErr() == nil {
		t.Errorf("limit %v, %v: it is the Runner's business to carry it on", limitOf(v), c.LimitsErr())
	}
	if collectortest.TotalOf(v, fleet.SendTPS) != 1500 || collectortest.GaugeOf(v, fleet.Connections) != 12 {
		t.Errorf("messages %v, connections %v: the page was read", collectortest.TotalOf(v, fleet.SendTPS), collectortest.GaugeOf(v, fleet.Connections))
	}

	b.show(page(amqpLogins))
	if v := collectortest.MustVisit(t, c); collectortest.GaugeOf(v, fleet.Subscriptions) != collectortest.Unknown {
		t.Error("MQTT sessions that were seen are forgotten because nobody logged in since a restart")
	}
	b.set(nodesPath, 0, `[{"running":true}]`)
	if v := collectortest.MustVisit(t, c); collectortest.GaugeOf(v, fleet.Subscriptions) != 20 || limitOf(v) != 1000 {
		t.Errorf("%v subscriptions, limit %v after it came back; want 20 and 1000", collectortest.GaugeOf(v, fleet.Subscriptions), limitOf(v))
	}
}

// TestVHostWhenManagementFails goes on with the page where nobody else was seen.
func TestVHostWhenManagementFails(t *testing.T) {
	for _, tt := range []struct {
		name, connections string
		connected, in     float64
		why               string
	}{
		{"nobody else was there", `[{"vhost":"orders"}]`, 12, 1500, ""},
		{"others were", `[{"vhost":"orders"},{"vhost":"/"}]`, collectortest.Unknown, collectortest.Unknown, "could not be counted: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := serve(t, page(amqpLogins))
			b.set(vhostsPath, 0, `[{"name":"/"},{"name":"orders"}]`)
			b.set(connectionsPath, 0, tt.connections)
			c := build(t, Options{URL: b.URL, ManagementURL: b.URL, VHost: "orders", LimitsEvery: time.Nanosecond})
			if got := collectortest.GaugeOf(collectortest.MustVisit(t, c), fleet.Connections); got == collectortest.Unknown {
				t.Fatal("connections are unknown while all is well")
			}
			b.set(nodesPath, http.StatusServiceUnavailable, "")
			v := collectortest.MustVisit(t, c)
			if got, why := collectortest.GaugeOf(v, fleet.Connections), collectortest.GapOf(v, fleet.Connections); got != tt.connected || !strings.Contains(why, tt.why) {
				t.Errorf("%v connections (%s), want %v (%s)", got, why, tt.connected, tt.why)
			}
			if got := collectortest.TotalOf(v, fleet.SendTPS); got != tt.in {
				t.Errorf("%v messages, want %v", got, tt.in)
			}
		})
	}
}
