package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

const explainedMain = `include: [more.yml]
collect: {interval: 20s}
accounts:
  - {name: acme, provider: aliyun, time_zone: Asia/Shanghai, access_key_id: a, access_key_secret: b, notify: [office], discover: {regions: [cn-hangzhou]}}
instances:
  - id: mqtt-1
    name: Orders
    account: acme
    product: mqtt
    edition: basic
    capacity: {connections: 4000}
    billing: {expires: 2030-12-31}
    source: {type: mosquitto, url: "mqtt://127.0.0.1:1883"}
    alarms:
      connections: {threshold: 80%}
      expiry: {before: [30d, 1d]}
alarms:
  notify: [oncall]
  capacity: {for: 2m}
contacts: [{name: wei, phone: "+8613800138000"}]
receivers: [{name: oncall, sms: [wei]}, {name: office, sms: [wei]}]
sms: {providers: [{name: t, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token: x, from: "+15005550006"}]}
`

const explainedMore = `alarms:
  overrides:
    - match: {product: mqtt}
      capacity: {threshold: 75%, clear: 60%, levels: [{severity: critical, threshold: 95%}]}
      no_data: {for: 10m}
    - match: {product: redis}
      capacity: {threshold: 10%}
    - match: {metric: subscriptions}
      capacity: {enabled: false}
`

func TestExplain(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("more.yml", explainedMore)
	path := write("main.yml", explainedMain)
	found := []fleet.Found{
		{ID: "mqtt-1", Account: "acme", Product: "mqtt", Name: "not this", Method: fleet.Subscription, AutoRenew: true, At: time.Unix(1, 0)},
		{ID: "redis-1", Account: "acme", Product: "redis", Name: "Cache", Region: "cn-hangzhou", Kind: "redis_standard", Method: fleet.Subscription, Expires: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC), At: time.Unix(1, 0)},
	}
	for _, tt := range []struct{ id, want string }{
		{"mqtt-1", `
name = Orders main.yml:7 instances[0].name
account = acme main.yml:8 instances[0].account
product = mqtt main.yml:9 instances[0].product
edition = basic main.yml:10 instances[0].edition
capacity.connections = 4,000 main.yml:11 instances[0].capacity.connections
billing.method = subscription the cloud
billing.policy = mqtt the catalogue, by product, edition and method
billing.expires = 2030-12-31T16:00:00Z main.yml:12 instances[0].billing.expires
billing.auto_renew = true the cloud
source.type = mosquitto main.yml:13 instances[0].source.type
source.interval = 20s main.yml:2 collect.interval
source.timeout = 5s built in
notify = office main.yml:4 accounts[0].notify
connections.threshold = 80% main.yml:15 instances[0].alarms.connections.threshold
connections.clear = 75% main.yml:15 instances[0].alarms.connections.threshold
connections.levels = critical at 95%, over below 90% more.yml:4 alarms.overrides[0].capacity.levels
connections.for = 2m main.yml:19 alarms.capacity.for
connections.clear_for = 1m built in
send_tps.threshold = 75% more.yml:4 alarms.overrides[0].capacity.threshold
send_tps.clear = 60% more.yml:4 alarms.overrides[0].capacity.clear
subscriptions.enabled = false more.yml:9 alarms.overrides[2].capacity.enabled
no_data.for = 10m more.yml:5 alarms.overrides[0].no_data.for
no_data.clear_for = 1m built in
expiry.before = 30d, 1d main.yml:16 instances[0].alarms.expiry.before
release.before = 7d, 3d, 1d, 0 built in`},
		{"redis-1", `
name = Cache the cloud
product = redis the cloud
billing.expires = 2031-01-01T00:00:00Z the cloud
source.type = aliyun the cloud
connections.threshold = 10% more.yml:7 alarms.overrides[1].capacity.threshold`},
	} {
		t.Run(tt.id, func(t *testing.T) {
			in, origins, err := Explain(path, found, tt.id)
			if err != nil || in == nil {
				t.Fatalf("Explain = %v, %v", in, err)
			}
			got := make(map[string]bool)
			var all []string
			for _, o := range origins {
				line := o.Key + " = " + o.Value + " " + o.By
				if o.Path != "" {
					line = fmt.Sprintf("%s = %s %s:%d %s", o.Key, o.Value, filepath.Base(o.At.File), o.At.Line, o.Path)
				}
				got[line] = true
				all = append(all, line)
			}
			for line := range strings.Lines(strings.TrimSpace(tt.want)) {
				if line = strings.TrimSpace(line); !got[line] {
					t.Errorf("there is no line %q", line)
				}
			}
			if t.Failed() {
				t.Log("\n" + strings.Join(all, "\n"))
			}
		})
	}
	if in, _, err := Explain(path, found, "nobody"); in != nil || err != nil {
		t.Errorf("Explain(nobody) = %v, %v, want nil and no error", in, err)
	}
}
