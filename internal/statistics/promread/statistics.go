package promread

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Statistics returns the history of one instance, as statistics.Store does: of the usage
// the highest and the average of each step, or the last value that still holds; of the
// capacity what was in force.
func (r *Reader) Statistics(ctx context.Context, instanceID string, from, to time.Time, step time.Duration) ([]fleet.Series, error) {
	if err := statistics.CheckRange(from, to, step); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	speaks, err := r.speaks(ctx)
	if err != nil {
		return nil, err
	}
	asked := v1.Range{Start: from.Truncate(time.Millisecond), End: to.Truncate(time.Millisecond), Step: step.Truncate(time.Millisecond)}
	of := "{" + series.InstanceID + "=" + quoted(series.Valid(instanceID)) + "}"
	// A range leaves out where a series ends, and a moment does not: where a step has no
	// reading, the moment tells whether the last one still holds.
	highest, err := r.ask(ctx, speaks.highest(series.Usage+of, asked.Step), asked)
	if err != nil {
		return nil, err
	}
	average, err := r.ask(ctx, speaks.average(series.Usage+of, asked.Step), asked)
	if err != nil {
		return nil, err
	}
	last, err := r.ask(ctx, speaks.holds(series.Usage+of), asked)
	if err != nil {
		return nil, err
	}
	capacity, err := r.ask(ctx, speaks.holds(series.Capacity+of), asked)
	if err != nil {
		return nil, err
	}
	highest.fill(last)
	used, mean, most := highest.points(asked), average.points(asked), capacity.points(asked)
	var out []fleet.Series
	for m := range fleet.Metric(fleet.NumMetrics) {
		if len(used[m]) > 0 || len(most[m]) > 0 {
			out = append(out, fleet.Series{Metric: m, Usage: used[m], Average: beside(used[m], mean[m]), Capacity: most[m]})
		}
	}
	return out, nil
}

// beside returns the average at the moments of the usage: where a step has no reading the last
// one still holds, and is its average.
func beside(usage, average []fleet.Point) []fleet.Point {
	out := slices.Clone(usage)
	for i, p := range usage {
		for len(average) > 0 && average[0].T.Before(p.T) {
			average = average[1:]
		}
		if len(average) > 0 && average[0].T.Equal(p.T) {
			out[i].V = average[0].V
		}
	}
	return out
}

// found is series of one instance: at each point of a range the value, NaN where there is
// none.
type found map[model.Fingerprint]*foundSeries

type foundSeries struct {
	metric fleet.Metric
	values []float64
}

// ask asks for series at each point of a range.
func (r *Reader) ask(ctx context.Context, query string, asked v1.Range) (found, error) {
	value, _, err := r.api.QueryRange(ctx, query, asked)
	if err != nil {
		return nil, r.explain(ctx, err)
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, fmt.Errorf("%s does not answer as Prometheus does", r.shown)
	}
	out := make(found, len(matrix))
	n := int(asked.End.Sub(asked.Start)/asked.Step) + 1
	for _, one := range matrix {
		m, known := fleet.ParseMetric(string(one.Metric[series.Metric]))
		if !known {
			continue
		}
		s := &foundSeries{metric: m, values: make([]float64, n)}
		for i := range s.values {
			s.values[i] = math.NaN()
		}
		for _, p := range one.Values {
			if i := int(p.Timestamp.Time().Sub(asked.Start) / asked.Step); i >= 0 && i < n {
				s.values[i] = float64(p.Value)
			}
		}
		delete(one.Metric, model.MetricNameLabel) // a function drops it
		out[one.Metric.Fingerprint()] = s
	}
	return out, nil
}

// fill takes values of other where there are none.
func (f found) fill(other found) {
	for key, more := range other {
		s := f[key]
		if s == nil {
			f[key] = more
			continue
		}
		for i, v := range s.values {
			if math.IsNaN(v) {
				s.values[i] = more.values[i]
			}
		}
	}
}

// points returns the highest of the series of each metric.
func (f found) points(asked v1.Range) (out [fleet.NumMetrics][]fleet.Point) {
	var highest [fleet.NumMetrics][]float64
	for _, s := range f {
		if highest[s.metric] == nil {
			highest[s.metric] = s.values
			continue
		}
		for i, v := range s.values {
			if h := highest[s.metric][i]; math.IsNaN(h) || v > h {
				highest[s.metric][i] = v
			}
		}
	}
	for m, values := range highest {
		for i, v := range values {
			if !math.IsNaN(v) {
				out[m] = append(out[m], fleet.Point{T: asked.Start.Add(time.Duration(i) * asked.Step).UTC(), V: v})
			}
		}
	}
	return out
}
