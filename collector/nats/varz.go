package nats

import (
	"encoding/json"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

// varz is what /varz tells, as far as it is needed. Keys come and go between
// versions (twelve new ones from 2.9 to 2.15), so each may be missing.
type varz struct {
	ServerID       string    `json:"server_id"`
	Now            time.Time `json:"now"`
	Start          time.Time `json:"start"`
	Connections    *float64  `json:"connections"`
	MaxConnections float64   `json:"max_connections"`
	// The totals of all that passes through, and of clients alone, which newer
	// versions tell apart.
	InMsgs        *float64 `json:"in_msgs"`
	OutMsgs       *float64 `json:"out_msgs"`
	InClientMsgs  *float64 `json:"in_client_msgs"`
	OutClientMsgs *float64 `json:"out_client_msgs"`

	Routes    int `json:"routes"`
	LeafNodes int `json:"leafnodes"`
	Cluster   struct {
		Port int `json:"cluster_port"`
	} `json:"cluster"`
	Gateway struct {
		Name string `json:"name"`
	} `json:"gateway"`
	Leaf struct {
		Port    int               `json:"port"`
		Remotes []json.RawMessage `json:"remotes"`
	} `json:"leaf"`
	MQTT struct {
		Port int `json:"port"`
	} `json:"mqtt"`
}

// Reasons why a figure is not told.
const (
	noConnections = "the server's /varz tells no connections"
	noMessages    = "the server's /varz tells no messages"
	withOthers    = "this version of NATS counts messages of other servers (cluster, gateway or leaf nodes) together with those of its clients: a newer one tells them apart (in_client_msgs)"
	mqttIsOn      = "MQTT is on, and NATS does not count what it delivers to MQTT clients"
)

// fill tells what /varz says. Messages the server takes from clients are
// send_tps, those it delivers receive_tps.
func (v *varz) fill(visit *collector.Visit) {
	visit.Started(v.Start)
	if v.Connections != nil {
		visit.Gauge(fleet.Connections, *v.Connections)
	} else {
		visit.Unknown(fleet.Connections, noConnections)
	}
	visit.Limit(fleet.Connections, v.MaxConnections)
	v.messages(visit, fleet.SendTPS, v.InClientMsgs, v.InMsgs)
	if v.MQTT.Port != 0 {
		visit.Unknown(fleet.ReceiveTPS, mqttIsOn)
	} else {
		v.messages(visit, fleet.ReceiveTPS, v.OutClientMsgs, v.OutMsgs)
	}
}

// messages tells a total: that of the clients, or that of everything where the
// server has nobody else to speak with.
func (v *varz) messages(visit *collector.Visit, m fleet.Metric, clients, all *float64) {
	switch {
	case clients != nil:
		visit.Counter(m, *clients, v.Now)
	case all == nil:
		visit.Unknown(m, noMessages)
	case v.withOthers():
		visit.Unknown(m, withOthers)
	default:
		visit.Counter(m, *all, v.Now)
	}
}

// withOthers tells whether the server is set up to speak with other servers. That
// they are there at the moment is not asked: a total goes on holding what came
// from them before.
func (v *varz) withOthers() bool {
	return v.Routes > 0 || v.LeafNodes > 0 || v.Cluster.Port != 0 || v.Gateway.Name != "" || v.Leaf.Port != 0 || len(v.Leaf.Remotes) > 0
}
