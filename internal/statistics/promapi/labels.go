package promapi

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// lookup is what series, labels and label values have in common.
type lookup struct {
	limit   int
	start   int64
	end     int64
	sets    [][]*labels.Matcher
	querier storage.Querier
}

func (a *api) lookup(r *http.Request) (*lookup, *apiError) {
	l := &lookup{}
	var bad *apiError
	if l.limit, bad = limitParam(r); bad != nil {
		return nil, bad
	}
	if l.start, l.end, bad = rangeParams(r); bad != nil {
		return nil, bad
	}
	if l.sets, bad = a.selectors(r); bad != nil {
		return nil, bad
	}
	var err error
	if l.querier, err = a.opts.Queryable.Querier(l.start, l.end); err != nil {
		return nil, failed(err)
	}
	return l, nil
}

func (l *lookup) close() { _ = l.querier.Close() } // it was only read from

// series answers /series.
func (a *api) series(r *http.Request) answer {
	if len(r.Form["match[]"]) == 0 {
		return answer{err: badData(errors.New("no match[] parameter provided"))}
	}
	ctx, cancel, bad := within(r)
	if bad != nil {
		return answer{err: bad}
	}
	defer cancel()
	l, bad := a.lookup(r)
	if bad != nil {
		return answer{err: bad}
	}
	defer l.close()

	hints := &storage.SelectHints{Start: l.start, End: l.end, Func: "series"}
	sets := make([]storage.SeriesSet, 0, len(l.sets))
	for _, ms := range l.sets {
		sets = append(sets, l.querier.Select(ctx, len(l.sets) > 1, hints, ms...))
	}
	set := storage.NewMergeSeriesSet(sets, 0, storage.ChainedSeriesMerge)
	found := labelSets{}
	var cut bool
	for set.Next() {
		if cut = l.limit > 0 && len(found) == l.limit; cut {
			break
		}
		found = append(found, set.At().Labels())
		if len(found)%1024 == 0 && ctx.Err() != nil {
			return answer{err: failed(ctx.Err())}
		}
	}
	if err := set.Err(); err != nil {
		return answer{err: failed(err)}
	}
	out := answer{data: found, warnings: set.Warnings()}
	if cut {
		out.warnings = addTruncated(out.warnings)
	}
	return out
}

// labelNames answers /labels.
func (a *api) labelNames(r *http.Request) answer {
	return a.strings(r, func(l *lookup, ms []*labels.Matcher) ([]string, annotations.Annotations, error) {
		return l.querier.LabelNames(r.Context(), nil, ms...)
	})
}

// labelValues answers /label/{name}/values.
func (a *api) labelValues(r *http.Request) answer {
	name := r.PathValue("name")
	if rest, ok := cutEscaped(name); ok {
		name = rest
	}
	if !model.UTF8Validation.IsValidLabelName(name) {
		return answer{err: badData(fmt.Errorf("invalid label name: %q", name))}
	}
	return a.strings(r, func(l *lookup, ms []*labels.Matcher) ([]string, annotations.Annotations, error) {
		return l.querier.LabelValues(r.Context(), name, nil, ms...)
	})
}

// cutEscaped reads a label name that was escaped for the path.
func cutEscaped(name string) (string, bool) {
	if len(name) < 3 || name[:3] != "U__" {
		return "", false
	}
	return model.UnescapeName(name, model.ValueEncodingEscaping), true
}

// strings answers with what read returns for all selectors together.
func (a *api) strings(r *http.Request, read func(*lookup, []*labels.Matcher) ([]string, annotations.Annotations, error)) answer {
	l, bad := a.lookup(r)
	if bad != nil {
		return answer{err: bad}
	}
	defer l.close()
	sets := l.sets
	if len(sets) == 0 {
		sets = [][]*labels.Matcher{nil}
	}
	found := make(map[string]struct{})
	var warnings annotations.Annotations
	for _, ms := range sets {
		values, more, err := read(l, ms)
		if err != nil {
			return answer{err: failed(err)}
		}
		warnings.Merge(more)
		for _, v := range values {
			found[v] = struct{}{}
		}
	}
	out := answer{data: []string{}, warnings: warnings}
	if sorted := slices.Sorted(maps.Keys(found)); len(sorted) > 0 {
		if l.limit > 0 && len(sorted) > l.limit {
			sorted = sorted[:l.limit]
			out.warnings = addTruncated(out.warnings)
		}
		out.data = sorted
	}
	return out
}
