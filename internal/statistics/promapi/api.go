// Package promapi answers the Prometheus HTTP query API, version 1, over any
// storage.Queryable: what Grafana's Prometheus data source and promtool ask for,
// in the shapes, error types and status codes of Prometheus. It only reads.
//
// What it does for anybody who asks is bounded: a few requests work at once, some
// wait for their turn, the others are refused; one works for its timeout at most,
// from the moment it begins until its answer has been taken; what it holds in
// memory is bounded by samples, and what it answers by bytes. A small answer is
// complete before it is sent, so a slow reader keeps nobody from working.
package promapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// Options are what the API needs.
type Options struct {
	Prefix    string // in front of /api/v1, such as /prometheus
	Engine    *promql.Engine
	Queryable storage.Queryable
	// Context puts what the Queryable should know of a query into its context; nil
	// puts nothing.
	Context  func(ctx context.Context, query string) context.Context
	Gatherer prometheus.Gatherer // of Brimwatch's own metrics, for /metadata; nil is none
	Version  string              // of Brimwatch
	Logger   *slog.Logger

	// Timeout is how long one request may work, MaxSamples how many samples one may
	// hold in memory, and SubqueryStep how far apart the steps of a subquery are that
	// does not say: all as the engine was told.
	Timeout      time.Duration
	MaxSamples   int
	SubqueryStep time.Duration

	// MaxRunning is how many requests work at once, MaxWaiting how many others wait,
	// for Patience at most. MaxAnswer bounds the bytes of an answer.
	MaxRunning, MaxWaiting int
	Patience               time.Duration
	MaxAnswer              int
}

// API answers requests. It is safe for concurrent use.
type API struct {
	opts    Options
	parser  parser.Parser
	gate    *gate
	metrics *metrics
	handler http.Handler
}

// New returns the API. Its answers are compressed for who accepts that.
func New(opts Options) *API {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	a := &API{opts: opts, parser: NewParser(), gate: newGate(opts.MaxRunning, opts.MaxWaiting, opts.Patience)}
	a.metrics = newMetrics(a.gate)
	mux := http.NewServeMux()
	handle := func(pattern string, kind kind, h func(*http.Request) answer, methods ...string) {
		for _, method := range methods {
			mux.HandleFunc(method+" "+opts.Prefix+"/api/v1/"+pattern, a.serve(kind, h))
		}
	}
	handle("query", instant, a.query, http.MethodGet, http.MethodPost)
	handle("query_range", ranged, a.queryRange, http.MethodGet, http.MethodPost)
	handle("series", lookedUp, a.series, http.MethodGet, http.MethodPost)
	handle("labels", lookedUp, a.labelNames, http.MethodGet, http.MethodPost)
	handle("label/{name}/values", lookedUp, a.labelValues, http.MethodGet)
	handle("metadata", other, a.metadata, http.MethodGet)
	handle("status/buildinfo", other, a.buildInfo, http.MethodGet)
	// Grafana asks for these whether or not there are any.
	handle("rules", other, fixed(map[string]any{"groups": []any{}}), http.MethodGet)
	handle("alerts", other, fixed(map[string]any{"alerts": []any{}}), http.MethodGet)
	handle("query_exemplars", other, fixed([]any{}), http.MethodGet, http.MethodPost)
	mux.HandleFunc("/", a.serve(other, func(r *http.Request) answer {
		return answer{err: errNotFound(r.URL.Path)}
	}))
	a.handler = gzhttp.GzipHandler(mux)
	return a
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Metrics returns what the API tells about itself.
func (a *API) Metrics() []prometheus.Collector { return a.metrics.all() }

// answer is the outcome of one request: data, or an error.
type answer struct {
	data     any // a promql result, or what encoding/json takes
	query    string
	warnings annotations.Annotations
	err      *apiError

	until time.Time // when it must have been taken, if it is a large one
	done  func()    // lets go of data; nil when there is nothing to let go
}

// apiError is an error with its type and status of the API.
type apiError struct {
	kind     string
	status   int
	err      error
	notBegun bool // nothing was done for the request
}

// statusClientClosed is what Prometheus answers when nobody listens any more.
const statusClientClosed = 499

func badData(err error) *apiError {
	return &apiError{kind: "bad_data", status: http.StatusBadRequest, err: err, notBegun: true}
}

func badParam(name string, err error) *apiError {
	return badData(fmt.Errorf("invalid parameter %q: %w", name, err))
}

func errNotFound(path string) *apiError {
	return &apiError{kind: "not_found", status: http.StatusNotFound, err: fmt.Errorf("there is nothing at %s", path)}
}

// failed gives an error of the engine or the storage its type.
func failed(err error) *apiError {
	var (
		canceled promql.ErrQueryCanceled
		timeout  promql.ErrQueryTimeout
		stored   promql.ErrStorage
	)
	switch {
	case errors.As(err, &timeout), errors.Is(err, context.DeadlineExceeded):
		return &apiError{kind: "timeout", status: http.StatusServiceUnavailable, err: err}
	case errors.As(err, &canceled), errors.Is(err, context.Canceled):
		return &apiError{kind: "canceled", status: statusClientClosed, err: err}
	case errors.As(err, &stored):
		return internal(err)
	}
	return execution(err)
}

func execution(err error) *apiError {
	return &apiError{kind: "execution", status: http.StatusUnprocessableEntity, err: err}
}

func internal(err error) *apiError {
	return &apiError{kind: "internal", status: http.StatusInternalServerError, err: err}
}

// formBytes bounds the body of a POST: queries are short.
const formBytes = 1 << 20

// serve turns a function into a handler: it reads the form, catches panics, and
// writes the answer.
func (a *API) serve(kind kind, h func(*http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		r.Body = http.MaxBytesReader(w, r.Body, formBytes)
		var out answer
		if err := r.ParseForm(); err != nil {
			out.err = badData(fmt.Errorf("error parsing form values: %w", err))
		} else {
			out = a.safely(h, r)
		}
		err := write(w, out)
		a.metrics.answered(kind, out.err, time.Since(begun))
		if err != nil {
			a.opts.Logger.Debug("answer was not taken", "path", r.URL.Path, "error", err)
		}
	}
}

// safely calls h; a panic becomes an internal error, and the daemon lives on.
func (a *API) safely(h func(*http.Request) answer, r *http.Request) (out answer) {
	defer func() {
		if p := recover(); p != nil {
			a.opts.Logger.Error("query panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			out = answer{err: internal(errors.New("the query failed inside Brimwatch, its log has the details"))}
		}
	}()
	return h(r)
}

// run calls work when it is the request's turn, within the time that the request
// has from then on. The turn lasts until the answer is done.
func (a *API) run(r *http.Request, work func(context.Context) answer) answer {
	timeout, bad := a.timeout(r)
	if bad != nil {
		return answer{err: bad}
	}
	if refused := a.gate.enter(r.Context()); refused != nil {
		return answer{err: refused}
	}
	until := time.Now().Add(timeout)
	ctx, cancel := context.WithDeadline(r.Context(), until)
	leave := func() {
		cancel()
		a.gate.leave()
	}
	kept := false
	defer func() {
		if !kept { // a panic
			leave()
		}
	}()
	out := work(ctx)
	if out.err == nil {
		if bytes := answerBytes(out.data); bytes > a.opts.MaxAnswer {
			out.err = tooLarge(bytes, a.opts.MaxAnswer)
		}
	}
	more := out.done
	out.until, out.done, kept = until, func() {
		if more != nil {
			more()
		}
		leave()
	}, true
	return out
}

func tooLarge(bytes, most int) *apiError {
	const mb = 1 << 20
	return execution(fmt.Errorf("the answer would have about %d MB, more than the %d MB that one may have: ask for fewer series, a shorter time, or a larger step",
		(bytes+mb-1)/mb, most/mb))
}

func fixed(data any) func(*http.Request) answer {
	return func(*http.Request) answer { return answer{data: data} }
}

// timeout returns how long a request may work: as long as any, or as it asks for.
func (a *API) timeout(r *http.Request) (time.Duration, *apiError) {
	text := r.FormValue("timeout")
	if text == "" {
		return a.opts.Timeout, nil
	}
	timeout, err := parseDuration(text)
	if err != nil {
		return 0, badParam("timeout", err)
	}
	return min(timeout, a.opts.Timeout), nil
}
