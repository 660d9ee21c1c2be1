package httpget

import (
	"bufio"
	"compress/gzip"
	"math"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Transport holds what Getters and Sites share: buffers, and how connections are
// made. It keeps no connection itself, so it needs no closing. It may be used by
// many at once.
type Transport struct {
	dialer     net.Dialer
	proxy      func(*http.Request) (*url.URL, error)
	single     bool      // one Getter's own: nothing is kept for the next visit
	workspaces sync.Pool // of *workspace
}

// drainWindow is how much of a body that is of no use is read at a time.
const drainWindow = 4 << 10

// NewTransport returns a Transport that takes proxies from the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), as net/http does.
func NewTransport() *Transport {
	t := &Transport{proxy: http.ProxyFromEnvironment}
	// A connection that is used every few seconds needs no probes; one that is used
	// every few minutes is held open by them in firewalls on the way.
	t.dialer.KeepAliveConfig = net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 20 * time.Second, Count: 3}
	t.workspaces.New = func() any {
		w := &workspace{window: make([]byte, drainWindow)}
		w.head = bufio.NewReaderSize(&w.wire, headSize)
		return w
	}
	return t
}

// NewTransportThrough returns a Transport with one proxy for everything, or with
// none when proxy is nil, whatever the environment says.
func NewTransportThrough(proxy *url.URL) *Transport {
	t := NewTransport()
	t.proxy = http.ProxyURL(proxy)
	return t
}

// headSize is how much is read from a connection at a time.
const headSize = 16 << 10

// workspace is all the memory that a visit needs.
type workspace struct {
	wire   wire
	head   *bufio.Reader // of wire
	window []byte        // for bodies that are of no use
	body   Body
	gzip   *gzip.Reader // nil until needed
}

func (t *Transport) take() *workspace {
	w, ok := t.workspaces.Get().(*workspace)
	if !ok {
		panic("httpget: the pool holds something else than workspaces")
	}
	return w
}

// give takes a workspace back.
func (t *Transport) give(w *workspace) {
	if t.single {
		// A pool for each of thousands of Getters would hold a workspace for each.
		return
	}
	w.body, w.wire = Body{}, wire{}
	t.workspaces.Put(w)
}

// proxyFor returns the proxy for a request; nil when there is none.
func (t *Transport) proxyFor(r *http.Request) (*url.URL, error) {
	proxy, err := t.proxy(r)
	if err != nil {
		// The error repeats the value, which may hold a password.
		return nil, errProxy
	}
	return proxy, nil
}

// wire reads a connection, up to so many bytes.
type wire struct {
	conn net.Conn
	left int64
	err  error // of the last Read: parsers turn it into one of their own
}

// maxHead is how many bytes the head of an answer may have.
const maxHead = 256 << 10

// unlimited stands for no limit: the body has one of its own.
const unlimited = math.MaxInt64

func (w *wire) Read(b []byte) (int, error) {
	if w.left <= 0 {
		w.err = errLongHead
		return 0, w.err
	}
	if int64(len(b)) > w.left {
		b = b[:w.left]
	}
	n, err := w.conn.Read(b)
	w.left, w.err = w.left-int64(n), err
	return n, err
}
