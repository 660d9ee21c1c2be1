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

// stopBound is how long requests under way may take when the fleet is to end.
const stopBound = 5 * time.Second

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
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopBound)
	defer cancel()
	err := server.Shutdown(last) // lets what is under way end, and then has no goroutine left
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
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
