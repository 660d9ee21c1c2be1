package rabbitmq

import (
	"testing"

	"github.com/brimwatch/brimwatch/collector/collectortest"
)

// FuzzAnswers reads whatever the management API may answer, by every decoder.
func FuzzAnswers(f *testing.F) {
	for _, name := range []string{"vhosts.json", "vhost-limits.json", "bindings-amq.topic-mqtt.json", "consumers-load-amqp.json"} {
		f.Add([]byte(collectortest.Testdata(f, name)))
	}
	for _, seed := range []string{`[]`, `null`, `[null]`, `[{}]`, `{}`, `[{"running":true}]`, `[{"vhost":"/","value":{"max-connections":1e309}}]`, `[{"vhost":"/","value":{"max-connections":-1}}]`, `[{"vhost":"orders"},{"vhost":"/"}]`, consumers(2, 1), bindings(3), `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, count := range map[string]func([]byte) (int, error){"nodes": runningIn, "bindings": bindingsIn, "consumers": consumersIn} {
			if n, err := count(b); n < 0 || n > len(b) || err != nil && n != 0 {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		if names, err := namesIn(b); (err == nil) != (len(names) > 0) {
			t.Errorf("names %q, %v", names, err)
		}
		if limit, err := limitIn(b, []string{"/", "orders"}); limit < 0 || limit != limit || err != nil && limit != 0 {
			t.Errorf("limit %v, %v", limit, err)
		}
		if own, others, err := connectionsIn(b, "orders"); own < 0 || others < 0 || own+others > len(b) || err != nil && own+others != 0 {
			t.Errorf("%d and %d connections, %v", own, others, err)
		}
	})
}
