// Package prometheus reads figures from a server that speaks Prometheus' query
// API: one PromQL query for the usage of each metric, and one for its limit.
//
//	Collector ─► usages, limits, ages ─► httpget.Site ─► POST /api/v1/query
//
// Here, and only here, rates are the server's business: a query gives a figure as
// it stands. A query has to give exactly one figure. None is unknown and never
// zero, several are a slip, and what the server warns about is not taken.
//
// docs/sources/prometheus.md says how queries are written and what is noticed of
// targets that have died.
package prometheus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

// DefaultStaleness is how old the samples behind a figure may be when Options do
// not say: as old as Prometheus shows them by default.
const DefaultStaleness = 5 * time.Minute

// Options says which server is asked, as whom, and what.
type Options struct {
	// URL is the server's, http://host:9090; /api/v1/query is added to it.
	URL string
	// Username and Password are sent as HTTP basic authentication (RFC 7617),
	// Bearer as a bearer token (RFC 6750). Empty: nothing is sent.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there: then the server's certificate is
	// checked against the system's authorities.
	TLS *tls.Config
	// Transport says how connections are made; nil is as the environment says.
	Transport *httpget.Transport
	// Queries hold each metric at most once.
	Queries []Query
	// Staleness is how old the samples behind a usage may be; 0 is
	// DefaultStaleness, and below 0 age is not asked for.
	Staleness time.Duration
}

// Query is the expressions for one metric.
type Query struct {
	Metric fleet.Metric
	Usage  string // PromQL that gives the usage as one figure
	Limit  string // PromQL that gives the capacity as one figure; "" when there is none
}

// Collector asks one server for the figures of one instance. It is a
// collector.Collector.
type Collector struct {
	site    *httpget.Site
	queries []Query
	ages    ages
	// limited says for each query whether it has given a limit before.
	limited []bool
}

// New checks the options; it does not connect. Queries are not parsed here: the
// server may know more than Prometheus does.
func New(o Options) (*Collector, error) {
	if err := check(&o); err != nil {
		return nil, err
	}
	site, err := httpget.NewSite(httpget.Options{
		URL: o.URL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, TLS: o.TLS, Transport: o.Transport,
	})
	if err != nil {
		return nil, err
	}
	c := &Collector{site: site, queries: append([]Query(nil), o.Queries...), limited: make([]bool, len(o.Queries))}
	if o.Staleness == 0 {
		o.Staleness = DefaultStaleness
	}
	if o.Staleness > 0 {
		c.ages = newAges(c.queries, o.Staleness)
	}
	return c, nil
}

// maxQuery is how long a query may be, in bytes.
const maxQuery = 64 << 10

func check(o *Options) error {
	if strings.Contains(o.URL, "/api/v1") {
		return errors.New("url must end before /api/v1, which is added to it; it is written like http://prometheus.example.com:9090")
	}
	if len(o.Queries) == 0 {
		return errors.New("queries are missing: one PromQL query for each metric, for example connections: {usage: 'sum(app_clients)'}")
	}
	var seen fleet.MetricSet
	for _, q := range o.Queries {
		switch {
		case int(q.Metric) >= fleet.NumMetrics:
			return errors.New("a query is for a metric that does not exist")
		case seen.Has(q.Metric):
			return fmt.Errorf("queries name %s twice", q.Metric)
		case strings.TrimSpace(q.Usage) == "":
			return fmt.Errorf("the usage query of %s is empty", q.Metric)
		case len(q.Usage) > maxQuery || len(q.Limit) > maxQuery:
			return fmt.Errorf("a query of %s is longer than 64 KiB", q.Metric)
		}
		seen = seen.With(q.Metric)
	}
	return nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	c.site.Close()
	return nil
}

// Collect implements collector.Collector. The queries go out one after the other
// over one connection; a visit has no figures before all have an answer.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	usages, limits := make([]finding, len(c.queries)), make([]finding, len(c.queries))
	var err error
	for i, q := range c.queries {
		if usages[i], err = c.figure(ctx, "usage", q.Usage); err != nil {
			return err
		}
		if strings.TrimSpace(q.Limit) == "" {
			continue
		}
		if limits[i], err = c.figure(ctx, "limit", q.Limit); err != nil {
			return err
		}
	}
	if err := c.judgeAges(ctx, usages); err != nil {
		return err
	}
	c.judgeLimits(usages, limits)
	for i := range visits {
		c.fill(&visits[i], usages, limits)
	}
	return nil
}

// figure asks one query and makes one figure of the answer.
func (c *Collector) figure(ctx context.Context, what, query string) (finding, error) {
	a, err := c.ask(ctx, query)
	if err != nil {
		return finding{}, err
	}
	return a.figure(what)
}

// judgeLimits lets no slip in a limit's query pass in silence: as long as that
// limit was never told, nobody would be warned of anything, so the metric is
// unknown. Once it was told it is kept, and goes on counting.
func (c *Collector) judgeLimits(usages, limits []finding) {
	for i, limit := range limits {
		c.limited[i] = c.limited[i] || limit.known
		if limit.slip && !c.limited[i] && usages[i].known {
			usages[i] = finding{reason: limit.reason}
		}
	}
}

func (c *Collector) fill(v *collector.Visit, usages, limits []finding) {
	for i, q := range c.queries {
		if limits[i].known {
			v.Limit(q.Metric, limits[i].value)
		}
		if usages[i].known {
			v.Gauge(q.Metric, usages[i].value)
		} else {
			v.Unknown(q.Metric, usages[i].reason)
		}
	}
}
