// Package rocketmq reads RocketMQ through a page of metrics in the Prometheus
// text format: that of a broker itself (5.1 and later), or that of the older
// rocketmq-exporter, which asks a whole cluster. Both listen on port 5557; the
// names of their series tell them apart. The page is read by package exposition.
//
// docs/sources/rocketmq.md says which rights it takes and which limits hold.
package rocketmq

import (
	"crypto/tls"
	"fmt"

	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/httpget"
)

const (
	// defaultPath is where both show their figures.
	defaultPath = "/metrics"
	// example is how a URL is written.
	example = "http://broker-a.example.com:5557"
)

// Options says which page is read, and as whom.
type Options struct {
	// URL is where the page is, http://host:5557 as a rule. A path in it replaces
	// the usual one, /metrics.
	URL string
	// Username and Password, or Bearer, are for what stands in front: neither page
	// asks for a login itself.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// ExporterTPS says what the older exporter's rocketmq_broker_tps and
	// rocketmq_broker_qps count, which differs from release to release and cannot be
	// seen on the page: messages in a Second or in a Minute. Unsaid: the metrics of
	// such a page stay unknown. It means nothing for the page of a broker.
	ExporterTPS Span
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// Span is a length of time over which messages are counted.
type Span string

// The spans that are used.
const (
	Unsaid Span = ""
	Second Span = "second"
	Minute Span = "minute"
)

// perSecond returns the factor that makes a rate per second of a figure; 0 when
// it is not known.
func (s Span) perSecond() float64 {
	switch s {
	case Second:
		return 1
	case Minute:
		return 1.0 / 60
	case Unsaid:
	}
	return 0
}

// New checks the options; it does not connect.
func New(o Options) (*exposition.Collector, error) {
	u, err := httpget.Complete(o.URL, defaultPath, example)
	if err != nil {
		return nil, err
	}
	if o.ExporterTPS != Unsaid && o.ExporterTPS.perSecond() == 0 {
		return nil, fmt.Errorf("exporter_tps is %q; it is second or minute", httpget.Clip(string(o.ExporterTPS), 20))
	}
	return exposition.New(exposition.Options{
		URL: u.String(), TLS: o.TLS, Transport: o.Transport,
		Username: o.Username, Password: o.Password, Bearer: o.Bearer,
		Extra: wanted(), Revise: reader{o.ExporterTPS.perSecond()}.read,
	})
}
