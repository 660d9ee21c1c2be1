package floor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// rawClient writes a fixed request and reads as many bytes as Content-Length
// says: only for a server that is known to answer so.
type rawClient struct {
	port    int
	dialer  net.Dialer
	conns   []net.Conn // by instance; nil when there is none
	buffers sync.Pool  // of *[]byte
}

func newRawClient(instances, port int) *rawClient {
	return &rawClient{port: port, conns: make([]net.Conn, instances), buffers: sync.Pool{New: func() any {
		b := make([]byte, 0, 32<<10)
		return &b
	}}}
}

func (c *rawClient) fetch(ctx context.Context, n int, body func([]byte)) error {
	conn, err := c.connect(ctx, n)
	if err != nil {
		return err
	}
	buf, ok := c.buffers.Get().(*[]byte)
	if !ok {
		buf = new([]byte)
	}
	defer c.buffers.Put(buf)
	b := append((*buf)[:0], "GET /i/"...)
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, "/metrics HTTP/1.1\r\nHost: fleet\r\n\r\n"...)
	answer, from, err := exchange(conn, b)
	*buf = answer
	if err != nil {
		c.conns[n] = nil
		return errors.Join(fmt.Errorf("read a page: %w", err), conn.Close())
	}
	body(answer[from:])
	return nil
}

// connect returns the kept connection of instance n, or a new one, with the
// deadline of the context.
func (c *rawClient) connect(ctx context.Context, n int) (net.Conn, error) {
	conn := c.conns[n]
	if conn == nil {
		var err error
		conn, err = c.dialer.DialContext(ctx, "tcp4", net.JoinHostPort(simulated.Address(n), strconv.Itoa(c.port)))
		if err != nil {
			return nil, fmt.Errorf("connect to an instance: %w", err)
		}
		c.conns[n] = conn
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Time{}
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, fmt.Errorf("set the deadline of a connection: %w", err)
	}
	return conn, nil
}

// exchange sends what is in b and reads the answer into it. It returns the whole
// answer, and where its body begins.
func exchange(conn net.Conn, b []byte) (answer []byte, body int, err error) {
	if _, err := conn.Write(b); err != nil {
		return b, 0, err
	}
	b = b[:0]
	for end := -1; end < 0 || len(b) < end; {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		k, err := conn.Read(b[len(b):cap(b)])
		if err != nil {
			return b, 0, err
		}
		b = b[:len(b)+k]
		if end < 0 {
			if body, end, err = bounds(b); err != nil {
				return b, 0, err
			}
		}
	}
	return b, body, nil
}

// bounds returns where the body of an answer begins and ends; -1 as end while the
// head is not complete.
func bounds(b []byte) (body, end int, err error) {
	head, _, complete := bytes.Cut(b, []byte("\r\n\r\n"))
	if !complete {
		return 0, -1, nil
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		line, _, _ := bytes.Cut(head, []byte("\r\n"))
		return 0, -1, fmt.Errorf("the server answered %q", line)
	}
	_, rest, found := bytes.Cut(head, []byte("\r\nContent-Length: "))
	if !found {
		return 0, -1, errors.New("the answer has no Content-Length")
	}
	digits, _, _ := bytes.Cut(rest, []byte("\r\n"))
	length, err := strconv.Atoi(string(digits))
	if err != nil || length < 0 || length > 1<<20 {
		return 0, -1, fmt.Errorf("the answer has the Content-Length %q", digits)
	}
	body = len(head) + len("\r\n\r\n")
	return body, body + length, nil
}

func (c *rawClient) close() {
	for _, conn := range c.conns {
		if conn != nil {
			_ = conn.Close() // nothing is under way on it
		}
	}
}
