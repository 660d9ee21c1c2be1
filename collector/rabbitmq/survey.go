package rabbitmq

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// survey is what the management API tells of the broker besides subscriptions.
type survey struct {
	running int      // nodes of the cluster that run
	vhosts  []string // those that the instance consists of
	limit   float64  // how many connections they take in together; 0 is no limit
	// onlyVHost means that no other virtual host has connections, so that the figures of
	// the page are the instance's.
	onlyVHost bool
	own       int // connections of the instance, when other virtual hosts have connections too
}

// lookAround makes a survey. What it asks for takes a user that may see all
// virtual hosts; nodes are asked for first, since without that right the other
// answers would just be shorter.
func (c *Collector) lookAround(ctx context.Context) (survey, error) {
	defer c.api.site.Close() // nothing to keep for a minute
	answer, err := c.api.get(ctx, "/nodes", "name,running")
	if err != nil {
		return survey{}, err
	}
	s := survey{onlyVHost: true}
	if s.running, err = runningIn(answer); err != nil {
		return survey{}, err
	}
	if answer, err = c.api.get(ctx, "/vhosts", "name"); err != nil {
		return survey{}, err
	}
	there, err := namesIn(answer)
	if err != nil {
		return survey{}, err
	}
	s.vhosts = there
	if c.vhost != "" {
		if s.vhosts = []string{c.vhost}; !slices.Contains(there, c.vhost) {
			return survey{}, httpget.PlainError("there is no virtual host " + strconv.Quote(c.vhost) + " in this RabbitMQ: check vhost")
		}
	}
	if answer, err = c.api.get(ctx, "/vhost-limits", ""); err != nil {
		return survey{}, err
	}
	if s.limit, err = limitIn(answer, s.vhosts); err != nil {
		return survey{}, err
	}
	if len(there) == len(s.vhosts) {
		return s, nil
	}
	if answer, err = c.api.get(ctx, "/connections", "vhost"); err != nil {
		return survey{}, err
	}
	own, others, err := connectionsIn(answer, c.vhost)
	s.own, s.onlyVHost = own, others == 0
	return s, err
}

// runningIn counts the nodes that run.
func runningIn(answer []byte) (int, error) {
	type one struct {
		Running *bool `json:"running"`
	}
	nodes, err := list(answer, func(n *one) bool { return n.Running != nil })
	n := 0
	for i := range nodes {
		if *nodes[i].Running {
			n++
		}
	}
	return n, err
}

// namesIn returns the names of virtual hosts.
func namesIn(answer []byte) ([]string, error) {
	type one struct {
		Name string `json:"name"`
	}
	vhosts, err := list(answer, func(v *one) bool { return v.Name != "" })
	if err != nil {
		return nil, err
	}
	if len(vhosts) == 0 {
		return nil, httpget.PlainError("RabbitMQ names no virtual host: this user sees none")
	}
	out := make([]string, len(vhosts))
	for i := range vhosts {
		out[i] = vhosts[i].Name
	}
	return out, nil
}

// limitIn returns how many connections these virtual hosts take in together; 0
// when one of them has no limit.
func limitIn(answer []byte, vhosts []string) (float64, error) {
	type one struct {
		VHost string          `json:"vhost"`
		Value json.RawMessage `json:"value"` // an object; one without members is written as a list
	}
	limits, err := list(answer, func(l *one) bool { return l.VHost != "" && len(l.Value) > 0 && string(l.Value) != "null" })
	if err != nil {
		return 0, err
	}
	most := make(map[string]float64, len(limits))
	for _, l := range limits {
		var none []struct{}
		if json.Unmarshal(l.Value, &none) == nil && none != nil && len(none) == 0 {
			continue
		}
		var value struct {
			Connections float64 `json:"max-connections"` // below 0 is no limit
		}
		if json.Unmarshal(l.Value, &value) != nil {
			return 0, errForm
		}
		most[l.VHost] = value.Connections
	}
	sum := 0.0
	for _, name := range vhosts {
		if most[name] <= 0 {
			return 0, nil
		}
		sum += most[name]
	}
	return sum, nil
}

// connectionsIn counts the connections of a virtual host, and those of others.
func connectionsIn(answer []byte, vhost string) (own, others int, err error) {
	type one struct {
		VHost string `json:"vhost"`
	}
	all, err := list(answer, func(*one) bool { return true })
	for i := range all {
		switch all[i].VHost {
		case vhost:
			own++
		case "": // one that has not said yet where it belongs
		default:
			others++
		}
	}
	return own, others, err
}

// partial says that not all nodes of the cluster are read, nil when all are.
func (c *Collector) partial(s *survey) error {
	if s.running <= len(c.nodes) {
		return nil
	}
	return fmt.Errorf("the cluster has %d running nodes, of which %d is read, and the management API tells it for the whole cluster only: give all nodes as urls", s.running, len(c.nodes))
}
