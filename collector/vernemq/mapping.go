package vernemq

import (
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

// prefixes returns with what the names of the metrics may begin. VerneMQ 1 knows
// no prefix, and VerneMQ 2 can be told to have none.
func prefixes(configured string) []string {
	if configured != "" {
		return []string{configured}
	}
	return []string{namespace, ""}
}

// mapping says what the series of VerneMQ mean. Messages are counted apart for
// MQTT 3 and MQTT 5 (label mqtt_version) and are added up.
func mapping(prefixes []string) []exposition.Metric {
	metric := func(m fleet.Metric, name string, counter bool) exposition.Metric {
		out := exposition.Metric{Metric: m, Counter: counter, Series: prefixes[0] + name}
		for _, p := range prefixes[1:] {
			out.Fallback = append(out.Fallback, p+name)
		}
		return out
	}
	return []exposition.Metric{
		metric(fleet.SendTPS, "mqtt_publish_received", true),
		metric(fleet.ReceiveTPS, "mqtt_publish_sent", true),
		metric(fleet.Subscriptions, "router_subscriptions", false),
		metric(fleet.Connections, "total_active_connections", false),
	}
}

// sockets are the totals of which the connections follow in versions before 1.13,
// a pair for each prefix.
func sockets(prefixes []string) []exposition.Extra {
	var out []exposition.Extra
	for _, p := range prefixes {
		out = append(out, exposition.Extra{Series: p + "socket_open"}, exposition.Extra{Series: p + "socket_close"})
	}
	return out
}

// revise makes the connections of sockets opened and closed where the page does
// not tell them.
func revise(v *collector.Visit, seen []exposition.Seen, _ time.Time) {
	if _, known := v.GaugeOf(fleet.Connections); known {
		return
	}
	for ; len(seen) >= 2; seen = seen[2:] {
		if opened, closed := seen[0], seen[1]; opened.Good() && closed.Good() {
			v.Gauge(fleet.Connections, opened.Value-closed.Value)
			return
		}
	}
}
