package families

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func usage(st *standing, m fleet.Metric) (float64, bool) {
	if st.Reading == nil || !st.Reading.Known.Has(m) {
		return 0, false
	}
	return st.Reading.Usage[m], true
}

func capacity(st *standing, m fleet.Metric) (float64, bool) { return st.limits[m], st.limits[m] > 0 }

func utilization(st *standing, m fleet.Metric) (float64, bool) {
	used, known := usage(st, m)
	if limit := st.limits[m]; known && limit > 0 {
		return used / limit, true
	}
	return 0, false
}

func up(st *standing) (float64, bool) {
	if st.Reading == nil {
		return 0, false
	}
	return truth(st.Reading.Up), true
}

func expiry(st *standing) (float64, bool) {
	t := st.Instance.Term.Expires
	return float64(t.Unix()), !t.IsZero()
}

// autoRenew is known of what has a paid term: nothing else could be renewed.
func autoRenew(st *standing) (float64, bool) {
	return truth(st.Instance.Term.AutoRenew), st.Instance.Term.Method == fleet.Subscription
}

// lifecycles hands out the state that each instance is in.
func (c *Content) lifecycles(f *series.Family, visit Visit) {
	p := series.Point{Family: f, Value: 1}
	for _, st := range c.shown {
		if state := st.Lifecycle.State; state != "" {
			p.Instance, p.State = st.Instance, string(state)
			visit(&p)
		}
	}
}

// moments hands out the calendars: when each state begins or began.
func (c *Content) moments(f *series.Family, visit Visit) {
	p := series.Point{Family: f}
	for _, st := range c.shown {
		if st.Course == nil {
			continue
		}
		p.Instance = st.Instance
		for i := range st.Course.Moments {
			m := &st.Course.Moments[i]
			p.State, p.Value = string(m.State), float64(m.At.Unix())
			visit(&p)
		}
	}
}

// infos hands out who the instances are, with the labels that an operator put on
// them.
func (c *Content) infos(f *series.Family, visit Visit) {
	p := series.Point{Family: f, Value: 1}
	names := newLabelNames()
	for _, st := range c.shown {
		in := st.Instance
		p.Instance = in
		p.Labels = append(p.Labels[:0], fleet.Label{Name: series.InstanceName, Value: in.Name}, fleet.Label{Name: series.Account, Value: in.Account})
		for i, name := range names.of(in.Labels) {
			p.Labels = append(p.Labels, fleet.Label{Name: name, Value: in.Labels[i].Value})
		}
		visit(&p)
	}
}

// thresholds hands out the levels at which the alarms of what is judged are raised:
// of instances that are read, and metrics whose capacity is known. Where two levels
// have the same severity, it begins with the lower one.
func (c *Content) thresholds(f *series.Family, visit Visit) {
	p := series.Point{Family: f}
	for _, st := range c.shown {
		if st.Levels == nil || !st.Instance.Watched {
			continue
		}
		p.Instance = st.Instance
		for m := range fleet.Metric(fleet.NumMetrics) {
			if len(st.Levels[m]) == 0 || st.limits[m] <= 0 {
				continue
			}
			p.Metric = m.String()
			p.Severity = ""
			for _, l := range st.Levels[m] {
				if l.Severity != p.Severity {
					p.Severity, p.Value = l.Severity, l.Threshold
					visit(&p)
				}
			}
		}
	}
}

// forecasts hands out when metrics are full. It is the day that counts: the moment
// moves a little with every reading, and nobody plans by the second.
func (c *Content) forecasts(f *series.Family, visit Visit) {
	const day = 24 * time.Hour
	p := series.Point{Family: f}
	for _, st := range c.shown {
		if !st.Instance.Watched {
			continue
		}
		p.Instance = st.Instance
		for m, at := range c.outlooks.Full(st.Instance.ID, &st.limits, c.now) {
			if !at.IsZero() {
				p.Metric, p.Value = fleet.Metric(m).String(), float64(at.Truncate(day).Unix())
				visit(&p)
			}
		}
	}
}

// silenced hands out the instances that a silence in force covers.
func (c *Content) silenced(f *series.Family, visit Visit) {
	if c.silences == 0 {
		return
	}
	p := series.Point{Family: f, Value: 1}
	for _, st := range c.shown {
		if c.cover.Instance(st.Instance) {
			p.Instance = st.Instance
			visit(&p)
		}
	}
}
