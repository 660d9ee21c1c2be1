package sources

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/internal/config"
)

// every has one instance of each type of source.
const every = `
accounts: [{name: acme, provider: aliyun, access_key_id: LTAI5tExample, access_key_secret: very-secret, endpoint: "http://127.0.0.1:1"}]
instances:
  - {id: mosquitto, product: mqtt, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}}
  - {id: emqx, product: mqtt, source: {type: emqx, url: "http://127.0.0.1:1", api_url: "http://127.0.0.1:2", username: key, password: secret}}
  - {id: rabbitmq, product: mqtt, source: {type: rabbitmq, urls: ["http://127.0.0.1:1", "http://127.0.0.1:2"], management_url: "http://127.0.0.1:3", username: u, password: p, subscriptions_every: 10m}}
  - {id: vernemq, product: mqtt, source: {type: vernemq, urls: ["http://127.0.0.1:1", "http://127.0.0.1:2"], prefix: x_}}
  - {id: hivemq, product: mqtt, source: {type: hivemq, url: "http://127.0.0.1:1"}}
  - {id: nanomq, product: mqtt, source: {type: nanomq, url: "http://127.0.0.1:1", username: u, password: p, api_url: "http://127.0.0.1:2"}}
  - {id: nats, product: mqtt, source: {type: nats, url: "http://127.0.0.1:1", subscriptions_every: 1m}}
  - {id: rocketmq, product: rocketmq, source: {type: rocketmq, url: "http://127.0.0.1:1", exporter_tps: minute}}
  - {id: redis, product: redis, source: {type: redis, urls: ["redis://127.0.0.1:1", "redis://127.0.0.1:2"], password: p}}
  - {id: aliyun, product: mqtt, account: acme, source: {type: aliyun, region: cn-hangzhou}}
  - {id: prometheus, product: mqtt, source: {type: prometheus, url: "http://127.0.0.1:1", queries: {connections: {usage: "sum(x)", limit: "sum(y)"}}}}
  - {id: exposition, product: mqtt, source: {type: exposition, url: "http://127.0.0.1:1", mapping: {connections: {series: x, kind: gauge}}}}
receivers: [{name: oncall, webhooks: [{url: "http://127.0.0.1:1/"}]}]
`

// Every type of source that a configuration may name can be built, and has a page.
func TestEverySourceType(t *testing.T) {
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	if err := os.WriteFile(path, []byte(every), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	account, err := aliyun.NewAccount(aliyun.AccountOptions{Name: "acme", AccessKeyID: "LTAI5tExample", AccessKeySecret: "very-secret", Endpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := account.Close(); err != nil {
			t.Error(err)
		}
	}()
	built, err := New(slog.New(slog.DiscardHandler), nil).Prepare(s, clouds{"acme": account})
	if err != nil {
		t.Fatal(err)
	}
	for _, src := range built.list {
		if err := src.Collector.Close(); err != nil {
			t.Errorf("%s: %v", src.Name, err)
		}
	}
	types := config.SourceTypes()
	if len(built.list) != len(types) {
		t.Errorf("%d sources were built, and there are %d types", len(built.list), len(types))
	}
	for _, name := range types {
		if _, err := os.Stat(filepath.Join("..", "..", "docs", "sources", name+".md")); err != nil {
			t.Errorf("type %s has no page: %v", name, err)
		}
	}
}
