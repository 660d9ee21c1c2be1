// Package nats reads a NATS server through its monitoring port: /varz for
// traffic and connections, /connz for subscriptions.
//
// What looks like the number of subscriptions on /varz and /subsz counts the
// server's own, too (103 for 40 of clients), and /accstatz those of JetStream
// (45); only the sum over the connections is exact, and older versions have
// nothing else. MQTT deliveries are in none of the totals, so they are said to be
// unknown where MQTT is on.
//
// docs/sources/nats.md says what each figure is made of and which limits hold.
package nats

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

// Options says which server is read, and as whom.
type Options struct {
	// URL is that of the monitoring port, http://host:8222; a path is the server's
	// http_base_path.
	URL string
	// Username and Password are sent as HTTP basic authentication (RFC 7617),
	// Bearer as a bearer token (RFC 6750). NATS asks for neither on this port; a
	// proxy in front of it may.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there: then the server's certificate is
	// checked against the system's authorities.
	TLS *tls.Config
	// Transport says how connections are made; nil is as the environment says.
	Transport *httpget.Transport
	// SubscriptionsEvery is how often subscriptions are counted at most, which
	// costs one page for each 1024 connections. 0 is at each visit as long as one
	// page is enough, else every minute.
	SubscriptionsEvery time.Duration
}

// Collector reads one NATS server. It is a collector.Collector.
type Collector struct {
	site          *httpget.Site
	subscriptions tally
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	if o.SubscriptionsEvery < 0 {
		return nil, errors.New("subscriptions_every must not be below zero")
	}
	site, err := httpget.NewSite(httpget.Options{
		URL: o.URL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, TLS: o.TLS, Transport: o.Transport,
	})
	if err != nil {
		return nil, err
	}
	return &Collector{site: site, subscriptions: tally{every: o.SubscriptionsEvery}}, nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	c.site.Close()
	return nil
}

// Collect implements collector.Collector. The server has one set of figures; all
// visits get it. When only the subscriptions cannot be counted, the others are
// told.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	var v varz
	got, err := c.site.Get(ctx, httpget.Ask{Path: "/varz"}, &v)
	if err != nil {
		return err
	}
	if v.ServerID == "" {
		return fmt.Errorf("%s: the answer is JSON, but not that of a NATS server's /varz: is the url right?", c.site.Place())
	}
	if v.Now.IsZero() {
		v.Now = got.Arrived
	}
	if c.subscriptions.due(&v, got.Arrived) {
		c.subscriptions.take(&v, got.Arrived, c.count(ctx, &v))
	}
	for i := range visits {
		v.fill(&visits[i])
		c.subscriptions.last.tell(&visits[i], fleet.Subscriptions)
	}
	return nil
}
