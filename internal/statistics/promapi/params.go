package promapi

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

// minTime and maxTime stand for "no bound", in milliseconds that do not overflow
// when a look-back is taken off or added.
const (
	minTime = math.MinInt64/1000 + 62135596801
	maxTime = math.MaxInt64/1000 - 62135596801
)

// parseTime reads Unix seconds with a fraction, or RFC 3339.
func parseTime(s string) (time.Time, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if math.IsNaN(f) || f < -maxSeconds || f > maxSeconds {
			return time.Time{}, fmt.Errorf("cannot parse %q to a valid timestamp", s)
		}
		seconds, fraction := math.Modf(f)
		return time.Unix(int64(seconds), int64(math.Round(fraction*1000))*int64(time.Millisecond)).UTC(), nil
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("cannot parse %q to a valid timestamp", s)
}

// maxSeconds is the latest moment that is taken, far behind every real one:
// beyond it milliseconds overflow.
const maxSeconds = maxTime / 1000

// timeParam reads an optional time.
func timeParam(r *http.Request, name string, otherwise time.Time) (time.Time, *apiError) {
	text := r.FormValue(name)
	if text == "" {
		return otherwise, nil
	}
	t, err := parseTime(text)
	if err != nil {
		return time.Time{}, badParam(name, fmt.Errorf("invalid time value for '%s': %w", name, err))
	}
	return t, nil
}

// rangeParams reads optional start and end as milliseconds.
func rangeParams(r *http.Request) (start, end int64, bad *apiError) {
	start, end = minTime, maxTime
	for name, into := range map[string]*int64{"start": &start, "end": &end} {
		if r.FormValue(name) == "" {
			continue
		}
		t, bad := timeParam(r, name, time.Time{})
		if bad != nil {
			return 0, 0, bad
		}
		*into = t.UnixMilli()
	}
	return start, end, nil
}

// parseDuration reads seconds with a fraction, or a duration such as 5m.
func parseDuration(s string) (time.Duration, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		d := f * float64(time.Second)
		if math.IsNaN(d) || d >= math.MaxInt64 || d <= math.MinInt64 {
			return 0, fmt.Errorf("cannot parse %q to a valid duration. It overflows int64", s)
		}
		return time.Duration(d), nil
	}
	if d, err := model.ParseDuration(s); err == nil {
		return time.Duration(d), nil
	}
	return 0, fmt.Errorf("cannot parse %q to a valid duration", s)
}

// limitParam reads how many results may be returned; 0 is all.
func limitParam(r *http.Request) (int, *apiError) {
	text := r.FormValue("limit")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err == nil && n < 0 {
		err = errors.New("limit must be non-negative")
	}
	if err != nil {
		return 0, badParam("limit", err)
	}
	return n, nil
}

// queryOptions reads what a query may ask of the engine.
func queryOptions(r *http.Request) (promql.QueryOpts, *apiError) {
	var back time.Duration
	if text := r.FormValue("lookback_delta"); text != "" {
		var err error
		if back, err = parseDuration(text); err != nil {
			return nil, badData(fmt.Errorf("error parsing lookback delta duration: %w", err))
		}
	}
	return promql.NewPrometheusQueryOpts(false, back), nil
}

// selectors reads match[]: each must have a matcher that an empty label does not
// fulfil, or it would select everything by accident.
func (a *API) selectors(r *http.Request) ([][]*labels.Matcher, *apiError) {
	sets, err := a.parser.ParseMetricSelectors(r.Form["match[]"])
	if err != nil {
		return nil, badParam("match[]", err)
	}
	for _, set := range sets {
		narrow := false
		for _, m := range set {
			narrow = narrow || !m.Matches("")
		}
		if !narrow {
			return nil, badParam("match[]", errors.New("match[] must contain at least one non-empty matcher"))
		}
	}
	return sets, nil
}
