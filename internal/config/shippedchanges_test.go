package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/config"
)

type amounts map[fleet.Metric]float64

// month is a month of usage with the same peak everywhere.
func month(peak float64) advice.Usage {
	w := advice.Window{Peak: peak, P99: peak}
	return advice.Usage{Known: true, Days: 30, Week: w, Month: w}
}

// TestChangesOfTheShippedCatalogue takes the table of what may be changed row by
// row: usage of an instance, and what it is advised.
func TestChangesOfTheShippedCatalogue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte("instances: [{id: a, product: redis}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	products := s.Catalogue.Sizes
	ends := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	const noRefund = "Takes effect at once and nothing is refunded, so it is best done near the end of the term. This term ends on 2026-12-31."
	for _, tt := range []struct {
		name                   string
		product, edition, spec string
		method                 fleet.Method
		action                 string
		overdue                bool
		capacity, usage        amounts
		verdict                advice.Verdict
		target, blocked        string
		allowed                bool
		says                   string
	}{
		{
			name: "MQTT Basic up", product: "mqtt", edition: "basic", spec: "connections-5k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 5000, fleet.MessageTPS: 1000}, usage: amounts{fleet.Connections: 4000, fleet.MessageTPS: 10},
			verdict: advice.Upgrade, target: "basic connections-10k", allowed: true, says: "Takes effect at once.",
		},
		{
			name: "MQTT Basic, more TPS", product: "mqtt", edition: "basic", spec: "connections-5k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 5000, fleet.MessageTPS: 1000}, usage: amounts{fleet.Connections: 100, fleet.MessageTPS: 900},
			verdict: advice.Upgrade, target: "basic connections-5k", allowed: true, says: "it needs at least 1,286. Takes effect at once. Message TPS: bought apart from the specification.",
		},
		{
			name: "MQTT Basic down", product: "mqtt", edition: "basic", spec: "connections-5k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 5000, fleet.MessageTPS: 1000}, usage: amounts{fleet.Connections: 400, fleet.MessageTPS: 10},
			verdict: advice.DowngradePossible, target: "basic connections-1k", allowed: true, says: noRefund,
		},
		{
			name: "MQTT Platinum up", product: "mqtt", edition: "platinum", spec: "connections-100k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 100000}, usage: amounts{fleet.Connections: 80000},
			verdict: advice.Upgrade, target: "platinum connections-300k", allowed: true, says: "An engineer of the provider does it; it takes some time and interrupts nothing.",
		},
		{
			name: "MQTT Platinum down", product: "mqtt", edition: "platinum", spec: "connections-300k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 300000}, usage: amounts{fleet.Connections: 8000},
			verdict: advice.DowngradePossible, target: "platinum connections-100k", allowed: true, says: noRefund,
		},
		{
			name: "MQTT Basic to Platinum never", product: "mqtt", edition: "basic", spec: "connections-20k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 20000}, usage: amounts{fleet.Connections: 20000},
			verdict: advice.Upgrade, blocked: "platinum connections-100k", says: "the largest has 20,000, which is 8,572 too little. platinum connections-100k would fit, but: An MQTT instance never changes its edition; it takes a new instance.",
		},
		{
			name: "MQTT Platinum to Basic never", product: "mqtt", edition: "platinum", spec: "connections-100k", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 100000}, usage: amounts{fleet.Connections: 100}, verdict: advice.Fits, says: "The present capacity is enough.",
		},
		{
			name: "MQTT Professional is bought by figures", product: "mqtt", edition: "professional", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 1000}, usage: amounts{fleet.Connections: 900},
			verdict: advice.Upgrade, target: "professional", allowed: true, says: "so it needs at least 1,286. Takes effect within its edition",
		},
		{
			name: "MQTT pay-as-you-go", product: "mqtt", edition: "basic", spec: "connections-5k", method: fleet.PayAsYouGo,
			capacity: amounts{fleet.Connections: 5000}, usage: amounts{fleet.Connections: 4000},
			verdict: advice.Upgrade, blocked: "basic connections-10k", says: "Only subscription instances change their configuration, and this one is pay-as-you-go.",
		},
		{
			name: "RocketMQ 4.x Standard to Platinum", product: "rocketmq", edition: "standard-4", method: fleet.PayAsYouGo,
			capacity: amounts{fleet.MessageTPS: 5000}, usage: amounts{fleet.MessageTPS: 4000},
			verdict: advice.Upgrade, target: "platinum-4 tps-10k", allowed: true,
			says: "It is converted in place with the same ID and endpoint and stays online; consumers rebalance, and billing becomes a subscription.",
		},
		{
			name: "RocketMQ 4.x Platinum back to Standard, set to release", product: "rocketmq", edition: "platinum-4", spec: "tps-50k", method: fleet.Subscription, action: fleet.Release,
			capacity: amounts{fleet.MessageTPS: 50000}, usage: amounts{fleet.MessageTPS: 100},
			verdict: advice.DowngradePossible, target: "platinum-4 tps-5k", allowed: true,
			says: "Also possible: standard-4. Only by the post-expiration action, which must be set to downgrade before the term ends or the instance is unsubscribed; else it is deleted with all topics and groups. " +
				"As it is set now, the instance is released; change that before 2026-12-31.",
		},
		{
			name: "RocketMQ 4.x Platinum back to Standard, set to downgrade", product: "rocketmq", edition: "platinum-4", spec: "tps-50k", method: fleet.Subscription, action: fleet.Downgrade,
			capacity: amounts{fleet.MessageTPS: 50000}, usage: amounts{fleet.MessageTPS: 100},
			verdict: advice.DowngradePossible, target: "platinum-4 tps-5k", allowed: true, says: "The post-expiration action is set to downgrade already.",
		},
		{
			name: "RocketMQ 4.x Platinum up", product: "rocketmq", edition: "platinum-4", spec: "tps-50k", method: fleet.Subscription,
			capacity: amounts{fleet.MessageTPS: 50000}, usage: amounts{fleet.MessageTPS: 60000},
			verdict: advice.Upgrade, target: "platinum-4 tps-100k", allowed: true, says: "Its TPS goes up and down in the console.",
		},
		{
			name: "RocketMQ 5.x specification up", product: "rocketmq", edition: "professional", spec: "rmq.p2.4xlarge", method: fleet.Subscription,
			capacity: amounts{fleet.MessageTPS: 4000, fleet.Connections: 4000}, usage: amounts{fleet.MessageTPS: 3612, fleet.Connections: 100},
			verdict: advice.Upgrade, target: "professional rmq.p2.6xlarge", allowed: true, says: "The specification goes up and down in the console. Also possible: platinum rmq.u2.10xlarge. The edition is upgraded in the console and cannot go back.",
		},
		{
			name: "RocketMQ 5.x specification down", product: "rocketmq", edition: "professional", spec: "rmq.p2.6xlarge", method: fleet.PayAsYouGo,
			capacity: amounts{fleet.MessageTPS: 6000, fleet.Connections: 6000}, usage: amounts{fleet.MessageTPS: 300, fleet.Connections: 100},
			verdict: advice.DowngradePossible, target: "professional rmq.p2.2xlarge", allowed: true, says: "The specification goes up and down in the console.",
		},
		{
			name: "RocketMQ 5.x edition up", product: "rocketmq", edition: "standard", spec: "rmq.s2.6xlarge", method: fleet.Subscription,
			capacity: amounts{fleet.MessageTPS: 6000, fleet.Connections: 6000}, usage: amounts{fleet.MessageTPS: 6500, fleet.Connections: 100},
			verdict: advice.Upgrade, target: "professional rmq.p2.10xlarge", allowed: true, says: "The edition is upgraded in the console and cannot go back.",
		},
		{
			name: "RocketMQ 5.x edition never down", product: "rocketmq", edition: "platinum", spec: "rmq.u2.10xlarge", method: fleet.Subscription,
			capacity: amounts{fleet.MessageTPS: 10000, fleet.Connections: 10000}, usage: amounts{fleet.MessageTPS: 100, fleet.Connections: 100},
			verdict: advice.Fits, says: "The present capacity is enough.",
		},
		{
			name: "RocketMQ 5.x, more than there is", product: "rocketmq", edition: "platinum", spec: "rmq.u2.1000xlarge", method: fleet.Subscription,
			capacity: amounts{fleet.MessageTPS: 1000000, fleet.Connections: 134000}, usage: amounts{fleet.MessageTPS: 900000, fleet.Connections: 100},
			verdict: advice.Upgrade, says: "it needs at least 1,285,715; the largest has 1,000,000, which is 285,715 too little.",
		},
		{
			name: "IoT public to Enterprise", product: "iot", edition: "public-new", method: fleet.Free,
			capacity: amounts{fleet.Connections: 50, fleet.MessageTPS: 5}, usage: amounts{fleet.Connections: 49, fleet.MessageTPS: 1},
			verdict: advice.Upgrade, target: "enterprise", allowed: true, says: "The public instance is upgraded to an Enterprise Edition instance in the console.",
		},
		{
			name: "IoT public, account overdue", product: "iot", edition: "public-new", method: fleet.Free, overdue: true,
			capacity: amounts{fleet.Connections: 50, fleet.MessageTPS: 5}, usage: amounts{fleet.Connections: 49, fleet.MessageTPS: 1},
			verdict: advice.Upgrade, target: "enterprise", says: "Not while the account is overdue: pay first.",
		},
		{
			name: "IoT Enterprise up", product: "iot", edition: "enterprise", method: fleet.Subscription,
			capacity: amounts{fleet.Connections: 5000}, usage: amounts{fleet.Connections: 4900},
			verdict: advice.Upgrade, target: "enterprise", allowed: true, says: "More capacity is needed. Connections reached 4,900 of 5,000 (threshold 70%), so it needs at least 7,001. The specification goes up and down in the console.",
		},
		{
			name: "IoT Enterprise, account overdue", product: "iot", edition: "enterprise", method: fleet.Subscription, overdue: true,
			capacity: amounts{fleet.Connections: 5000}, usage: amounts{fleet.Connections: 4900},
			verdict: advice.Upgrade, target: "enterprise", says: "Not while the account is overdue: pay first.",
		},
		{
			name: "Redis subscription", product: "redis", edition: "tair", spec: "tair.rdb.2g", method: fleet.Subscription, overdue: true,
			capacity: amounts{fleet.MemoryBytes: 2 << 30, fleet.Connections: 30000, fleet.CommandsTPS: 300000}, usage: amounts{fleet.MemoryBytes: 1.9 * (1 << 30), fleet.Connections: 10, fleet.CommandsTPS: 10},
			verdict: advice.Upgrade, target: "tair tair.rdb.4g", allowed: true, says: "Memory reached 1.9 GiB of 2 GiB (threshold 70%), so it needs at least 2.71 GiB. At any time, and also while renewing by hand.",
		},
		{
			name: "Redis pay-as-you-go", product: "redis", edition: "tair", spec: "tair.rdb.4g", method: fleet.PayAsYouGo,
			capacity: amounts{fleet.MemoryBytes: 4 << 30, fleet.Connections: 40000, fleet.CommandsTPS: 300000}, usage: amounts{fleet.MemoryBytes: 1 << 28, fleet.Connections: 10, fleet.CommandsTPS: 10},
			verdict: advice.DowngradePossible, target: "tair tair.rdb.1g", allowed: true, says: "At any time; a pay-as-you-go instance is not renewed.",
		},
		{
			name: "Redis, memory of a cluster", product: "redis", edition: "cluster", spec: "redis.logic.sharding.1g.2db.0rodb.4proxy.default", method: fleet.Subscription,
			capacity: amounts{fleet.MemoryBytes: 1 << 30, fleet.Connections: 480000, fleet.CommandsTPS: 200000}, usage: amounts{fleet.MemoryBytes: 1 << 28, fleet.Connections: 10, fleet.CommandsTPS: 190000},
			verdict: advice.Upgrade, target: "cluster redis.amber.logic.sharding.1g.2db.0rodb.6proxy.multithread", allowed: true, says: "Not known is what the target carries in memory.",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := advice.Input{
				Instance: &fleet.Instance{ID: "x", Product: tt.product, Edition: tt.edition, Spec: tt.spec, Term: fleet.Term{Method: tt.method, Expires: ends, PostExpiration: tt.action}},
				Product:  products[tt.product], Overdue: tt.overdue,
			}
			for m := range in.Thresholds {
				in.Thresholds[m] = 0.7
			}
			for m, v := range tt.capacity {
				in.Capacity[m] = v
			}
			for m, v := range tt.usage {
				in.Usage[m] = month(v)
			}
			got := advice.Advise(in)
			if got.Verdict != tt.verdict || nameOf(got.Target) != tt.target || nameOf(got.Blocked) != tt.blocked {
				t.Errorf("%s to %q, blocked %q; want %s to %q, blocked %q", got.Verdict, nameOf(got.Target), nameOf(got.Blocked), tt.verdict, tt.target, tt.blocked)
			}
			if got.Target != nil && got.Target.Allowed != tt.allowed {
				t.Errorf("allowed %v", got.Target.Allowed)
			}
			if text := got.Text(words.EN); !strings.Contains(text, tt.says) {
				t.Errorf("%q is missing in\n%s", tt.says, text)
			}
			if zh := got.Text(words.ZH); strings.Contains(zh, "console") || strings.Contains(zh, "  ") {
				t.Errorf("Chinese: %s", zh)
			}
		})
	}
}

func nameOf(t *advice.Target) string {
	if t == nil {
		return ""
	}
	return strings.TrimSpace(t.Edition + " " + t.Spec)
}
