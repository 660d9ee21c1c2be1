package promread

import (
	"context"
	"errors"
	"fmt"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// dialect is what a database makes of a query where databases differ.
type dialect int32

const (
	unknownDialect dialect = iota
	// prometheus2 takes a range with both its ends, and a value for as long as five
	// minutes, these included.
	prometheus2
	// prometheus3 takes neither with the earlier end.
	prometheus3
	// metricsQL does as prometheus3 with ranges. How long a value holds it works out of
	// how often there are some, but for a function of its own.
	metricsQL
)

// speaks finds out the dialect, once, by questions about no series.
func (r *Reader) speaks(ctx context.Context) (dialect, error) {
	if known := dialect(r.dialect.Load()); known != unknownDialect {
		return known, nil
	}
	// Of two moments that are as far apart as the range is long, one or both are in it.
	n, err := r.number(ctx, "count_over_time(vector(1)[1m:1m])")
	if err != nil {
		return unknownDialect, r.explain(ctx, err)
	}
	found := prometheus2
	if n < 2 {
		found = metricsQL
		var answer *v1.Error
		_, err := r.number(ctx, "default_rollup(vector(1)[1m:1m])")
		switch {
		case errors.As(err, &answer) && answer.Type == v1.ErrBadData:
			found = prometheus3 // it does not know the function
		case err != nil:
			return unknownDialect, r.explain(ctx, err)
		}
	}
	r.dialect.Store(int32(found))
	return found, nil
}

// number asks for one figure.
func (r *Reader) number(ctx context.Context, query string) (float64, error) {
	value, _, err := r.api.Query(ctx, query, time.Unix(1_700_000_040, 0)) // a full minute
	if err != nil {
		return 0, err //nolint:wrapcheck // explained by the caller
	}
	vector, ok := value.(model.Vector)
	if !ok || len(vector) != 1 {
		return 0, errors.New("not one figure")
	}
	return float64(vector[0].Value), nil
}

// highest writes the query for the highest value of each step.
func (d dialect) highest(selector string, step time.Duration) string {
	return "max_over_time(" + d.within(selector, step) + ")"
}

// average writes the query for the mean of all values of each step, those of several series
// of a metric together.
func (d dialect) average(selector string, step time.Duration) string {
	within := d.within(selector, step)
	return fmt.Sprintf("sum by (%s) (sum_over_time(%s)) / sum by (%s) (count_over_time(%s))", series.Metric, within, series.Metric, within)
}

// within writes the values of each step.
func (d dialect) within(selector string, step time.Duration) string {
	if d == prometheus2 {
		step -= time.Millisecond
	}
	return fmt.Sprintf("%s[%dms]", selector, step.Milliseconds())
}

// holds writes the query for the last value, as long as it is less than lookback old and
// the series did not end with it.
func (d dialect) holds(selector string) string {
	switch d {
	case prometheus2:
		return fmt.Sprintf("%s and (timestamp(%s) > time() - %d)", selector, selector, int(lookback.Seconds()))
	case metricsQL:
		// It would take older values, too, of a series that has them seldom.
		seconds := int(lookback.Seconds())
		return fmt.Sprintf("default_rollup(%s[%ds]) and (time() - tlast_over_time(%s[%ds]) < %d)", selector, seconds, selector, seconds, seconds)
	default:
		return selector
	}
}
