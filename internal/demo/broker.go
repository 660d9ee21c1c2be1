package demo

import (
	"fmt"
	"log/slog"
	"net"

	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	mqtt "github.com/mochi-mqtt/server/v2"
)

// broker is an MQTT broker inside the process, on a loopback address.
type broker struct {
	server  *mqtt.Server
	address string
}

// startBroker starts a broker on address; "127.0.0.1:0" takes a free port.
func startBroker(address string) (*broker, error) {
	l, err := net.Listen("tcp", address) //nolint:noctx // a loopback listener is there at once
	if err != nil {
		return nil, fmt.Errorf("listen for MQTT: %w", err)
	}
	s := mqtt.New(&mqtt.Options{
		InlineClient: false, SysTopicResendInterval: 1, Logger: slog.New(slog.DiscardHandler),
	})
	if err := s.AddHook(new(auth.AllowHook), nil); err != nil {
		return nil, fmt.Errorf("let clients in: %w", err)
	}
	if err := s.AddListener(listeners.NewNet("tcp", l)); err != nil {
		return nil, fmt.Errorf("add the listener: %w", err)
	}
	if err := s.Serve(); err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	return &broker{server: s, address: l.Addr().String()}, nil
}

// Close ends the broker and its clients' connections.
func (b *broker) Close() error {
	if err := b.server.Close(); err != nil {
		return fmt.Errorf("stop the broker: %w", err)
	}
	return nil
}
