package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// BenchmarkLoad reads the configuration of a fleet, as at each reload.
func BenchmarkLoad(b *testing.B) {
	var text strings.Builder
	text.WriteString("receivers: [{name: r, webhooks: [{url: \"http://h/x\"}]}]\nalarms: {overrides: [{match: {product: redis}, capacity: {threshold: 80%}}]}\ninstances:\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "  - id: mqtt-%d\n    name: Orders %d\n    product: mqtt\n    edition: basic\n"+
			"    capacity: {message_tps: 1000, subscriptions: 10000, connections: 5000}\n    labels: {team: orders, env: prod}\n"+
			"    source: {type: mosquitto, url: \"mqtt://10.0.0.1:1883\"}\n", i, i)
	}
	path := writeTemp(b, text.String())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(path); err != nil {
			b.Fatal(err)
		}
	}
}

func writeTemp(b *testing.B, text string) string {
	b.Helper()
	path := b.TempDir() + "/brimwatch.yml"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
