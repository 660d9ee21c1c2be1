package redis

import (
	"bytes"
	"strconv"
	"time"
)

// field is a number of INFO that is used here.
type field uint8

const (
	serverTime       field = iota // microseconds since 1970; from 6.2 on
	uptime                        // seconds
	connectedClients              // with us, without replicas
	maxClients                    // from 6.2 on
	usedMemory                    // bytes
	maxMemory                     // bytes, 0 is none
	commandsProcessed
	connectionsReceived
	pubsubChannels // names, not subscriptions
	pubsubPatterns
	pubsubShards // from 7.0 on

	numFields
)

// fieldOf returns the field that a key of INFO names.
func fieldOf(key []byte) (field, bool) {
	switch string(key) {
	case "server_time_usec":
		return serverTime, true
	case "uptime_in_seconds":
		return uptime, true
	case "connected_clients":
		return connectedClients, true
	case "maxclients":
		return maxClients, true
	case "used_memory":
		return usedMemory, true
	case "maxmemory":
		return maxMemory, true
	case "total_commands_processed":
		return commandsProcessed, true
	case "total_connections_received":
		return connectionsReceived, true
	case "pubsub_channels":
		return pubsubChannels, true
	case "pubsub_patterns":
		return pubsubPatterns, true
	case "pubsubshard_channels":
		return pubsubShards, true
	}
	return 0, false
}

// maxNumber is above every figure of a server and exact in a float64.
const maxNumber = 1 << 53

// info is what INFO told.
type info struct {
	figures [numFields]uint64
	known   uint16 // bit set of fields
	odd     uint16 // bit set of fields that the server gave and that are no figures

	commandstats bool   // the server gave the section
	publishes    uint64 // calls of PUBLISH and SPUBLISH
	oddPublishes bool

	runID string // changes with every start of the server
	mode  string // standalone, cluster or sentinel
	role  string // master or slave
}

// figure returns a number, and whether the server gave it.
func (i *info) figure(f field) (uint64, bool) { return i.figures[f], i.known&(1<<f) != 0 }

// clock returns the server's clock; arrival where it tells none.
func (i *info) clock(arrival time.Time) time.Time {
	if us, ok := i.figure(serverTime); ok {
		return time.UnixMicro(int64(us))
	}
	return arrival
}

// names returns how many names (channels, patterns) are subscribed to, and false
// when that is not told. One name may stand for many subscriptions, but none for
// none.
func (i *info) names() (uint64, bool) {
	channels, okC := i.figure(pubsubChannels)
	patterns, okP := i.figure(pubsubPatterns)
	return channels + patterns + i.figures[pubsubShards], okC && okP
}

// parseInfo reads the reply of INFO to its end.
func parseInfo(b *bulk) (info, error) {
	var i info
	skip := false
	for b.left > 0 {
		line, more, err := b.next('\n')
		if err != nil {
			return info{}, err
		}
		// Nothing that is used here has a line that comes in parts.
		if !skip && !more {
			i.line(bytes.TrimSuffix(line, []byte{'\r'}))
		}
		skip = more
	}
	return i, b.end()
}

// line takes one line in.
func (i *info) line(line []byte) {
	if bytes.EqualFold(line, []byte("# Commandstats")) {
		i.commandstats = true
		return
	}
	key, value, ok := bytes.Cut(line, []byte{':'})
	if !ok {
		return
	}
	if f, ok := fieldOf(key); ok {
		i.number(f, value)
		return
	}
	switch string(key) {
	case "cmdstat_publish", "cmdstat_spublish":
		i.calls(value)
	case "run_id":
		i.runID = word(value)
	case "redis_mode":
		i.mode = word(value)
	case "role":
		i.role = word(value)
	}
}

func (i *info) number(f field, value []byte) {
	n, err := strconv.ParseUint(string(value), 10, 64)
	if err != nil || n > maxNumber {
		i.odd |= 1 << f
		i.known &^= 1 << f
		i.figures[f] = 0
		return
	}
	i.figures[f] = n
	i.known |= 1 << f
	i.odd &^= 1 << f
}

// calls adds the calls of a command: "calls=12,usec=…".
func (i *info) calls(value []byte) {
	i.commandstats = true
	first, _, _ := bytes.Cut(value, []byte{','})
	digits, ok := bytes.CutPrefix(first, []byte("calls="))
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if !ok || err != nil || n > maxNumber {
		i.oddPublishes = true
		return
	}
	i.publishes += n
}

// word returns a short word of the server, to be compared with.
func word(value []byte) string {
	return string(value[:min(len(value), 64)])
}
