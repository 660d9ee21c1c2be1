package config

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/test/server"
)

// everyKey is a configuration in which some instance has each key of the schema of instances,
// accounts and editions. A new key has to be given here.
const everyKey = `
products:
  own:
    title: Own
    editions:
      small:
        title: {en: Small, zh: 小}
        capacity: {connections: 10}
        policies: {subscription: mqtt}
        price: {amount: 410, currency: CNY, for: 1M}
        source: contract
        renew_url: "https://console.example/renew"
        upgrade_url: "https://console.example/up"
        monitor_url: "https://console.example/look"
        guide:
          lost: {en: All.}
          contents: {en: topics}
          renew: {en: Renew it.}
          upgrade: {en: Change it.}
          bulk: {en: In bulk.}
          funds: {en: From the balance.}
          return: {en: Within an hour.}
          late_renewal: {en: From then on.}
        specs:
          s1.big: {capacity: {connections: 20}, price: {amount: 820, currency: CNY, for: 1M}, source: contract}
accounts:
  - name: acme
    time_zone: Asia/Shanghai
    low_balance: 500
    balance: {amount: 1200, currency: CNY}
    overdue_since: 2026-11-01
    credit: 100
    suspension_delay: 7d
    coupons: 20
    notify: [office]
  - name: cloud
    provider: aliyun
    access_key_id: a
    access_key_secret: b
    endpoint: "http://127.0.0.1:9"
    monthly_calls: 1000
    discover: {regions: [cn-hangzhou], products: [mqtt], every: 10m}
  - {name: files, provider: aliyun, access_key_id_file: id, access_key_secret_file: secret}
  - {name: variables, provider: aliyun, access_key_id_env: BRIMWATCH_TEST_ID, access_key_secret_env: BRIMWATCH_TEST_SECRET}
instances:
  - id: a
    name: Orders
    account: acme
    product: own
    edition: small
    spec: s1.big
    capacity: {connections: 4000}
    labels: {team: orders}
    notify: [office]
    billing:
      method: subscription
      policy: mqtt
      expires: 2030-12-31
      overdue_since: 2026-11-01
      auto_renew: true
      post_expiration: release
      frozen: false
      renew_period: 3M
      unsubscribed_at: 2030-01-01
      price: {amount: 900, currency: CNY, for: 3M}
      confirmed: 2026-11-18
    source:
      type: exposition
      url: "https://127.0.0.1:9/metrics"
      username: u
      password: x
      tls: {ca_file: CA, cert_file: CERT, key_file: KEY, server_name: n, insecure_skip_verify: true}
      interval: 20s
      timeout: 3s
      mapping:
        connections: {series: app_clients, match: ['a="b"'], kind: gauge, aggregate: max, limit: {series: app_max, match: ['a="b"'], kind: gauge, aggregate: max}}
    alarms:
      connections: {enabled: true, threshold: 80%, clear: 70%, for: 2m, clear_for: 3m, repeat: 1h, severity: warning, levels: [{severity: critical, threshold: 95%}]}
      no_data: {enabled: true, for: 9m, clear_for: 2m, repeat: 3h, severity: critical}
      expiry: {enabled: true, before: [30d], repeat: 1d, severity: warning}
      suspension: {enabled: true, before: [1d], repeat: 1d, severity: warning}
      release: {enabled: true, before: [1d], repeat: 1d, severity: warning}
      auto_renewal: {enabled: true, repeat: 1d, severity: warning}
      cannot_renew: {enabled: true, before: [20d], repeat: 1d, severity: warning}
      overdue: {enabled: true, repeat: 1d, severity: warning}
      frozen: {enabled: true, repeat: 1d, severity: info}
      forecast: {enabled: true, within: 14d, repeat: 1d, severity: warning}
  - {id: b, account: cloud, product: mqtt, edition: basic, billing: {method: payg, bill: {cycle: 24h, after: 8h..10h}}, source: {type: aliyun, region: cn-hangzhou, kind: mqtt}}
  - {id: c, product: own, billing: {price: 12}, source: {type: vernemq, urls: ["http://127.0.0.1:1", "http://127.0.0.1:2"], api_url: "http://127.0.0.1:3", bearer_token: x}}
  - {id: d, account: files, product: own, source: {type: rabbitmq, url: "http://127.0.0.1:1", management_url: "http://127.0.0.1:2", mqtt_exchange: x, vhost: v, subscriptions_every: 2m}}
  - {id: e, account: variables, product: own, source: {type: rocketmq, url: "http://127.0.0.1:1", exporter_tps: second}}
  - {id: f, product: own, source: {type: vernemq, url: "http://127.0.0.1:1", prefix: x_, bearer_token_file: secret}}
  - {id: g, product: own, source: {type: prometheus, url: "http://127.0.0.1:1", staleness: 4m, queries: {connections: {usage: x, limit: y}}, username: u, password_env: BRIMWATCH_TEST_SECRET}}
  - {id: h, product: own, source: {type: emqx, url: "http://127.0.0.1:1", bearer_token_env: BRIMWATCH_TEST_SECRET}}
  - {id: i, product: own, source: {type: emqx, url: "http://127.0.0.1:1", username: u, password_file: secret}}
alarms:
  notify: [office]
  calendar_at: "08:30"
  flapping: {enabled: true, raises: 2, within: 2h}
contacts: [{name: wei, phone: "+8613800138000"}]
receivers: [{name: office, sms: [wei]}]
sms: {providers: [{name: t, type: twilio, account_sid: AC00000000000000000000000000000000, auth_token: x, from: "+15005550006"}]}
`

// TestEveryKeyIsExplained: each key of the schema of an instance, its account, its edition and its
// rules is told with the line that has set it.
func TestEveryKeyIsExplained(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("BRIMWATCH_TEST_ID", "id")
	t.Setenv("BRIMWATCH_TEST_SECRET", "secret")
	path, ca := filepath.Join(dir, "main.yml"), server.NewAuthority(t)
	text := strings.NewReplacer("CA,", ca.CAFile+",", "CERT,", ca.CertFile+",", "KEY,", ca.KeyFile+",").Replace(everyKey)
	for name, text := range map[string]string{"main.yml": text, "id": "id", "secret": "secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	told := make(map[string]bool)
	for _, id := range strings.Split("a b c d e f g h i", " ") {
		in, origins, err := Explain(path, nil, id)
		if err != nil || in == nil {
			t.Fatalf("%s: %v, %v", id, in, err)
		}
		seen := make(map[string]bool)
		for _, o := range origins {
			if seen[o.Key] {
				t.Errorf("%s: %s is told twice", id, o.Key)
			}
			seen[o.Key] = true
			if strings.Contains(o.Value, "secret") && !strings.HasSuffix(o.Key, "_file") && !strings.HasSuffix(o.Key, "_env") {
				t.Errorf("%s: %s shows a secret", id, o.Key)
			}
			if o.Path != "" && filepath.Base(o.At.File) == "main.yml" && o.At.Line > 0 {
				told[o.Key] = true
			} else if o.By == "" && o.Path == "" {
				t.Errorf("%s: nobody has set %s", id, o.Key)
			}
		}
	}
	for _, key := range slices.Concat(
		leavesOf(reflect.TypeFor[instanceDoc](), ""), leavesOf(reflect.TypeFor[accountDoc](), "account."), leavesOf(reflect.TypeFor[editionDoc](), "edition."), leavesOf(reflect.TypeFor[specDoc](), "spec."),
		leavesOf(reflect.TypeFor[ruleDoc](), "connections."), leavesOf(reflect.TypeFor[flappingDoc](), "connections.flapping."), leavesOf(reflect.TypeFor[calendarDoc](), ""), []string{"calendar_at"},
	) {
		if !told[key] && key != "auto_renewal.before" { // the attempts are its steps
			t.Errorf("%s is not told with the line that has set it: give it in everyKey, and see that Explain knows it", key)
		}
	}
}

// leavesOf lists the keys of a schema type that hold values.
func leavesOf(t reflect.Type, prefix string) []string {
	var out []string
	for _, f := range schemaFields(t) {
		key := prefix + f.Tag.Get("yaml")
		inner, step := elementOf(f.Type)
		switch {
		case f.Type == reflect.TypeFor[ownAlarmsDoc](), key == "edition.specs", key == "connections.levels":
			if key == "connections.levels" {
				out = append(out, key)
			}
		case f.Type == reflect.TypeFor[limitDoc]():
		case inner != nil && step == "":
			out = append(out, leavesOf(inner, key+".")...)
		case inner != nil: // by a name that the operator chose
			out = append(out, leavesOf(inner, key+".connections.")...)
		case f.Type.Kind() == reflect.Map:
			out = append(out, key+"."+map[string]string{"labels": "team", "edition.policies": "subscription", "edition.title": "en"}[key])
			if last := out[len(out)-1]; strings.HasSuffix(last, ".") {
				name := "connections"
				if strings.Contains(key, ".guide.") {
					name = "en"
				}
				out[len(out)-1] = last + name
			}
		default:
			out = append(out, key)
		}
	}
	return out
}

// TestExplainedDefaults: what no key has set is told with who has.
func TestExplainedDefaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "main.yml")
	text := `accounts:
  - {name: acme, provider: aliyun, access_key_id: a, access_key_secret: b, discover: {regions: [cn-hangzhou]}}
instances:
  - {id: own, account: acme, product: redis, edition: community, billing: {expires: 2030-12-31}}
  - {id: free, product: mqtt, billing: {method: free}}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	monthly, err := fleet.ParsePeriod("1M")
	if err != nil {
		t.Fatal(err)
	}
	found := []fleet.Found{{ID: "r-1", Account: "acme", Product: "redis", Edition: "community", Region: "cn-hangzhou", Kind: "redis_standard", Method: fleet.Subscription, RenewPeriod: monthly,
		Labels: []fleet.Label{{Name: "team", Value: "orders"}}, Expires: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC), At: time.Unix(1, 0)}}
	for _, tt := range []struct {
		id, key, value, by string // by "": the key is not told
	}{
		{"r-1", "billing.renew_period", "1M", byCloud},
		{"r-1", "labels.team", "orders", byCloud},
		{"r-1", "source.region", "cn-hangzhou", byCloud},
		{"r-1", "source.kind", "redis_standard", byCloud},
		{"r-1", "account.balance", "asked of the cloud", byCloud},
		{"r-1", "account.credit", "0", byBuiltin},
		{"r-1", "account.suspension_delay", "0s", byBuiltin},
		{"r-1", "account.monthly_calls", "1000000", byBuiltin},
		{"r-1", "calendar_at", "09:00", byBuiltin},
		{"r-1", "connections.flapping.raises", "3", byBuiltin},
		{"r-1", "expiry.enabled", "true", byBuiltin},
		{"r-1", "forecast.enabled", "false", byBuiltin},
		{"r-1", "frozen.severity", "warning", byBuiltin},
		{"own", "billing.price", "that of the specification or edition", byBuiltin},
		{"own", "source.prefix", "", ""},
		{"free", "billing.price", "", ""},
		{"free", "billing.confirmed", "", ""},
		{"free", "account.credit", "", ""},
	} {
		in, origins, err := Explain(path, found, tt.id)
		if err != nil || in == nil {
			t.Fatalf("%s: %v, %v", tt.id, in, err)
		}
		i := slices.IndexFunc(origins, func(o Origin) bool { return o.Key == tt.key })
		switch {
		case i < 0 && tt.by != "":
			t.Errorf("%s: %s is not told", tt.id, tt.key)
		case i >= 0 && (origins[i].Value != tt.value || origins[i].By != tt.by):
			t.Errorf("%s: %+v, want %q by %q", tt.id, origins[i], tt.value, tt.by)
		}
	}
}
