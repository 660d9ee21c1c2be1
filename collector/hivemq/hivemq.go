// Package hivemq reads HiveMQ through its page of metrics in the Prometheus text
// format, which the Prometheus extension shows (in the Enterprise platform it is
// built in). That page is read by package exposition; what belongs to HiveMQ is
// where the page is and what its series mean.
//
// docs/sources/hivemq.md says which rights it takes and which limits hold.
package hivemq

import (
	"crypto/tls"

	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// defaultPath is where the extension shows the page unless its configuration says otherwise.
	defaultPath = "/metrics"
	// example is how a URL is written.
	example = "http://hivemq.example.com:9399"
)

// Options says which node of HiveMQ is read, and as whom.
type Options struct {
	// URL is where the extension listens, http://host:9399 as a rule. A path in it
	// replaces the usual one, /metrics.
	URL string
	// Username and Password, or Bearer, are for what stands in front of the page:
	// the extension itself asks for no login.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// New checks the options; it does not connect.
func New(o Options) (*exposition.Collector, error) {
	u, err := httpget.Complete(o.URL, defaultPath, example)
	if err != nil {
		return nil, err
	}
	return exposition.New(exposition.Options{
		URL: u.String(), Mapping: mapping(), TLS: o.TLS, Transport: o.Transport,
		Username: o.Username, Password: o.Password, Bearer: o.Bearer,
	})
}

// mapping says what the series of HiveMQ mean. Their names are those of
// Dropwizard metrics with dots and hyphens written as underscores. A Dropwizard
// Counter is shown as a gauge on the page and is a running total all the same;
// the Enterprise platform shows a Meter of the same events as well, whose total
// counts where the Counter is missing.
func mapping() []exposition.Metric {
	return []exposition.Metric{
		{
			Metric: fleet.SendTPS, Counter: true, Series: "com_hivemq_messages_incoming_publish_count",
			Fallback: []string{"com_hivemq_messages_incoming_publish_rate_total"},
		},
		{
			Metric: fleet.ReceiveTPS, Counter: true, Series: "com_hivemq_messages_outgoing_publish_count",
			Fallback: []string{"com_hivemq_messages_outgoing_publish_rate_total"},
		},
		{Metric: fleet.Connections, Series: "com_hivemq_networking_connections_current"},
		{Metric: fleet.Subscriptions, Series: "com_hivemq_subscriptions_overall_current"},
	}
}
