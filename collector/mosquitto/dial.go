package mosquitto

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

const (
	// attemptTime bounds an attempt to connect when the visit's context does not.
	attemptTime = 10 * time.Second
	// listenTime is how long refusesAll waits for the broker to hang up.
	listenTime = 500 * time.Millisecond
	// bufferSize holds any message that is read here.
	bufferSize = 512
)

// fullError means that the broker takes no further connections.
type fullError struct{ how string }

func (e fullError) Error() string { return e.how }

// link is an open connection that MQTT may be spoken on.
type link struct {
	net.Conn
	r *bufio.Reader
}

// dial opens the connection to the broker, up to TLS and WebSocket.
func dial(ctx context.Context, a address, config *tls.Config) (link, error) {
	var conn net.Conn
	var err error
	if a.websocket {
		conn, err = dialWebsocket(ctx, a, config)
	} else {
		conn, err = dialSocket(ctx, a, config)
	}
	if err != nil {
		return link{}, err
	}
	return newLink(conn), nil
}

func newLink(conn net.Conn) link {
	return link{Conn: conn, r: bufio.NewReaderSize(conn, bufferSize)}
}

func dialSocket(ctx context.Context, a address, config *tls.Config) (net.Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", a.hostPort)
	if err != nil || !a.tls {
		return raw, err
	}
	secured := tls.Client(raw, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, ignoreClosed(raw.Close()))
	}
	return secured, nil
}

// dialWebsocket uses paho's dialer, which knows no context: it takes at most
// the time that ctx has left.
func dialWebsocket(ctx context.Context, a address, config *tls.Config) (net.Conn, error) {
	left := attemptTime
	if deadline, ok := ctx.Deadline(); ok {
		left = time.Until(deadline)
	}
	if err := ctx.Err(); err != nil || left <= 0 {
		return nil, errors.Join(err, os.ErrDeadlineExceeded)
	}
	buffers := &mqtt.WebsocketOptions{ReadBufferSize: bufferSize, WriteBufferSize: bufferSize}
	return mqtt.NewWebsocket(a.url.String(), config, left, nil, buffers)
}

// greet sends CONNECT and reads the broker's answer.
func greet(ctx context.Context, l link, hello *packets.ConnectPacket) error {
	// Ends the exchange when the visit's time is over.
	stop := context.AfterFunc(ctx, func() { _ = l.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := hello.Write(l); err != nil {
		return err
	}
	first, err := l.r.Peek(1)
	if err != nil {
		return err
	}
	if first[0] != packets.Connack<<4 {
		return garbageError(l.r)
	}
	var buf [2]byte
	_, body, err := readFrame(l.r, buf[:])
	if err != nil {
		return err
	}
	if len(body) != 2 {
		return errors.New("the server answered with a malformed CONNACK")
	}
	if body[1] != packets.Accepted {
		return refusal(body[1], hello)
	}
	return nil
}

// garbageError describes a server that answered with something else than MQTT.
func garbageError(r *bufio.Reader) error {
	start, err := r.Peek(min(r.Buffered(), 24))
	if err != nil {
		return err
	}
	return fmt.Errorf("the server answers %s, which is not MQTT: wrong port, or it wants TLS (mqtts://) or WebSocket (ws://)", shown(start))
}

// refusal puts a return code of CONNACK (MQTT 3.1.1, 3.2.2.3) into words.
func refusal(code byte, hello *packets.ConnectPacket) error {
	switch code {
	case packets.ErrRefusedServerUnavailable:
		return fullError{how: "the broker refuses new connections (CONNACK 3, server unavailable)"}
	case packets.ErrRefusedBadUsernameOrPassword, packets.ErrRefusedNotAuthorised:
		if !hello.UsernameFlag {
			return fmt.Errorf("the broker wants a user name and password (CONNACK %d)", code)
		}
		return fmt.Errorf("the broker refuses the login: wrong user name or password, or this user may not connect (CONNACK %d)", code)
	case packets.ErrRefusedIDRejected:
		return fmt.Errorf("the broker refuses the client id %q (CONNACK 2)", hello.ClientIdentifier)
	case packets.ErrRefusedBadProtocolVersion:
		return errors.New("the broker does not speak MQTT 3.1.1 (CONNACK 1)")
	}
	return fmt.Errorf("the broker refuses the connection with the unknown code %d", code)
}

// cut tells whether err says that the far side hung up.
func cut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// explain says why an attempt to connect came to nothing. When the server hung
// up, it is asked once more, without a word: Mosquitto at its max_connections
// closes a new socket at once, while a server that disliked what it was sent
// (another protocol, TLS wanted) waits for something to be sent.
func explain(ctx context.Context, a address, err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var plain tls.RecordHeaderError
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case cut(err):
		if refusesAll(ctx, a) {
			return fullError{how: "the broker closes new connections at once, as Mosquitto does at its max_connections"}
		}
		return fmt.Errorf("the server closed the connection instead of answering to MQTT: "+
			"wrong port, TLS wanted or not wanted (mqtts:// or mqtt://), or see the broker's log: %w", err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("connection refused, nothing listens there: %w", err)
	case errors.As(err, &dns):
		return fmt.Errorf("the host name cannot be resolved: %w", err)
	case errors.As(err, &unknown):
		return fmt.Errorf("the broker's certificate is signed by an authority that is not known here: %w", err)
	case errors.As(err, &name):
		return fmt.Errorf("the broker's certificate is for another host name: %w", err)
	case errors.As(err, &plain):
		return fmt.Errorf("the server does not answer with TLS: wrong port, or mqtt:// is meant: %w", err)
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the broker did not answer in time: %w", err)
	}
	return err
}

// refusesAll opens a connection, says nothing, and tells whether the server
// hangs up by itself without a word.
func refusesAll(ctx context.Context, a address) bool {
	ctx, cancel := context.WithTimeout(ctx, listenTime)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", a.hostPort)
	if err != nil {
		return false
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var word [1]byte
	n, err := conn.Read(word[:])
	_ = conn.Close()
	return n == 0 && cut(err)
}

// ignoreClosed drops the error of closing what is closed already.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
