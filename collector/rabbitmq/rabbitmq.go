// Package rabbitmq reads RabbitMQ through two of its plugins. The page of
// rabbitmq_prometheus tells messages and connections, at every visit; the
// management API tells what the page has not: the limits of virtual hosts, how
// the connections spread over them, and MQTT subscriptions. It is asked seldom,
// and what goes wrong with it does not harm the figures of the page.
//
// A page is that of one node. The Collector reads the pages of all nodes of a
// cluster and sums them; the management API answers for the whole cluster.
//
// docs/sources/rabbitmq.md says which rights it takes and which limits hold.
package rabbitmq

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/httpget"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// limitsEvery is how often limits are asked for unless it is said.
	limitsEvery = time.Minute
	// subscriptionsEvery is how often subscriptions are counted unless it is said:
	// RabbitMQ lists all bindings for that.
	subscriptionsEvery = 5 * time.Minute
	// mqttExchange is the exchange of RabbitMQ's MQTT plugin unless its
	// configuration (mqtt.exchange) names another.
	mqttExchange = "amq.topic"
)

// Options says which RabbitMQ is read, and as whom.
type Options struct {
	// URL is where the Prometheus plugin is, http://host:15692 as a rule. A path in
	// it replaces the usual one, /metrics.
	URL string
	// URLs are those of all nodes of a cluster, in place of URL.
	URLs []string
	// Interval is how often the source is read, for a cluster: rates are made for
	// each node there. 0 is collector.DefaultInterval.
	Interval time.Duration
	// ManagementURL is where the management plugin is, http://host:15672 as a rule;
	// of a cluster, any one node's. Empty: no limits of virtual hosts are told, and
	// no MQTT subscriptions.
	ManagementURL string
	// Username and Password are those of a user with the tag monitoring; or Bearer is
	// a token. They are sent to the page, too.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there.
	TLS *tls.Config
	// VHost is the virtual host that the instance consists of. Empty: all of them.
	VHost string
	// MQTTExchange is mqtt.exchange of RabbitMQ's configuration. Empty: amq.topic.
	MQTTExchange string
	// LimitsEvery is how often limits are asked for; 0 is every minute.
	LimitsEvery time.Duration
	// SubscriptionsEvery is how often subscriptions are counted; 0 is every five
	// minutes.
	SubscriptionsEvery time.Duration
	// Transport holds what Collectors share; see exposition.Options.
	Transport *exposition.Transport
}

// Collector reads one broker. It is a collector.Collector.
type Collector struct {
	vhost string
	nodes []*node
	pages collector.Collector // the node's, or a collector.Cluster of them

	api           *management // nil: not asked
	survey        *httpget.Cached[survey]
	subscriptions *httpget.Cached[subscriptions]

	now      facts   // what the pages told at this visit
	found    *survey // the last that was made; nil before
	sessions bool    // MQTT subscriptions were seen, be it of clients that are away
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	c := &Collector{vhost: o.VHost}
	if err := c.readPages(&o); err != nil {
		return nil, err
	}
	if o.ManagementURL == "" {
		return c, nil
	}
	var err error
	if c.api, err = newManagement(&o); err != nil {
		return nil, err
	}
	c.survey = httpget.NewCached(o.LimitsEvery, c.lookAround)
	c.subscriptions = httpget.NewCached(o.SubscriptionsEvery, c.countSubscriptions)
	return c, nil
}

// Collect implements collector.Collector. Pages that are read count whether or
// not the management API answers.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	if err := c.pages.Collect(ctx, visits); err != nil {
		return err
	}
	if len(visits) == 0 {
		return nil
	}
	c.now = c.gather(&visits[0])
	say := c.judge(ctx)
	for i := range visits {
		say.tell(&visits[i])
	}
	return nil
}

// LimitsErr says why limits could not be read when they were asked for last; nil
// when they could, or when they are not asked for.
func (c *Collector) LimitsErr() error {
	if c.survey == nil {
		return nil
	}
	return c.survey.Err()
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	if c.api != nil {
		c.api.site.Close()
	}
	return c.pages.Close()
}

// gather adds up what the pages told, of which v is a visit.
func (c *Collector) gather(v *collector.Visit) facts {
	var all facts
	known := true
	for _, n := range c.nodes {
		all.mqtt = all.mqtt || n.facts.mqtt
		all.others = all.others || n.facts.others
		known = known && n.facts.sockets > 0
		all.sockets += n.facts.sockets
	}
	if !known {
		all.sockets = 0
	}
	all.consumers, all.consumersKnown = v.GaugeOf(fleet.Subscriptions)
	return all
}
