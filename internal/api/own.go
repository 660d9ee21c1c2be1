package api

import (
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// ownMetrics writes Brimwatch's own metrics.
func (p *page) ownMetrics(list []*dto.MetricFamily) error {
	if p.format.open {
		fitForOpenMetrics(list)
	}
	for _, mf := range list {
		var err error
		if p.format.open {
			_, err = expfmt.MetricFamilyToOpenMetrics(p, mf, expfmt.WithCreatedLines())
		} else {
			_, err = expfmt.MetricFamilyToText(p, mf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fitForOpenMetrics gives families their units, which OpenMetrics knows by the end of
// a name. A counter whose family would have the name of another one becomes a series
// of unknown type: in OpenMetrics the name of a family is that of its series without
// _total, and go_memstats_alloc_bytes is a gauge of its own.
func fitForOpenMetrics(list []*dto.MetricFamily) {
	names := make(map[string]bool, len(list))
	for _, mf := range list {
		names[mf.GetName()] = true
	}
	for _, mf := range list {
		name := mf.GetName()
		if mf.GetType() == dto.MetricType_COUNTER {
			short := strings.TrimSuffix(name, "_total")
			if short != name && names[short] {
				untype(mf)
			} else {
				name = short
			}
		}
		for _, unit := range []string{"seconds", "bytes", "ratio"} {
			if strings.HasSuffix(name, "_"+unit) {
				mf.Unit = &unit
			}
		}
	}
}

// untype makes a counter a series of unknown type.
func untype(mf *dto.MetricFamily) {
	mf.Type = dto.MetricType_UNTYPED.Enum()
	for _, m := range mf.GetMetric() {
		m.Untyped, m.Counter = &dto.Untyped{Value: m.GetCounter().Value}, nil
	}
}

// ownPart returns what of Brimwatch's own metrics is asked for. A histogram or
// summary stays whole: it is asked for when one of its series is.
func (s *selection) ownPart(list []*dto.MetricFamily) []*dto.MetricFamily {
	if len(s.selectors) == 0 {
		return list
	}
	var out []*dto.MetricFamily
	for _, mf := range list {
		metrics := slices.DeleteFunc(mf.GetMetric(), func(m *dto.Metric) bool { return !s.hasOwn(mf.GetName(), m) })
		if mf.Metric = metrics; len(metrics) > 0 {
			out = append(out, mf)
		}
	}
	return out
}

// hasOwn tells whether a selector matches a series of one of Brimwatch's own metrics.
func (s *selection) hasOwn(family string, m *dto.Metric) bool {
	for name, extra := range seriesOfMetric(family, m) {
		value := func(label string) string {
			switch label {
			case series.Name:
				return name
			case extra.Name:
				return extra.Value
			}
			for _, l := range m.GetLabel() {
				if l.GetName() == label {
					return l.GetValue()
				}
			}
			return ""
		}
		if slices.ContainsFunc(s.selectors, func(one selector) bool { return one.matches(value, func(string) bool { return false }) }) {
			return true
		}
	}
	return false
}

// seriesOfMetric goes through the series of a metric by name, with the label that a
// bucket or quantile has.
func seriesOfMetric(family string, m *dto.Metric) func(yield func(string, labels.Label) bool) {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	return func(yield func(string, labels.Label) bool) {
		h, s := m.GetHistogram(), m.GetSummary()
		if h == nil && s == nil {
			yield(family, labels.Label{})
			return
		}
		for _, b := range h.GetBucket() {
			if !yield(family+"_bucket", labels.Label{Name: labels.BucketLabel, Value: number(b.GetUpperBound())}) {
				return
			}
		}
		for _, q := range s.GetQuantile() {
			if !yield(family, labels.Label{Name: "quantile", Value: number(q.GetQuantile())}) {
				return
			}
		}
		if h != nil && !yield(family+"_bucket", labels.Label{Name: labels.BucketLabel, Value: "+Inf"}) {
			return
		}
		if yield(family+"_sum", labels.Label{}) {
			yield(family+"_count", labels.Label{})
		}
	}
}
