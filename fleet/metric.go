package fleet

import (
	"fmt"
	"math/bits"
	"strings"
)

// Metric is one of the quantities that is held against a capacity. It is a
// small number so that readings are arrays and no map is on their path.
type Metric uint8

// The metrics. Send and receive are seen from the clients: messages that
// publishers send to the instance are SendTPS, messages it delivers are
// ReceiveTPS, and MessageTPS is their sum.
const (
	MessageTPS Metric = iota
	SendTPS
	ReceiveTPS
	Subscriptions
	Connections
	CommandsTPS
	MemoryBytes

	NumMetrics = iota
)

// String returns the metric's name in configuration, API and labels.
func (m Metric) String() string {
	switch m {
	case MessageTPS:
		return "message_tps"
	case SendTPS:
		return "send_tps"
	case ReceiveTPS:
		return "receive_tps"
	case Subscriptions:
		return "subscriptions"
	case Connections:
		return "connections"
	case CommandsTPS:
		return "commands_tps"
	case MemoryBytes:
		return "memory_bytes"
	}
	return "unknown"
}

// Unit returns the unit of the metric's figures: "/s", "bytes", or "" for a count.
func (m Metric) Unit() string {
	switch m {
	case MessageTPS, SendTPS, ReceiveTPS, CommandsTPS:
		return "/s"
	case MemoryBytes:
		return "bytes"
	case Subscriptions, Connections:
	}
	return ""
}

// Metrics returns all metrics in their fixed order.
func Metrics() []Metric {
	out := make([]Metric, NumMetrics)
	for i := range out {
		out[i] = Metric(i)
	}
	return out
}

// ParseMetric finds a metric by its name.
func ParseMetric(name string) (Metric, bool) {
	for m := range Metric(NumMetrics) {
		if m.String() == name {
			return m, true
		}
	}
	return 0, false
}

// MetricSet is a set of metrics.
type MetricSet uint16

// Has tells whether m is in the set.
func (s MetricSet) Has(m Metric) bool { return s&(1<<m) != 0 }

// With returns the set with m added.
func (s MetricSet) With(m Metric) MetricSet { return s | 1<<m }

// Without returns the set with m taken out.
func (s MetricSet) Without(m Metric) MetricSet { return s &^ (1 << m) }

// Len returns how many metrics are in the set.
func (s MetricSet) Len() int { return bits.OnesCount16(uint16(s)) }

// MarshalText writes the names of the metrics with commas between them, so that
// what is stored does not depend on their order.
func (s MetricSet) MarshalText() ([]byte, error) {
	var names []string
	for _, m := range Metrics() {
		if s.Has(m) {
			names = append(names, m.String())
		}
	}
	return []byte(strings.Join(names, ",")), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *MetricSet) UnmarshalText(text []byte) error {
	*s = 0
	if len(text) == 0 {
		return nil
	}
	for name := range strings.SplitSeq(string(text), ",") {
		m, ok := ParseMetric(name)
		if !ok {
			return fmt.Errorf("there is no metric %q", name)
		}
		*s = s.With(m)
	}
	return nil
}
