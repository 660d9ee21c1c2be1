package aliyun

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Kind says which metrics of the cloud are read.
type Kind uint8

// The kinds.
const (
	// MQTT is ApsaraMQ for MQTT, all editions.
	MQTT Kind = iota + 1
	// RocketMQ4 is ApsaraMQ for RocketMQ 4.x, instances MQ_INST_….
	RocketMQ4
	// RocketMQ5 is ApsaraMQ for RocketMQ 5.x, instances rmq-….
	RocketMQ5
	// IoT is IoT Platform. Its TPS is told in per cent, so CollectorOptions.MessageTPS
	// is needed.
	IoT
	// RedisStandard is a Redis or Tair instance in memory without shards.
	RedisStandard
	// RedisCluster is a Redis or Tair instance in memory with shards; its figures
	// are told for each node, and are summed.
	RedisCluster
	// RedisReadWrite is a Redis instance with read replicas behind proxies, which all
	// hold the same data.
	RedisReadWrite

	numKinds = iota
)

// String returns the kind's name in the configuration.
func (k Kind) String() string {
	switch k {
	case MQTT:
		return "mqtt"
	case RocketMQ4:
		return "rocketmq4"
	case RocketMQ5:
		return "rocketmq5"
	case IoT:
		return "iot"
	case RedisStandard:
		return "redis_standard"
	case RedisCluster:
		return "redis_cluster"
	case RedisReadWrite:
		return "redis_rwsplit"
	}
	return "unknown"
}

// ParseKind finds a kind by its name.
func ParseKind(name string) (Kind, bool) {
	for k := Kind(1); k <= numKinds; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// table says what a kind is read from.
type table struct {
	namespace  string
	quantities []quantity
	never      []fleet.Gap // what the cloud tells nothing of
}

// quantity is one of our metrics and where it comes from.
type quantity struct {
	metric fleet.Metric
	// from are the cloud's metrics that hold it: of each instance, the first one
	// of which the cloud has any figure.
	from []source
	// period is how often the cloud renews it.
	period time.Duration
}

// source is a metric of the cloud and how it becomes one of ours.
type source struct {
	name string // MetricName
	// statistics are those that a point may have, the best first.
	statistics []string
	// parts is the dimension of the parts of an instance, which are summed; "" when
	// there is one figure for the whole instance.
	parts string
	// largest says that of the parts the largest counts instead of their sum.
	largest bool
	// scale is what a figure is multiplied by to be in our unit.
	scale float64
	// percent says that figures are shares of what was bought, which become ours
	// only with the declared capacity.
	percent bool
}

const (
	minute = time.Minute
	// perMinute turns what is summed over a minute into what comes in a second.
	perMinute = 1.0 / 60
)

const (
	noHalves        = "CloudMonitor tells sent and received messages of an instance only together"
	noSubscriptions = "CloudMonitor tells no subscriptions of this product"
	noMessages      = "CloudMonitor tells no published messages of Redis"
)

// tableOf returns what a kind is read from.
//
// Rates are means of a minute where the cloud has them, as the rates of all other
// sources are means; where it has only the highest of the minute, that.
func tableOf(k Kind) table {
	switch k {
	case MQTT:
		return mqttTable()
	case RocketMQ4:
		return rocketMQ4Table()
	case RocketMQ5:
		return rocketMQ5Table()
	case IoT:
		return iotTable()
	case RedisStandard:
		return redisTable("Standard", "", source{name: "StandardUsedConnection"})
	case RedisCluster:
		return redisTable("Sharding", "nodeId", source{name: "ShardingProxyUsedConnection"}, source{name: "ShardingUsedConnection"})
	case RedisReadWrite:
		t := redisTable("Splitrw", "nodeId", source{name: "SplitrwProxyUsedConnection"}, source{name: "SplitrwUsedConnection"})
		t.quantities[2].from[0].largest = true // every node holds all the data
		return t
	}
	return table{}
}

// mqttTable: which statistics the metrics have is not documented, so whatever
// there is counts. The cloud has applied the coefficients of QoS and session to
// the TPS already, as it does to the capacity that was bought.
func mqttTable() table {
	anything := []string{"Average", "Value", "Maximum", "Sum"}
	one := func(m fleet.Metric, name string, period time.Duration) quantity {
		return quantity{metric: m, period: period, from: []source{{name: name, statistics: anything, scale: 1}}}
	}
	return table{
		namespace: "acs_mqtt",
		quantities: []quantity{
			one(fleet.MessageTPS, "AverageQpsPerInstance", minute),
			one(fleet.Connections, "ConnectionsPerInstance", minute),
			one(fleet.Subscriptions, "SubscriptionsPerInstance", 5*minute), // counted every five minutes
		},
		never: []fleet.Gap{{Metric: fleet.SendTPS, Reason: noHalves}, {Metric: fleet.ReceiveTPS, Reason: noHalves}},
	}
}

func rocketMQ4Table() table {
	return table{
		namespace: "acs_rocketmq",
		quantities: []quantity{
			{metric: fleet.MessageTPS, period: minute, from: []source{{name: "InstanceApiCallTps", statistics: []string{"Sum"}, scale: 1}}},
			{metric: fleet.SendTPS, period: minute, from: []source{{name: "SendMessageCountPerInstance", statistics: []string{"Sum"}, scale: perMinute}}},
			{metric: fleet.ReceiveTPS, period: minute, from: []source{{name: "ReceiveMessageCountPerInstance", statistics: []string{"Sum"}, scale: perMinute}}},
			{metric: fleet.Connections, period: minute, from: []source{{name: "InstanceOnlineClients", statistics: []string{"Sum"}, scale: 1}}},
		},
		never: []fleet.Gap{{Metric: fleet.Subscriptions, Reason: noSubscriptions}},
	}
}

func rocketMQ5Table() table {
	t := rocketMQ4Table()
	t.quantities[1].from = []source{{name: "InstanceSendApiCallTps", statistics: []string{"Maximum"}, scale: 1}}
	t.quantities[2].from = []source{{name: "InstanceReceiveApiCallTps", statistics: []string{"Maximum"}, scale: 1}}
	return t
}

func iotTable() table {
	return table{
		namespace: "acs_iot",
		quantities: []quantity{
			{metric: fleet.MessageTPS, period: minute, from: []source{
				{name: "MessageWatermarkTps_instance", statistics: []string{"Average"}, scale: perCent, percent: true},
			}},
			{metric: fleet.Connections, period: minute, from: []source{
				{name: "OnlineDeviceCount", statistics: []string{"Value"}, scale: 1},
				// Public instances have it for each product, and which statistic it has is
				// not documented.
				{name: "OnlineDevicesCount_MQTT", statistics: []string{"Value", "Average", "Maximum"}, parts: "productKey", scale: 1},
			}},
		},
		never: []fleet.Gap{
			{Metric: fleet.SendTPS, Reason: noHalves}, {Metric: fleet.ReceiveTPS, Reason: noHalves},
			{Metric: fleet.Subscriptions, Reason: noSubscriptions},
		},
	}
}

// perCent turns a percentage into a share.
const perCent = 1.0 / 100

// redisTable: memory is in bytes. Clients that come through proxies are connected
// to these, and the nodes tell only what the proxies share among them, or 0; so
// where proxies tell connections, those count.
func redisTable(prefix, parts string, connections ...source) table {
	mean := []string{"Average", "Maximum"}
	for i := range connections {
		connections[i].statistics, connections[i].parts, connections[i].scale = mean, parts, 1
	}
	return table{
		namespace: "acs_kvstore",
		quantities: []quantity{
			{metric: fleet.Connections, period: minute, from: connections},
			{metric: fleet.CommandsTPS, period: minute, from: []source{{name: prefix + "UsedQPS", statistics: mean, parts: parts, scale: 1}}},
			{metric: fleet.MemoryBytes, period: minute, from: []source{{name: prefix + "UsedMemory", statistics: mean, parts: parts, scale: 1}}},
		},
		never: []fleet.Gap{
			{Metric: fleet.MessageTPS, Reason: noMessages}, {Metric: fleet.SendTPS, Reason: noMessages}, {Metric: fleet.ReceiveTPS, Reason: noMessages},
			{Metric: fleet.Subscriptions, Reason: noSubscriptions},
		},
	}
}
