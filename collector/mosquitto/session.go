package mosquitto

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

const (
	// keepAlive is what the broker is promised: it hears from us that often.
	keepAlive = 60 * time.Second
	// pingEvery leaves room for one lost ping.
	pingEvery = keepAlive / 2
	// deadAfter ends a connection on which not even an answer to a ping came.
	deadAfter = 2 * keepAlive
	// writeTime bounds every write: a broker that does not read is lost.
	writeTime = 5 * time.Second
	// subscriptionID is the packet identifier of the only SUBSCRIBE.
	subscriptionID = 1
	// refused is the return code of SUBACK for a subscription that was not granted.
	refused = 0x80
)

// session is one MQTT connection, from CONNACK to its end. It keeps one
// goroutine, the reader, which ends with the connection. It does not reconnect.
//
// paho's packets are used without paho's client: that one keeps ten goroutines
// a connection, gives no reason for a connection that was cut, and a SUBACK
// with too many codes makes it panic.
type session struct {
	link
	tree *tree

	suback chan []byte   // codes; has room for the only ones
	acked  bool          // SUBACK has come; the reader's own
	pong   chan struct{} // an answer to the ping that follows SUBSCRIBE

	mu     sync.Mutex // guards writes, closed and timer
	closed bool
	timer  *time.Timer

	done chan struct{} // closed when the reader has ended
	err  error         // why; valid after done
}

// login is what a session is opened with.
type login struct {
	address  address
	tls      *tls.Config // nil without TLS
	clientID string
	username string
	password string
}

// open connects, subscribes, and returns when what the broker retains has
// been taken in. Its error is in plain words; a fullError means that the broker
// takes no more connections.
func open(ctx context.Context, l login, t *tree) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	conn, err := dial(ctx, l.address, l.tls)
	if err != nil {
		return nil, explain(ctx, l.address, err)
	}
	if err := greet(ctx, conn, hello(l)); err != nil {
		_ = conn.Close()
		return nil, explain(ctx, l.address, err)
	}

	t.connect(time.Now())
	s := newSession(conn, t)
	if err := s.subscribe(ctx, sharedFilter(l.clientID)); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// newSession starts the reader of a connection whose CONNACK has been read.
func newSession(l link, t *tree) *session {
	s := &session{
		link: l, tree: t,
		suback: make(chan []byte, 1), pong: make(chan struct{}, 1), done: make(chan struct{}),
	}
	s.mu.Lock()
	s.timer = time.AfterFunc(pingEvery, s.ping)
	s.mu.Unlock()
	go s.read()
	return s
}

func hello(l login) *packets.ConnectPacket {
	return &packets.ConnectPacket{
		FixedHeader:      packets.FixedHeader{MessageType: packets.Connect},
		ProtocolName:     "MQTT",
		ProtocolVersion:  4, // MQTT 3.1.1
		CleanSession:     true,
		Keepalive:        uint16(keepAlive / time.Second),
		ClientIdentifier: l.clientID,
		UsernameFlag:     l.username != "",
		Username:         l.username,
		PasswordFlag:     l.password != "",
		Password:         []byte(l.password),
	}
}

// subscribe asks for all topics and waits for the answer, then for the answer
// to a ping: a broker works off packets in order, so by then it has sent what
// it retains.
func (s *session) subscribe(ctx context.Context, shared string) error {
	p := &packets.SubscribePacket{
		FixedHeader: packets.FixedHeader{MessageType: packets.Subscribe, Qos: 1}, // as MQTT wants it of SUBSCRIBE
		MessageID:   subscriptionID,
	}
	for t := range numTopics {
		p.Topics = append(p.Topics, t.name())
		p.Qoss = append(p.Qoss, 0)
	}
	p.Topics = append(p.Topics, shared)
	p.Qoss = append(p.Qoss, 0)
	if err := s.send(p); err != nil {
		return fmt.Errorf("subscribe to $SYS: %w", err)
	}

	select {
	case codes := <-s.suback:
		if err := s.grant(codes); err != nil {
			return err
		}
	case <-s.done:
		return fmt.Errorf("the broker cut the connection when $SYS was subscribed to: %w", s.err)
	case <-ctx.Done():
		return fmt.Errorf("the broker did not answer to the subscription of $SYS: %w", ctx.Err())
	}

	if err := s.send(packets.NewControlPacket(packets.Pingreq)); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	select {
	case <-s.pong:
		return nil
	case <-s.done:
		return fmt.Errorf("the broker cut the connection after $SYS was subscribed to: %w", s.err)
	case <-ctx.Done():
		return fmt.Errorf("the broker did not answer to a ping: %w", ctx.Err())
	}
}

// grant notes which subscriptions were granted. Without uptime there is no
// clock, so that one is needed; another one that is refused only leaves its
// metric unknown.
func (s *session) grant(codes []byte) error {
	var granted topicSet
	for t := range numTopics {
		if int(t) < len(codes) && codes[t] != refused {
			granted = granted.with(t)
		}
	}
	if !granted.has(uptime) {
		return errors.New(`the broker refuses the subscription to $SYS/broker/uptime: this user needs the right to subscribe to and read $SYS/# ` +
			`(acl_file: "topic read $SYS/#"; dynamic security: subscribePattern $SYS/#)`)
	}
	last := int(numTopics)
	s.tree.grant(granted, last < len(codes) && codes[last] != refused)
	return nil
}

// send writes one packet. A failed write ends the connection.
func (s *session) send(p packets.ControlPacket) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(p)
}

func (s *session) write(p packets.ControlPacket) error {
	err := s.SetWriteDeadline(time.Now().Add(writeTime))
	if err == nil {
		err = p.Write(s.Conn)
	}
	if err != nil {
		_ = s.Conn.Close() // wakes the reader
	}
	return err
}

// ping keeps the promise of keepAlive.
func (s *session) ping() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if err := s.write(packets.NewControlPacket(packets.Pingreq)); err != nil {
		return // the reader ends the session
	}
	s.timer.Reset(pingEvery)
}

// read takes in all packets until the connection ends.
func (s *session) read() {
	defer close(s.done)
	s.err = s.readAll()
	_ = s.Conn.Close()
	s.mu.Lock()
	s.closed = true
	s.timer.Stop()
	s.mu.Unlock()
}

func (s *session) readAll() error {
	buf := make([]byte, bufferSize)
	for {
		if err := s.SetReadDeadline(time.Now().Add(deadAfter)); err != nil {
			return err
		}
		first, body, err := readFrame(s.r, buf)
		if err != nil {
			return err
		}
		if err := s.take(first, body); err != nil {
			return err
		}
	}
}

// take handles one packet. Only what answers our own three kinds of packets is
// allowed.
func (s *session) take(first byte, body []byte) error {
	header := packets.FixedHeader{
		MessageType:     first >> 4,
		Dup:             first&0x08 != 0,
		Qos:             first >> 1 & 0x03,
		Retain:          first&0x01 != 0,
		RemainingLength: len(body),
	}
	switch header.MessageType {
	case packets.Publish:
		if header.Qos != 0 {
			return errors.New("the server sent a message of a quality of service that was not subscribed to")
		}
		p := packets.PublishPacket{FixedHeader: header}
		if err := p.Unpack(bytes.NewBuffer(body)); err != nil {
			return fmt.Errorf("the server sent a malformed message: %w", err)
		}
		s.tree.observe(p.TopicName, p.Payload, p.Retain, time.Now())
		return nil
	case packets.Suback:
		var p packets.SubackPacket
		if err := p.Unpack(bytes.NewBuffer(body)); err != nil || p.MessageID != subscriptionID {
			return errors.New("the server sent a malformed SUBACK")
		}
		if s.acked {
			return errors.New("the server sent SUBACK twice")
		}
		s.acked = true
		s.suback <- p.ReturnCodes
		return nil
	case packets.Pingresp:
		select {
		case s.pong <- struct{}{}:
		default: // an answer that nobody waits for
		}
		return nil
	}
	return fmt.Errorf("the server sent a packet of type %d, which a broker does not send here", header.MessageType)
}

// ended tells whether the connection is over, and why.
func (s *session) ended() (error, bool) { //nolint:revive // the error is the news, not a failure of ended
	select {
	case <-s.done:
		if errors.Is(s.err, io.EOF) {
			return errors.New("the broker closed the connection"), true
		}
		return s.err, true
	default:
		return nil, false
	}
}

// Close takes leave of the broker and returns when the reader has ended.
func (s *session) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		s.timer.Stop()
		_ = s.write(packets.NewControlPacket(packets.Disconnect))
	}
	s.mu.Unlock()
	err := ignoreClosed(s.Conn.Close())
	<-s.done
	return err
}
