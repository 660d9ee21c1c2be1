package rabbitmq

import (
	"context"
	"fmt"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// What is said when something cannot be told.
const (
	noManagement = "MQTT clients have logged in, and RabbitMQ's page counts a client and not its subscriptions: set management_url"
	notApart     = "the management statistics are disabled, so that RabbitMQ does not tell whose its consumers are, those of MQTT clients, of other virtual hosts or the rest: enable them"
)

// verdict is what is to be said of the instance besides what the pages say; an
// empty one changes nothing.
type verdict struct {
	limit         float64 // of connections; 0 is not told at this visit
	connections   figure
	messages      figure // only ever a reason
	subscriptions figure
}

// figure replaces that of the pages: by a reason, or by a value.
type figure struct {
	why   string
	value float64
	set   bool
}

// judge asks the management API when it is time to, and weighs what it tells
// against the pages.
func (c *Collector) judge(ctx context.Context) verdict {
	if c.api == nil {
		out := verdict{limit: c.now.sockets}
		if c.now.mqtt {
			out.subscriptions.why = noManagement
		}
		return out
	}
	s, fresh, err := c.survey.Get(ctx)
	if fresh {
		c.found = &s
	}
	var out verdict
	c.share(&out, err)
	// Told only when all of it is new: the limit of the nodes alone would take the
	// place of the tighter one of a virtual host.
	if fresh {
		out.limit = c.limit(&s)
	}
	if c.now.consumersKnown {
		out.subscriptions = c.weigh(ctx)
	}
	return out
}

// limit returns the tightest limit of the instance's connections.
func (c *Collector) limit(s *survey) float64 {
	sockets := c.now.sockets
	if !s.onlyVHost {
		sockets = 0 // shared with other virtual hosts
	}
	vhosts := s.limit
	if c.partial(s) != nil {
		vhosts = 0 // of the whole cluster
	}
	if sockets > 0 && vhosts > 0 {
		return min(sockets, vhosts)
	}
	return max(sockets, vhosts)
}

// share finds out whether the figures of the pages are the instance's, or those of
// other virtual hosts, too. err is why that could not be renewed.
func (c *Collector) share(out *verdict, err error) {
	s := c.found
	switch {
	case c.vhost == "", s != nil && s.onlyVHost:
		return
	case s == nil:
		out.messages.why = "it is not known whether other virtual hosts have a share in the figures of the page: " + err.Error()
		out.connections.why = out.messages.why
		return
	}
	out.messages.why = fmt.Sprintf("the page tells the messages of all virtual hosts together, and others than %q have connections: leave vhost out to watch the whole broker", c.vhost)
	switch partial := c.partial(s); {
	case err != nil:
		out.connections.why = "the connections of this virtual host could not be counted: " + err.Error()
	case partial != nil:
		out.connections.why = partial.Error()
	default:
		out.connections = figure{value: float64(s.own), set: true}
	}
}

// weigh tells how many subscriptions there are.
func (c *Collector) weigh(ctx context.Context) figure {
	// As long as there is nothing of MQTT, those of the page are right, and newer.
	page := c.vhost == "" || c.found != nil && c.found.onlyVHost
	if c.found == nil {
		return c.without(page, c.survey.Err())
	}
	if err := c.partial(c.found); err != nil {
		return c.without(page, err)
	}
	t, _, err := c.subscriptions.Get(ctx)
	if err != nil {
		return c.without(page, fmt.Errorf("subscriptions could not be counted: %w", err))
	}
	c.sessions = c.sessions || t.mqtt > 0
	switch {
	case page && !c.now.mqtt && t.mqtt == 0:
		return figure{}
	case t.mixed:
		return figure{why: notApart}
	}
	return figure{value: t.amqp + float64(t.mqtt), set: true}
}

// without tells the subscriptions when they could not be counted.
func (c *Collector) without(page bool, err error) figure {
	if page && !c.now.mqtt && !c.sessions {
		return figure{}
	}
	return figure{why: err.Error()}
}

// tell fills in a visit that the pages have filled.
func (d *verdict) tell(v *collector.Visit) {
	d.messages.tell(v, fleet.SendTPS)
	d.messages.tell(v, fleet.ReceiveTPS)
	d.connections.tell(v, fleet.Connections)
	d.subscriptions.tell(v, fleet.Subscriptions)
	v.Limit(fleet.Connections, d.limit)
}

func (f *figure) tell(v *collector.Visit, m fleet.Metric) {
	switch {
	case f.why != "":
		v.Unknown(m, f.why)
	case f.set:
		v.Gauge(m, f.value)
	}
}
