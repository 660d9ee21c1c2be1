package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// files writes files into a new folder and returns the path of the first.
func files(t *testing.T, nameAndText ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(nameAndText); i += 2 {
		path := filepath.Join(dir, nameAndText[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(nameAndText[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, nameAndText[0])
}

func mustLoad(t *testing.T, path string) *Snapshot {
	t.Helper()
	s, err := Load(path)
	if err != nil {
		t.Fatalf("load:\n%v", err)
	}
	return s
}

const complete = `
instances:
  - {id: a, product: mqtt, edition: basic, capacity: {connections: 100}, source: {type: mosquitto, url: "mqtt://127.0.0.1"}}
contacts: [{name: wei, phone: "+8613800138000"}]
receivers: [{name: oncall, sms: [wei]}]
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: hush-hush, from: "+15005550006"}]}
`

func TestDefaults(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", complete))
	if s.Server.Listen != "127.0.0.1:9740" || s.Server.ExternalURL != "http://127.0.0.1:9740" {
		t.Errorf("server %+v", s.Server)
	}
	if s.Collect != (Collect{15 * time.Second, 5 * time.Second}) || s.Storage.Dir != "data" || s.Storage.Retention != 400*24*time.Hour {
		t.Errorf("collect %+v, storage %+v", s.Collect, s.Storage)
	}
	in := s.Instances[0]
	if len(in.Notify) != 1 || in.Notify[0] != "oncall" || in.Name != "a" {
		t.Errorf("notify %v, name %s", in.Notify, in.Name)
	}
	r := in.Rules[fleet.Connections]
	if r == nil || r.For != time.Minute || r.ClearFor != time.Minute || r.Repeat != 24*time.Hour || len(r.Levels) != 1 {
		t.Fatalf("rule %+v", r)
	}
	if l := r.Levels[0]; l.Severity != alarm.Warning || l.Threshold != 0.7 || l.Clear < 0.6499 || l.Clear > 0.6501 {
		t.Errorf("level %+v", l)
	}
	if in.NoData == nil || in.NoData.For != 3*time.Minute || in.NoData.ClearFor != time.Minute || in.NoData.Repeat != 24*time.Hour {
		t.Errorf("no_data %+v", in.NoData)
	}
	if flaps := (alarm.Flapping{Raises: 3, Within: time.Hour}); r.Flapping != flaps || in.NoData.Flapping != flaps || s.FleetRule().Flapping != flaps {
		t.Errorf("flapping %+v, %+v, %+v", r.Flapping, in.NoData.Flapping, s.FleetRule().Flapping)
	}
	if c := s.Contacts[0]; c.Language != words.EN || c.Zone != time.UTC || c.Quiet != nil {
		t.Errorf("contact %+v", c)
	}
	if p := s.SMS.Providers[0]; p.Validity != 15*time.Minute || p.AuthToken.Reveal() != "hush-hush" {
		t.Errorf("provider %+v", p)
	}
	if in.Term.Policy != "mqtt" {
		t.Errorf("policy %q", in.Term.Policy)
	}
}

func TestPrecedence(t *testing.T) {
	path := files(t, "brimwatch.yml", `
alarms:
  capacity: {threshold: 75%, for: 2m, levels: [{severity: critical, threshold: 90%}]}
  overrides:
    - match: {product: redis, metric: connections}
      capacity: {threshold: 85%}
    - match: {labels: {env: test}}
      capacity: {clear: 50%}
    - match: {instance: c}
      capacity: {enabled: false}
      no_data: {for: 10m}
instances:
  - {id: a, product: mqtt, source: {type: mosquitto, url: "mqtt://h"}}
  - {id: b, product: redis, labels: {env: test}, source: {type: mosquitto, url: "mqtt://h"}, alarms: {connections: {threshold: "80", levels: []}, memory_bytes: {enabled: false}}}
  - {id: c, product: redis, source: {type: mosquitto, url: "mqtt://h"}, alarms: {connections: {enabled: true}}}
  - {id: d, product: redis, source: {type: mosquitto, url: "mqtt://h"}}
`)
	s := mustLoad(t, path)
	at := func(i int, m fleet.Metric) *alarm.Rule { return s.Instances[i].Rules[m] }
	near := func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
	for _, tt := range []struct {
		name             string
		rule             *alarm.Rule
		threshold, clear float64
		levels           int
	}{
		{"defaults of the file", at(0, fleet.Connections), 0.75, 0.70, 2},
		{"the instance wins; its threshold takes the clear threshold with it", at(1, fleet.Connections), 0.80, 0.75, 1},
		{"a later override sets the clear threshold alone", at(1, fleet.SendTPS), 0.75, 0.50, 2},
		{"an override for one metric", at(3, fleet.Connections), 0.85, 0.80, 2},
		{"and not for another", at(3, fleet.SendTPS), 0.75, 0.70, 2},
		{"switched off by an override, on again by the instance", at(2, fleet.Connections), 0.85, 0.80, 2},
	} {
		if tt.rule == nil || !near(tt.rule.Levels[0].Threshold, tt.threshold) || !near(tt.rule.Levels[0].Clear, tt.clear) || len(tt.rule.Levels) != tt.levels || tt.rule.For != 2*time.Minute {
			t.Errorf("%s: %+v", tt.name, tt.rule)
		}
	}
	if at(2, fleet.SendTPS) != nil || at(1, fleet.MemoryBytes) != nil {
		t.Error("an alarm that is switched off has a rule")
	}
	if got := s.Instances[2].NoData.For; got != 10*time.Minute {
		t.Errorf("no_data of c after %v", got)
	}
	if at(0, fleet.Connections) != at(0, fleet.SendTPS) {
		t.Error("equal rules are not shared")
	}
}

func TestCapacityAndTerm(t *testing.T) {
	path := files(t, "brimwatch.yml", `
accounts: [{name: acme, provider: aliyun, time_zone: Asia/Shanghai}]
products: {kafka: {editions: {small: {capacity: {connections: 7}}}}, rocketmq: {editions: {standard-4: {capacity: {message_tps: 6000}}}}}
instances:
  - {id: a, account: acme, product: rocketmq, edition: professional, spec: rmq.p2.4xlarge, capacity: {connections: 99}, billing: {expires: 2026-12-31}}
  - {id: b, product: kafka, edition: small, billing: {method: payg, expires: "2026-12-31T18:00:00+08:00"}}
  - {id: c, product: rocketmq, edition: standard-4, billing: {method: payg}}
`)
	s := mustLoad(t, path)
	a, b, c := s.Instances[0], s.Instances[1], s.Instances[2]
	if a.Catalogue[fleet.MessageTPS] != 4000 || a.Catalogue[fleet.Connections] != 4000 || a.Configured[fleet.Connections] != 99 {
		t.Errorf("capacities %v, %v", a.Catalogue, a.Configured)
	}
	if want := time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC); !a.Term.Expires.Equal(want) {
		t.Errorf("a date ends at %v, want the following midnight in Shanghai, %v", a.Term.Expires, want)
	}
	if want := time.Date(2026, 12, 31, 10, 0, 0, 0, time.UTC); !b.Term.Expires.Equal(want) || b.Catalogue[fleet.Connections] != 7 {
		t.Errorf("b %v %v", b.Term.Expires, b.Catalogue)
	}
	if a.Term.Policy != "rocketmq5" || c.Term.Policy != "rocketmq4-standard" || c.Catalogue[fleet.MessageTPS] != 6000 {
		t.Errorf("policies %q %q, capacity %v", a.Term.Policy, c.Term.Policy, c.Catalogue)
	}
	if a.NoData != nil || a.Watched {
		t.Error("an instance without a source is judged for silence")
	}
}

func TestIncludes(t *testing.T) {
	path := files(t, "brimwatch.yml", "include: [\"fleet/*.yml\", alarms.yml]\ninstances: [{id: z, product: mqtt}]\n",
		"fleet/1.yml", "instances:\n  - {id: b, product: mqtt}\n",
		"fleet/2.yml", "instances:\n  - id: a\n    product: mqtt\n    source: {type: mosquitto, url: \"mqtt://h\", username: u, password_file: pw}\ncontacts: [{name: wei, phone: \"+8613800138000\"}]\n",
		"fleet/pw", "secret\n",
		"alarms.yml", "alarms: {capacity: {for: 5m}}\n")
	s := mustLoad(t, path)
	var ids []string
	for _, in := range s.Instances {
		ids = append(ids, in.ID)
	}
	if got := strings.Join(ids, ","); got != "a,b,z" {
		t.Errorf("instances %s", got)
	}
	if got := s.Instances[0].Source.Password.Reveal(); got != "secret" {
		t.Errorf("a secret beside the included file: %q", got)
	}
	if s.Instances[0].Rules[fleet.Connections].For != 5*time.Minute {
		t.Error("the included alarms do not count")
	}
	if len(s.Files) != 5 {
		t.Errorf("files %v", s.Files)
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "0": 0, "1w": 168 * time.Hour, "90s": 90 * time.Second,
	} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("span %s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "5", "m", "5x", "1h1d", "1h1h", "-5m", "99999999999999999999s", "1000000y", "5 m"} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("span %q was read as %v", text, got)
		}
	}
}

func TestRedisSources(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", `
instances:
  - {id: a, product: redis, capacity: {connections: 100}, source: {type: redis, url: "redis://127.0.0.1", password: p}}
  - {id: b, product: redis, capacity: {connections: 100}, source: {type: redis, url: "unix:///run/redis.sock"}}
receivers: [{name: oncall, webhooks: [{url: "http://127.0.0.1:1/"}]}]
`))
	if src := s.Instances[0].Source; src.Username != "default" || src.Password.Reveal() != "p" {
		t.Errorf("got %s, %q", src.Username, src.Password.Reveal())
	}
	if _, err := Load(files(t, "brimwatch.yml", `instances: [{id: b, product: redis, source: {type: redis, url: "unix://run/redis.sock"}}]`)); err == nil || !strings.Contains(err.Error(), "a socket is given by its whole path") {
		t.Errorf("got %v", err)
	}
}
