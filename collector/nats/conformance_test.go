package nats

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// suite reads a server with one client of three subscriptions.
func suite(serve func(t testing.TB, monitor, password string) string) collectortest.Suite {
	return collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			srv, monitor := server.NATS(t, "max_connections: 200")
			c := dial(t, srv.Addr)
			c.subscribe("a", "b.*", "c.>")
			c.publish("a", 10)
			return serve(t, monitor, password)
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			return collectortest.Make(t, New, Options{
				URL: "http://" + addr, Username: collectortest.Username, Password: password,
				Transport: httpget.NewTransportThrough(nil),
			})
		},
		Expect: []collectortest.Figure{
			{Metric: fleet.SendTPS, Counter: true, Min: 10, Max: 10},
			{Metric: fleet.ReceiveTPS, Counter: true, Min: 10, Max: 10},
			{Metric: fleet.Connections, Min: 1, Max: 1, Limit: 200},
			{Metric: fleet.Subscriptions, Min: 3, Max: 3},
		},
	}
}

// TestConformance reads a server as it is: its monitoring port knows no passwords.
func TestConformance(t *testing.T) {
	s := suite(func(_ testing.TB, monitor, _ string) string { return monitor })
	s.Open = true
	collectortest.Run(t, s)
}

// TestConformanceBehindLogin reads a server with a proxy in front that asks for a
// login.
func TestConformanceBehindLogin(t *testing.T) { collectortest.Run(t, suite(collectortest.Guard)) }

// TestBasePath reads a server whose pages lie deeper.
func TestBasePath(t *testing.T) {
	_, monitor := server.NATS(t, "http_base_path: /nats")
	if n := collectortest.GaugeOf(collectortest.MustVisit(t, build(t, Options{URL: "http://" + monitor + "/nats"})), fleet.Subscriptions); n != 0 {
		t.Errorf("subscriptions: %v, want 0", n)
	}
	v, err := collectortest.Visit(t, build(t, Options{URL: "http://" + monitor}))
	if err == nil || !strings.Contains(err.Error(), "is the path of the url right") || !v.Blank() {
		t.Errorf("without the path: %v", err)
	}
}
