// Package remotewrite sends a history to another database by the Prometheus
// remote-write protocol 1.0, which Prometheus, VictoriaMetrics, Mimir and Thanos
// take. Each endpoint has a goroutine and a connection of its own: one that is slow
// or dead hurts nothing else.
//
// A Writer reads what it sends out of the history, one window of time after the other,
// and keeps in a small file through which time the endpoint has taken all: its mark.
// So nothing waits in memory but one window, and what an endpoint could not take it
// gets later: when it is back, after a restart, after kill -9. Three things hold:
//
//   - A window ends where the history is final: where nothing is added to it any more.
//     So no sample is passed over.
//   - Samples go in order of time, in rounds: stretches in which no series has two
//     samples. A round may be sent again, whole or in part, as all that an endpoint has
//     of it are the newest samples of their series, and those once more are no fault.
//   - The mark moves to the end of a round when all of it was taken or refused for good,
//     and before the next round begins.
package remotewrite

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/storage"
)

// Endpoint is where samples go. Username and Password, or Bearer, or none.
type Endpoint struct {
	URL      string
	Username string
	Password string
	Bearer   string
	TLS      *tls.Config // nil is the system's trust
}

// History is what is sent.
type History struct {
	// Samples holds all of it.
	Samples storage.Queryable
	// Final returns the time, in milliseconds since 1970, through which nothing is added
	// to Samples any more. It is called before each window and may take a moment.
	Final func() int64
	// Retention is how far back from now Samples reaches.
	Retention time.Duration
}

// Options are what all endpoints have in common. History and Dir must be given.
type Options struct {
	History History
	Dir     string // where the marks are kept
	Version string // Brimwatch's, for the user agent
	Logger  *slog.Logger

	// Label tells the endpoint from others in metrics, logs and marks; "" is its URL
	// without user, password and query.
	Label string
	// WindowSamples is how many samples may be in memory, and BatchSamples how many one
	// request carries. 0 takes the defaults: one million, which is 24 MB, and 5,000.
	WindowSamples, BatchSamples int
	// Transport replaces the HTTP transport, for tests.
	Transport http.RoundTripper
}

const (
	defaultWindowSamples = 1_000_000
	defaultBatchSamples  = 5_000
	requestTimeout       = 30 * time.Second
	// grace is how long the end of Brimwatch may be held up to send what is new.
	grace = 5 * time.Second
	// pace is the distance of windows once an endpoint has all but the newest. It is longer,
	// up to slowPace, where reading would take more of a processor than one part in restFactor.
	pace       = 5 * time.Second
	slowPace   = 15 * time.Second
	restFactor = 30
	// A window is as long as its samples have room, within these bounds.
	shortestWindow, firstWindow, longestWindow = time.Second, time.Minute, 24 * time.Hour
	// unreadable is how often a window is tried that cannot be read, before it is left out.
	unreadable = 3
	// ahead is how far a mark may be in the future: readings may be as far.
	ahead = 10 * time.Minute
)

// Writer sends a history to one endpoint. It is a prometheus.Collector.
type Writer struct {
	endpoint Endpoint
	opts     Options
	log      *slog.Logger
	client   *http.Client
	mark     mark
	through  atomic.Int64 // all through here was taken, in milliseconds since 1970
	metrics  *metrics

	// What follows is Run's alone.
	encoder   encoder
	length    time.Duration // of the next window
	failures  int           // to read the next window
	most      int           // samples of a window
	credit    int           // of requests that are refused and may be split
	failing   bool          // the endpoint cannot be reached
	refusing  bool          // the endpoint refuses samples for good
	dropped   bool          // of the window under way some were refused
	behind    bool          // far enough to be said
	markFails bool          // the mark cannot be saved
}

// New checks the endpoint and returns a Writer for it, which begins at its mark. An
// endpoint without a mark is new and begins now. It opens no connection.
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
	opts.fill(endpoint)
	w := &Writer{
		endpoint: endpoint,
		opts:     opts,
		log:      opts.Logger.With("url", opts.Label),
		client: &http.Client{
			Transport: opts.Transport,
			Timeout:   requestTimeout,
			// A redirect would carry credentials to another place.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		mark:   markIn(opts.Dir, opts.Label),
		length: firstWindow,
		most:   opts.WindowSamples,
		credit: mostCredit,
	}
	w.metrics = newMetrics(opts.Label, w.behindSeconds)
	w.begin(time.Now())
	return w, nil
}

func (o *Options) fill(endpoint Endpoint) {
	if o.WindowSamples <= 0 {
		o.WindowSamples = defaultWindowSamples
	}
	if o.BatchSamples <= 0 {
		o.BatchSamples = defaultBatchSamples
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Label == "" {
		o.Label = Shown(endpoint.URL)
	}
	if o.Transport == nil {
		o.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			TLSClientConfig:     endpoint.TLS,
			ForceAttemptHTTP2:   true,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     5 * time.Minute,
			TLSHandshakeTimeout: 10 * time.Second,
		}
	}
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

// begin finds out where to go on.
func (w *Writer) begin(now time.Time) {
	through, ok, err := w.mark.load()
	switch {
	case err != nil:
		w.log.Error("it is not known how much was sent by remote write, it goes on from now", "error", err)
	case ok && through > now.Add(ahead).UnixMilli():
		w.log.Warn("the mark of remote write is in the future, it goes on from now; was the clock moved?", "mark", time.UnixMilli(through).UTC())
	case ok:
		w.through.Store(through)
		return
	}
	w.through.Store(now.UnixMilli())
	w.save()
}

// Run sends until ctx is done. Then it sends what is new, for a few seconds and as long
// as the endpoint takes it, and returns. What is left is sent by the next process.
func (w *Writer) Run(ctx context.Context) error {
	defer w.client.CloseIdleConnections()
	for ctx.Err() == nil {
		pause, err := w.pass(ctx, true)
		if err != nil && ctx.Err() == nil {
			w.log.Error("the history cannot be read for remote write, it is tried again", "error", err)
		}
		wait(ctx, pause)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for final := w.opts.History.Final(); w.through.Load() < final; {
		if _, err := w.pass(ctx, false); err != nil {
			w.log.Warn("remote write ended before all was taken; the rest is sent after the next start", "mark", w.taken(), "error", err)
			return nil
		}
	}
	return nil
}

// pass reads one window and sends it. It returns how long to rest. With patience it
// tries again until the endpoint answers or ctx ends.
func (w *Writer) pass(ctx context.Context, patience bool) (time.Duration, error) {
	final := w.opts.History.Final()
	w.retain(time.Now())
	from := w.through.Load() + 1
	if from > final {
		return pace, nil
	}
	to := min(final, from+w.length.Milliseconds()-1)
	began := time.Now()
	win, err := readWindow(ctx, w.opts.History.Samples, from, to, w.most)
	took := time.Since(began)
	switch {
	case errors.Is(err, errTooMany):
		w.shorter(from, to)
		return took, nil
	case err != nil:
		return pace, w.unread(ctx, to, err)
	}
	w.failures = 0
	w.logBehind(from)
	w.longer(len(win.points), to-from+1)
	if err := w.sendWindow(ctx, win, patience); err != nil {
		return 0, err
	}
	if to < final {
		return took, nil // as long as it read, so that there is room for others
	}
	w.logCaughtUp()
	return min(max(pace, restFactor*took), slowPace), nil
}

// sendWindow sends a window, and moves the mark with each round.
func (w *Writer) sendWindow(ctx context.Context, win *window, patience bool) error {
	left := len(win.points)
	defer w.metrics.depth.Set(0)
	for round, through := range win.rounds() {
		for points := range slices.Chunk(round, w.opts.BatchSamples) {
			w.metrics.depth.Set(float64(left))
			if err := w.deliver(ctx, &request{win, points}, patience); err != nil {
				return err
			}
			left -= len(points)
		}
		w.through.Store(through)
		if len(round) > 0 {
			w.save()
		}
	}
	if len(win.points) > 0 {
		w.windowTaken()
	}
	return nil
}

// retain leaves out what the history does not hold any more.
func (w *Writer) retain(now time.Time) {
	oldest := now.Add(-w.opts.History.Retention).UnixMilli()
	if through := w.through.Load(); through < oldest {
		w.leaveOut(leftRetention, oldest, "the endpoint was away for longer than the history is kept")
	}
}

// leaveOut moves the mark although nothing was sent.
func (w *Writer) leaveOut(reason string, to int64, why string) {
	from := w.through.Load()
	w.metrics.left.WithLabelValues(reason).Add(float64(to-from) / 1000)
	w.log.Error("remote write leaves out a part of the history", "from", w.taken(), "to", time.UnixMilli(to).UTC(), "reason", why)
	w.through.Store(to)
	w.save()
}

// unread notes that a window could not be read, and leaves it out in the end.
func (w *Writer) unread(ctx context.Context, to int64, err error) error {
	if ctx.Err() != nil {
		return err
	}
	w.failures++
	if w.failures < unreadable {
		return err
	}
	w.failures = 0
	w.leaveOut(leftUnreadable, to, err.Error())
	return nil
}

// shorter takes less time for the next window, after one that held too much.
func (w *Writer) shorter(from, to int64) {
	w.length = time.Duration(to-from+1) * time.Millisecond / 2
	if w.length < shortestWindow {
		// A fleet of which one second does not fit: it has to.
		w.length = shortestWindow
		w.most *= 2
	}
}

// longer takes more time for the next window, after one that held little.
func (w *Writer) longer(samples int, ms int64) {
	whole := time.Duration(ms)*time.Millisecond >= w.length
	if whole && samples < w.most/3 {
		w.length = min(2*w.length, longestWindow)
	}
}

// save writes the mark, and says when that begins or ceases to fail.
func (w *Writer) save() {
	err := w.mark.save(w.through.Load())
	switch {
	case err != nil && !w.markFails:
		w.log.Error("it cannot be noted how much was sent by remote write; after a restart some is sent again", "error", err)
	case err == nil && w.markFails:
		w.log.Info("it is noted again how much was sent by remote write")
	}
	w.markFails = err != nil
}

// behindFrom is how far behind an endpoint is when that is logged.
const behindFrom = 2 * time.Minute

// logBehind logs when the endpoint has to catch up.
func (w *Writer) logBehind(from int64) {
	if late := time.Since(time.UnixMilli(from)); !w.behind && late > behindFrom {
		w.behind = true
		w.log.Info("remote write catches up from the history", "from", w.taken(), "behind", late.Round(time.Second))
	}
}

// logCaughtUp logs when it has.
func (w *Writer) logCaughtUp() {
	if w.behind {
		w.behind = false
		w.log.Info("remote write has caught up")
	}
}

// taken returns the mark as a time.
func (w *Writer) taken() time.Time { return time.UnixMilli(w.through.Load()).UTC() }

func (w *Writer) behindSeconds() float64 { return max(0, time.Since(w.taken()).Seconds()) }

// wait returns when the time is over, or ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Describe implements prometheus.Collector.
func (w *Writer) Describe(ch chan<- *prometheus.Desc) {
	w.metrics.each(func(c prometheus.Collector) { c.Describe(ch) })
}

// Collect implements prometheus.Collector.
func (w *Writer) Collect(ch chan<- prometheus.Metric) {
	w.metrics.each(func(c prometheus.Collector) { c.Collect(ch) })
}
