package sources

import (
	"crypto/tls"
	"fmt"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/aliyun"
	"github.com/brimwatch/brimwatch/collector/emqx"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/collector/hivemq"
	"github.com/brimwatch/brimwatch/collector/mosquitto"
	"github.com/brimwatch/brimwatch/collector/nanomq"
	"github.com/brimwatch/brimwatch/collector/nats"
	"github.com/brimwatch/brimwatch/collector/prometheus"
	"github.com/brimwatch/brimwatch/collector/rabbitmq"
	"github.com/brimwatch/brimwatch/collector/redis"
	"github.com/brimwatch/brimwatch/collector/rocketmq"
	"github.com/brimwatch/brimwatch/collector/vernemq"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// newCollector makes the Collector of one source.
func (s *Sources) newCollector(p planned) (collector.Collector, error) {
	if p.from.Type == cloudSource {
		return newBatch(&p)
	}
	tlsConfig, err := p.from.TLS.Load()
	if err != nil {
		return nil, err
	}
	if len(p.from.Nodes) > 0 && p.from.Type != "rabbitmq" { // which puts its nodes together itself
		return s.newCluster(&p.from, tlsConfig)
	}
	return s.newNode(&p.from, tlsConfig)
}

// newBatch makes the Collector of instances that a cloud answers for.
func newBatch(p *planned) (collector.Collector, error) {
	if p.cloud == nil {
		return nil, fmt.Errorf("the account %s is not one of a cloud", p.from.Account)
	}
	kind, ok := aliyun.ParseKind(p.from.Kind)
	if !ok {
		return nil, fmt.Errorf("kind %q is not known", p.from.Kind)
	}
	return aliyun.New(aliyun.CollectorOptions{Account: p.cloud, Region: p.from.Region, Kind: kind, Instances: p.ids(), MessageTPS: p.messageTPS(), Every: p.from.Interval})
}

// newCluster makes the Collector of instances that several nodes tell of.
func (s *Sources) newCluster(c *config.Source, tlsConfig *tls.Config) (_ collector.Collector, err error) {
	o := collector.ClusterOptions{Interval: c.Interval, Largest: largest(c), Shared: shared(c)}
	defer func() {
		if err != nil {
			for _, n := range o.Nodes {
				_ = n.Collector.Close() // it has not connected
			}
		}
	}()
	for _, u := range c.Nodes {
		node := *c
		node.URL, node.Nodes = u, nil
		read, err := s.newNode(&node, tlsConfig)
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", config.ShownURL(u), err)
		}
		o.Nodes = append(o.Nodes, collector.Node{Name: config.ShownURL(u), Collector: read})
	}
	return collector.NewCluster(o)
}

// largest are the metrics of which every node tells the whole, more or less.
func largest(c *config.Source) fleet.MetricSet {
	var set fleet.MetricSet
	for _, m := range fleet.Metrics() {
		if c.Type == "vernemq" && vernemq.Aggregate(m) {
			set = set.With(m)
		}
	}
	for _, m := range c.Mapping {
		if m.Aggregate == "max" {
			set = set.With(m.Metric)
		}
	}
	return set
}

// shared are the metrics whose limit every node tells for the whole cluster.
func shared(c *config.Source) fleet.MetricSet {
	var set fleet.MetricSet
	for _, m := range c.Mapping {
		if m.Limit != nil && m.Limit.Aggregate == "max" {
			set = set.With(m.Metric)
		}
	}
	return set
}

// newNode makes the Collector of one server.
func (s *Sources) newNode(c *config.Source, tlsConfig *tls.Config) (collector.Collector, error) {
	user, password, bearer := c.Username, c.Password.Reveal(), c.Bearer.Reveal()
	switch c.Type {
	case "mosquitto":
		return mosquitto.New(mosquitto.Options{URL: c.URL, Username: user, Password: password, TLS: tlsConfig, Logger: s.log})
	case "redis":
		return redis.New(redis.Options{
			URL: c.URL, Username: user, Password: password, TLS: tlsConfig, SubscriptionsEvery: c.SubscriptionsEvery, Logger: s.log,
		})
	case "emqx":
		return emqx.New(emqx.Options{URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, APIURL: c.APIURL, Transport: s.pages})
	case "vernemq":
		return vernemq.New(vernemq.Options{
			URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, APIURL: c.APIURL, Prefix: c.Prefix, Transport: s.pages,
		})
	case "hivemq":
		return hivemq.New(hivemq.Options{URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, Transport: s.pages})
	case "nanomq":
		return nanomq.New(nanomq.Options{
			URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig,
			APIURL: c.APIURL, SubscriptionsEvery: c.SubscriptionsEvery, Transport: s.pages,
		})
	case "rocketmq":
		return rocketmq.New(rocketmq.Options{
			URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, ExporterTPS: rocketmq.Span(c.ExporterTPS), Transport: s.pages,
		})
	case "rabbitmq":
		return rabbitmq.New(rabbitmq.Options{
			URL: c.URL, URLs: c.Nodes, Interval: c.Interval, ManagementURL: c.ManagementURL, VHost: c.VHost, MQTTExchange: c.MQTTExchange,
			Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, SubscriptionsEvery: c.SubscriptionsEvery, Transport: s.pages,
		})
	case "nats":
		return nats.New(nats.Options{
			URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig,
			SubscriptionsEvery: c.SubscriptionsEvery, Transport: s.pages.HTTP(),
		})
	case "prometheus":
		return prometheus.New(prometheus.Options{
			URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, Transport: s.pages.HTTP(), Queries: queriesOf(c.Queries),
			Staleness: c.Staleness,
		})
	case "exposition":
		return exposition.New(exposition.Options{
			URL: c.URL, Username: user, Password: password, Bearer: bearer, TLS: tlsConfig, Mapping: mappingOf(c.Mapping), Transport: s.pages,
		})
	}
	return nil, fmt.Errorf("type %q is not known", c.Type)
}

// queriesOf hands queries over to the Collector of Prometheus servers.
func queriesOf(qs []config.Query) []prometheus.Query {
	out := make([]prometheus.Query, len(qs))
	for i, q := range qs {
		out[i] = prometheus.Query(q)
	}
	return out
}

// mappingOf hands a mapping over to the Collector of exposition pages.
func mappingOf(ms []config.Mapping) []exposition.Metric {
	out := make([]exposition.Metric, len(ms))
	for i, m := range ms {
		out[i] = exposition.Metric{Metric: m.Metric, Series: m.Series, Match: matchesOf(m.Match), Counter: m.Counter, Max: m.Aggregate == "max"}
		if l := m.Limit; l != nil {
			out[i].Limit = &exposition.Limit{Series: l.Series, Match: matchesOf(l.Match), Max: l.Aggregate == "max"}
		}
	}
	return out
}

func matchesOf(ms []config.Match) []exposition.Match {
	out := make([]exposition.Match, len(ms))
	for i, m := range ms {
		out[i] = exposition.Match(m)
	}
	return out
}
