// Package promapi answers the Prometheus HTTP query API, version 1, over any
// storage.Queryable: what Grafana's Prometheus data source and promtool ask for,
// in the shapes, error types and status codes of Prometheus. It only reads.
package promapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/klauspost/compress/gzhttp"
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
	// Context puts what the Queryable should know of an instant query into its
	// context; nil puts nothing.
	Context func(ctx context.Context, query string) context.Context
	Version string // of Brimwatch
	Logger  *slog.Logger
}

// New returns the handler. Answers are compressed for who accepts that.
func New(opts Options) http.Handler {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	a := &api{opts: opts, parser: parser.NewParser(parser.Options{})}
	mux := http.NewServeMux()
	handle := func(pattern string, h func(*http.Request) answer, methods ...string) {
		for _, method := range methods {
			mux.HandleFunc(method+" "+opts.Prefix+"/api/v1/"+pattern, a.serve(h))
		}
	}
	handle("query", a.query, http.MethodGet, http.MethodPost)
	handle("query_range", a.queryRange, http.MethodGet, http.MethodPost)
	handle("series", a.series, http.MethodGet, http.MethodPost)
	handle("labels", a.labelNames, http.MethodGet, http.MethodPost)
	handle("label/{name}/values", a.labelValues, http.MethodGet)
	handle("metadata", a.metadata, http.MethodGet)
	handle("status/buildinfo", a.buildInfo, http.MethodGet)
	// Grafana asks for these whether or not there are any.
	handle("rules", fixed(map[string]any{"groups": []any{}}), http.MethodGet)
	handle("alerts", fixed(map[string]any{"alerts": []any{}}), http.MethodGet)
	handle("query_exemplars", fixed([]any{}), http.MethodGet, http.MethodPost)
	mux.HandleFunc("/", a.serve(func(r *http.Request) answer {
		return answer{err: errNotFound(r.URL.Path)}
	}))
	return gzhttp.GzipHandler(mux)
}

type api struct {
	opts   Options
	parser parser.Parser
}

// answer is the outcome of one request: data, or an error.
type answer struct {
	data     any // a promql result, or what encoding/json takes
	query    string
	warnings annotations.Annotations
	err      *apiError
}

// apiError is an error with its type and status of the API.
type apiError struct {
	kind   string
	status int
	err    error
}

// statusClientClosed is what Prometheus answers when nobody listens any more.
const statusClientClosed = 499

func badData(err error) *apiError { return &apiError{"bad_data", http.StatusBadRequest, err} }

func badParam(name string, err error) *apiError {
	return badData(fmt.Errorf("invalid parameter %q: %w", name, err))
}

func errNotFound(path string) *apiError {
	return &apiError{"not_found", http.StatusNotFound, fmt.Errorf("there is nothing at %s", path)}
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
		return &apiError{"timeout", http.StatusServiceUnavailable, err}
	case errors.As(err, &canceled), errors.Is(err, context.Canceled):
		return &apiError{"canceled", statusClientClosed, err}
	case errors.As(err, &stored):
		return &apiError{"internal", http.StatusInternalServerError, err}
	}
	return &apiError{"execution", http.StatusUnprocessableEntity, err}
}

// formBytes bounds the body of a POST: queries are short.
const formBytes = 1 << 20

// serve turns a function into a handler: it reads the form, catches panics, and
// writes the answer.
func (a *api) serve(h func(*http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, formBytes)
		var out answer
		if err := r.ParseForm(); err != nil {
			out.err = badData(fmt.Errorf("error parsing form values: %w", err))
		} else {
			out = a.safely(h, r)
		}
		if err := write(w, out); err != nil {
			a.opts.Logger.Debug("answer was not taken", "path", r.URL.Path, "error", err)
		}
	}
}

// safely calls h; a panic becomes an internal error, and the daemon lives on.
func (a *api) safely(h func(*http.Request) answer, r *http.Request) (out answer) {
	defer func() {
		if p := recover(); p != nil {
			a.opts.Logger.Error("query panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			out = answer{err: &apiError{"internal", http.StatusInternalServerError, errors.New("the query failed inside Brimwatch, its log has the details")}}
		}
	}()
	return h(r)
}

func fixed(data any) func(*http.Request) answer {
	return func(*http.Request) answer { return answer{data: data} }
}

// within returns the context of the request, cut short by its timeout parameter.
func within(r *http.Request) (context.Context, context.CancelFunc, *apiError) {
	text := r.FormValue("timeout")
	if text == "" {
		return r.Context(), func() {}, nil
	}
	timeout, err := parseDuration(text)
	if err != nil {
		return nil, nil, badParam("timeout", err)
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	return ctx, cancel, nil
}
