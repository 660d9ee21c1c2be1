package config

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// resolveAlarms reads the rules for all instances, and checks the overrides.
func (d *decoder) resolveAlarms(root place, doc *document, s *Snapshot) {
	a := &doc.Alarms
	d.checkRule(&a.Capacity)
	d.checkSilence(&a.NoData)
	d.checkFlapping(&a.Flapping)
	silence := layRule(builtinNoData(), &a.NoData)
	if silence.enabled {
		s.NoData.Rule = alarm.Rule{
			Levels: []alarm.Level{{Severity: alarm.Critical, Threshold: 1, Clear: 1}},
			For:    silence.hold, ClearFor: min(silence.hold, time.Minute), Repeat: silence.repeat,
			Flapping: layFlapping(silence.flaps, &a.Flapping).flapping(),
		}
	}
	s.CalendarAt = a.CalendarAt.or(morning())
	s.NoData.Notify = d.defaultNotify(root, doc, s)
	d.checkCalendar(&a.calendarDoc)
	d.checkState(a.LowBalance)
	d.checkShortfall(a.Shortfall)
	for i := range a.Overrides {
		o := &a.Overrides[i]
		if o.node == nil {
			continue
		}
		d.checkRule(o.Capacity)
		d.checkSilence(o.NoData)
		d.checkFlapping(o.Flapping)
		d.checkCalendar(&o.calendarDoc)
		d.checkState(o.LowBalance)
		d.checkShortfall(o.Shortfall)
		dated := o.calendarDoc != calendarDoc{} || o.LowBalance != nil || o.Shortfall != nil
		if o.Capacity == nil && o.NoData == nil && o.Flapping == nil && !dated {
			d.fault(o.place, "the override changes nothing; give it capacity, no_data, flapping or a rule of the calendar")
		}
		if o.Match.Metric != "" {
			if _, ok := d.metric(d.find(o.Match.place, "metric"), o.Match.Metric); ok && (o.NoData != nil || dated) {
				d.fault(d.find(o.Match.place, "metric"), "only capacity has a metric; no_data and the calendar are about an instance as a whole, so leave metric out")
			}
		}
		if o.Shortfall != nil && o.Match.ofInstances() {
			d.fault(d.find(o.place, "shortfall"), "shortfall is about an account; match nothing but account")
		}
		if o.LowBalance != nil && o.Match.ofInstances() {
			d.fault(d.find(o.place, "low_balance"), "low_balance is about an account; match nothing but account")
		}
	}
}

// morning is when people are told of steps of the calendar, where nothing else is said.
func morning() *int {
	minutes := 9 * 60
	return &minutes
}

// defaultNotify returns the receivers of instances that name none.
func (d *decoder) defaultNotify(root place, doc *document, s *Snapshot) []string {
	if doc.Alarms.Notify != nil {
		d.checkReceivers(d.find(root, "alarms.notify"), doc.Alarms.Notify, s)
		return doc.Alarms.Notify
	}
	if len(s.Receivers) == 1 {
		return []string{s.Receivers[0].Name}
	}
	return nil
}

// checkReceivers makes sure that all named receivers exist.
func (d *decoder) checkReceivers(p place, names []string, s *Snapshot) {
	for _, n := range names {
		if !slices.ContainsFunc(s.Receivers, func(r Receiver) bool { return r.Name == n }) {
			var known []string
			for i := range s.Receivers {
				known = append(known, s.Receivers[i].Name)
			}
			d.fault(p, "there is no receiver %q%s", clip(n), suggest(n, known))
		}
	}
}

// ofInstances tells whether an override is for some instances of an account only.
func (m *matchDoc) ofInstances() bool {
	return m.Instance+m.Product+m.Edition != "" || len(m.Labels) > 0
}

// fits tells whether an override is for an instance, and for a metric of it.
func (m *matchDoc) fits(in *fleet.Instance, metric string) bool {
	for want, have := range map[string]string{m.Instance: in.ID, m.Account: in.Account, m.Product: in.Product, m.Edition: in.Edition} {
		if want != "" && want != have {
			return false
		}
	}
	if m.Metric != "" && metric != "" && m.Metric != metric {
		return false
	}
	for name, value := range m.Labels {
		if in.Label(name) != value {
			return false
		}
	}
	return true
}
