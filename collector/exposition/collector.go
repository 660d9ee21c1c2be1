// Package exposition reads any server that shows its figures as a page in the
// Prometheus text format: a mapping says which series of the page make which
// metric.
//
//	Collector ─► way (kept connection, or net/http behind a proxy) ─► page ─► plan ─► cells ─► Visit
//
// This is the path that runs for every instance at every interval, so it is
// built to cost little: one kept connection for each Collector and nothing else
// while it is idle, a request that is rendered once, buffers that are shared
// through a Transport, and a scanner that looks at names only. Nothing is told
// before the page has been read to its end: half a page gives an error, never
// half a sum.
//
// docs/sources/exposition.md says what a page may look like and which limits
// hold.
package exposition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
)

// Collector reads one page. It is a collector.Collector.
type Collector struct {
	place     string // for messages: the URL without query
	login     bool   // whether credentials are sent
	plan      *plan
	transport *Transport
	way       way
}

// way is how a Collector gets to its page.
type way interface {
	// get asks for the page and returns the head of the answer, with the body to
	// be read until its end. Errors are in words for people.
	get(ctx context.Context, w *workspace) (*answer, error)
	// finish ends what get began; keep is true when the body was read to its end.
	finish(w *workspace, keep bool)
	close()
}

// Collect implements collector.Collector. The page has one set of figures; all
// visits get it.
func (c *Collector) Collect(ctx context.Context, visits []collector.Visit) error {
	w := c.transport.take(c.plan.cells)
	defer c.transport.give(w)
	arrived, err := c.read(ctx, w)
	if err != nil {
		return fmt.Errorf("%s: %w", c.place, err)
	}
	for i := range visits {
		c.plan.fill(w.cells, arrived, &visits[i])
	}
	return nil
}

// Close implements collector.Collector.
func (c *Collector) Close() error {
	c.way.close()
	return nil
}

// read gets the page and adds it up in the cells of w. It returns when the
// answer began to arrive, which is the moment the figures belong to.
func (c *Collector) read(ctx context.Context, w *workspace) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, fmt.Errorf("begin the visit: %w", err)
	}
	a, err := c.way.get(ctx, w)
	if err != nil {
		return time.Time{}, err
	}
	arrived := time.Now()
	if err := a.judge(c.login); err != nil {
		c.way.finish(w, drained(a.body, w.window))
		return time.Time{}, err
	}
	err = c.add(a, w)
	var whole pageError
	c.way.finish(w, err == nil || errors.As(err, &whole))
	if err != nil && ctx.Err() != nil {
		return time.Time{}, fmt.Errorf("read the page: %w", ctx.Err())
	}
	return arrived, err
}

// add reads the body of an answer to its end.
func (c *Collector) add(a *answer, w *workspace) error {
	body, err := a.unpacked(w)
	if err != nil {
		return err
	}
	w.page = page{plan: c.plan, cells: w.cells, limit: maxPage}
	if w.window, err = w.page.read(body, w.window); err != nil {
		return explainBody(err)
	}
	return w.page.judge(a.endless())
}
