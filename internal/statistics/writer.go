package statistics

import (
	"math"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// writer turns readings into samples of one batch after the other.
type writer struct {
	s     *Store
	now   time.Time
	ahead int64 // the newest time that is stored, where that lies ahead of the clock; else 0

	app      storage.Appender
	samples  int   // in the batch
	readings int   // in the batch
	err      error // the first of the batch that is not about time
	kept     int   // readings of all batches
	refused  int   // readings of all batches that were refused for their time
	twice    int   // readings of all batches whose time was recorded before
	first    int64 // earliest and latest time of the batch
	latest   int64
	reason   string // why the database refused a sample of the reading under way
}

// begin opens a batch.
func (w *writer) begin(o order) {
	w.app = w.s.appender()
	w.app.SetOptions(&storage.AppendOptions{DiscardOutOfOrder: o == inOrder})
	w.samples, w.readings, w.err = 0, 0, nil
	w.first, w.latest = math.MaxInt64, math.MinInt64
}

// end commits the batch. One that fails is lost and counted: to keep it would
// take memory for as long as the disk is full.
func (w *writer) end() {
	err := w.err
	if err == nil {
		err = w.app.Commit()
	} else {
		_ = w.app.Rollback() // err says what went wrong
	}
	if w.readings > 0 {
		w.s.facts.Alive(w.first)
		w.s.facts.Alive(w.latest)
	}
	w.s.judge(err)
	if err != nil {
		w.s.metrics.errors.Inc()
		w.s.metrics.dropped.WithLabelValues(dropError).Add(float64(w.readings))
		return
	}
	w.kept += w.readings
	w.s.metrics.appended.Add(float64(w.samples))
}

// judge says when storing begins or ceases to fail.
func (s *Store) judge(err error) {
	switch {
	case err != nil && !s.failing:
		s.log.Error("readings cannot be stored, alarming goes on without history; is the disk full?", "dir", s.opts.Dir, "error", err)
	case err == nil && s.failing:
		s.log.Info("readings are stored again", "dir", s.opts.Dir)
	}
	s.failing = err != nil
}

func (w *writer) drop(reason string) {
	w.s.metrics.dropped.WithLabelValues(reason).Inc()
	if reason == dropOutOfOrder || reason == dropFuture {
		w.refused++
	}
}

// reading puts one reading into the batch.
func (w *writer) reading(in *instance, r *fleet.Reading, t int64) {
	w.reason = ""
	up := 0.0
	if r.Up {
		up = 1
	}
	w.sample(in, &in.upRef, series.Up, 0, t, up)
	in.up = true

	known := finite(r)
	if !in.met {
		in.met = true
		w.resume(in, known)
	}
	w.usage(in, r, known, t)
	capacity := w.s.capacities(in, r, t)
	w.first, w.latest = min(w.first, t), max(w.latest, t)
	if w.reason != "" {
		w.drop(w.reason)
		return
	}
	w.s.newest.put(&in.newest, t, r, known, &capacity)
	w.readings++
}

// finite returns the metrics of a reading that are known and numbers.
func finite(r *fleet.Reading) fleet.MetricSet {
	known := r.Known
	for m := range fleet.Metric(fleet.NumMetrics) {
		if known.Has(m) && (math.IsNaN(r.Usage[m]) || math.IsInf(r.Usage[m], 0)) {
			known = known.Without(m)
		}
	}
	return known
}

// usage puts the figures that are known into the batch, and ends the series of
// those that are not any more.
func (w *writer) usage(in *instance, r *fleet.Reading, known fleet.MetricSet, t int64) {
	both := known.Has(fleet.SendTPS) && known.Has(fleet.ReceiveTPS)
	for m := range fleet.Metric(fleet.NumMetrics) {
		summed := m == fleet.MessageTPS && both
		switch {
		case known.Has(m) && summed && r.Usage[m] == r.Usage[fleet.SendTPS]+r.Usage[fleet.ReceiveTPS]:
			in.stored = in.stored.Without(m) // queries add the two up
		case known.Has(m):
			w.sample(in, &in.refs[m], series.Usage, m, t, r.Usage[m])
			in.stored = in.stored.With(m)
		case in.stored.Has(m) || summed:
			// The series ends here; a sum that is not to be known is told so.
			w.sample(in, &in.refs[m], series.Usage, m, t, stale())
			in.stored = in.stored.Without(m)
		}
	}
}

// resume finds out which series went on before this process began, so that those
// which the first reading does not know can be ended.
func (w *writer) resume(in *instance, known fleet.MetricSet) {
	db, ok := w.app.(storage.GetRef)
	if !ok {
		return
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if known.Has(m) || in.refs[m] != 0 {
			continue
		}
		ls := in.subject.ID.Labels(series.Dimension{Name: series.Usage, Metric: m.String()})
		if ref, _ := db.GetRef(ls, ls.Hash()); ref != 0 {
			in.refs[m], in.stored = ref, in.stored.With(m)
		}
	}
}

// finish ends all series of an instance that is gone.
func (w *writer) finish(in *instance, t int64) {
	t = max(t, in.last+1)
	if in.up {
		w.sample(in, &in.upRef, series.Up, 0, t, stale())
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if in.stored.Has(m) {
			w.sample(in, &in.refs[m], series.Usage, m, t, stale())
		}
	}
}

// own puts one sample of own metrics or of figures of the fleet into the batch.
func (w *writer) own(one *sampled, t int64, v float64) {
	if w.err != nil {
		return
	}
	ref, err := w.app.Append(one.ref, one.labels, t, v)
	switch reason := refusal(err); {
	case err == nil:
		one.ref = ref
		w.samples++
	case reason != "":
		w.s.metrics.refused.WithLabelValues(reason).Inc()
	default:
		w.err = err
	}
}

// sample puts one sample into the batch. The labels are only built for the
// first sample of a series, or when the database has put the series away.
func (w *writer) sample(in *instance, ref *storage.SeriesRef, name string, m fleet.Metric, t int64, v float64) {
	if w.err != nil {
		return
	}
	var err error
	if *ref != 0 {
		if *ref, err = w.app.Append(*ref, labels.EmptyLabels(), t, v); err == nil {
			w.samples++
			return
		}
		if reason := refusal(err); reason != "" {
			w.reason = reason
			return
		}
	}
	metric := ""
	if name == series.Usage {
		metric = m.String()
	}
	*ref, err = w.app.Append(0, in.subject.ID.Labels(series.Dimension{Name: name, Metric: metric}), t, v)
	switch reason := refusal(err); {
	case err == nil:
		w.samples++
	case reason != "":
		w.reason = reason
	default:
		w.err = err
	}
}
