// Package remotewrite sends samples to another database by the Prometheus
// remote-write protocol 1.0, which Prometheus, VictoriaMetrics, Mimir and Thanos
// take. Each endpoint has a queue, a goroutine and a connection of its own: one
// that is slow or dead costs its own samples and hurts nothing else.
package remotewrite

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Endpoint is where samples go. Username and Password, or Bearer, or none.
type Endpoint struct {
	URL      string
	Username string
	Password string
	Bearer   string
	TLS      *tls.Config // nil is the system's trust
}

// Options are what all endpoints have in common.
type Options struct {
	Version string // Brimwatch's, for the user agent
	Logger  *slog.Logger

	// Label tells the endpoint from others in metrics and logs; "" is its URL
	// without user, password and query.
	Label string
	// MaxSamples is how many samples may wait, and BatchSamples how many one
	// request carries. 0 takes the defaults: one million, which is 32 MB, and
	// 5,000.
	MaxSamples, BatchSamples int
	// Transport replaces the HTTP transport, for tests.
	Transport http.RoundTripper
}

const (
	defaultMaxSamples   = 1_000_000
	defaultBatchSamples = 5_000
	requestTimeout      = 30 * time.Second
	// grace is how long the end of Brimwatch may be held up to send what waits.
	grace = 5 * time.Second
)

// Reasons for which samples are dropped.
const (
	dropQueueFull = "queue_full" // the oldest ones go first
	dropRefused   = "refused"    // the other side will never take them
	dropStopped   = "stopped"    // Brimwatch ended before they were taken
)

// Writer sends samples to one endpoint. Enqueue may be called from any
// goroutine; Run sends. It is a prometheus.Collector.
type Writer struct {
	endpoint Endpoint
	opts     Options
	log      *slog.Logger
	client   *http.Client
	encoder  encoder
	metrics  *metrics
	failing  bool // used by Run alone
	refusing bool // used by Run alone

	mu     sync.Mutex
	queue  [][]Sample // lists as they were handed over; nobody changes them
	offset int        // samples of the first list that are gone already
	depth  int
	wake   chan struct{} // has room for one
}

// New checks the endpoint and returns a Writer for it. It opens no connection.
func New(endpoint Endpoint, opts Options) (*Writer, error) {
	u, err := url.Parse(endpoint.URL)
	if err != nil {
		return nil, errors.New("remote write: the URL cannot be read") // err would repeat a password in it
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("remote write: %q must begin with http:// or https:// and name a host", Shown(endpoint.URL))
	}
	if endpoint.Bearer != "" && endpoint.Username != "" {
		return nil, fmt.Errorf("remote write to %s: give a user name or a bearer token, not both", Shown(endpoint.URL))
	}
	if opts.MaxSamples <= 0 {
		opts.MaxSamples = defaultMaxSamples
	}
	if opts.BatchSamples <= 0 {
		opts.BatchSamples = defaultBatchSamples
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Transport == nil {
		opts.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     endpoint.TLS,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     5 * time.Minute,
			TLSHandshakeTimeout: 10 * time.Second,
		}
	}
	shown := opts.Label
	if shown == "" {
		shown = Shown(endpoint.URL)
	}
	return &Writer{
		endpoint: endpoint,
		opts:     opts,
		log:      opts.Logger.With("url", shown),
		client: &http.Client{
			Transport: opts.Transport,
			Timeout:   requestTimeout,
			// A redirect would carry credentials to another place.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		metrics: newMetrics(shown),
		wake:    make(chan struct{}, 1),
	}, nil
}

// Shown returns a URL for logs and labels: without user, password and query,
// where tokens are found.
func Shown(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Enqueue puts samples at the end of the queue and never blocks. It keeps the
// slice, which must not be changed afterwards. When the queue is full, the
// oldest samples are dropped and counted.
func (w *Writer) Enqueue(samples []Sample) {
	if len(samples) == 0 {
		return
	}
	w.mu.Lock()
	w.queue = append(w.queue, samples)
	w.depth += len(samples)
	over := w.depth - w.opts.MaxSamples
	if over > 0 {
		w.skip(over)
	}
	w.metrics.depth.Set(float64(w.depth))
	w.mu.Unlock()
	if over > 0 {
		w.metrics.dropped.WithLabelValues(dropQueueFull).Add(float64(over))
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// skip takes n samples from the front; the caller holds the lock.
func (w *Writer) skip(n int) {
	w.depth -= n
	for n > 0 {
		left := len(w.queue[0]) - w.offset
		if n < left {
			w.offset += n
			return
		}
		n -= left
		w.queue[0] = nil
		w.queue, w.offset = w.queue[1:], 0
	}
}

// take removes the next samples from the queue, at most one request's.
func (w *Writer) take() []Sample {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.depth == 0 {
		return nil
	}
	first := w.queue[0][w.offset:]
	out := first[:min(len(first), w.opts.BatchSamples)]
	w.skip(len(out))
	w.metrics.depth.Set(float64(w.depth))
	return out
}

// Run sends until ctx is done. Then it sends what waits, for a few seconds and
// as long as the endpoint takes it, and returns.
func (w *Writer) Run(ctx context.Context) error {
	defer w.client.CloseIdleConnections()
	for ctx.Err() == nil {
		batch := w.take()
		if batch == nil {
			select {
			case <-ctx.Done():
			case <-w.wake:
			}
			continue
		}
		if !w.deliver(ctx, batch) {
			return w.finish(ctx, batch)
		}
	}
	return w.finish(ctx, nil)
}

// finish sends what is left after the end.
func (w *Writer) finish(ctx context.Context, batch []Sample) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if batch == nil {
		batch = w.take()
	}
	for batch != nil {
		if err := w.send(ctx, batch); err != nil {
			w.mu.Lock()
			left := w.depth + len(batch)
			w.queue, w.offset, w.depth = nil, 0, 0
			w.mu.Unlock()
			w.metrics.depth.Set(0)
			w.metrics.dropped.WithLabelValues(dropStopped).Add(float64(left))
			w.log.Warn("remote write ended with samples that were not taken", "samples", left, "error", err)
			return nil
		}
		w.metrics.sent.Add(float64(len(batch)))
		batch = w.take()
	}
	return nil
}

// deliver sends a batch until it is taken or refused for good. It returns false
// when ctx ended first.
func (w *Writer) deliver(ctx context.Context, batch []Sample) bool {
	for attempt := 0; ; attempt++ {
		err := w.send(ctx, batch)
		if err == nil {
			w.metrics.sent.Add(float64(len(batch)))
			w.outcome(nil)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		var answer *answerError
		if errors.As(err, &answer) && answer.final {
			w.metrics.dropped.WithLabelValues(dropRefused).Add(float64(len(batch)))
			w.refused(err)
			return true
		}
		w.metrics.failed.Inc()
		w.outcome(err)
		wait := backoff(attempt)
		if answer != nil {
			wait = max(wait, answer.after)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
}

// outcome logs when the endpoint begins or ceases to fail.
func (w *Writer) outcome(err error) {
	switch {
	case err != nil && !w.failing:
		w.log.Warn("remote write fails, samples wait and the oldest are dropped when too many do", "error", err)
	case err == nil && (w.failing || w.refusing):
		w.log.Info("remote write goes on")
		w.refusing = false
	}
	w.failing = err != nil
}

// refused says when the endpoint begins to refuse samples for good.
func (w *Writer) refused(err error) {
	if !w.refusing {
		w.log.Error("remote write is refused, the samples are dropped", "error", err)
	}
	w.refusing, w.failing = true, false
}

// backoff is the pause after failed attempt number attempt, counted from 0.
func backoff(attempt int) time.Duration {
	const first, longest = time.Second, time.Minute
	if attempt > 5 {
		return longest
	}
	return min(first<<attempt, longest)
}

// Describe implements prometheus.Collector.
func (w *Writer) Describe(ch chan<- *prometheus.Desc) {
	w.metrics.each(func(c prometheus.Collector) { c.Describe(ch) })
}

// Collect implements prometheus.Collector.
func (w *Writer) Collect(ch chan<- prometheus.Metric) {
	w.metrics.each(func(c prometheus.Collector) { c.Collect(ch) })
}
