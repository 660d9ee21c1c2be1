package collectortest

import (
	"bufio"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// Scripted is a TCP server that does to each connection what a test's script
// says. It is for what real servers do not do on demand.
type Scripted struct {
	// Addr is where it listens, such as 127.0.0.1:41883.
	Addr     string
	accepted atomic.Int64
}

// Peer is the far side of one connection of a Collector. Its methods ignore
// errors: the Collector may have gone.
type Peer struct {
	net.Conn
	// R buffers what the Collector says; read from it and not from Conn.
	R *bufio.Reader
	// N says which connection it is, counted from 0.
	N int
}

// NewPeer returns the far side of a connection, as the Nth.
func NewPeer(conn net.Conn, n int) Peer { return Peer{Conn: conn, R: bufio.NewReader(conn), N: n} }

// Say sends text.
func (p Peer) Say(text string) { _, _ = io.WriteString(p.Conn, text) }

// Drain reads until the connection ends.
func (p Peer) Drain() { _, _ = io.Copy(io.Discard, p.R) }

// Script starts a server on a free loopback port that serves each connection
// with serve, in a goroutine of its own, and closes it when serve returns. The
// end of the test ends all connections and waits for all of these goroutines.
func Script(t testing.TB, serve func(p Peer)) *Scripted {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	s := &Scripted{Addr: l.Addr().String()}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			n := int(s.accepted.Add(1)) - 1
			stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
			running.Go(func() {
				defer func() {
					stop()
					_ = conn.Close()
				}()
				serve(NewPeer(conn, n))
			})
		}
	})
	t.Cleanup(func() {
		cancel()
		_ = l.Close()
		running.Wait()
	})
	return s
}

// Accepted returns how many connections the server has accepted.
func (s *Scripted) Accepted() int { return int(s.accepted.Load()) }
