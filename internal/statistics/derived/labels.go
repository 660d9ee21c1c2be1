package derived

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// LabelValues implements storage.Querier. The database answers from its index;
// derived series are only looked at where they can add a value.
func (q *querier) LabelValues(ctx context.Context, name string, hints *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	found := make(set)
	warnings, err := q.derivedLabels(ctx, ms, name == series.Name, func(label, value string) {
		if label == name {
			found.add(value)
		}
	})
	if err != nil {
		return nil, warnings, err
	}
	stored, more, err := q.db.LabelValues(ctx, name, nil, ms...)
	if err != nil {
		return nil, warnings, fmt.Errorf("read values of label %q: %w", name, err)
	}
	warnings.Merge(more)
	found.add(stored...)
	return found.sorted(hints), warnings, nil
}

// LabelNames implements storage.Querier.
func (q *querier) LabelNames(ctx context.Context, hints *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	found := make(set)
	warnings, err := q.derivedLabels(ctx, ms, false, func(label, _ string) { found.add(label) })
	if err != nil {
		return nil, warnings, err
	}
	stored, more, err := q.db.LabelNames(ctx, nil, ms...)
	if err != nil {
		return nil, warnings, fmt.Errorf("read label names: %w", err)
	}
	warnings.Merge(more)
	found.add(stored...)
	return found.sorted(hints), warnings, nil
}

// derivedLabels calls fn for the labels of the derived series that ms matches;
// those that a stored series has as well may be left out. With firstOfName one
// series of each name will do.
func (q *querier) derivedLabels(ctx context.Context, ms []*labels.Matcher, firstOfName bool, fn func(label, value string)) (annotations.Annotations, error) {
	name, rest := split(series.Name, ms)
	each := func(ls labels.Labels) { ls.Range(func(l labels.Label) { fn(l.Name, l.Value) }) }

	c := &collection{q: q, hints: &storage.SelectHints{Start: q.mint, End: q.maxt, Func: "series"}}
	metric, _ := split(series.Metric, rest)
	usage, ratio := accepts(name, series.Usage), accepts(name, series.Utilization)
	if ratio || usage && accepts(metric, fleet.MessageTPS.String()) {
		all := c.usage(ctx, rest)
		if usage {
			for _, s := range all {
				if sum, ok := s.(*sumSeries); ok {
					each(sum.labels)
				}
			}
		}
		if ratio {
			for _, s := range q.ratios(all, idOf(rest)) {
				each(s.Labels())
				if firstOfName || usage { // the usage has all values but the name
					break
				}
			}
		}
	}
	q.eachFact(name, rest, func(f fact) { f.each(fn) })
	return c.warnings, c.err
}

// set is a set of strings.
type set map[string]struct{}

func (s set) add(values ...string) {
	for _, v := range values {
		s[v] = struct{}{}
	}
}

// sorted returns the strings in order, no more than hints allow.
func (s set) sorted(hints *storage.LabelHints) []string {
	out := slices.Sorted(maps.Keys(s))
	if hints != nil && hints.Limit > 0 && len(out) > hints.Limit {
		out = out[:hints.Limit]
	}
	return out
}
