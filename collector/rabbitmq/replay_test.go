package rabbitmq

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestCapturedPages reads the pages of a real RabbitMQ. What is true stands in
// testdata/README.md.
func TestCapturedPages(t *testing.T) {
	for _, tt := range []struct {
		page                             string
		in, out, connections, subscribed float64
		started                          int64
	}{
		{"metrics-idle.prom", 0, 0, 0, 0, 1795312606},
		{"metrics-load-amqp.prom", 8098, 16196, 6, 4, 1795312606},
		{"metrics-load-mqtt.prom", 16341, 28339, 12, collectortest.Unknown, 1795312606},
		{"metrics-metrics-collector-disabled.prom", 3147, 6294, 6, 4, 1795312984},
	} {
		t.Run(tt.page, func(t *testing.T) {
			v := collectortest.MustVisit(t, build(t, Options{URL: serve(t, collectortest.Testdata(t, tt.page)).URL}))
			for m, want := range map[fleet.Metric]float64{fleet.SendTPS: tt.in, fleet.ReceiveTPS: tt.out} {
				if got := collectortest.TotalOf(v, m); got != want {
					t.Errorf("the total of %v is %v, want %v", m, got, want)
				}
			}
			for m, want := range map[fleet.Metric]float64{fleet.Connections: tt.connections, fleet.Subscriptions: tt.subscribed} {
				if got := collectortest.GaugeOf(v, m); got != want {
					t.Errorf("%v %v, want %v (%s)", got, m, want, collectortest.GapOf(v, m))
				}
			}
			if got := limitOf(v); got != 17910 {
				t.Errorf("limit %v, want the sockets of the node, 17910", got)
			}
			if got := v.StartedAt(); !got.Equal(time.Unix(tt.started, 0)) {
				t.Errorf("started at %v, want %v", got.Unix(), tt.started)
			}
		})
	}
}

// TestCapturedAnswers reads the answers of a real management API.
func TestCapturedAnswers(t *testing.T) {
	read := func(name string) []byte { return []byte(collectortest.Testdata(t, name)) }
	for _, name := range []string{"nodes-idle.json", "nodes-load-amqp.json"} {
		if n, err := runningIn(read(name)); err != nil || n != 1 {
			t.Errorf("%s: %d nodes run, %v; want 1", name, n, err)
		}
	}
	if names, err := namesIn(read("vhosts.json")); err != nil || len(names) != 1 || names[0] != "/" {
		t.Errorf("virtual hosts %q, %v; want /", names, err)
	}
	if n, err := limitIn(read("vhost-limits.json"), []string{"/"}); err != nil || n != 100 {
		t.Errorf("limit %v, %v; want 100", n, err)
	}
	if n, err := bindingsIn(read("bindings-amq.topic-mqtt.json")); err != nil || n != 20 {
		t.Errorf("%d MQTT subscriptions, %v; want 20", n, err)
	}
	if n, err := consumersIn(read("consumers-load-amqp.json")); err != nil || n != 4 {
		t.Errorf("%d consumers, %v; want 4", n, err)
	}
	for name, want := range map[string]int{"connections-load-amqp.json": 6, "connections-load-mqtt.json": 12} {
		if own, others, err := connectionsIn(read(name), "/"); err != nil || own != want || others != 0 {
			t.Errorf("%s: %d connections and %d of others, %v; want %d", name, own, others, err, want)
		}
		if own, others, err := connectionsIn(read(name), "orders"); err != nil || own != 0 || others != want {
			t.Errorf("%s: %d connections of another virtual host and %d of /, %v; want %d of /", name, own, others, err, want)
		}
	}
}
