package collectortest

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// front is a TCP listener between a Collector and its server, with which the
// suite makes things go wrong. Its address stays the same while it is down.
type front struct {
	target string
	wg     sync.WaitGroup
	// answered is how many bytes of the server were passed on.
	answered atomic.Int64

	mu       sync.Mutex
	addr     string
	ln       net.Listener // nil while down
	conns    map[net.Conn]struct{}
	clients  int // of conns, those of the Collector
	accepted int
	serve    talk
	changed  chan struct{} // closed and replaced when clients or accepted change
}

// talk serves one connection of the Collector and returns when it is over.
type talk func(f *front, client net.Conn)

// newFront starts a front for target that serves connections with serve.
func newFront(t testing.TB, target string, serve talk) *front {
	t.Helper()
	f := &front{addr: "127.0.0.1:0", target: target, serve: serve,
		conns: make(map[net.Conn]struct{}), changed: make(chan struct{})}
	f.up(t)
	t.Cleanup(f.down)
	return f
}

// up listens.
func (f *front) up(t testing.TB) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	var lc net.ListenConfig
	ln, err := lc.Listen(context.Background(), "tcp", f.addr)
	if err != nil {
		t.Fatalf("listen for the front: %v", err)
	}
	f.ln, f.addr = ln, ln.Addr().String()
	f.wg.Go(func() { f.accept(ln) })
}

// down stops listening, ends all connections and waits for all goroutines.
func (f *front) down() {
	f.mu.Lock()
	if f.ln != nil {
		_ = f.ln.Close()
		f.ln = nil
	}
	for c := range f.conns {
		_ = c.Close()
	}
	f.mu.Unlock()
	f.wg.Wait()
}

func (f *front) accept(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		if !f.hold(c, 1) {
			return
		}
		f.mu.Lock()
		serve := f.serve
		f.mu.Unlock()
		f.wg.Go(func() {
			defer f.release(c, 1)
			serve(f, c)
		})
	}
}

// hold notes a connection so that down can end it; false when down already.
// clients is 1 for a connection of the Collector, 0 for the far side of one.
func (f *front) hold(c net.Conn, clients int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ln == nil {
		_ = c.Close()
		return false
	}
	f.conns[c] = struct{}{}
	f.count(clients, clients)
	return true
}

func (f *front) release(c net.Conn, clients int) {
	_ = c.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.conns, c)
	f.count(-clients, 0)
}

// count changes the counts and wakes those who wait for it; mu is held.
func (f *front) count(clients, accepted int) {
	f.clients += clients
	f.accepted += accepted
	close(f.changed)
	f.changed = make(chan struct{})
}

// state returns how many connections of the Collector are open and were ever
// accepted, and a channel that is closed when that changes.
func (f *front) state() (open, accepted int, changed <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clients, f.accepted, f.changed
}

// forward passes everything on, both ways.
func forward(f *front, client net.Conn) { f.relay(client, client, -1) }

// cutAfter passes on n bytes of the server's answers, then ends the connection.
func cutAfter(n int64) talk {
	return func(f *front, client net.Conn) { f.relay(client, client, n) }
}

// stallable passes everything on until stop is closed; from then on what the
// client says is read and not answered.
func stallable(stop <-chan struct{}) talk {
	return func(f *front, client net.Conn) { f.relay(client, &valve{to: client, stop: stop}, -1) }
}

// silent reads what the client says and never answers.
func silent(_ *front, client net.Conn) { _, _ = io.Copy(io.Discard, client) }

// silentAfter is silent, and calls heard at the first words of the client.
func silentAfter(heard func()) talk {
	return func(_ *front, client net.Conn) {
		if n, _ := client.Read(make([]byte, 1)); n > 0 {
			heard()
		}
		_, _ = io.Copy(io.Discard, client)
	}
}

// echo answers with what the client said.
func echo(_ *front, client net.Conn) { _, _ = io.Copy(client, client) }

// say answers the first words of the client with b, and is silent from then on.
func say(b []byte) talk {
	return func(_ *front, client net.Conn) {
		one := make([]byte, 4096)
		if _, err := client.Read(one); err != nil {
			return
		}
		if _, err := io.Copy(client, bytes.NewReader(b)); err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, client)
	}
}

// relay passes the client's words to the server and the server's to out, up to
// limit bytes unless limit is negative.
func (f *front) relay(client net.Conn, out io.Writer, limit int64) {
	var d net.Dialer
	server, err := d.DialContext(context.Background(), "tcp", f.target)
	if err != nil || !f.hold(server, 0) {
		return
	}
	defer f.release(server, 0)
	f.wg.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	})
	var from io.Reader = server
	if limit >= 0 {
		from = io.LimitReader(server, limit)
	}
	_, _ = io.Copy(out, io.TeeReader(from, tally{&f.answered}))
}

// tally is a Writer that counts.
type tally struct{ n *atomic.Int64 }

func (t tally) Write(b []byte) (int, error) {
	t.n.Add(int64(len(b)))
	return len(b), nil
}

// valve is a Writer that swallows everything once stop is closed.
type valve struct {
	to   io.Writer
	stop <-chan struct{}
}

func (v *valve) Write(b []byte) (int, error) {
	select {
	case <-v.stop:
		return len(b), nil
	default:
		return v.to.Write(b)
	}
}
