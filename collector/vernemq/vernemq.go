// Package vernemq reads VerneMQ 1 and 2 through its page of metrics in the
// Prometheus text format, /metrics, and its limits from /status.json. The page is
// read by package exposition; what belongs to VerneMQ is what its series are
// called and mean, and which of its listeners are for MQTT.
//
// docs/sources/vernemq.md says which rights it takes and which limits hold.
package vernemq

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// defaultPath is where VerneMQ shows its figures.
	defaultPath = "/metrics"
	// example is how a URL is written.
	example = "http://vernemq.example.com:8888"
	// namespace is what the names of VerneMQ 2 begin with unless its configuration says otherwise.
	namespace = "vernemq_"
	// limitsEvery is how often limits are asked for: VerneMQ asks all nodes of the
	// cluster to answer that.
	limitsEvery = 5 * time.Minute
)

// Options says which node of VerneMQ is read, and as whom.
type Options struct {
	// URL is where the HTTP listener is, http://host:8888 as a rule. A path in it
	// replaces the usual one, /metrics.
	URL string
	// Username is an API key, with no Password; or Bearer is a token, for what stands
	// in front. Empty: nothing is sent, which VerneMQ allows unless the auth.mode of
	// its HTTP module says otherwise.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// Prefix is what the names of the metrics begin with, prometheus_namespace in
	// VerneMQ's configuration. Empty: vernemq_, or nothing, whichever is there.
	Prefix string
	// APIURL is where /status.json is, without that path. Empty: where the page is.
	APIURL string
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// Collector reads one node. It is a collector.Collector.
type Collector struct {
	page   *exposition.Collector
	site   *httpget.Site
	limits *httpget.Cached[float64]
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	u, err := httpget.Complete(o.URL, defaultPath, example)
	if err != nil {
		return nil, err
	}
	names := prefixes(o.Prefix)
	page, err := exposition.New(exposition.Options{
		URL: u.String(), TLS: o.TLS, Transport: o.Transport,
		Username: o.Username, Password: o.Password, Bearer: o.Bearer,
		Mapping: mapping(names), Extra: sockets(names), Revise: revise,
	})
	if err != nil {
		return nil, err
	}
	api := httpget.Options{URL: o.APIURL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, Transport: o.Transport.HTTP()}
	if api.URL == "" {
		api.URL = httpget.Beside(u, defaultPath)
	}
	site, err := httpget.NewSiteBeside(api, o.TLS)
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	c := &Collector{page: page, site: site}
	c.limits = httpget.NewCached(limitsEvery, c.askLimit)
	return c, nil
}

// Collect implements collector.Collector. A page that is read counts whether or
// not limits are told.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	if err := c.page.Collect(ctx, visits); err != nil {
		return err
	}
	// Told only when it is new, so that its age is known where it is kept.
	if limit, fresh, _ := c.limits.Get(ctx); fresh {
		for i := range visits {
			visits[i].Limit(fleet.Connections, limit)
		}
	}
	return nil
}

// LimitsErr says why limits could not be read when they were asked for last; nil
// when they could.
func (c *Collector) LimitsErr() error { return c.limits.Err() }

// Close implements collector.Collector.
func (c *Collector) Close() error {
	c.site.Close()
	return c.page.Close()
}

// Aggregate tells how the figures of several nodes make that of their cluster:
// max is true when the largest counts, false when their sum does. A node counts
// the subscriptions of the others among its own, as far as it has to route to
// them, so that a sum would count those twice.
func Aggregate(m fleet.Metric) (largest bool) { return m == fleet.Subscriptions }
