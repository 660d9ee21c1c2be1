package redis

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// scripted is a server that does to each connection what its script says. It is
// for what a real server does not do on demand.
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

// command reads the next command; "" at the end.
func (p peer) command() string {
	number := func(kind byte) int {
		line, err := p.r.ReadString('\n')
		if err != nil || line[0] != kind {
			return 0
		}
		n, _ := strconv.Atoi(strings.TrimSpace(line[1:]))
		return n
	}
	var words []string
	for range number('*') {
		word := make([]byte, number('$')+2)
		if _, err := io.ReadFull(p.r, word); err != nil {
			return ""
		}
		words = append(words, string(word[:len(word)-2]))
	}
	return strings.Join(words, " ")
}

// say sends raw bytes.
func (p peer) say(raw string) { _, _ = io.WriteString(p, raw) }

// drain reads until the connection ends.
func (p peer) drain() { _, _ = io.Copy(io.Discard, p.r) }

// text returns a string reply.
func text(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// replies answers each command by its beginning with a raw reply, all others
// with an error, until the connection ends.
func replies(byBeginning map[string]string) func(p peer) {
	return func(p peer) {
		for {
			command := p.command()
			if command == "" {
				return
			}
			reply, best := "-ERR unknown command\r\n", -1
			for beginning, r := range byBeginning {
				if strings.HasPrefix(command, beginning) && len(beginning) > best {
					reply, best = r, len(beginning)
				}
			}
			p.say(reply)
		}
	}
}
