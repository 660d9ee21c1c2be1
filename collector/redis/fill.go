package redis

import (
	"errors"
	"fmt"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	noDeliveries = "Redis counts no deliveries to subscribers: set a capacity for send_tps (publishes) or commands_tps instead"
	noMessages   = "Redis counts what is published and not what is delivered, so there is no sum of both: set a capacity for send_tps (publishes) or commands_tps instead"
	noCommands   = "the server's INFO has no commandstats, which hold the number of publishes"
	oddCommands  = "the server's commandstats are not written as Redis does it, so publishes cannot be counted"
)

// fill hands the server's answers over to the Visit.
func (c *Collector) fill(v *collector.Visit, a *answer) {
	i := &a.info
	if !a.started.IsZero() {
		v.Started(a.started)
	}
	v.Unknown(fleet.ReceiveTPS, noDeliveries)
	v.Unknown(fleet.MessageTPS, noMessages)
	switch {
	case i.oddPublishes:
		v.Unknown(fleet.SendTPS, oddCommands)
	case !i.commandstats:
		v.Unknown(fleet.SendTPS, noCommands)
	default:
		v.Counter(fleet.SendTPS, float64(i.publishes), a.clock)
	}
	if n, ok := known(v, i, fleet.CommandsTPS, commandsProcessed, "total_commands_processed"); ok {
		v.Counter(fleet.CommandsTPS, float64(n-min(n, a.ours)), a.clock)
	}
	c.subs.fill(v, i, a.now)
	if n, ok := known(v, i, fleet.Connections, connectedClients, "connected_clients"); ok {
		v.Gauge(fleet.Connections, float64(n-min(n, 1))) // without ours
	}
	if n, ok := known(v, i, fleet.MemoryBytes, usedMemory, "used_memory"); ok {
		v.Gauge(fleet.MemoryBytes, float64(n))
	}
	most, known := i.figure(maxClients)
	if !known {
		most = a.limit
	}
	v.Limit(fleet.Connections, float64(most))
	v.Limit(fleet.MemoryBytes, float64(i.figures[maxMemory])) // 0 is none, which Limit ignores
}

// known returns a figure; where there is none, it says why m is unknown.
func known(v *collector.Visit, i *info, m fleet.Metric, f field, key string) (uint64, bool) {
	n, ok := i.figure(f)
	switch {
	case ok:
	case i.odd&(1<<f) != 0:
		v.Unknown(m, "the server tells a "+key+" that is not a number")
	default:
		v.Unknown(m, "the server's INFO has no "+key)
	}
	return n, ok
}

// report turns a visit that failed into what the visits show: a server that
// takes no further connections is full, not down.
func (c *Collector) report(err error, visits []collector.Visit) error {
	var full fullError
	if !errors.As(err, &full) {
		return fmt.Errorf("%s: %w", c.address.shown, err)
	}
	for i := range visits {
		visits[i].Full(fleet.Connections)
		for _, m := range [...]fleet.Metric{fleet.SendTPS, fleet.CommandsTPS, fleet.Subscriptions, fleet.MemoryBytes} {
			visits[i].Unknown(m, string(full))
		}
		visits[i].Unknown(fleet.ReceiveTPS, noDeliveries)
		visits[i].Unknown(fleet.MessageTPS, noMessages)
	}
	return nil
}
