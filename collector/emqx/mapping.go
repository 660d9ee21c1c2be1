package emqx

import (
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/exposition"
	"github.com/brimwatch/brimwatch/fleet"
)

// mapping says what the series of EMQX mean. The *_max series are no limits:
// they are the highest figures ever seen.
func mapping() []exposition.Metric {
	return []exposition.Metric{
		{Metric: fleet.SendTPS, Series: "emqx_messages_received", Counter: true},
		{Metric: fleet.ReceiveTPS, Series: "emqx_messages_sent", Counter: true},
		// connections_count also counts persistent sessions without a client, but
		// EMQX 5.0 has nothing better.
		{Metric: fleet.Connections, Series: "emqx_live_connections_count", Fallback: []string{"emqx_connections_count"}},
		{Metric: fleet.Subscriptions, Series: "emqx_subscriptions_count"},
	}
}

// extras are what a licence is held against. Both are the cluster's, and every
// node tells the same figure.
func extras() []exposition.Extra {
	return []exposition.Extra{
		{Series: "emqx_cluster_sessions_count", Max: true},
		{Series: "emqx_license_max_sessions", Max: true},
	}
}

// licensed is what a page says about the licence.
type licensed struct {
	sessions exposition.Seen // of clients that are connected and of those that are away
	most     exposition.Seen // sessions that the licence allows
}

// note keeps what a page says about the licence.
func (c *Collector) note(_ *collector.Visit, seen []exposition.Seen, _ time.Time) {
	c.licensed = licensed{sessions: seen[0], most: seen[1]}
}

// apply tells a visit what the page says about the licence, and the connections
// as the licence counts them: with as many sessions as it allows, EMQX refuses
// newcomers, whoever of them is connected.
func (c *Collector) apply(v *collector.Visit) {
	if c.oneNode {
		return
	}
	sessions, most := c.licensed.sessions, c.licensed.most
	if most.Good() {
		v.Limit(fleet.Connections, most.Value)
	}
	if !c.bySessions && (!most.Good() || most.Value == 0) {
		return
	}
	switch {
	case sessions.Good():
		v.Gauge(fleet.Connections, sessions.Value)
	case sessions.Named:
		v.Unknown(fleet.Connections, "the licence counts sessions, and series emqx_cluster_sessions_count cannot be read")
	}
}
