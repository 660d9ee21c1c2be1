// Package nanomq reads NanoMQ through its page of metrics in the Prometheus text
// format, /api/v4/prometheus, and counts subscriptions through the REST API
// beside it. The page is read by package exposition; what belongs to NanoMQ is
// when its totals are believed, and how subscriptions are counted.
//
// docs/sources/nanomq.md says which rights it takes and which limits hold.
package nanomq

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// apiPath is what the paths of the REST API begin with.
	apiPath = "/api/v4"
	// defaultPath is where NanoMQ shows its figures.
	defaultPath = apiPath + pagePath
	pagePath    = "/prometheus"
	// example is how a URL is written.
	example = "http://nanomq.example.com:8081"
	// subscriptionsEvery is how often subscriptions are counted unless it is said:
	// NanoMQ lists all of them for that.
	subscriptionsEvery = 5 * time.Minute
)

// Options says which NanoMQ is read, and as whom.
type Options struct {
	// URL is where the HTTP server is, http://host:8081 as a rule. A path in it
	// replaces the usual one, /api/v4/prometheus.
	URL string
	// Username and Password are those of http_server in NanoMQ's configuration; or
	// Bearer is a token, with auth_type = jwt.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// APIURL is where subscriptions are counted. Empty: where the page is.
	APIURL string
	// SubscriptionsEvery is how often they are counted; 0 is every five minutes,
	// below 0 never.
	SubscriptionsEvery time.Duration
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// Collector reads one NanoMQ. It is a collector.Collector.
type Collector struct {
	page          *exposition.Collector
	site          *httpget.Site // nil: subscriptions are not counted
	subscriptions *httpget.Cached[int]
	// counts means that this NanoMQ was seen to count messages.
	counts bool
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	u, err := httpget.Complete(o.URL, defaultPath, example)
	if err != nil {
		return nil, err
	}
	c := &Collector{}
	c.page, err = exposition.New(exposition.Options{
		URL: u.String(), TLS: o.TLS, Transport: o.Transport,
		Username: o.Username, Password: o.Password, Bearer: o.Bearer,
		Mapping: mapping(), Extra: []exposition.Extra{{Series: "nanomq_messages_dropped"}}, Revise: c.revise,
	})
	if err != nil {
		return nil, err
	}
	if o.SubscriptionsEvery < 0 {
		if o.APIURL != "" {
			return nil, errors.New("api_url is given, but subscriptions are never counted")
		}
		return c, nil
	}
	api := httpget.Options{Username: o.Username, Password: o.Password, Bearer: o.Bearer, Transport: o.Transport.HTTP()}
	if api.URL = o.APIURL; api.URL == "" {
		api.URL = httpget.Beside(u, pagePath)
	}
	base, err := httpget.Complete(api.URL, apiPath, example)
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	api.URL = base.String()
	if c.site, err = httpget.NewSiteBeside(api, o.TLS); err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	every := o.SubscriptionsEvery
	if every == 0 {
		every = subscriptionsEvery
	}
	c.subscriptions = httpget.NewCached(every, c.count)
	return c, nil
}

// mapping says what the series of NanoMQ mean. The *_max series are no limits:
// they are the highest figures that the page ever showed.
func mapping() []exposition.Metric {
	return []exposition.Metric{
		{Metric: fleet.SendTPS, Series: "nanomq_messages_received", Counter: true},
		{Metric: fleet.ReceiveTPS, Series: "nanomq_messages_sent", Counter: true},
		{Metric: fleet.Connections, Series: "nanomq_connections_count"},
	}
}

// notCounted is the reason when all totals of messages are 0 with clients there.
const notCounted = "NanoMQ tells 0 messages since its start although clients are connected: either none was published so far, or this build counts no messages (built without STATISTICS)"

// revise takes the totals of messages out as long as nothing shows that this
// NanoMQ counts any: builds without statistics show 0 for ever.
func (c *Collector) revise(v *collector.Visit, seen []exposition.Seen, _ time.Time) {
	in, _, toldIn := v.CounterOf(fleet.SendTPS)
	out, _, toldOut := v.CounterOf(fleet.ReceiveTPS)
	if in > 0 || out > 0 || seen[0].Value > 0 {
		c.counts = true
	}
	// Without clients there is nothing to count, and 0 is true in any build.
	if clients, known := v.GaugeOf(fleet.Connections); c.counts || known && clients == 0 {
		return
	}
	if toldIn {
		v.Unknown(fleet.SendTPS, notCounted)
	}
	if toldOut {
		v.Unknown(fleet.ReceiveTPS, notCounted)
	}
}

// Collect implements collector.Collector. A page that is read counts whether or
// not subscriptions can be counted.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	if err := c.page.Collect(ctx, visits); err != nil {
		return err
	}
	n, why := c.subscribed(ctx)
	for i := range visits {
		if why == "" {
			visits[i].Gauge(fleet.Subscriptions, float64(n))
		} else {
			visits[i].Unknown(fleet.Subscriptions, why)
		}
	}
	return nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	if c.site != nil {
		c.site.Close()
	}
	return c.page.Close()
}
