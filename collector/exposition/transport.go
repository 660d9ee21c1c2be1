package exposition

import (
	"net/url"
	"reflect"
	"slices"
	"sync"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// Transport holds what Collectors share: buffers, what is made of mappings, and
// how connections are made. It keeps no connection itself, so it needs no
// closing. It may be used by many Collectors at once.
type Transport struct {
	http       *httpget.Transport
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
	extras  []Extra
	plan    *plan
}

// maxPlans is how many plans are kept for Collectors to come.
const maxPlans = 32

// NewTransport returns a Transport that takes proxies from the environment
// (HTTP_PROXY, HTTPS_PROXY, NO_PROXY), as net/http does.
func NewTransport() *Transport { return over(httpget.NewTransport()) }

// NewTransportThrough returns a Transport with one proxy for everything, or with
// none when proxy is nil, whatever the environment says.
func NewTransportThrough(proxy *url.URL) *Transport {
	return over(httpget.NewTransportThrough(proxy))
}

func over(http *httpget.Transport) *Transport {
	t := &Transport{http: http}
	t.workspaces.New = func() any { return &workspace{window: make([]byte, windowSize)} }
	return t
}

// HTTP returns what Sites beside a page share with it; a nil Transport has none.
func (t *Transport) HTTP() *httpget.Transport {
	if t == nil {
		return nil
	}
	return t.http
}

// workspace is the memory that reading a page needs.
type workspace struct {
	window []byte
	page   page
	cells  []cell
	seen   []Seen
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

// give takes a workspace back. A window that has grown for a long line is not kept.
func (t *Transport) give(w *workspace) {
	if t.single {
		// A pool for each of thousands of Collectors would hold one for each.
		return
	}
	if len(w.window) > windowSize {
		w.window = make([]byte, windowSize)
	}
	w.page = page{}
	t.workspaces.Put(w)
}

// planOf compiles a mapping, or returns the plan of an equal one.
func (t *Transport) planOf(mapping []Metric, extras []Extra) (*plan, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.plans {
		if reflect.DeepEqual(t.plans[i].mapping, mapping) && reflect.DeepEqual(t.plans[i].extras, extras) {
			return t.plans[i].plan, nil
		}
	}
	mapping, extras = cloneMapping(mapping), cloneExtras(extras)
	p, err := newPlan(mapping, extras)
	if err != nil {
		return nil, err
	}
	t.plans = slices.Insert(t.plans, 0, compiled{mapping, extras, p})
	t.plans = t.plans[:min(len(t.plans), maxPlans)]
	return p, nil
}
