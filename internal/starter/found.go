// Package starter writes the first configuration of a host: it looks at what runs there,
// reads the answers to three questions (what to watch, who is told, how long it may be
// used), and writes a file with comments that `check` takes.
//
// Three rules hold. It looks at loopback only, for a bounded time, and sends nothing that is
// secret: a server that wants a login is named, and not tried. It never replaces a file.
// And it invents nothing: a capacity that no server tells is left to be written in.
package starter

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// Found is a server that a source can read.
type Found struct {
	Type  string // of the source: mosquitto
	URL   string // of the source
	What  string // how people know it: Mosquitto 2.0.21
	Login bool   // it tells nothing without a login
	// Beside is the address of a further API of the same server; "" is none.
	Beside string
}

// Place is where a server of some kind may answer.
type Place struct {
	Kind string // mqtt, mqtts, redis or http
	Addr string // host:port
}

// Places are the usual ones on this host.
func Places() []Place {
	var out []Place
	for _, p := range []struct {
		kind  string
		ports []int
	}{
		{"mqtt", []int{1883}}, {"mqtts", []int{8883}}, {"redis", []int{6379}},
		{"http", []int{18083, 15692, 15672, 8222, 8888, 9399}}, // EMQX, RabbitMQ, its management, NATS, VerneMQ, HiveMQ
	} {
		for _, port := range p.ports {
			out = append(out, Place{p.kind, fmt.Sprintf("127.0.0.1:%d", port)})
		}
	}
	return out
}

// within bounds how long a place is asked.
const within = 2 * time.Second

// Look asks all places at once, and lists what answers in the order of the places. Places
// beyond loopback are passed over.
func Look(ctx context.Context, places []Place) []Found {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	answers := make([]*Found, len(places))
	var asking sync.WaitGroup
	for i, p := range places {
		if !loopback(p.Addr) {
			continue
		}
		asking.Go(func() { answers[i] = ask(ctx, p) })
	}
	asking.Wait()
	var out []Found
	for _, f := range answers {
		if f != nil {
			out = append(out, *f)
		}
	}
	return joined(out)
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func ask(ctx context.Context, p Place) *Found {
	switch p.Kind {
	case "mqtt":
		return askMQTT(ctx, p.Addr, false)
	case "mqtts":
		return askMQTT(ctx, p.Addr, true)
	case "redis":
		return askRedis(ctx, p.Addr)
	case "http":
		return askPages(ctx, p.Addr)
	}
	return nil
}

// management is what answers at the port of RabbitMQ's management: no source by itself.
const management = "rabbitmq management"

// joined leaves one of several answers of the same server: a broker's own page tells more
// than its MQTT listener, one listener is enough, and RabbitMQ's management belongs to its
// page of metrics.
func joined(all []Found) []Found {
	var out []Found
	beside := ""
	page := func(f Found) bool { return slices.Contains([]string{"emqx", "rabbitmq", "vernemq", "hivemq"}, f.Type) }
	for _, f := range all {
		if f.Type == management {
			beside = f.URL
		}
	}
	for i, f := range all {
		switch {
		case f.Type == management:
			continue
		case f.Type == "mosquitto" && !strings.HasPrefix(f.What, "Mosquitto ") && slices.ContainsFunc(all, page):
			continue // the listener of that broker
		case f.Type == "mosquitto" && slices.ContainsFunc(all[:i], func(g Found) bool { return g.Type == "mosquitto" && g.What == f.What }):
			continue
		case f.Type == "rabbitmq":
			f.Beside = beside
		}
		out = append(out, f)
	}
	return out
}

// Product is the product of the catalogue that instances of a source are of.
func Product(sourceType string) string {
	return cmp.Or(map[string]string{"redis": "redis", "rocketmq": "rocketmq"}[sourceType], "mqtt")
}

// TellsLimits tells whether servers of a source tell capacities themselves.
func TellsLimits(sourceType string) bool {
	return slices.Contains([]string{"redis", "nats"}, sourceType)
}
