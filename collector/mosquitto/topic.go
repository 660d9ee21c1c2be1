package mosquitto

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// topic is one of the $SYS topics that are read. Mosquitto and mochi share the
// first three; the other names either belong to one of the two, or mean
// something else in each (messages/received and messages/sent).
type topic uint8

const (
	version topic = iota
	uptime
	connected

	// Mosquitto.
	publishReceived
	publishSent
	subscriptionsCount
	sharedCount

	// mochi. On Mosquitto messages/… count every packet and are not used.
	messagesReceived
	messagesSent
	subscriptions

	numTopics

	notOurs = numTopics
)

// name returns the topic as the broker publishes it.
func (t topic) name() string {
	switch t {
	case version:
		return "$SYS/broker/version"
	case uptime:
		return "$SYS/broker/uptime"
	case connected:
		return "$SYS/broker/clients/connected"
	case publishReceived:
		return "$SYS/broker/publish/messages/received"
	case publishSent:
		return "$SYS/broker/publish/messages/sent"
	case subscriptionsCount:
		return "$SYS/broker/subscriptions/count"
	case sharedCount:
		return "$SYS/broker/shared_subscriptions/count"
	case messagesReceived:
		return "$SYS/broker/messages/received"
	case messagesSent:
		return "$SYS/broker/messages/sent"
	case subscriptions:
		return "$SYS/broker/subscriptions"
	case numTopics:
	}
	return ""
}

// parseTopic finds a topic by its name; notOurs when it is not one that is read.
func parseTopic(name string) topic {
	for t := range numTopics {
		if t.name() == name {
			return t
		}
	}
	return notOurs
}

// topicSet is a set of topics.
type topicSet uint16

func (s topicSet) has(t topic) bool      { return s&(1<<t) != 0 }
func (s topicSet) with(t topic) topicSet { return s | 1<<t }

func (s topicSet) len() int {
	n := 0
	for t := range numTopics {
		if s.has(t) {
			n++
		}
	}
	return n
}

// sharedFilter is a shared subscription that is delivered nothing: $SYS
// versions are published once, at the start of the broker, and retained
// messages do not go to shared subscriptions. It is held because Mosquitto
// tells shared_subscriptions/count only when it changes: our own one makes the
// broker tell it (see hidden in tree.go).
func sharedFilter(clientID string) string {
	return "$share/" + clientID + "/" + version.name()
}

// maxCount is the largest count that is believed. The brokers print differences
// of counts without a sign (2^64-2 for -2), and no true count comes near 2^53,
// up to which a float64 holds whole numbers exactly.
const maxCount = 1 << 53

// parseCount reads a count as both brokers print it: decimal digits alone.
func parseCount(payload []byte) (uint64, error) {
	if len(payload) == 0 {
		return 0, errors.New("the broker told an empty figure")
	}
	n, err := strconv.ParseUint(string(payload), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && n > maxCount:
		return 0, fmt.Errorf("the broker told an impossible figure: %s", shown(payload))
	case err != nil:
		return 0, fmt.Errorf("the broker told something that is not a count: %s", shown(payload))
	}
	return n, nil
}

// parseUptime reads how long the broker has been running: "66 seconds" from
// Mosquitto, "66" from mochi.
func parseUptime(payload []byte) (time.Duration, error) {
	n, err := parseCount([]byte(strings.TrimSuffix(string(payload), " seconds")))
	if err != nil {
		return 0, err
	}
	const longest = uint64(time.Duration(1<<63-1) / time.Second)
	if n > longest {
		return 0, fmt.Errorf("the broker told an impossible uptime: %s", shown(payload))
	}
	return time.Duration(n) * time.Second, nil
}

// shown quotes what a broker sent for a person, cut short.
func shown(payload []byte) string {
	const most = 40
	if len(payload) > most {
		return strconv.Quote(string(payload[:most])) + "…"
	}
	return strconv.Quote(string(payload))
}
