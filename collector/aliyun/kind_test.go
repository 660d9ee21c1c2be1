package aliyun

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/fleet"
)

func TestKinds(t *testing.T) {
	type row struct {
		metric, id string
		values     map[string]any
	}
	for _, tt := range []struct {
		kind  Kind
		id    string
		rows  []row
		want  map[string]float64
		asked []string
		gaps  []fleet.Metric
	}{
		{MQTT, "mqtt-cn-1", []row{
			{"AverageQpsPerInstance", "mqtt-cn-1", values("Average", 812.5, "Maximum", 2000)},
			{"ConnectionsPerInstance", "mqtt-cn-1", values("Value", 4100)},
			{"SubscriptionsPerInstance", "mqtt-cn-1", values("Sum", 9000)},
		}, map[string]float64{"message_tps": 812.5, "connections": 4100, "subscriptions": 9000},
			[]string{"AverageQpsPerInstance", "ConnectionsPerInstance", "SubscriptionsPerInstance"},
			[]fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS}},
		{RocketMQ4, "MQ_INST_1_BX", []row{
			{"InstanceApiCallTps", "MQ_INST_1_BX", values("Sum", 321)},
			{"SendMessageCountPerInstance", "MQ_INST_1_BX", values("Sum", 6000)},
			{"ReceiveMessageCountPerInstance", "MQ_INST_1_BX", values("Sum", 90)},
			{"InstanceOnlineClients", "MQ_INST_1_BX", values("Sum", 77)},
		}, map[string]float64{"message_tps": 321, "send_tps": 100, "receive_tps": 1.5, "connections": 77},
			[]string{"InstanceApiCallTps", "SendMessageCountPerInstance", "ReceiveMessageCountPerInstance", "InstanceOnlineClients"},
			[]fleet.Metric{fleet.Subscriptions}},
		{RocketMQ5, "rmq-cn-1", []row{
			{"InstanceApiCallTps", "rmq-cn-1", values("Sum", 1234)},
			{"InstanceSendApiCallTps", "rmq-cn-1", values("Maximum", 600)},
			{"InstanceReceiveApiCallTps", "rmq-cn-1", values("Maximum", 700)},
			{"InstanceOnlineClients", "rmq-cn-1", values("Sum", 12)},
		}, map[string]float64{"message_tps": 1234, "send_tps": 600, "receive_tps": 700, "connections": 12},
			[]string{"InstanceApiCallTps", "InstanceSendApiCallTps", "InstanceReceiveApiCallTps", "InstanceOnlineClients"},
			[]fleet.Metric{fleet.Subscriptions}},
		{IoT, "iot-1", []row{
			{"MessageWatermarkTps_instance", "iot-1", values("Average", 72.5)},
			{"OnlineDeviceCount", "iot-1", values("Value", 48)},
		}, map[string]float64{"connections": 48},
			[]string{"MessageWatermarkTps_instance", "OnlineDeviceCount"},
			[]fleet.Metric{fleet.MessageTPS, fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions}},
		{IoT, "iot-public", []row{
			{"OnlineDevicesCount_MQTT", "iot-public", values("Value", 20, "productKey", "a1")},
			{"OnlineDevicesCount_MQTT", "iot-public", values("Value", 11, "productKey", "a2")},
		}, map[string]float64{"connections": 31},
			[]string{"MessageWatermarkTps_instance", "OnlineDeviceCount", "OnlineDevicesCount_MQTT"},
			[]fleet.Metric{fleet.MessageTPS, fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions}},
		{RedisStandard, "r-1", []row{
			{"StandardUsedConnection", "r-1", values("Average", 812, "Maximum", 900)},
			{"StandardUsedQPS", "r-1", values("Average", 15000.5, "Maximum", 22000)},
			{"StandardUsedMemory", "r-1", values("Average", 536870912, "Maximum", 536870912)},
		}, map[string]float64{"connections": 812, "commands_tps": 15000.5, "memory_bytes": 536870912},
			[]string{"StandardUsedConnection", "StandardUsedQPS", "StandardUsedMemory"},
			[]fleet.Metric{fleet.MessageTPS, fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions}},
		{RedisCluster, "r-direct", []row{
			{"ShardingUsedConnection", "r-direct", values("Average", 100, "nodeId", "r-direct-db-0")},
			{"ShardingUsedConnection", "r-direct", values("Average", 120, "nodeId", "r-direct-db-1")},
			{"ShardingUsedQPS", "r-direct", values("Average", 1000, "nodeId", "r-direct-db-0")},
			{"ShardingUsedQPS", "r-direct", values("Average", 3000, "nodeId", "r-direct-db-1")},
			{"ShardingUsedMemory", "r-direct", values("Average", 1e9, "nodeId", "r-direct-db-0")},
			{"ShardingUsedMemory", "r-direct", values("Average", 2e9, "nodeId", "r-direct-db-1")},
		}, map[string]float64{"connections": 220, "commands_tps": 4000, "memory_bytes": 3e9},
			[]string{"ShardingProxyUsedConnection", "ShardingUsedConnection", "ShardingUsedQPS", "ShardingUsedMemory"},
			[]fleet.Metric{fleet.MessageTPS, fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions}},
		{RedisCluster, "r-proxied", []row{
			{"ShardingProxyUsedConnection", "r-proxied", values("Average", 4000, "nodeId", "r-proxied-proxy-0")},
			{"ShardingProxyUsedConnection", "r-proxied", values("Average", 4100, "nodeId", "r-proxied-proxy-1")},
			{"ShardingUsedConnection", "r-proxied", values("Average", 0, "nodeId", "r-proxied-db-0")},
			{"ShardingUsedQPS", "r-proxied", values("Average", 10, "nodeId", "r-proxied-db-0")},
			{"ShardingUsedMemory", "r-proxied", values("Average", 1e9, "nodeId", "r-proxied-db-0")},
		}, map[string]float64{"connections": 8100, "commands_tps": 10, "memory_bytes": 1e9},
			[]string{"ShardingProxyUsedConnection", "ShardingUsedQPS", "ShardingUsedMemory"},
			[]fleet.Metric{fleet.MessageTPS, fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions}},
		{RedisReadWrite, "r-rw", []row{
			{"SplitrwProxyUsedConnection", "r-rw", values("Average", 300)},
			{"SplitrwUsedQPS", "r-rw", values("Average", 10, "nodeId", "master")},
			{"SplitrwUsedQPS", "r-rw", values("Average", 40, "nodeId", "replica")},
			{"SplitrwUsedMemory", "r-rw", values("Average", 1e9, "nodeId", "master")},
			{"SplitrwUsedMemory", "r-rw", values("Average", 1.1e9, "nodeId", "replica")},
		}, map[string]float64{"connections": 300, "commands_tps": 50, "memory_bytes": 1.1e9},
			[]string{"SplitrwProxyUsedConnection", "SplitrwUsedQPS", "SplitrwUsedMemory"},
			[]fleet.Metric{fleet.MessageTPS, fleet.SendTPS, fleet.ReceiveTPS, fleet.Subscriptions}},
	} {
		t.Run(tt.kind.String()+" "+tt.id, func(t *testing.T) {
			s := newCMS()
			for _, r := range tt.rows {
				s.tell(r.metric, r.id, 30*time.Second, r.values)
			}
			c := newTestCollector(t, newTestAccount(t, serve(t, s)), tt.kind, tt.id)
			v := &read(t, c)[0]
			if diff := cmp.Diff(tt.want, gauges(v)); diff != "" {
				t.Errorf("figures (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.asked, s.questions()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			var gaps []fleet.Metric
			for _, g := range v.Gaps() {
				gaps = append(gaps, g.Metric)
			}
			slices.Sort(gaps)
			if diff := cmp.Diff(tt.gaps, gaps); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			for _, m := range fleet.Metrics() {
				if limit, ok := v.LimitOf(m); ok {
					t.Errorf("a limit of %v for %s, which CloudMonitor does not tell", limit, m)
				}
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, q := range s.asked {
				if want := tableOf(tt.kind).namespace; q["Namespace"] != want || q["RegionId"] != "cn-hangzhou" || q["userId"] != "" {
					t.Errorf("asked with %v, want the namespace %s", q, want)
				}
			}
		})
	}
}

func TestIoTSharesNeedTheCapacity(t *testing.T) {
	s := newCMS()
	for _, id := range []string{"iot-1", "iot-2"} {
		s.tell("MessageWatermarkTps_instance", id, time.Second, values("Average", 72.5))
		s.tell("OnlineDeviceCount", id, time.Second, values("Value", 48))
	}
	c, err := New(CollectorOptions{Account: newTestAccount(t, serve(t, s)), Region: "cn-shanghai", Kind: IoT,
		Instances: []string{"iot-1", "iot-2"}, MessageTPS: []float64{1000, 0}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	v := read(t, c)
	if got := gauges(&v[0])["message_tps"]; got != 725 {
		t.Errorf("72.5 %% of 1000 a second is %v", got)
	}
	if reason := collectortest.GapOf(&v[1], fleet.MessageTPS); !strings.Contains(reason, "72.5 %") || !strings.Contains(reason, "capacity of message_tps") {
		t.Errorf("without a capacity: %q", reason)
	}
}

func TestKindNames(t *testing.T) {
	for k := Kind(1); k <= numKinds; k++ {
		if got, ok := ParseKind(k.String()); !ok || got != k {
			t.Errorf("%v is parsed as %v, %v", k, got, ok)
		}
		tab := tableOf(k)
		if tab.namespace == "" || len(tab.quantities) == 0 {
			t.Errorf("%v has no table", k)
		}
		for _, q := range tab.quantities {
			for _, s := range q.from {
				if s.name == "" || s.scale == 0 || len(s.statistics) == 0 || q.period == 0 {
					t.Errorf("%v: %+v is not complete", k, s)
				}
			}
		}
	}
	for _, name := range []string{"", "unknown", "MQTT", "kafka"} {
		if k, ok := ParseKind(name); ok {
			t.Errorf("%q is %v", name, k)
		}
	}
}
