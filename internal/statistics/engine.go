package statistics

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/promapi"
)

const (
	queryTimeout = time.Minute
	lookback     = 5 * time.Minute
)

// newEngine makes the PromQL engine. Its own metrics are not registered: they
// bear Prometheus' names, and two sources of one name confuse who scrapes both.
func newEngine(o Options) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		Logger:               o.Logger,
		MaxSamples:           o.MaxSamples,
		Timeout:              queryTimeout,
		LookbackDelta:        lookback,
		ActiveQueryTracker:   make(slots, o.MaxQueries),
		EnableAtModifier:     true,
		EnableNegativeOffset: true,
		NoStepSubqueryIntervalFn: func(int64) int64 {
			return time.Minute.Milliseconds()
		},
	})
}

// slots lets as many queries run at once as it has room for; the others wait.
type slots chan struct{}

// GetMaxConcurrent implements promql.QueryTracker.
func (s slots) GetMaxConcurrent() int { return cap(s) }

// Insert implements promql.QueryTracker.
func (s slots) Insert(ctx context.Context, _ string) (int, error) {
	select {
	case s <- struct{}{}:
		return 0, nil
	case <-ctx.Done():
		return 0, errors.Join(errors.New("too many queries are running"), context.Cause(ctx))
	}
}

// Delete implements promql.QueryTracker.
func (s slots) Delete(int) { <-s }

// Close implements promql.QueryTracker.
func (s slots) Close() error { return nil }

// Handler answers the Prometheus query API under /prometheus/api/v1/. Requests
// must come with that whole path.
func (s *Store) Handler() http.Handler {
	return promapi.New(promapi.Options{
		Prefix:    "/prometheus",
		Engine:    s.engine,
		Queryable: s.query,
		Context:   derived.WithTop,
		Version:   s.opts.Version,
		Logger:    s.log,
	})
}
