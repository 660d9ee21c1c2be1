package rocketmq

import (
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

// The series that are looked for, in the order of wanted.
const (
	messagesIn = iota
	messagesOut
	deltaIn
	deltaOut
	deltaBroker
	broker
	exporterTPS
	exporterQPS
	proxy
)

// wanted are the series that are looked for. Those of system topics and groups
// are RocketMQ's own traffic. With metricsInDelta, a label marks every series of
// the broker.
func wanted() []exposition.Extra {
	ours := []exposition.Match{{Name: "is_system", Value: "true", Not: true}, {Name: "aggregation", Value: "delta", Not: true}}
	delta := []exposition.Match{{Name: "aggregation", Value: "delta"}}
	return []exposition.Extra{
		messagesIn:  {Series: "rocketmq_messages_in_total", Match: ours},
		messagesOut: {Series: "rocketmq_messages_out_total", Match: ours},
		deltaIn:     {Series: "rocketmq_messages_in_total", Match: delta},
		deltaOut:    {Series: "rocketmq_messages_out_total", Match: delta},
		deltaBroker: {Series: "rocketmq_broker_permission", Match: delta},
		broker:      {Series: "rocketmq_broker_permission"},
		exporterTPS: {Series: "rocketmq_broker_tps"},
		exporterQPS: {Series: "rocketmq_broker_qps"},
		proxy:       {Series: "rocketmq_proxy_up"},
	}
}

// Reasons why something is unknown.
const (
	inDelta      = "the broker shows differences instead of totals (metricsInDelta=true): no rate can be made of them; set metricsInDelta=false in broker.conf"
	unsaidSpan   = "this page is of the older rocketmq-exporter, of which some releases count messages a second and others a minute under the same name: say which with exporter_tps, or read the brokers' own pages (RocketMQ 5.1 and later)"
	noneYet      = "the broker shows no messages: either none has passed since its start, or enableRequestMetrics is off"
	ofProxy      = "this page is of a RocketMQ proxy, which counts no messages: read the pages of the brokers"
	notRocketMQ  = "the page has neither rocketmq_messages_in_total (a broker) nor rocketmq_broker_tps (the older exporter): is it a page of RocketMQ, with metricsExporterType=PROM?"
	noSockets    = "RocketMQ counts a client once for each of its groups, and once more as a producer, and tells no connections"
	noFilters    = "RocketMQ tells topics and consumer groups, and no subscriptions"
	cannotBeRead = "a line of the series cannot be read, or is no figure: "
)

// reader reads a page; tps is the factor that makes rates of the exporter's
// figures, 0 when it is not known.
type reader struct{ tps float64 }

// read fills a visit by what the page is.
func (r reader) read(v *collector.Visit, seen []exposition.Seen, arrived time.Time) {
	v.Unknown(fleet.Connections, noSockets)
	v.Unknown(fleet.Subscriptions, noFilters)
	counted := seen[messagesIn].Named || seen[messagesOut].Named
	switch {
	case seen[deltaIn].Count+seen[deltaOut].Count+seen[deltaBroker].Count > 0:
		unknown(v, inDelta)
	case counted:
		total(v, fleet.SendTPS, seen[messagesIn], arrived, "rocketmq_messages_in_total")
		total(v, fleet.ReceiveTPS, seen[messagesOut], arrived, "rocketmq_messages_out_total")
	case seen[broker].Named:
		unknown(v, noneYet)
	case seen[exporterTPS].Named || seen[exporterQPS].Named:
		r.exporter(v, seen)
	case seen[proxy].Named:
		unknown(v, ofProxy)
	default:
		unknown(v, notRocketMQ)
	}
}

func unknown(v *collector.Visit, reason string) {
	v.Unknown(fleet.SendTPS, reason)
	v.Unknown(fleet.ReceiveTPS, reason)
}

// total tells a total of the broker. One that is not there is 0, provided that
// the broker counts messages at all: a counter appears with its first message.
func total(v *collector.Visit, m fleet.Metric, s exposition.Seen, arrived time.Time, name string) {
	switch {
	case s.Good():
		v.Counter(m, s.Value, arrived)
	case s.Count == 0 && !s.Broken:
		v.Counter(m, 0, arrived)
	default:
		v.Unknown(m, cannotBeRead+name)
	}
}

// exporter tells the rates that the older exporter makes of the last minute.
func (r reader) exporter(v *collector.Visit, seen []exposition.Seen) {
	if r.tps == 0 {
		unknown(v, unsaidSpan)
		return
	}
	r.rate(v, fleet.SendTPS, seen[exporterTPS], "rocketmq_broker_tps")
	r.rate(v, fleet.ReceiveTPS, seen[exporterQPS], "rocketmq_broker_qps")
}

func (r reader) rate(v *collector.Visit, m fleet.Metric, s exposition.Seen, name string) {
	switch {
	case s.Good():
		v.Gauge(m, s.Value*r.tps)
	case s.Count == 0 && !s.Broken:
		v.Unknown(m, "the page has no series "+name)
	default:
		v.Unknown(m, cannotBeRead+name)
	}
}
