package statistics

import (
	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/remotewrite"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// sendReading puts the samples of a reading onto the way to the remotes, the
// derived ones too.
func (s *Store) sendReading(in *instance, r *fleet.Reading, known fleet.MetricSet, capacity fleet.Amounts, t int64) {
	up := 0.0
	if r.Up {
		up = 1
	}
	s.sendOf(in, series.Dimension{Name: series.Up}, t, up)
	for m := range fleet.Metric(fleet.NumMetrics) {
		usage, ratio := ofMetric(series.Usage, m), ofMetric(series.Utilization, m)
		divided := known.Has(m) && capacity[m] > 0
		switch {
		case known.Has(m):
			s.sendOf(in, usage, t, r.Usage[m])
			in.shown = in.shown.With(m)
		case in.shown.Has(m):
			s.sendOf(in, usage, t, stale())
			in.shown = in.shown.Without(m)
		}
		switch {
		case divided:
			s.sendOf(in, ratio, t, r.Usage[m]/capacity[m])
			in.ratios = in.ratios.With(m)
		case in.ratios.Has(m):
			s.sendOf(in, ratio, t, stale())
			in.ratios = in.ratios.Without(m)
		}
	}
}

func ofMetric(name string, m fleet.Metric) series.Dimension {
	return series.Dimension{Name: name, Metric: m.String()}
}

// sendFacts puts the facts of an instance onto the way to the remotes.
func (s *Store) sendFacts(in *instance, t int64) {
	for k := range facts.Kind(facts.NumKinds) {
		v, ok := in.subject.Latest(k)
		if !ok {
			continue
		}
		if k != facts.Lifecycle {
			s.sendOf(in, k.Dimension(), t, v)
			continue
		}
		if was := in.state; was >= 0 && was != int(v) {
			s.sendOf(in, ofState(was), t, stale())
		}
		in.state = int(v)
		s.sendOf(in, ofState(in.state), t, 1)
	}
}

func ofState(i int) series.Dimension {
	return series.Dimension{Name: series.Lifecycle, State: string(series.States()[i])}
}

// endFact ends a fact of an instance, here and at the remotes.
func (s *Store) endFact(in *instance, k facts.Kind, t int64) {
	_, known := in.subject.Latest(k)
	if !known {
		return
	}
	s.facts.Set(in.subject, k, t, facts.Absent())
	if len(s.remotes) > 0 {
		s.sendOf(in, k.Dimension(), t, stale())
	}
}

// sendEnd ends the series of an instance at the remotes.
func (s *Store) sendEnd(in *instance, t int64) {
	if in.up {
		s.sendOf(in, series.Dimension{Name: series.Up}, t, stale())
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if in.shown.Has(m) {
			s.sendOf(in, ofMetric(series.Usage, m), t, stale())
		}
		if in.ratios.Has(m) {
			s.sendOf(in, ofMetric(series.Utilization, m), t, stale())
		}
	}
	for k := range facts.Kind(facts.NumKinds) {
		if _, ok := in.subject.Latest(k); ok && k != facts.Lifecycle {
			s.sendOf(in, k.Dimension(), t, stale())
		}
	}
	if in.state >= 0 {
		s.sendOf(in, ofState(in.state), t, stale())
	}
}

// sendOf puts a sample of an instance's series onto the way. The labels are built for
// the first one.
func (s *Store) sendOf(in *instance, d series.Dimension, t int64, v float64) {
	ls, ok := in.sent[d]
	if !ok {
		if in.sent == nil {
			in.sent = make(map[series.Dimension]labels.Labels)
		}
		ls = in.subject.ID.Labels(d)
		in.sent[d] = ls
	}
	s.send(ls, t, v)
}

func (s *Store) send(ls labels.Labels, t int64, v float64) {
	s.outgoing = append(s.outgoing, remotewrite.Sample{Labels: ls, T: t, V: v})
}

// deliver hands what has gathered to all remotes. They share one list, which
// nobody changes any more.
func (s *Store) deliver() {
	if len(s.outgoing) == 0 {
		return
	}
	for _, w := range s.remotes {
		w.Enqueue(s.outgoing)
	}
	s.outgoing = make([]remotewrite.Sample, 0, min(len(s.outgoing), 4096))
}
