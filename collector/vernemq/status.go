package vernemq

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// errStatus says that /status.json is not what VerneMQ shows.
const errStatus httpget.PlainError = "the status has not the form that VerneMQ gives it, a list with the nodes of the cluster: is this the right address?"

// askLimit asks for how many connections this node takes in; 0 means that it has
// no limit, or tells none.
func (c *Collector) askLimit(ctx context.Context) (float64, error) {
	defer c.site.Close() // nothing to keep for minutes
	var body json.RawMessage
	if _, err := c.site.Get(ctx, httpget.Ask{Path: "/status.json"}, &body); err != nil {
		return 0, err
	}
	return limitOf(body)
}

// node is the part of a node's status that is wanted.
type node struct {
	Listeners []struct {
		Type     string          `json:"type"`
		Status   string          `json:"status"`
		MaxConns json.RawMessage `json:"max_conns"` // a number, or "infinity"
	} `json:"listeners"`
}

// limitOf reads a status: a list of one object with a member for each node, the
// one that was asked first.
func limitOf(status []byte) (float64, error) {
	var list []json.RawMessage
	if json.Unmarshal(status, &list) != nil || len(list) == 0 {
		return 0, errStatus
	}
	d := json.NewDecoder(bytes.NewReader(list[0]))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return 0, errStatus
	}
	if name, err := d.Token(); err != nil || name == json.Delim('}') {
		return 0, errStatus
	}
	var own node
	if d.Decode(&own) != nil {
		return 0, errStatus
	}
	return own.limit(), nil
}

// limit adds up what the running listeners for MQTT clients take in.
func (n *node) limit() float64 {
	sum := 0.0
	for _, l := range n.Listeners {
		switch l.Type {
		case "mqtt", "mqtts", "mqttws", "mqttwss":
		default:
			continue // for other nodes, or for HTTP
		}
		if l.Status != "running" {
			continue
		}
		var most float64
		if json.Unmarshal(l.MaxConns, &most) != nil || most <= 0 {
			return 0
		}
		sum += most
	}
	return sum
}
