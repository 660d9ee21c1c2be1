package mosquitto

import (
	"errors"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/brimwatch/brimwatch/collector/collectortest"
	"github.com/brimwatch/brimwatch/test/server"
)

// peer is the far side of one connection, which speaks MQTT.
type peer struct{ collectortest.Peer }

// script starts a server that does to each connection what its script says.
func script(t testing.TB, serve func(p peer)) *collectortest.Scripted {
	t.Helper()
	return collectortest.Script(t, func(p collectortest.Peer) { serve(peer{p}) })
}

// packet reads the next packet; nil at the end.
func (p peer) packet() packets.ControlPacket {
	next, err := packets.ReadPacket(p.R)
	if err != nil {
		return nil
	}
	return next
}

func (p peer) send(c packets.ControlPacket) { _ = c.Write(p) }

// accept answers CONNECT, and SUBSCRIBE with grant for each filter; then it
// sends the retained messages and answers the ping. It is false when the
// Collector went before.
func (p peer) accept(grant byte, retained ...[2]string) bool {
	if _, ok := p.packet().(*packets.ConnectPacket); !ok {
		return false
	}
	p.send(&packets.ConnackPacket{FixedHeader: packets.FixedHeader{MessageType: packets.Connack}})
	sub, ok := p.packet().(*packets.SubscribePacket)
	if !ok {
		return false
	}
	codes := make([]byte, len(sub.Topics))
	for i := range codes {
		codes[i] = grant
	}
	p.send(&packets.SubackPacket{
		FixedHeader: packets.FixedHeader{MessageType: packets.Suback}, MessageID: sub.MessageID, ReturnCodes: codes,
	})
	for _, m := range retained {
		p.publish(m[0], m[1], true)
	}
	return p.pong()
}

// pong answers the next ping.
func (p peer) pong() bool {
	if _, ok := p.packet().(*packets.PingreqPacket); !ok {
		return false
	}
	p.send(packets.NewControlPacket(packets.Pingresp))
	return true
}

func (p peer) publish(topic, payload string, retained bool) {
	p.send(&packets.PublishPacket{
		FixedHeader: packets.FixedHeader{MessageType: packets.Publish, Retain: retained},
		TopicName:   topic, Payload: []byte(payload),
	})
}

// lost waits until the Collector's connection has ended.
func lost(t testing.TB, c *Collector) error {
	t.Helper()
	late := time.NewTimer(server.Patience)
	defer late.Stop()
	select {
	case <-c.session.done:
		return c.session.err
	case <-late.C:
		t.Fatal("the connection does not end")
		return errors.New("unreachable")
	}
}
