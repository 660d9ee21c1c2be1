package simulated

// Metric is one of the four quantities that an instance of the fleet has.
type Metric uint8

// The metrics. In and out are seen from the instance.
const (
	MessagesIn    Metric = iota // counter, messages
	MessagesOut                 // counter, messages
	Connections                 // gauge
	Subscriptions               // gauge

	NumMetrics = iota
)

// String returns the name that /fleet/metrics and /expected use.
func (m Metric) String() string {
	switch m {
	case MessagesIn:
		return "messages_in"
	case MessagesOut:
		return "messages_out"
	case Connections:
		return "connections"
	case Subscriptions:
		return "subscriptions"
	}
	return "unknown"
}

// Series returns the name of the metric's series on the page of an instance.
func (m Metric) Series() string {
	switch m {
	case MessagesIn:
		return "emqx_messages_received"
	case MessagesOut:
		return "emqx_messages_sent"
	case Connections:
		return "emqx_connections_count"
	case Subscriptions:
		return "emqx_subscriptions_count"
	}
	return "unknown"
}

// Counter tells whether the series only grows, so that a rate takes two
// readings; the others are gauges.
func (m Metric) Counter() bool { return m == MessagesIn || m == MessagesOut }

// Metrics returns the metrics in their fixed order.
func Metrics() []Metric {
	return []Metric{MessagesIn, MessagesOut, Connections, Subscriptions}
}
