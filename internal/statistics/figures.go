package statistics

import (
	"context"
	"math"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"

	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

const (
	// sampleEvery is the distance of samples of own metrics and of figures of the fleet.
	sampleEvery = 15 * time.Second
	// factsEvery is how many of these distances lie between two looks at what
	// changes rarely.
	factsEvery = 4
	// mostGathered is how many of these may wait while the disk is slow.
	mostGathered = 8
)

// figures is what was gathered at one moment and waits to be stored.
type figures struct {
	t        int64
	samples  []labelledValue // of own metrics and of the fleet
	facts    []instanceFact
	labelled []labelledValue
	families map[string]bool // whose facts were looked at
}

type labelledValue struct {
	labels labels.Labels
	value  float64
}

type instanceFact struct {
	id    string
	kind  facts.Kind
	value float64
}

// gatherUntil gathers figures at once, so that counters begin before what they count,
// and then on a grid of sampleEvery until ctx is done, for the committer. It has a
// goroutine of its own, as what it asks may take its time.
func (s *Store) gatherUntil(ctx context.Context) {
	for n := 0; ; n++ {
		s.Gather(ctx, n%factsEvery == 0)
		at := time.Now()
		next := time.NewTimer(at.Truncate(sampleEvery).Add(sampleEvery).Sub(at))
		select {
		case <-ctx.Done():
			next.Stop()
			return
		case <-next.C:
		}
	}
}

// Gather gathers once what the history holds beside the readings, for the next
// commit: own metrics and figures of the fleet, and all facts when the time for
// these has come. Run does so by itself.
func (s *Store) Gather(ctx context.Context, all bool) {
	s.mu.Lock()
	now := time.Now()
	if s.gathering.running == 0 {
		s.gathering.since = stampOf(now)
	}
	s.gathering.running++
	s.mu.Unlock()
	s.gatherAt(ctx, now, all)
	s.mu.Lock()
	s.gathering.running--
	s.mu.Unlock()
}

// stampOf returns the time that figures bear which are gathered at now.
func stampOf(now time.Time) int64 { return now.Truncate(time.Second).UnixMilli() }

func (s *Store) gatherAt(ctx context.Context, now time.Time, all bool) {
	f := &figures{t: stampOf(now), families: make(map[string]bool)}
	if g := s.opts.Gatherer; g != nil {
		own, err := g.Gather()
		if err != nil {
			s.log.Error("own metrics are not complete in the history", "error", err)
		}
		for _, mf := range own {
			f.own(mf)
		}
	}
	if s.opts.Figures != nil {
		wanted := func(family *series.Family) bool {
			return family.Kept == series.Sampled || family.Kept == series.AsFact && (all || family.Name == series.AlarmRaised)
		}
		for _, name := range s.opts.Figures(ctx, now, wanted, f.visit) {
			f.families[name] = true
		}
	}
	if ctx.Err() != nil {
		return // what was not asked to its end would end facts that hold
	}
	s.mu.Lock()
	full := len(s.gathered) == mostGathered
	if !full {
		s.gathered = append(s.gathered, f)
	}
	s.mu.Unlock()
	if full {
		s.metrics.refused.WithLabelValues(dropBufferFull).Add(float64(len(f.samples)))
		return
	}
	s.poke()
}

// visit takes one point of the fleet's families.
func (f *figures) visit(p *series.Point) {
	if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
		return
	}
	d := series.Dimension{Name: p.Family.Name, Metric: p.Metric, Severity: p.Severity, State: p.State}
	if p.Instance != nil && len(p.Labels) == 0 {
		if kind, ok := facts.KindOf(d); ok {
			f.facts = append(f.facts, instanceFact{id: p.Instance.ID, kind: kind, value: p.Value})
			return
		}
	}
	one := labelledValue{labels: labelsOf(p), value: p.Value}
	if p.Family.Kept == series.AsFact {
		f.labelled = append(f.labelled, one)
		return
	}
	f.samples = append(f.samples, one)
}

// labelsOf returns the labels of a point.
func labelsOf(p *series.Point) labels.Labels {
	b := labels.NewScratchBuilder(len(p.Labels) + len(series.Names()))
	b.Add(series.Name, p.Family.Name)
	p.EachLabel(b.Add)
	b.Sort()
	return b.Labels()
}

// own takes one family of Brimwatch's own metrics, as Prometheus would scrape it.
func (f *figures) own(mf *dto.MetricFamily) {
	name := mf.GetName()
	for _, m := range mf.GetMetric() {
		switch mf.GetType() {
		case dto.MetricType_COUNTER:
			f.ownSample(name, m, m.GetCounter().GetValue())
		case dto.MetricType_GAUGE:
			f.ownSample(name, m, m.GetGauge().GetValue())
		case dto.MetricType_UNTYPED:
			f.ownSample(name, m, m.GetUntyped().GetValue())
		case dto.MetricType_SUMMARY:
			for _, q := range m.GetSummary().GetQuantile() {
				f.ownSample(name, m, q.GetValue(), "quantile", series.FormatFloat(q.GetQuantile()))
			}
			f.ownSample(name+"_sum", m, m.GetSummary().GetSampleSum())
			f.ownSample(name+"_count", m, float64(m.GetSummary().GetSampleCount()))
		case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
			f.ownHistogram(name, m)
		}
	}
}

func (f *figures) ownHistogram(name string, m *dto.Metric) {
	h, infinite := m.GetHistogram(), false
	for _, b := range h.GetBucket() {
		infinite = infinite || math.IsInf(b.GetUpperBound(), 1)
		f.ownSample(name+"_bucket", m, float64(b.GetCumulativeCount()), labels.BucketLabel, series.FormatFloat(b.GetUpperBound()))
	}
	if !infinite {
		f.ownSample(name+"_bucket", m, float64(h.GetSampleCount()), labels.BucketLabel, "+Inf")
	}
	f.ownSample(name+"_sum", m, h.GetSampleSum())
	f.ownSample(name+"_count", m, float64(h.GetSampleCount()))
}

// ownSample notes one sample; further are pairs of label names and values.
func (f *figures) ownSample(name string, m *dto.Metric, v float64, further ...string) {
	b := labels.NewScratchBuilder(len(m.GetLabel()) + 2)
	b.Add(series.Name, name)
	for _, l := range m.GetLabel() {
		if l.GetValue() != "" {
			b.Add(l.GetName(), series.Valid(l.GetValue()))
		}
	}
	for i := 0; i+1 < len(further); i += 2 {
		b.Add(further[i], further[i+1])
	}
	b.Sort()
	f.samples = append(f.samples, labelledValue{labels: b.Labels(), value: v})
}

// sampled is a series of own metrics or of figures of the fleet.
type sampled struct {
	labels labels.Labels
	ref    storage.SeriesRef
	round  int // in which it had a sample last
}

// figuresStored puts what was gathered at one moment into the batch and the facts.
func (s *Store) figuresStored(w *writer, f *figures) {
	s.round++
	for _, one := range f.samples {
		s.key = one.labels.Bytes(s.key)
		known := s.sampled[string(s.key)]
		if known == nil {
			known = &sampled{labels: one.labels}
			s.sampled[string(s.key)] = known
		}
		known.round = s.round
		w.own(known, f.t, one.value)
	}
	for key, one := range s.sampled {
		if one.round != s.round {
			w.own(one, f.t, stale())
			delete(s.sampled, key)
		}
	}
	s.figureFacts(f)
	s.labelledFacts(f)
}

// figureFacts notes the facts of instances; those that were looked at and not found
// end.
func (s *Store) figureFacts(f *figures) {
	if len(f.families) == 0 {
		return
	}
	var looked []facts.Kind
	for k := range facts.Kind(facts.NumKinds) {
		if f.families[k.Dimension().Name] {
			looked = append(looked, k)
		}
	}
	if len(looked) == 0 {
		return
	}
	for _, in := range s.instances {
		in.noted = 0
	}
	for _, one := range f.facts {
		if in := s.instances[one.id]; in != nil {
			in.noted |= 1 << one.kind
			s.facts.Set(in.subject, one.kind, f.t, one.value)
		}
	}
	for _, in := range s.instances {
		for _, k := range looked {
			if in.noted&(1<<k) == 0 {
				s.facts.Set(in.subject, k, f.t, facts.Absent())
			}
		}
	}
}

// labelledFacts notes the facts that have labels of their own.
func (s *Store) labelledFacts(f *figures) {
	round := s.facts.Round(f.t)
	for _, one := range f.labelled {
		round.Set(s.facts.Labelled(one.labels), one.value)
	}
	names := make([]string, 0, len(f.families))
	for _, family := range series.Families() {
		if f.families[family.Name] && family.Kept == series.AsFact {
			names = append(names, family.Name)
		}
	}
	round.End(names...)
}

// Figures hands the points of the fleet's families that are wanted to visit, and
// returns the names of the families that it could read: of these there are no others.
type Figures func(ctx context.Context, now time.Time, wanted func(*series.Family) bool, visit func(*series.Point)) (read []string)
