package whole

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// perFile is how many instances one included file has.
const perFile = 500

// metricName is what the product calls a metric of the fleet: the fleet counts
// from the instance's side, the product from the clients'.
func metricName(m simulated.Metric) string {
	switch m {
	case simulated.MessagesIn:
		return "send_tps"
	case simulated.MessagesOut:
		return "receive_tps"
	case simulated.Connections:
		return "connections"
	case simulated.Subscriptions:
		return "subscriptions"
	}
	return "unknown"
}

// writeConfiguration puts a configuration for the whole fleet into the plan's
// folder and returns its main file. It gives what a fleet of brokers with known
// capacities would have; the one thing unusual is that no alarm waits, so that
// what is measured is the way of an alarm and not its patience.
func writeConfiguration(p Plan, listen string, fleetPort int, now time.Time) (string, error) {
	fleet := filepath.Join(p.Dir, "fleet")
	if err := os.MkdirAll(fleet, 0o700); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	expires := now.AddDate(5, 0, 0).UTC().Format(time.DateOnly)
	for first := 0; first < p.Instances; first += perFile {
		b := []byte("instances:\n")
		for n := first; n < min(first+perFile, p.Instances); n++ {
			b = appendInstance(b, n, fleetPort, expires)
		}
		if err := os.WriteFile(filepath.Join(fleet, fmt.Sprintf("%06d.yml", first)), b, 0o600); err != nil {
			return "", fmt.Errorf("write the configuration: %w", err)
		}
	}
	var main bytes.Buffer
	fmt.Fprintf(&main, `include: ["fleet/*.yml"]
server: {listen: %q}
storage: {dir: %q}
collect: {interval: %s, timeout: %s}
alarms:
  notify: [sink]
  capacity: {threshold: 70%%, for: 0s, clear_for: 0s}
receivers:
  - name: sink
    webhooks:
      - {url: "http://127.0.0.1:%d/hook", format: alertmanager}
`, listen, dataDir(p), p.Interval, min(5*time.Second, p.Interval), fleetPort)
	path := filepath.Join(p.Dir, "brimwatch.yml")
	if err := os.WriteFile(path, main.Bytes(), 0o600); err != nil {
		return "", fmt.Errorf("write the configuration: %w", err)
	}
	return path, nil
}

func appendInstance(b []byte, n, port int, expires string) []byte {
	b = fmt.Appendf(b, "  - id: %q\n    product: mqtt\n    edition: platinum\n    capacity: {", strconv.Itoa(n))
	for i, m := range simulated.Metrics() {
		b = fmt.Appendf(b, "%s%s: %.0f", separator(i), metricName(m), simulated.Capacity(n, m))
	}
	b = fmt.Appendf(b, "}\n    billing: {method: subscription, expires: %s}\n", expires)
	b = fmt.Appendf(b, "    source:\n      type: exposition\n      url: %q\n      mapping:\n", simulated.PageURL(n, port))
	for _, m := range simulated.Metrics() {
		kind := "gauge"
		if m.Counter() {
			kind = "counter"
		}
		b = fmt.Appendf(b, "        %s: {series: %s, kind: %s}\n", metricName(m), m.Series(), kind)
	}
	return b
}

func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ", "
}

func dataDir(p Plan) string { return filepath.Join(p.Dir, "data") }

// historyDir is where the daemon keeps samples.
func historyDir(p Plan) string { return filepath.Join(dataDir(p), "history") }
