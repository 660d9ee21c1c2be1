package statistics

import (
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/brimwatch/brimwatch/internal/statistics/derived"
	"github.com/brimwatch/brimwatch/internal/statistics/promapi"
)

// Bounds of the query API. What a query may hold in memory is Options.MaxSamples.
const (
	queryTimeout = time.Minute
	lookback     = 5 * time.Minute
	subqueryStep = time.Minute

	// maxWaiting is room for the panels of a few dashboards that are opened at once;
	// patience is as long as who asks usually waits for an answer.
	maxWaiting = 100
	patience   = 30 * time.Second
	maxAnswer  = 128 << 20 // bytes
)

// newEngine makes the PromQL engine. Its own metrics are not registered: they
// bear Prometheus' names, and two sources of one name confuse who scrapes both.
// It bounds no number of queries: the API does.
func newEngine(o Options) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		Logger:               o.Logger,
		MaxSamples:           o.MaxSamples,
		Timeout:              queryTimeout,
		LookbackDelta:        lookback,
		EnableAtModifier:     true,
		EnableNegativeOffset: true,
		NoStepSubqueryIntervalFn: func(int64) int64 {
			return subqueryStep.Milliseconds()
		},
		Parser: promapi.NewParser(),
	})
}

// newAPI makes the query API of a history that is open.
func newAPI(s *Store) *promapi.API {
	return promapi.New(promapi.Options{
		Prefix:    "/prometheus",
		Engine:    s.engine,
		Queryable: s.query,
		Context:   derived.WithTop,
		Gatherer:  s.opts.Gatherer,
		Version:   s.opts.Version,
		Logger:    s.log,

		Timeout:      queryTimeout,
		MaxSamples:   s.opts.MaxSamples,
		SubqueryStep: subqueryStep,
		MaxRunning:   s.opts.MaxQueries,
		MaxWaiting:   maxWaiting,
		Patience:     patience,
		MaxAnswer:    maxAnswer,
	})
}

// Handler answers the Prometheus query API under /prometheus/api/v1/. Requests
// must come with that whole path.
func (s *Store) Handler() http.Handler { return s.api }
