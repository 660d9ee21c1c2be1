package derived

import (
	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// fact is one series that is made up from facts: a dimension of an instance, or one
// with labels of its own.
type fact struct {
	id        series.Identity
	dimension series.Dimension
	labelled  labels.Labels // instead of the two
	own       bool          // it has labels of its own
	track     facts.Track
}

// label returns the value of a label, "" when the series does not have it.
func (f *fact) label(name string) string {
	if f.own {
		return f.labelled.Get(name)
	}
	return f.id.Label(name, f.dimension)
}

// all returns the labels.
func (f *fact) all() labels.Labels {
	if f.own {
		return f.labelled
	}
	return f.id.Labels(f.dimension)
}

// each calls fn for each label.
func (f *fact) each(fn func(name, value string)) {
	if f.own {
		f.labelled.Range(func(l labels.Label) { fn(l.Name, l.Value) })
		return
	}
	for _, name := range series.Names() {
		if v := f.id.Label(name, f.dimension); v != "" {
			fn(name, v)
		}
	}
}

// eachFact calls fn for every series of facts that the matchers accept and that
// has a sample in the time of the query, in the order of instances, then of metrics.
func (q *querier) eachFact(name, rest []*labels.Matcher, fn func(fact)) {
	if accepts(name, series.Moment) && q.courses != nil {
		q.eachMoment(rest, fn)
	}
	if kinds := wantedKinds(name); kinds != nil {
		for _, v := range q.facts.Views(idOf(rest), q.now) {
			q.eachOf(&v, kinds, rest, fn)
		}
	}
	for _, metric := range q.facts.Families() {
		if !accepts(name, metric) {
			continue
		}
		for _, v := range q.facts.LabelledViews(metric, q.now) {
			f := fact{own: true, labelled: v.Labels, track: v.Track}
			if q.wants(rest, &f) {
				fn(f)
			}
		}
	}
}

// wantedKinds returns the kinds of facts whose metric the matchers accept; nil when
// there are none.
func wantedKinds(name []*labels.Matcher) map[facts.Kind]series.Dimension {
	var out map[facts.Kind]series.Dimension
	for k := range facts.Kind(facts.NumKinds) {
		if d := k.Dimension(); accepts(name, d.Name) {
			if out == nil {
				out = make(map[facts.Kind]series.Dimension, facts.NumKinds)
			}
			out[k] = d
		}
	}
	return out
}

// eachOf calls fn for the series of one instance's facts.
func (q *querier) eachOf(v *facts.View, kinds map[facts.Kind]series.Dimension, rest []*labels.Matcher, fn func(fact)) {
	for k := range v.Kinds() {
		d, wanted := kinds[k]
		if !wanted {
			continue
		}
		if k != facts.Lifecycle {
			f := fact{id: v.Subject, dimension: d, track: v.Track(k)}
			if q.wants(rest, &f) {
				fn(f)
			}
			continue
		}
		for i, state := range series.States() {
			d.State = string(state)
			f := fact{id: v.Subject, dimension: d}
			// The track of a state is put together when it is asked for.
			if !acceptsLabels(rest, &f) {
				continue
			}
			if f.track = v.State(i); f.track.Any(q.mint, q.maxt) {
				fn(f)
			}
		}
	}
}

// wants tells whether a series has a sample in the time of the query, and all
// matchers accept its labels.
func (q *querier) wants(ms []*labels.Matcher, f *fact) bool {
	return acceptsLabels(ms, f) && f.track.Any(q.mint, q.maxt)
}

func acceptsLabels(ms []*labels.Matcher, f *fact) bool {
	for _, m := range ms {
		if !m.Matches(f.label(m.Name)) {
			return false
		}
	}
	return true
}
