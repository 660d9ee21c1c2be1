package demo

import (
	"fmt"
	"io"
	"math"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// The access key of the demo's account, known to this process only.
const (
	cloudKeyID     = "LTAIdemodemodemodemo"
	cloudKeySecret = "demodemodemodemodemodemodemode"
	lowKeyID       = "LTAIlowlowlowlowlowl"
	lowKeySecret   = "lowlowlowlowlowlowlowlowlowlow" //nolint:gosec // opens nothing else
)

// The instances of the demo's account.
const (
	cloudTelemetry = "mqtt-cn-demotelemetry"
	cloudShop      = "rmq-cn-demoshop"
	cloudCarts     = "r-demo0carts0001"
	cloudScratch   = "r-demo0scratch01"
	cloudDevices   = "iot-demodevices"
	cloudMeters    = "iot-demometers"
)

// cloudRegion is where all of them are.
const cloudRegion = "cn-hangzhou"

// Capacities that Alibaba Cloud does not tell: the configuration has them.
const (
	telemetryTPS           = 1000
	telemetrySubscriptions = 10000
	telemetryConnections   = 5000
	devicesTPS             = 500
	devicesConnections     = 20000
	metersTPS              = 200
	metersConnections      = 10000
)

// What the specifications of the others may carry: of RocketMQ the catalogue
// knows it, of Redis the cloud tells it.
const (
	shopSpec         = "rmq.s2.2xlarge"
	shopTPS          = 2000
	shopConnections  = 4000
	redisConnections = 10000
	redisTPS         = 80000
	redisMegabytes   = 1024
)

// newCloud makes a small Alibaba Cloud with two accounts. The first has an MQTT instance whose
// term is about to end, a Redis instance that is paid for by use and overdue, since the balance
// is below zero, and three that run on. The second runs low: its balance is not enough for a
// renewal in a few days.
func newCloud(now time.Time) (*cloud.Server, error) {
	s, err := cloud.New(cloud.Options{Accounts: []cloud.Account{{
		UID: "1000000000000001", Keys: []cloud.Key{{ID: cloudKeyID, Secret: cloudKeySecret}},
		Balance: cloud.Balance{AvailableAmount: "-11.19", AvailableCashAmount: "-11.19", Currency: "CNY"},
		MQTT: []cloud.MQTTInstance{{
			InstanceID: cloudTelemetry, InstanceName: "Telemetry", InstanceStatus: 5, InstanceType: 0, RegionID: cloudRegion,
			CreateTime: now.AddDate(-1, 0, 4).UnixMilli(), ExpireTime: now.AddDate(0, 0, 4).UnixMilli(),
			MqttTags: []cloud.MQTTTag{{TagKey: "team", TagValue: "devices"}},
		}},
		RocketMQ5: []cloud.RocketMQ5Instance{shop(now)},
		Redis: []cloud.RedisInstance{
			redisInstance(cloudCarts, "Carts", "PrePaid", now.AddDate(-1, 0, 0), now.AddDate(0, 0, 120)),
			redisInstance(cloudScratch, "Scratch", "PostPaid", now.AddDate(0, -2, 0), time.Time{}),
		},
		Bills: []cloud.Bill{
			bill(cloudDevices, "iot", now.AddDate(0, 0, 60), "ManualRenewal", 3),
			bill(cloudCarts, "redisa", now.AddDate(0, 0, 120), "AutoRenewal", 1),
		},
		Series: cloudSeries(now),
	}, {
		UID: "1000000000000002", Keys: []cloud.Key{{ID: lowKeyID, Secret: lowKeySecret}},
		Balance: cloud.Balance{AvailableAmount: "236.40", AvailableCashAmount: "236.40", Currency: "CNY"},
		Bills:   []cloud.Bill{bill(cloudMeters, "iot", now.AddDate(0, 0, 6), "AutoRenewal", 1)},
		Series:  meterSeries(now),
	}}})
	if err != nil {
		return nil, fmt.Errorf("make the demo's cloud: %w", err)
	}
	return s, nil
}

// shop is a RocketMQ instance. Its times have no zone; they are China's.
func shop(now time.Time) cloud.RocketMQ5Instance {
	china := func(t time.Time) string { return t.UTC().Add(8 * time.Hour).Format(time.DateTime) }
	renews := true
	return cloud.RocketMQ5Instance{
		InstanceID: cloudShop, InstanceName: "Shop events", RegionID: cloudRegion, Status: "RUNNING", SeriesCode: "standard", SubSeriesCode: "cluster_ha",
		PaymentType: "Subscription", CreateTime: china(now.AddDate(-1, 0, 0)), ExpireTime: china(now.AddDate(0, 0, 200)),
		Tags: []cloud.RocketMQ5Tag{{Key: "team", Value: "shop"}}, AutoRenew: &renews,
		ProductInfo: &cloud.RocketMQ5Product{MsgProcessSpec: shopSpec, SendReceiveRatio: 0.5},
	}
}

// redisInstance is a Redis instance of 1 GiB; one without an end is paid for by use.
func redisInstance(id, name, charge string, created, ends time.Time) cloud.RedisInstance {
	in := cloud.RedisInstance{
		InstanceID: id, InstanceName: name, RegionID: cloudRegion, InstanceStatus: "Normal", InstanceClass: "redis.master.small.default",
		Capacity: redisMegabytes, QPS: redisTPS, Connections: redisConnections, ArchitectureType: "standard", EditionType: "Community", ChargeType: charge,
		CreateTime: created.UTC().Format(time.RFC3339),
	}
	if !ends.IsZero() {
		in.EndTime = ends.UTC().Format(time.RFC3339)
	}
	in.Tags.Tag = []cloud.Tag{{Key: "team", Value: "web"}}
	return in
}

// bill is what billing tells of a term, which is renewed for so many months.
func bill(id, product string, ends time.Time, renewal string, months int) cloud.Bill {
	return cloud.Bill{
		InstanceID: id, ProductCode: product, Region: cloudRegion, SubscriptionType: "Subscription", Status: "Normal", SubStatus: "Normal",
		EndTime: ends.UTC().Format(time.RFC3339), RenewStatus: renewal, RenewalDuration: months, RenewalDurationUnit: "M",
	}
}

// cloudWelcome prints what there is to see of the account.
func cloudWelcome(out io.Writer, say *phrases.Printer) {
	fmt.Fprintf(out, "%s\n\n", say.T("Account acme of a small Alibaba Cloud inside the process is watched too. Brimwatch finds its instances, with name, edition and term:"))
	for _, in := range []struct{ name, shows string }{
		{"Telemetry", say.T("MQTT, expires in 4 days; its connections pass 70% after a minute")},
		{"Shop events", say.T("RocketMQ, read once a minute; its messages pass 70% after two")},
		{"Carts", say.T("Redis, renews itself")},
		{"Scratch", say.T("Redis, paid for by use and overdue: the balance of acme is -11.19 CNY")},
		{"Devices", say.T("IoT Platform")},
	} {
		fmt.Fprintf(out, "  %-11s  %s\n", in.name, in.shows)
	}
	fmt.Fprintf(out, "\n%s\n\n", say.T("Account globex runs low: it has 236.40 CNY, and Meters renews itself for 410 CNY in 6 days."))
}

// wave is a figure that rises from one share of a whole to another and falls
// back, within a period.
type wave struct {
	whole     float64
	low, high float64 // shares
	period    time.Duration
}

// after returns the figure some time after the wave was at its lowest.
func (w wave) after(d time.Duration) float64 {
	turns := d.Seconds() / w.period.Seconds()
	share := w.low + (w.high-w.low)*(1-math.Cos(2*math.Pi*turns))/2
	return math.Round(share * w.whole)
}

// cloudPeriod is how often the demo's cloud measures: far oftener than
// CloudMonitor, so that a visitor sees figures move.
const cloudPeriod = 2 * time.Second

// How long the waves of the figures are: slow for those that are read once a minute.
const (
	fast = 3 * time.Minute
	slow = 8 * time.Minute
)

// measuredSince makes series of figures that rise and fall from a moment on.
func measuredSince(began time.Time) func(namespace, metric, instance, statistic string, w wave) cloud.Series {
	return func(namespace, metric, instance, statistic string, w wave) cloud.Series {
		return cloud.Series{
			Namespace: namespace, Metric: metric, Region: cloudRegion, Dimensions: map[string]string{"instanceId": instance}, Period: cloudPeriod,
			Read: func(at time.Time) map[string]float64 { return map[string]float64{statistic: w.after(at.Sub(began))} },
		}
	}
}

// meterSeries are the figures of the account that runs low.
func meterSeries(began time.Time) []cloud.Series {
	of := measuredSince(began)
	return []cloud.Series{
		of("acs_iot", "MessageWatermarkTps_instance", cloudMeters, "Average", wave{100, 0.15, 0.30, slow}), // in per cent
		of("acs_iot", "OnlineDeviceCount", cloudMeters, "Value", wave{metersConnections, 0.35, 0.40, slow}),
	}
}

// cloudSeries are the figures of all instances of the first account. Connections of Telemetry and
// messages of Shop events pass 70 % of what they may be; the others stay below.
func cloudSeries(began time.Time) []cloud.Series {
	of := measuredSince(began)
	out := []cloud.Series{
		of("acs_mqtt", "AverageQpsPerInstance", cloudTelemetry, "Average", wave{telemetryTPS, 0.30, 0.55, fast}),
		of("acs_mqtt", "ConnectionsPerInstance", cloudTelemetry, "Average", wave{telemetryConnections, 0.45, 0.85, fast}),
		of("acs_mqtt", "SubscriptionsPerInstance", cloudTelemetry, "Average", wave{telemetrySubscriptions, 0.20, 0.25, fast}),
		of("acs_rocketmq", "InstanceApiCallTps", cloudShop, "Sum", wave{shopTPS, 0.50, 0.95, slow}),
		of("acs_rocketmq", "InstanceSendApiCallTps", cloudShop, "Maximum", wave{shopTPS, 0.20, 0.40, slow}),
		of("acs_rocketmq", "InstanceReceiveApiCallTps", cloudShop, "Maximum", wave{shopTPS, 0.30, 0.55, slow}),
		of("acs_rocketmq", "InstanceOnlineClients", cloudShop, "Sum", wave{shopConnections, 0.10, 0.15, slow}),
		of("acs_iot", "MessageWatermarkTps_instance", cloudDevices, "Average", wave{100, 0.25, 0.40, fast}), // in per cent
		of("acs_iot", "OnlineDeviceCount", cloudDevices, "Value", wave{devicesConnections, 0.50, 0.60, fast}),
	}
	for id, busy := range map[string]float64{cloudCarts: 1, cloudScratch: 0.2} {
		out = append(out,
			of("acs_kvstore", "StandardUsedConnection", id, "Average", wave{redisConnections, 0.20 * busy, 0.45 * busy, slow}),
			of("acs_kvstore", "StandardUsedQPS", id, "Average", wave{redisTPS, 0.10 * busy, 0.50 * busy, slow}),
			of("acs_kvstore", "StandardUsedMemory", id, "Average", wave{redisMegabytes * mebibyte, 0.40 * busy, 0.60 * busy, slow}))
	}
	return out
}

// The files of the demo's folder that hold the access keys.
const (
	keyIDFile        = "acme.id"
	keySecretFile    = "acme.key"
	lowKeyIDFile     = "globex.id"
	lowKeySecretFile = "globex.key"
)

// accountConfig is the part of the configuration that has the accounts. Their
// instances are found; three of them are listed too, for the capacity that the
// cloud does not tell and for figures every two seconds. The account has more
// calls a month than the cloud gives away: Brimwatch would stretch so short an
// interval.
func accountConfig(address string) (accounts, instances string) {
	accounts = fmt.Sprintf(`
accounts:
  - name: acme
    provider: aliyun
    time_zone: Asia/Shanghai
    access_key_id_file: %s
    access_key_secret_file: %s
    endpoint: "http://%s"
    monthly_calls: 1000000000
    discover: {regions: [%s], every: 1m}
  - name: globex
    provider: aliyun
    time_zone: Asia/Shanghai
    low_balance: 300
    access_key_id_file: %s
    access_key_secret_file: %s
    endpoint: "http://%s"
    monthly_calls: 1000000000
    discover: {regions: [%s], every: 1m}
`, keyIDFile, keySecretFile, address, cloudRegion, lowKeyIDFile, lowKeySecretFile, address, cloudRegion)
	instances = fmt.Sprintf(`  - id: %s
    account: acme
    product: mqtt
    capacity: {message_tps: %d, subscriptions: %d, connections: %d}
    source: {type: aliyun, region: %s, kind: mqtt, interval: %s}
  - id: %s
    name: Devices
    account: acme
    product: iot
    capacity: {message_tps: %d, connections: %d}
    source: {type: aliyun, region: %s, kind: iot, interval: %s}
  - id: %s
    name: Meters
    account: globex
    product: iot
    capacity: {message_tps: %d, connections: %d}
    billing: {price: 410}
    source: {type: aliyun, region: %s, kind: iot, interval: %s}
`, cloudTelemetry, telemetryTPS, telemetrySubscriptions, telemetryConnections, cloudRegion, cloudPeriod,
		cloudDevices, devicesTPS, devicesConnections, cloudRegion, cloudPeriod,
		cloudMeters, metersTPS, metersConnections, cloudRegion, cloudPeriod)
	return accounts, instances
}
