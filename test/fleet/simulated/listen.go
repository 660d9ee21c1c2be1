package simulated

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Listen opens one socket for every loopback address on a port; port 0 takes a
// free one. Nothing outside this machine can reach it.
func Listen(ctx context.Context, port int) (net.Listener, error) {
	config, err := loopbackOnly()
	if err != nil {
		return nil, err
	}
	l, err := config.Listen(ctx, "tcp4", ":"+strconv.Itoa(port))
	if err != nil {
		return nil, fmt.Errorf("listen on all loopback addresses: %w", err)
	}
	return l, nil
}

// Serve answers on a listener until the context ends. It closes the listener and
// all connections before it returns; being told to end is no error.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 10 * time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve the fleet: %w", err)
	case <-ctx.Done():
	}
	err := server.Close()
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	if err != nil {
		return fmt.Errorf("stop the fleet: %w", err)
	}
	return nil
}

// Port returns the port of a listener of Listen.
func Port(l net.Listener) int {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}
