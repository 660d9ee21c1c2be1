// Package exposition reads any server that shows its figures as a page in the
// Prometheus text format: a mapping says which series of the page make which
// metric.
//
//	Collector ─► httpget.Getter ─► page ─► plan ─► cells ─► Visit
//
// This is the path that runs for every instance at every interval, so it is
// built to cost little: one kept connection for each Collector and nothing else
// while it is idle, buffers that are shared through a Transport, and a scanner
// that looks at names only. Nothing is told
// before the page has been read to its end: half a page gives an error, never
// half a sum.
//
// docs/sources/exposition.md says what a page may look like and which limits
// hold.
package exposition

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/collector/httpget"
)

// Options says which page is read, as whom, and what its series mean.
type Options struct {
	// URL is where the page is: http://host:port/path or https://…. A query is
	// sent along and never shown.
	URL string
	// Mapping says which series make which metric.
	Mapping []Metric // each metric at most once
	// Extra are further series, for Revise.
	Extra []Extra
	// Revise, if there is one, is called for each visit after the mapping has filled
	// it, with what the page told for Extra, in order, and the moment to which the
	// page belongs. It runs on the goroutine of Collect and must not keep seen.
	Revise func(v *collector.Visit, seen []Seen, arrived time.Time)
	// Username and Password are sent as HTTP basic authentication (RFC 7617),
	// Bearer as a bearer token (RFC 6750). Empty: nothing is sent.
	Username, Password, Bearer string
	// TLS is for https:// and may be nil there: then the server's certificate is
	// checked against the system's authorities.
	TLS *tls.Config
	// Transport holds what Collectors share. Nil is one of the Collector's own,
	// which means new buffers (32 KiB) at each visit: programs with many Collectors
	// give all of them the same one.
	Transport *Transport
}

// Collector reads one page. It is a collector.Collector.
type Collector struct {
	getter    *httpget.Getter
	plan      *plan
	transport *Transport
	revise    func(*collector.Visit, []Seen, time.Time)
}

// New checks the options; it does not connect.
func New(o Options) (*Collector, error) {
	c := &Collector{transport: o.Transport, revise: o.Revise}
	if c.transport == nil {
		c.transport = NewTransport()
		c.transport.single = true
	}
	var err error
	if c.plan, err = c.transport.planOf(o.Mapping, o.Extra); err != nil {
		return nil, err
	}
	get := httpget.Options{URL: o.URL, Username: o.Username, Password: o.Password, Bearer: o.Bearer, TLS: o.TLS}
	if o.Transport != nil {
		get.Transport = o.Transport.http
	}
	if c.getter, err = httpget.New(get); err != nil {
		return nil, err
	}
	return c, nil
}

// Collect implements collector.Collector. The page has one set of figures; all
// visits get it.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	w := c.transport.take(c.plan.cells)
	defer c.transport.give(w)
	arrived, err := c.getter.Get(ctx, func(b *httpget.Body) error { return c.add(b, w) })
	if err != nil {
		return err
	}
	for i := range visits {
		c.plan.fill(w.cells, arrived, &visits[i])
	}
	if c.revise != nil {
		w.seen = c.plan.seen(w.cells, w.seen)
		for i := range visits {
			c.revise(&visits[i], w.seen, arrived)
		}
	}
	return nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	c.getter.Close()
	return nil
}

// add reads a page to its end and adds it up in the cells of w.
func (c *Collector) add(b *httpget.Body, w *workspace) (err error) {
	w.page = page{plan: c.plan, cells: w.cells, limit: httpget.MaxPage}
	if w.window, err = w.page.read(b, w.window); err != nil {
		return httpget.ExplainBody(err)
	}
	return w.page.judge(b.Endless)
}
