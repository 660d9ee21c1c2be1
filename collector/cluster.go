package collector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Node is one server of a cluster.
type Node struct {
	Name      string    // for messages, such as its URL without credentials
	Collector Collector // reads this node for all instances behind the source
}

// ClusterOptions is what a Cluster is built from.
type ClusterOptions struct {
	Nodes []Node
	// Interval is how often the source is read; 0 is DefaultInterval.
	Interval time.Duration
	// Largest are the metrics of which the largest node counts; of all others, the
	// sum of all nodes.
	Largest fleet.MetricSet
	// Shared are the metrics whose limit is that of the whole cluster and told by
	// every node; of all others, the nodes' limits are summed like their usages.
	Shared fleet.MetricSet
}

// Cluster is a Collector that reads instances which run on several nodes, each of
// which tells its own share. Its invariants:
//
//   - the cluster has a figure only when every node has given its share: a node that is
//     missing makes it unknown, never a sum that is too low;
//   - rates are made for each node and then summed, so that a node that restarts
//     is noticed by its own counters, and not hidden in a sum;
//   - a node that refuses newcomers because it is full makes the instance full.
type Cluster struct {
	options ClusterOptions
	began   time.Time
	nodes   []*clusterNode
}

// clusterNode is one node with what is remembered of it.
type clusterNode struct {
	Node
	visits   []Visit
	memories []*memory
	readings []*fleet.Reading
	err      error
	panicked any
}

// NewCluster builds a Cluster; it owns the Collectors of its nodes from then on.
func NewCluster(o ClusterOptions) (*Cluster, error) {
	if len(o.Nodes) == 0 {
		return nil, errors.New("a cluster needs at least one node")
	}
	if o.Interval <= 0 {
		o.Interval = DefaultInterval
	}
	c := &Cluster{options: o, began: time.Now(), nodes: make([]*clusterNode, len(o.Nodes))}
	for i, n := range o.Nodes {
		c.nodes[i] = &clusterNode{Node: n}
	}
	return c, nil
}

// Close implements Collector.
func (c *Cluster) Close() error {
	var errs []error
	for _, n := range c.nodes {
		errs = append(errs, n.Collector.Close())
	}
	return errors.Join(errs...)
}

// Collect implements Collector. All nodes are read at the same time.
func (c *Cluster) Collect(ctx context.Context, visits []Visit) error {
	var under sync.WaitGroup
	for _, n := range c.nodes {
		n.visits = resetVisits(n.visits, len(visits))
		under.Go(func() { n.collect(ctx) })
	}
	under.Wait()
	now := time.Now()
	for _, n := range c.nodes {
		if n.panicked != nil {
			panic(n.panicked) // for the Runner to catch, on its own goroutine
		}
		n.read(&occasion{at: now.UTC(), arrival: now, began: c.began, interval: c.options.Interval, origin: fleet.OriginServer})
	}
	err := c.missing()
	for i := range visits {
		full := c.full(i)
		for m := range fleet.Metric(fleet.NumMetrics) {
			if full.Has(m) {
				visits[i].Full(m)
			}
		}
		if err == nil {
			c.merge(i, &visits[i])
		}
	}
	return err
}

func (n *clusterNode) collect(ctx context.Context) {
	n.panicked = nil
	defer func() { n.panicked = recover() }()
	n.err = n.Collector.Collect(ctx, n.visits)
}

// read makes the readings of one node, so that its counters become rates.
func (n *clusterNode) read(o *occasion) {
	for len(n.memories) < len(n.visits) {
		n.memories = append(n.memories, &memory{})
	}
	if n.err != nil {
		o.failed = plainReason(n.err)
	}
	n.readings = n.readings[:0]
	for i := range n.visits {
		r, _ := n.memories[i].reading(&fleet.Instance{}, &n.visits[i], o)
		n.readings = append(n.readings, r)
	}
}

// missing says which nodes could not be read; nil when all could.
func (c *Cluster) missing() error {
	var words []string
	var cause error
	for _, n := range c.nodes {
		// One that merely has told nothing yet is no fault, unless another one is.
		if n.err != nil && (cause == nil || errors.Is(cause, ErrNotYet)) {
			cause = n.err
		}
		if n.err != nil {
			words = append(words, n.said())
		}
	}
	if cause == nil {
		return nil
	}
	if len(c.nodes) == 1 {
		return cause
	}
	return &missingError{fmt.Sprintf("%d of %d nodes could not be read: %s; a sum without them would be too low",
		len(words), len(c.nodes), strings.Join(words, "; ")), cause}
}

// said returns what kept a node from being read, with its name.
func (n *clusterNode) said() string {
	if text := n.err.Error(); strings.Contains(text, n.Name) {
		return text
	}
	return n.Name + ": " + n.err.Error()
}

// missingError says which nodes are missing, and is what the first of them met.
type missingError struct {
	words string
	cause error
}

// Error returns the words for people.
func (e *missingError) Error() string { return e.words }

// Unwrap returns what the first node met.
func (e *missingError) Unwrap() error { return e.cause }

// full returns the metrics of the i-th instance that are at their limit on a node.
func (c *Cluster) full(i int) fleet.MetricSet {
	var set fleet.MetricSet
	for _, n := range c.nodes {
		set |= n.visits[i].full
	}
	return set
}

// merge tells the i-th visit what all nodes together say.
func (c *Cluster) merge(i int, v *Visit) {
	for _, n := range c.nodes {
		if r := n.readings[i]; !r.Up {
			v.Fail(fmt.Errorf("%s: %s", n.Name, r.Reason))
			return
		}
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		c.usage(i, m, v)
		c.limit(i, m, v)
	}
}

// usage tells the usage of one metric, when every node has told its own.
func (c *Cluster) usage(i int, m fleet.Metric, v *Visit) {
	total, known := 0.0, 0
	var gap string
	for _, n := range c.nodes {
		r := n.readings[i]
		switch {
		case !r.Known.Has(m):
			if reason := r.Gap(m); gap == "" && reason != "" {
				gap = n.Name + ": " + reason
			}
			continue
		case c.options.Largest.Has(m):
			total = max(total, r.Usage[m])
		default:
			total += r.Usage[m]
		}
		known++
	}
	switch {
	case known == len(c.nodes):
		v.Gauge(m, total)
	case gap != "":
		v.Unknown(m, gap)
	case known > 0:
		v.Unknown(m, "not every node tells it")
	}
}

// limit tells the limit of one metric, when every node has told its own; again
// only when one has told it anew, so that its age is known.
func (c *Cluster) limit(i int, m fleet.Metric, v *Visit) {
	total, fresh := 0.0, false
	for _, n := range c.nodes {
		limit := n.readings[i].Limits[m].Value
		fresh = fresh || n.visits[i].limits[m] > 0
		if limit <= 0 {
			return
		}
		if c.options.Shared.Has(m) || c.options.Largest.Has(m) {
			total = max(total, limit)
		} else {
			total += limit
		}
	}
	if fresh {
		v.Limit(m, total)
	}
}
