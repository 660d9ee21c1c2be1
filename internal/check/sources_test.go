package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFaultsOfSourcesHaveTheirLine: what only the source itself finds wrong is told like every other
// fault, all of it at once.
func TestFaultsOfSourcesHaveTheirLine(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"brimwatch.yml": `include: [more.yml]
receivers: [{name: a, webhooks: [{url: "http://127.0.0.1:1/x"}]}]
instances:
  - id: path
    product: mqtt
    source: {type: mosquitto, url: "mqtt://h:1883/path"}
  - id: fine
    product: mqtt
    capacity: {connections: 5}
    source: {type: mosquitto, url: "mqtt://h:1883"}
  - id: tls
    product: redis
    source:
      type: redis
      url: "redis://h"
      username: "a b"
      password: x
`,
		"more.yml": `instances:
  - id: nodes
    product: redis
    source: {type: redis, urls: ["redis://h/1", "redis://i"]}
  - id: query
    product: mqtt
    source: {type: nanomq, url: "http://h/metrics", api_url: "http://h/api?token=geheim"}
`,
	} {
		if err := os.WriteFile(filepath.Clean(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Configuration("brimwatch.yml", "test")
	if err == nil {
		t.Fatal("it is taken")
	}
	want := `brimwatch.yml:6:36: instances[0].source.url: url has a path, which only ws:// and wss:// take
brimwatch.yml:14:7: instances[2].source: the username holds a space or a NUL, which no user of Redis has
more.yml:4:33: instances[0].source.urls: node redis://h: url has a path: leave the number of the database out, the figures are those of the whole server
more.yml:7:62: instances[1].source.api_url: api_url: url has a query (?…), which does not belong there`
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
