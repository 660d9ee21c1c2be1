package promapi

import (
	"context"
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

// lookUp reads what a look-up asks for, and answers with what read finds when it
// is the request's turn.
func (a *API) lookUp(r *http.Request, read func(context.Context, *lookup) answer) answer {
	l := &lookup{}
	var bad *apiError
	if l.limit, bad = limitParam(r); bad != nil {
		return answer{err: bad}
	}
	if l.start, l.end, bad = rangeParams(r); bad != nil {
		return answer{err: bad}
	}
	if l.sets, bad = a.selectors(r); bad != nil {
		return answer{err: bad}
	}
	return a.run(r, func(ctx context.Context) answer {
		var err error
		from := &budget{Queryable: a.opts.Queryable, most: a.opts.MaxSamples}
		if l.querier, err = from.Querier(l.start, l.end); err != nil {
			return answer{err: failed(err)}
		}
		// What was found may lie in files that are open until then.
		letGo := func() { _ = l.querier.Close() } // it was only read from
		defer func() {
			if letGo != nil { // a panic
				letGo()
			}
		}()
		out := read(ctx, l)
		out.done, letGo = letGo, nil
		return out
	})
}

// series answers /series.
func (a *API) series(r *http.Request) answer {
	if len(r.Form["match[]"]) == 0 {
		return answer{err: badData(errors.New("no match[] parameter provided"))}
	}
	return a.lookUp(r, readSeries)
}

func readSeries(ctx context.Context, l *lookup) answer {
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
func (a *API) labelNames(r *http.Request) answer {
	return a.strings(r, func(ctx context.Context, from storage.Querier, ms []*labels.Matcher) ([]string, annotations.Annotations, error) {
		return from.LabelNames(ctx, nil, ms...)
	})
}

// labelValues answers /label/{name}/values.
func (a *API) labelValues(r *http.Request) answer {
	name := r.PathValue("name")
	if rest, ok := cutEscaped(name); ok {
		name = rest
	}
	if !model.UTF8Validation.IsValidLabelName(name) {
		return answer{err: badData(fmt.Errorf("invalid label name: %q", name))}
	}
	return a.strings(r, func(ctx context.Context, from storage.Querier, ms []*labels.Matcher) ([]string, annotations.Annotations, error) {
		return from.LabelValues(ctx, name, nil, ms...)
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
func (a *API) strings(r *http.Request, read func(context.Context, storage.Querier, []*labels.Matcher) ([]string, annotations.Annotations, error)) answer {
	return a.lookUp(r, func(ctx context.Context, l *lookup) answer {
		sets := l.sets
		if len(sets) == 0 {
			sets = [][]*labels.Matcher{nil}
		}
		found := make(map[string]struct{})
		var warnings annotations.Annotations
		for _, ms := range sets {
			values, more, err := read(ctx, l.querier, ms)
			if err == nil {
				err = ctx.Err()
			}
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
	})
}
