package promapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
	"github.com/prometheus/prometheus/util/stats"
)

// maxPoints is Prometheus' bound on the points of one series of a range query.
const maxPoints = 11_000

// query answers /query: one moment.
func (a *API) query(r *http.Request) answer {
	limit, bad := limitParam(r)
	if bad != nil {
		return answer{err: bad}
	}
	at, bad := timeParam(r, "time", time.Now())
	if bad != nil {
		return answer{err: bad}
	}
	text := r.FormValue("query")
	return a.evaluate(r, text, limit, func(opts promql.QueryOpts, from storage.Queryable) (promql.Query, error) {
		return a.opts.Engine.NewInstantQuery(r.Context(), from, opts, text, at)
	})
}

// queryRange answers /query_range: one value a step.
func (a *API) queryRange(r *http.Request) answer {
	limit, bad := limitParam(r)
	if bad != nil {
		return answer{err: bad}
	}
	start, err := parseTime(r.FormValue("start"))
	if err != nil {
		return answer{err: badParam("start", err)}
	}
	end, err := parseTime(r.FormValue("end"))
	if err != nil {
		return answer{err: badParam("end", err)}
	}
	if end.Before(start) {
		return answer{err: badParam("end", errors.New("end timestamp must not be before start time"))}
	}
	step, err := parseDuration(r.FormValue("step"))
	if err != nil {
		return answer{err: badParam("step", err)}
	}
	if step <= 0 {
		return answer{err: badParam("step", errors.New("zero or negative query resolution step widths are not accepted. Try a positive integer"))}
	}
	if step < time.Millisecond { // the engine counts in these
		return answer{err: badParam("step", errors.New("a step is a millisecond or more"))}
	}
	if end.Sub(start)/step > maxPoints {
		return answer{err: badData(errors.New("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"))}
	}
	text := r.FormValue("query")
	return a.evaluate(r, text, limit, func(opts promql.QueryOpts, from storage.Queryable) (promql.Query, error) {
		return a.opts.Engine.NewRangeQuery(r.Context(), from, opts, text, start, end, step)
	})
}

// evaluate answers with the result of the query that begin makes.
func (a *API) evaluate(r *http.Request, text string, limit int, begin func(promql.QueryOpts, storage.Queryable) (promql.Query, error)) answer {
	opts, bad := queryOptions(r)
	if bad != nil {
		return answer{err: bad}
	}
	from := &budget{Queryable: a.opts.Queryable, most: a.opts.MaxSamples}
	q, err := begin(opts, from)
	if err != nil {
		return answer{err: badParam("query", err)}
	}
	if stmt, ok := q.Statement().(*parser.EvalStmt); ok {
		if from.plan, err = newPlan(stmt, a.opts.SubqueryStep); err != nil {
			q.Close()
			return answer{err: notBegun("execution", http.StatusUnprocessableEntity, err)}
		}
	}
	return a.run(r, func(ctx context.Context) answer {
		if a.opts.Context != nil {
			ctx = a.opts.Context(ctx, text)
		}
		return finished(q, q.Exec(ctx), text, limit, r.FormValue("stats") != "")
	})
}

// result is the data of a query's answer.
type result struct {
	value parser.Value
	stats any // nil when nobody asked
}

// finished makes the answer of a query. The engine takes the result's memory
// back when the query is closed, which is when the answer is done.
func finished(q promql.Query, res *promql.Result, text string, limit int, withStats bool) answer {
	out := answer{query: text, warnings: res.Warnings, done: q.Close}
	if res.Err != nil {
		out.err = failed(res.Err)
		return out
	}
	value, cut := truncated(res.Value, limit)
	if cut {
		out.warnings = addTruncated(out.warnings)
	}
	data := result{value: value}
	if withStats {
		data.stats = stats.NewQueryStats(q.Stats())
	}
	out.data = data
	return out
}

// truncated cuts a result down to limit series; 0 is no limit.
func truncated(v parser.Value, limit int) (parser.Value, bool) {
	switch v := v.(type) {
	case promql.Vector:
		if limit > 0 && len(v) > limit {
			return v[:limit], true
		}
	case promql.Matrix:
		if limit > 0 && len(v) > limit {
			return v[:limit], true
		}
	}
	return v, false
}

func addTruncated(w annotations.Annotations) annotations.Annotations {
	return w.Add(errors.New("results truncated due to limit"))
}
