package aliyun

import (
	"errors"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

// closing is a Collector that takes its account along.
type closing struct{ *Collector }

func (c closing) Close() error { return errors.Join(c.Collector.Close(), c.account.Close()) }

func TestConformance(t *testing.T) {
	collectortest.Run(t, collectortest.Suite{
		Serve: func(t testing.TB, password string) string {
			t.Helper()
			s := newCMS()
			s.secret = password
			for _, id := range []string{"mqtt-cn-1", "mqtt-cn-2"} {
				s.tell("AverageQpsPerInstance", id, time.Second, values("Average", 712.25))
				s.tell("ConnectionsPerInstance", id, time.Second, values("Maximum", 3100))
				s.tell("SubscriptionsPerInstance", id, time.Second, values("Value", 5200))
			}
			server := httptest.NewServer(s)
			t.Cleanup(server.Close)
			return server.Listener.Addr().String()
		},
		New: func(t testing.TB, addr, password string) collector.Collector {
			t.Helper()
			if _, _, err := net.SplitHostPort(addr); err != nil {
				t.Fatal(err)
			}
			a, err := NewAccount(AccountOptions{Name: "acme", AccessKeyID: testKey, AccessKeySecret: password, Endpoint: "http://" + addr, MonthlyCalls: 1 << 50})
			if err != nil {
				t.Fatalf("NewAccount: %v", err)
			}
			c, err := New(CollectorOptions{Account: a, Region: "cn-hangzhou", Kind: MQTT, Instances: []string{"mqtt-cn-1", "mqtt-cn-2"}})
			if err != nil {
				t.Fatalf("New: %v", err)
			}
			c.every = 1 // each visit asks the cloud
			return closing{c}
		},
		Instances: 2,
		Expect: []collectortest.Figure{
			{Metric: fleet.MessageTPS, Min: 712.25, Max: 712.25},
			{Metric: fleet.Connections, Min: 3100, Max: 3100},
			{Metric: fleet.Subscriptions, Min: 5200, Max: 5200},
		},
	})
}
