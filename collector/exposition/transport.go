package exposition

import (
	"bufio"
	"compress/gzip"
	"math"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Transport holds what Collectors share: buffers, and how connections are made.
// It keeps no connection itself, so it needs no closing. It may be used by many
// Collectors at once.
type Transport struct {
	dialer     net.Dialer
	proxy      func(*http.Request) (*url.URL, error)
	single     bool      // one Collector's own: nothing is kept for the next visit
	workspaces sync.Pool // of *workspace

	mu sync.Mutex
	// The plans that were compiled last, newest first: a fleet's instances have the
	// same few mappings, and share what is made of them.
	plans []compiled
}

// compiled is a mapping and the plan made of it.
type compiled struct {
	mapping []Metric
	plan    *plan
}

// maxPlans is how many plans are kept for Collectors to come.
const maxPlans = 32

// NewTransport returns a Transport that takes proxies from the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), as net/http does.
func NewTransport() *Transport {
	t := &Transport{proxy: http.ProxyFromEnvironment}
	// A connection that is used every few seconds needs no probes; one that is used
	// every few minutes is held open by them in firewalls on the way.
	t.dialer.KeepAliveConfig = net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 20 * time.Second, Count: 3}
	t.workspaces.New = func() any {
		w := &workspace{window: make([]byte, windowSize)}
		w.head = bufio.NewReaderSize(&w.wire, windowSize)
		return w
	}
	return t
}

// workspace is all the memory that a visit needs.
type workspace struct {
	wire   wire
	head   *bufio.Reader // of wire
	window []byte
	page   page
	cells  []cell
	gzip   *gzip.Reader // nil until needed
}

// take returns a workspace with empty cells.
func (t *Transport) take(cells int) *workspace {
	w, ok := t.workspaces.Get().(*workspace)
	if !ok {
		panic("exposition: the pool holds something else than workspaces")
	}
	if cap(w.cells) < cells {
		w.cells = make([]cell, cells)
	}
	w.cells = w.cells[:cells]
	clear(w.cells)
	w.page = page{}
	return w
}

// give takes a workspace back. A window that has grown for a long line is not
// kept.
func (t *Transport) give(w *workspace) {
	if t.single {
		// A pool for each of thousands of Collectors would hold a workspace for each.
		return
	}
	if len(w.window) > windowSize {
		w.window = make([]byte, windowSize)
	}
	w.page, w.wire = page{}, wire{}
	t.workspaces.Put(w)
}

// planOf compiles a mapping, or returns the plan of an equal one.
func (t *Transport) planOf(mapping []Metric) (*plan, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.plans {
		if reflect.DeepEqual(t.plans[i].mapping, mapping) {
			return t.plans[i].plan, nil
		}
	}
	mapping = cloneMapping(mapping)
	p, err := newPlan(mapping)
	if err != nil {
		return nil, err
	}
	t.plans = slices.Insert(t.plans, 0, compiled{mapping, p})
	t.plans = t.plans[:min(len(t.plans), maxPlans)]
	return p, nil
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
