package httpget

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/collector/neterror"
)

// client gets a page over one kept HTTP/1.1 connection, with no goroutine and
// no buffer of its own while it is idle. net/http does this with two goroutines
// and two buffers for each connection, which is 25 kB; its parser of answers
// (http.ReadResponse) is used here, too.
type client struct {
	transport *Transport
	address   string      // host:port
	tls       *tls.Config // nil for http://
	request   *http.Request
	rendered  []byte // the request as it goes over the wire

	conn     net.Conn    // nil when there is none
	stop     func() bool // ends the watch over ctx during a visit
	closing  bool        // the server closes after this answer
	attempts int         // connections made, for tests
}

// newClient makes a client; it does not connect.
func newClient(t *Transport, r *http.Request, config *tls.Config) (*client, error) {
	c := &client{transport: t, address: hostPort(r.URL), request: r}
	if r.URL.Scheme == "https" {
		c.tls = tlsFor(config, r.URL.Hostname())
	}
	var err error
	c.rendered, err = rendered(r)
	return c, err
}

// tlsFor returns the TLS configuration for one host.
func tlsFor(config *tls.Config, host string) *tls.Config {
	own := &tls.Config{MinVersion: tls.VersionTLS12}
	if config != nil {
		own = config.Clone()
	}
	if own.ServerName == "" {
		own.ServerName = host
	}
	if own.ClientSessionCache == nil {
		// A server that closes after each answer is greeted at a fraction of the cost.
		own.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	}
	return own
}

func (c *client) get(ctx context.Context, w *workspace) (*answer, error) {
	kept := c.conn != nil
	a, stage, err := c.ask(ctx, w)
	if kept && ctx.Err() == nil && stale(a, stage, err) {
		// The server closed the connection while it was idle. Asking again is safe:
		// it is a GET, and nothing of an answer has come.
		c.drop()
		a, stage, err = c.ask(ctx, w)
	}
	if err != nil {
		c.drop()
		if over(ctx, err) {
			return nil, ended(ctx, stage)
		}
		return nil, explain(err, stage, c.tls != nil)
	}
	return a, nil
}

// stale tells whether an attempt on a kept connection says no more than that
// the server has given it up. Some servers say so in words, with status 408.
func stale(a *answer, stage stage, err error) bool {
	if err != nil {
		return stage == asking && neterror.HungUp(err)
	}
	return a.status == http.StatusRequestTimeout && a.closing
}

// ask sends the request and reads the head of the answer. It tells how far it
// came.
func (c *client) ask(ctx context.Context, w *workspace) (*answer, stage, error) {
	if c.conn == nil {
		if at, err := c.connect(ctx); err != nil {
			return nil, at, err
		}
	}
	conn := c.conn
	c.stop = context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	w.wire = wire{conn: conn, left: maxHead}
	w.head.Reset(&w.wire)
	if _, err := conn.Write(c.rendered); err != nil {
		return nil, asking, err
	}
	if _, err := w.head.Peek(1); err != nil {
		return nil, asking, err
	}
	a, err := c.readHead(w)
	return a, answering, err
}

// maxInterim is how many answers 1xx may come before the real one.
const maxInterim = 5

// readHead reads the head of an answer, of which at least one byte is there.
func (c *client) readHead(w *workspace) (*answer, error) {
	for range maxInterim {
		if err := checkStart(w.head); err != nil {
			return nil, err
		}
		resp, err := http.ReadResponse(w.head, c.request) //nolint:bodyclose // closing would read on; the connection is closed instead
		if err != nil {
			return nil, headError(cmp.Or(w.wire.err, err))
		}
		if resp.StatusCode >= http.StatusOK || resp.StatusCode == http.StatusSwitchingProtocols {
			w.wire.left = unlimited
			c.closing = resp.Close || resp.StatusCode == http.StatusSwitchingProtocols
			return newAnswer(resp), nil
		}
	}
	return nil, errInterim
}

// connect opens the connection, up to TLS.
func (c *client) connect(ctx context.Context) (stage, error) {
	c.attempts++
	conn, err := c.transport.dialer.DialContext(ctx, "tcp", c.address)
	if err != nil {
		return connecting, err
	}
	if c.tls != nil {
		secured := tls.Client(conn, c.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return securing, err
		}
		conn = secured
	}
	c.conn = conn
	return connecting, nil
}

func (c *client) finish(w *workspace, keep bool) {
	// When ctx has ended, a deadline is set or about to be set: the connection is
	// of no use any more. Bytes that nobody asked for would be taken for the next
	// answer.
	if !keep || c.closing || !c.stop() || w.head.Buffered() > 0 {
		c.drop()
	}
	c.stop = nil
}

// drop closes the connection if there is one.
func (c *client) drop() {
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

func (c *client) close() { c.drop() }
