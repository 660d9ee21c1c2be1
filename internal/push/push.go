// Package push sends the metrics page to places that cannot scrape it, such as
// VictoriaMetrics, with the library of VictoriaMetrics.
//
// A Pusher is safe for concurrent use. A place that does not take the page costs
// nothing but that: what went wrong is counted, logged when it begins and when it
// ends, and among the remarks for as long as it lasts.
package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Endpoint is one place that the page is sent to. Two that are equal are the same.
type Endpoint struct {
	URL      string
	Interval time.Duration
	Username string // "" is no basic auth
	Password string
	Bearer   string // "" is no token
}

// Name is what is shown of an endpoint: the path and the query of its URL may hold
// a token.
func (e Endpoint) Name() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return "(a URL that cannot be read)"
	}
	return u.Scheme + "://" + u.Host
}

// Options are what a Pusher is built from. All must be given.
type Options struct {
	// Write writes the page in the Prometheus text format. It may be called for
	// several endpoints at once.
	Write      func(ctx context.Context, w io.Writer)
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// Pusher sends the page to its endpoints, to each at its own pace.
type Pusher struct {
	send    func(ctx context.Context, e Endpoint) error // once
	log     *slog.Logger
	pushes  *prometheus.CounterVec
	success *prometheus.GaugeVec
	changed chan struct{} // of capacity 1: wanted is another list

	mu     sync.Mutex
	wanted []Endpoint
	failed map[Endpoint]failure // whose newest push failed
}

// failure is since when an endpoint does not take the page, and why.
type failure struct {
	since time.Time
	err   error
}

// New returns a Pusher without endpoints.
func New(o Options) (*Pusher, error) {
	if o.Write == nil || o.Logger == nil || o.Registerer == nil {
		return nil, errors.New("push: Write, Logger and Registerer must be given")
	}
	p := &Pusher{
		log: o.Logger.With("component", "push"), changed: make(chan struct{}, 1), failed: make(map[Endpoint]failure),
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_push_total", Help: "Times the metrics page was sent to an endpoint of server.push, by outcome.",
		}, []string{"endpoint", "outcome"}),
		success: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "brimwatch_push_last_success_timestamp_seconds", Help: "When an endpoint of server.push last took the metrics page.",
		}, []string{"endpoint"}),
	}
	p.send = func(ctx context.Context, e Endpoint) error { return once(ctx, e, o.Write) }
	for _, c := range []prometheus.Collector{p.pushes, p.success} {
		if err := o.Registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return p, nil
}

// Set says where the page is sent to from now on. Endpoints that stay go on at
// their pace; it waits for none that goes.
func (p *Pusher) Set(list []Endpoint) {
	p.mu.Lock()
	p.wanted = slices.Clone(list)
	for e := range p.failed {
		if !slices.Contains(list, e) {
			delete(p.failed, e)
		}
	}
	p.mu.Unlock()
	select {
	case p.changed <- struct{}{}:
	default: // what was set before was not looked at yet, and need not be
	}
}

// Remarks are the endpoints that do not take the page, a sentence each, in order
// of their list.
func (p *Pusher) Remarks() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, e := range p.wanted {
		if f, ok := p.failed[e]; ok {
			out = append(out, fmt.Sprintf("The metrics have not been sent to %s since %s: %v.", e.Name(), f.since.UTC().Format("2006-01-02 15:04 UTC"), f.err))
		}
	}
	return out
}

// Run sends the page until ctx ends, and returns when all it started has ended.
func (p *Pusher) Run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	running := make(map[Endpoint]context.CancelFunc)
	defer func() {
		for _, stop := range running {
			stop()
		}
	}()
	for {
		p.mu.Lock()
		wanted := p.wanted
		p.mu.Unlock()
		for e, stop := range running {
			if !slices.Contains(wanted, e) {
				stop()
				delete(running, e)
			}
		}
		for _, e := range wanted {
			if running[e] == nil {
				own, stop := context.WithCancel(ctx)
				running[e] = stop
				all.Go(func() { p.repeat(own, e) })
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.changed:
		}
	}
}

// repeat sends the page to one endpoint at its pace until ctx ends.
func (p *Pusher) repeat(ctx context.Context, e Endpoint) {
	for _, outcome := range []string{sent, failed} {
		p.pushes.WithLabelValues(e.Name(), outcome) // so that each begins at 0
	}
	tick := time.NewTicker(e.Interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := p.within(ctx, e)
		if ctx.Err() != nil {
			return // an endpoint that goes has not failed
		}
		p.note(e, err, time.Now())
	}
}

// within sends the page to one endpoint, and has ended by the time of the next.
func (p *Pusher) within(ctx context.Context, e Endpoint) error {
	ctx, cancel := context.WithTimeout(ctx, e.Interval)
	defer cancel()
	return p.send(ctx, e)
}

// Outcomes of a push, as the metric tells them.
const (
	sent   = "sent"
	failed = "failed"
)

// note keeps what became of a push.
func (p *Pusher) note(e Endpoint, err error, now time.Time) {
	p.mu.Lock()
	before, wasFailed := p.failed[e]
	stays := slices.Contains(p.wanted, e)
	switch {
	case err == nil:
		delete(p.failed, e)
	case stays && wasFailed:
		p.failed[e] = failure{since: before.since, err: err}
	case stays:
		p.failed[e] = failure{since: now, err: err}
	}
	p.mu.Unlock()

	if err != nil {
		p.pushes.WithLabelValues(e.Name(), failed).Inc()
		if !wasFailed {
			p.log.Warn("metrics are not sent", "endpoint", e.Name(), "error", err)
		}
		return
	}
	p.pushes.WithLabelValues(e.Name(), sent).Inc()
	p.success.WithLabelValues(e.Name()).Set(float64(now.UnixMilli()) / 1000)
	if wasFailed {
		p.log.Info("metrics are sent again", "endpoint", e.Name(), "since", before.since)
	}
}
