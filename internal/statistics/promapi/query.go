package promapi

import (
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/annotations"
	"github.com/prometheus/prometheus/util/stats"
)

// maxPoints is Prometheus' bound on the points of one series of a range query.
const maxPoints = 11_000

// query answers /query: one moment.
func (a *api) query(r *http.Request) answer {
	limit, bad := limitParam(r)
	if bad != nil {
		return answer{err: bad}
	}
	at, bad := timeParam(r, "time", time.Now())
	if bad != nil {
		return answer{err: bad}
	}
	ctx, cancel, bad := within(r)
	if bad != nil {
		return answer{err: bad}
	}
	defer cancel()
	opts, bad := queryOptions(r)
	if bad != nil {
		return answer{err: bad}
	}
	text := r.FormValue("query")
	if a.opts.Context != nil {
		ctx = a.opts.Context(ctx, text)
	}
	q, err := a.opts.Engine.NewInstantQuery(ctx, a.opts.Queryable, opts, text, at)
	if err != nil {
		return answer{err: notStarted(err)}
	}
	defer q.Close()
	return finished(q, q.Exec(ctx), text, limit, r.FormValue("stats") != "")
}

// queryRange answers /query_range: one value a step.
func (a *api) queryRange(r *http.Request) answer {
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
	if end.Sub(start)/step > maxPoints {
		return answer{err: badData(errors.New("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"))}
	}
	ctx, cancel, bad := within(r)
	if bad != nil {
		return answer{err: bad}
	}
	defer cancel()
	opts, bad := queryOptions(r)
	if bad != nil {
		return answer{err: bad}
	}
	text := r.FormValue("query")
	q, err := a.opts.Engine.NewRangeQuery(ctx, a.opts.Queryable, opts, text, start, end, step)
	if err != nil {
		return answer{err: notStarted(err)}
	}
	defer q.Close()
	return finished(q, q.Exec(ctx), text, limit, r.FormValue("stats") != "")
}

// notStarted gives an error before the execution its type: the query cannot be
// read, or there was no room for it in time.
func notStarted(err error) *apiError {
	if e := failed(err); e.kind != "execution" {
		return e
	}
	return badParam("query", err)
}

// result is the data of a query's answer. It is written out by this package, so
// it may be read only before the query is closed.
type result struct {
	kind  parser.ValueType
	value []byte // JSON
	stats any    // nil when nobody asked
}

// finished makes the answer of a query. The engine takes the result's memory
// back when the query is closed, so it is encoded here.
func finished(q promql.Query, res *promql.Result, text string, limit int, withStats bool) answer {
	out := answer{query: text, warnings: res.Warnings}
	if res.Err != nil {
		out.err = failed(res.Err)
		return out
	}
	value, cut := truncated(res.Value, limit)
	if cut {
		out.warnings = addTruncated(out.warnings)
	}
	encoded, err := appendValue(nil, value)
	if err != nil {
		out.err = &apiError{"internal", http.StatusInternalServerError, err}
		return out
	}
	data := result{kind: value.Type(), value: encoded}
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
