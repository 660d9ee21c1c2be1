package rabbitmq

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

// node is one node of the broker. Its facts are written by a visit to its page.
type node struct {
	facts facts
}

// facts are what pages tell besides the metrics.
type facts struct {
	sockets float64 // how many connections the nodes take in together; 0 is not told
	mqtt    bool    // MQTT clients have logged in since the start
	others  bool    // clients of other protocols have
	// consumers is the number of consumers in the sense of AMQP. Each MQTT client
	// that subscribes is one or two of them, whatever the number of its filters.
	consumers      float64
	consumersKnown bool
}

// mapping says what the series mean. The totals are those of all protocols and
// kinds of queues; unlike the figures of the management API, they do not depend on
// its statistics, are never late, and hold MQTT in all versions.
//
// rabbitmq_global_consumers and rabbitmq_global_publishers are not used: when a
// client's connection breaks, they keep counting it.
func mapping() []exposition.Metric {
	return []exposition.Metric{
		{Metric: fleet.SendTPS, Series: "rabbitmq_global_messages_received_total", Counter: true},
		{Metric: fleet.ReceiveTPS, Series: "rabbitmq_global_messages_delivered_total", Counter: true},
		{Metric: fleet.Connections, Series: "rabbitmq_connections"},
		{Metric: fleet.Subscriptions, Series: "rabbitmq_consumers"},
	}
}

// What is looked at besides the mapping, in the order of extras.
const (
	seenStart = iota
	seenSockets
	seenMQTT
	seenOthers
)

func extras() []exposition.Extra {
	const logins = "rabbitmq_auth_attempts_succeeded_total"
	protocol := func(not bool, value string) exposition.Match {
		return exposition.Match{Name: "protocol", Value: value, Not: not}
	}
	return []exposition.Extra{
		seenStart:   {Series: "process_start_time_seconds", Max: true},
		seenSockets: {Series: "rabbitmq_process_max_tcp_sockets"},
		seenMQTT:    {Series: logins, Match: []exposition.Match{protocol(false, "mqtt")}},
		seenOthers:  {Series: logins, Match: []exposition.Match{protocol(true, "mqtt"), protocol(true, "http")}},
	}
}

// revise notes what the page tells besides the metrics. A node that was started
// anew is known by its start, also when its totals are higher than before.
func (n *node) revise(v *collector.Visit, seen []exposition.Seen, _ time.Time) {
	if start := seen[seenStart]; start.Good() && start.Value < 1<<33 {
		v.Started(time.Unix(int64(start.Value), 0))
	}
	n.facts = facts{mqtt: seen[seenMQTT].Value > 0, others: seen[seenOthers].Value > 0}
	if s := seen[seenSockets]; s.Good() {
		n.facts.sockets = s.Value
	}
}

// readPages makes the Collector of the pages.
func (c *Collector) readPages(o *Options) error {
	var cluster collector.ClusterOptions
	for _, raw := range o.URLs {
		u, err := pageURL(raw)
		if err != nil {
			return err
		}
		n := &node{}
		page := exposition.Options{
			URL: u.String(), Transport: o.Transport, Username: o.Username, Password: o.Password, Bearer: o.Bearer,
			Mapping: mapping(), Extra: extras(), Revise: n.revise,
		}
		if u.Scheme == "https" {
			page.TLS = o.TLS
		}
		read, err := exposition.New(page)
		if err != nil && len(o.URLs) > 1 {
			err = fmt.Errorf("node %s: %w", u.Host, err)
		}
		if err != nil {
			return err
		}
		c.nodes = append(c.nodes, n)
		cluster.Nodes = append(cluster.Nodes, collector.Node{Name: u.Host, Collector: read})
	}
	if len(cluster.Nodes) == 1 {
		c.pages = cluster.Nodes[0].Collector
		return nil
	}
	cluster.Interval = o.Interval
	var err error
	c.pages, err = collector.NewCluster(cluster)
	return err
}
