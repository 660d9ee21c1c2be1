package mosquitto

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/brimwatch/brimwatch/test/server"
)

// scripted is a server that does to each connection what its script says. It
// is for what real brokers do not do on demand.
type scripted struct {
	addr  string
	conns atomic.Int64
}

func script(t testing.TB, serve func(p peer)) *scripted {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	s := &scripted{addr: l.Addr().String()}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		all := make(chan struct{}, 1000)
		n := 0
		for {
			conn, err := l.Accept()
			if err != nil {
				break
			}
			s.conns.Add(1)
			n++
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			go func() {
				serve(peer{conn, bufio.NewReader(conn)})
				stop()
				_ = conn.Close()
				all <- struct{}{}
			}()
		}
		for range n {
			<-all
		}
	}()
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		<-ended
	})
	return s
}

// peer is the far side of one connection. Its methods ignore errors: the
// Collector under test may have gone.
type peer struct {
	net.Conn
	r *bufio.Reader
}

// drain reads until the connection ends.
func (p peer) drain() { _, _ = io.Copy(io.Discard, p.r) }

// packet reads the next packet; nil at the end.
func (p peer) packet() packets.ControlPacket {
	next, err := packets.ReadPacket(p.r)
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
