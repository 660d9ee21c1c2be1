package inventory

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
)

// china is the zone of the account.
func china(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.FixedZone("CST", 8*3600)).UTC()
}

// everything is an account with an instance of each kind.
func everything() cloud.Account {
	yes := true
	redis := cloud.RedisInstance{
		InstanceID: "r-bp1standard", InstanceName: "Cache", RegionID: region, InstanceStatus: "Normal", InstanceClass: "redis.shard.small.2.ce",
		Capacity: 1024, QPS: 100000, Connections: 10000, ArchitectureType: "standard", EditionType: "Community", ChargeType: "PrePaid", EndTime: "2026-12-30T16:00:00Z",
	}
	redis.Tags.Tag = []cloud.Tag{{Key: "team", Value: "orders"}}
	cluster := cloud.RedisInstance{
		InstanceID: "r-bp1cluster", RegionID: region, InstanceStatus: "Normal", InstanceClass: "redis.logic.sharding.2g.4db.0rodb.4proxy.default",
		Capacity: 8192, Connections: 480000, ArchitectureType: "cluster", EditionType: "Community", ChargeType: "PostPaid",
	}
	return cloud.Account{
		MQTT: []cloud.MQTTInstance{{
			InstanceID: "mqtt-cn-a", InstanceName: "Orders", InstanceStatus: 5, InstanceType: 0, RegionID: region, ExpireTime: china(2027, 1, 1).UnixMilli(),
			MqttTags: []cloud.MQTTTag{{TagKey: "env", TagValue: "prod"}, {TagKey: "acs:rm:rgId", TagValue: "rg-1"}},
		}},
		RocketMQ4: []cloud.RocketMQ4Instance{
			{InstanceID: "MQ_INST_1_BXstandard", InstanceName: "old", RegionID: region, InstanceStatus: 5, InstanceType: 1},
			{InstanceID: "MQ_INST_1_BXplatinum", InstanceName: "big", RegionID: region, InstanceStatus: 5, InstanceType: 2, MaxTPS: 10000, ReleaseTime: china(2026, 12, 1).UnixMilli()},
		},
		RocketMQ5: []cloud.RocketMQ5Instance{{
			InstanceID: "rmq-cn-a", InstanceName: "events", RegionID: region, Status: "RUNNING", SeriesCode: "ultimate", SubSeriesCode: "cluster_ha", PaymentType: "Subscription",
			ExpireTime: "2027-03-01 00:00:00", ReleaseTime: "2027-03-08 00:00:00", AutoRenew: &yes,
			ProductInfo: &cloud.RocketMQ5Product{MsgProcessSpec: "rmq.u2.10xlarge", SendReceiveRatio: 0.5},
		}},
		Redis: []cloud.RedisInstance{redis, cluster},
		Bills: []cloud.Bill{
			{InstanceID: "mqtt-cn-a", ProductCode: "ons", Region: region, SubscriptionType: "Subscription", Status: "Normal", EndTime: "2026-12-31T16:00:00Z",
				StopTime: "2027-01-15T16:00:00Z", ReleaseTime: "2027-01-30T16:00:00Z", RenewStatus: "AutoRenewal", RenewalDuration: 3, RenewalDurationUnit: "M"},
			{InstanceID: "iot-0600enterprise", ProductCode: "iot", Region: region, SubscriptionType: "Subscription", Status: "WaitForExpire",
				EndTime: "2026-11-28T16:00:00Z", StopTime: "2026-11-28T16:00:00Z", ExpectedReleaseTime: "2026-12-13T16:00:00Z", RenewStatus: "ManualRenewal", RenewalDuration: 1, RenewalDurationUnit: "D"},
			{InstanceID: "iot-0600elsewhere", ProductCode: "iot", Region: "cn-beijing", SubscriptionType: "Subscription"},
			{InstanceID: "r-bp1cluster", ProductCode: "redisa", Region: region, SubscriptionType: "PayAsYouGo", Status: "Normal", SubStatus: "WaitForLimit",
				EndTime: "2099-12-31T15:59:59Z", StopTime: "2026-12-07T16:00:00Z", ReleaseTime: "2026-12-22T16:00:00Z"},
			{InstanceID: "i-somebody-else", ProductCode: "ecs", Region: region, SubscriptionType: "Subscription", EndTime: "nonsense"},
		},
	}
}

func amounts(pairs map[fleet.Metric]float64) (a fleet.Amounts) {
	for m, v := range pairs {
		a[m] = v
	}
	return a
}

func TestSweep(t *testing.T) {
	r := newRig(t, everything())
	if got := r.Found(); len(got) != 0 {
		t.Errorf("before the first sweep: %+v", got)
	}
	if !r.sweep() {
		t.Error("the first sweep changed nothing")
	}
	allOf := []fleet.Metric{fleet.MessageTPS, fleet.Subscriptions, fleet.Connections}
	want := []fleet.Found{
		{ID: "MQ_INST_1_BXplatinum", Name: "big", Product: "rocketmq", Edition: "platinum-4", Spec: "tps-10k", Kind: "rocketmq4",
			Capacity: amounts(map[fleet.Metric]float64{fleet.MessageTPS: 10000}), Method: fleet.Subscription, Expires: china(2026, 12, 1), Status: "running (5)"},
		{ID: "MQ_INST_1_BXstandard", Name: "old", Product: "rocketmq", Edition: "standard-4", Kind: "rocketmq4", Method: fleet.PayAsYouGo, Status: "running (5)"},
		{ID: "iot-0600enterprise", Product: "iot", Edition: "enterprise", Missing: []fleet.Metric{fleet.MessageTPS, fleet.Connections},
			Method: fleet.Subscription, Expires: china(2026, 11, 29), SuspendsAt: china(2026, 11, 29), ReleasesAt: china(2026, 12, 14), RenewPeriod: fleet.Period{Days: 1}, Status: "WaitForExpire"},
		{ID: "mqtt-cn-a", Name: "Orders", Product: "mqtt", Edition: "basic", Labels: []fleet.Label{{Name: "env", Value: "prod"}}, Missing: allOf,
			Method: fleet.Subscription, Expires: china(2027, 1, 1), SuspendsAt: china(2027, 1, 16), ReleasesAt: china(2027, 1, 31), AutoRenew: true, RenewPeriod: fleet.Period{Months: 3}, Status: "in service (5)"},
		{ID: "r-bp1cluster", Product: "redis", Edition: "cluster", Spec: "redis.logic.sharding.2g.4db.0rodb.4proxy.default", Kind: "redis_cluster",
			Capacity: amounts(map[fleet.Metric]float64{fleet.MemoryBytes: 8 << 30, fleet.Connections: 480000}), Missing: []fleet.Metric{fleet.CommandsTPS},
			Method: fleet.PayAsYouGo, OverdueSince: r.now, SuspendsAt: china(2026, 12, 8), ReleasesAt: china(2026, 12, 23), Status: "Normal"},
		{ID: "r-bp1standard", Name: "Cache", Product: "redis", Edition: "community", Spec: "redis.shard.small.2.ce", Labels: []fleet.Label{{Name: "team", Value: "orders"}},
			Capacity: amounts(map[fleet.Metric]float64{fleet.MemoryBytes: 1 << 30, fleet.CommandsTPS: 100000, fleet.Connections: 10000}),
			Method:   fleet.Subscription, Expires: china(2026, 12, 31), Status: "Normal"},
		{ID: "rmq-cn-a", Name: "events", Product: "rocketmq", Edition: "platinum", Spec: "rmq.u2.10xlarge", Kind: "rocketmq5",
			Method: fleet.Subscription, Expires: china(2027, 3, 1), ReleasesAt: china(2027, 3, 8), AutoRenew: true, Status: "RUNNING"},
	}
	for i := range want {
		want[i].Account, want[i].Region, want[i].At = "acme", region, r.now
	}
	if diff := cmp.Diff(want, r.Found()); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	problems := []string{
		"the cloud tells no capacity of IoT: give capacity: {message_tps: …, connections: …} for iot-0600enterprise",
		"the cloud tells no capacity of MQTT: give capacity: {message_tps: …, subscriptions: …, connections: …} for mqtt-cn-a",
		"the cloud tells no capacity of Redis: give capacity: {commands_tps: …} for r-bp1cluster",
	}
	if diff := cmp.Diff(problems, r.Problems()); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	first := r.now
	if r.sweep() {
		t.Error("a second sweep changed something")
	}
	if f := r.one("mqtt-cn-a"); !f.At.Equal(r.now) {
		t.Errorf("told at %v, want %v", f.At, r.now)
	}
	if f := r.one("r-bp1cluster"); !f.OverdueSince.Equal(first) {
		t.Errorf("overdue since %v, first seen %v", f.OverdueSince, first)
	}
}

func TestProducts(t *testing.T) {
	for product, want := range map[string][]string{
		"mqtt": {"mqtt-cn-a"}, "rocketmq": {"MQ_INST_1_BXplatinum", "MQ_INST_1_BXstandard", "rmq-cn-a"},
		"redis": {"r-bp1cluster", "r-bp1standard"}, "iot": {"iot-0600enterprise"},
	} {
		t.Run(product, func(t *testing.T) {
			r := newRig(t, everything(), func(o *Options) { o.Products = []string{product, product} })
			r.sweep()
			if diff := cmp.Diff(want, r.ids()); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRegions(t *testing.T) {
	a := cloud.Account{
		MQTT:  []cloud.MQTTInstance{{InstanceID: "mqtt-cn-a", RegionID: region, InstanceStatus: 5}, {InstanceID: "mqtt-cn-b", RegionID: "cn-beijing", InstanceStatus: 5}, {InstanceID: "mqtt-cn-c", RegionID: "cn-qingdao", InstanceStatus: 5}},
		Bills: []cloud.Bill{{InstanceID: "iot-b", Region: "cn-beijing"}, {InstanceID: "iot-nowhere"}, {InstanceID: "iot-q", Region: "cn-qingdao"}},
	}
	r := newRig(t, a, func(o *Options) { o.Regions = []string{region, "cn-beijing"} })
	r.sweep()
	if diff := cmp.Diff([]string{"iot-b", "iot-nowhere", "mqtt-cn-a", "mqtt-cn-b"}, r.ids()); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	// An endpoint that answers for every region tells each instance twice.
	r.cloud.SetFault(cloud.ListMQTT, cloud.Fault{Answer: cloud.AnswerBody, Body: `{"Code":"200","Success":true,"Instances":[
		{"InstanceId":"mqtt-cn-a","InstanceName":"A","RegionId":"cn-hangzhou"},{"InstanceId":"mqtt-cn-b","RegionId":"cn-beijing"},
		{"InstanceId":"mqtt-cn-a","InstanceName":"again","RegionId":"cn-hangzhou"},{"InstanceId":"mqtt-cn-c","RegionId":"cn-qingdao"}]}`})
	r.sweep()
	if diff := cmp.Diff([]string{"iot-b", "iot-nowhere", "mqtt-cn-a", "mqtt-cn-b"}, r.ids()); diff != "" {
		t.Errorf("told by every region, found (-want +got):\n%s", diff)
	}
	if f := r.one("mqtt-cn-a"); f.Region != region || f.Name != "A" {
		t.Errorf("told twice: %+v", f)
	}
}

// An instance is gone when it was missing from whole lists more often than it may.
func TestGone(t *testing.T) {
	for name, keep := range map[string]int{"two by default": 0, "one": 1, "five": 5} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, everything(), func(o *Options) { o.Keep = keep })
			r.sweep()
			r.cloud.Change(func(a []*cloud.Account) { a[0].MQTT, a[0].Bills = nil, nil })
			if keep == 0 {
				keep = 2
			}
			for n := range keep {
				if r.sweep() || !strings.Contains(strings.Join(r.ids(), " "), "mqtt-cn-a") {
					t.Fatalf("gone after it was missing %d times", n+1)
				}
			}
			if !r.sweep() {
				t.Error("nothing changed")
			}
			for _, id := range r.ids() {
				if strings.HasPrefix(id, "mqtt") || strings.HasPrefix(id, "iot") {
					t.Errorf("%s is still there", id)
				}
			}
		})
	}
}

// An instance that comes back in time starts to be missing from the beginning.
func TestBackAgain(t *testing.T) {
	a := everything()
	a.Bills = nil
	r := newRig(t, a)
	r.sweep()
	var all []cloud.MQTTInstance
	there := func(yes bool) {
		r.cloud.Change(func(a []*cloud.Account) {
			if yes {
				a[0].MQTT = all
			} else {
				all, a[0].MQTT = a[0].MQTT, nil
			}
		})
	}
	for range 3 {
		there(false)
		r.sweep()
		r.sweep()
		there(true)
		r.sweep()
	}
	r.one("mqtt-cn-a")
}

func TestChanges(t *testing.T) {
	r := newRig(t, everything())
	r.sweep()
	for name, change := range map[string]func(*cloud.Account){
		"another edition": func(a *cloud.Account) { a.MQTT[0].InstanceType = 1 },
		"another name":    func(a *cloud.Account) { a.MQTT[0].InstanceName = "Other" },
		"renewed":         func(a *cloud.Account) { a.Bills[0].EndTime = "2027-12-31T16:00:00Z" },
		"frozen":          func(a *cloud.Account) { a.MQTT[0].InstanceStatus = 15 },
		"more memory":     func(a *cloud.Account) { a.Redis[0].Capacity = 2048 },
		"a new one": func(a *cloud.Account) {
			a.MQTT = append(a.MQTT, cloud.MQTTInstance{InstanceID: "mqtt-cn-new", RegionID: region})
		},
	} {
		r.cloud.Change(func(a []*cloud.Account) { change(a[0]) })
		if !r.sweep() {
			t.Errorf("%s: nothing changed", name)
		}
		if r.sweep() {
			t.Errorf("%s: changed twice", name)
		}
	}
	f := r.one("mqtt-cn-a")
	if f.Edition != "platinum" || f.Name != "Other" || !f.Expires.Equal(china(2028, 1, 1)) || !f.Frozen || f.Status != "frozen (15)" {
		t.Errorf("in the end: %+v", f)
	}
}
