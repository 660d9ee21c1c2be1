package httpget

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Getter gets one page. It is used by one goroutine at a time.
type Getter struct {
	place     string // for messages: the URL without query
	want      Want
	login     bool // whether credentials are sent
	transport *Transport
	way       way
	pause     pause
}

// way is how a Getter gets to its page.
type way interface {
	// get asks for the page and returns the head of the answer, with the body to
	// be read until its end. Errors are in words for people.
	get(ctx context.Context, w *workspace) (*answer, error)
	// finish ends what get began; keep is true when the body was read to its end.
	finish(w *workspace, keep bool)
	close()
}

// New checks the options; it does not connect.
func New(o Options) (*Getter, error) {
	u, err := o.check()
	if err != nil {
		return nil, err
	}
	g := &Getter{place: placeOf(u), want: o.Want, login: o.login(), transport: o.Transport}
	if g.transport == nil {
		g.transport = NewTransport()
		g.transport.single = true
	}
	request := o.request(u)
	proxy, err := g.transport.proxyFor(request)
	if err != nil {
		return nil, err
	}
	if proxy != nil || !ascii(u.Host) {
		g.way = newStandardClient(request, proxy, o.TLS)
		return g, nil
	}
	g.way, err = newClient(g.transport, request, o.TLS)
	return g, err
}

// Place returns the URL as messages show it, without its query.
func (g *Getter) Place() string { return g.place }

// Close closes the connection.
func (g *Getter) Close() { g.way.close() }

// Body is a page on its way.
type Body struct {
	r   io.Reader
	end error // io.EOF when it was read to its end
	// Endless tells that nothing but the end of the connection ends the page, so
	// that half a page looks like a whole one.
	Endless bool
}

// Read reads the page as it was before it was compressed.
func (b *Body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil {
		b.end = err
	}
	return n, err
}

// Get asks for the page and lets use read it to its end. It returns when the
// answer began to arrive, which is the moment the figures belong to. An error of
// use is returned as it is; those of reading go through ExplainBody there.
func (g *Getter) Get(ctx context.Context, use func(*Body) error) (time.Time, error) {
	arrived, err := g.get(ctx, use)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", g.place, err)
	}
	return arrived, nil
}

func (g *Getter) get(ctx context.Context, use func(*Body) error) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, fmt.Errorf("begin the visit: %w", err)
	}
	if err := g.pause.hold(time.Now()); err != nil {
		return time.Time{}, err
	}
	w := g.transport.take()
	defer g.transport.give(w)
	a, err := g.way.get(ctx, w)
	if err != nil {
		return time.Time{}, err
	}
	arrived := time.Now()
	if err := a.judge(g.want, g.login); err != nil {
		g.way.finish(w, drained(a.body, w.window))
		return time.Time{}, g.pause.note(a, err, arrived)
	}
	r, err := a.unpacked(w)
	w.body = Body{r: r, Endless: a.endless()}
	if err == nil {
		err = use(&w.body)
	}
	g.way.finish(w, errors.Is(w.body.end, io.EOF))
	if err != nil && ctx.Err() != nil {
		return time.Time{}, fmt.Errorf("read the page: %w", ctx.Err())
	}
	return arrived, err
}
