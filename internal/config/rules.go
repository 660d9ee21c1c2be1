package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// clearBelow is how far the clear mark lies below its threshold when it is not
// given.
const clearBelow = 0.05

// draft is a rule while the stages (built-in, defaults, overrides, instance) are
// laid on top of each other.
type draft struct {
	enabled  bool
	base     markDraft
	levels   []markDraft
	hold     time.Duration // for
	clearFor time.Duration
	repeat   time.Duration
	silent   bool  // a no_data rule: it has no marks
	at       place // of the stage that had the last word, for faults
}

// markDraft is one level while it is drafted.
type markDraft struct {
	severity     alarm.Severity
	raise, clear float64
}

func builtinCapacity() draft {
	return draft{
		enabled: true, base: markDraft{severity: alarm.Warning, raise: 0.70, clear: 0.70 - clearBelow},
		hold: time.Minute, clearFor: time.Minute, repeat: 24 * time.Hour,
	}
}

func builtinNoData() draft {
	return draft{
		enabled: true, silent: true, base: markDraft{severity: alarm.Warning, raise: 1, clear: 1}, hold: 3 * time.Minute, repeat: 24 * time.Hour,
	}
}

// lay puts one stage on top of a draft. A new threshold takes its clear mark
// with it, unless the same stage gives one.
func (d *decoder) lay(r draft, s *ruleDoc) draft {
	if s == nil || s.node == nil {
		return r
	}
	r.at = s.place
	if s.Enabled != nil {
		r.enabled = *s.Enabled
	}
	if s.Threshold.set {
		r.base.raise = s.Threshold.v
		r.base.clear = max(s.Threshold.v-clearBelow, s.Threshold.v/2)
	}
	if s.Clear.set {
		r.base.clear = s.Clear.v
	}
	r.hold, r.clearFor, r.repeat = s.For.or(r.hold), s.ClearFor.or(r.clearFor), s.Repeat.or(r.repeat)
	r.base.severity = d.severity(d.find(s.place, "severity"), s.Severity, r.base.severity)
	if s.Levels != nil {
		r.levels = nil
		for i := range s.Levels {
			l := &s.Levels[i]
			if l.node == nil {
				continue
			}
			if !l.Threshold.set {
				d.fault(l.place, "threshold is missing")
				continue
			}
			m := markDraft{severity: d.severity(d.find(l.place, "severity"), l.Severity, alarm.Critical), raise: l.Threshold.v}
			m.clear = max(m.raise-clearBelow, m.raise/2)
			if l.Clear.set {
				m.clear = l.Clear.v
			}
			r.levels = append(r.levels, m)
		}
	}
	return r
}

// only faults keys of a stage that mean nothing for no_data.
func (d *decoder) onlySilence(s *ruleDoc) {
	if s == nil || s.node == nil {
		return
	}
	if s.Threshold.set || s.Clear.set || s.Levels != nil {
		d.fault(s.place, "no_data has enabled, for, clear_for, repeat and severity, and no marks")
	}
}

// ruleMaker makes rules of drafts. Equal rules are one: thousands of instances
// share a few.
type ruleMaker struct {
	d    *decoder
	made map[string]*alarm.Rule
	told map[string]bool // faults that were noted
}

func newRuleMaker(d *decoder) *ruleMaker {
	return &ruleMaker{d: d, made: make(map[string]*alarm.Rule), told: make(map[string]bool)}
}

// rule checks a draft and makes its rule; nil when the alarm is off.
func (m *ruleMaker) rule(r draft) *alarm.Rule {
	if !r.enabled {
		return nil
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%v|%v|%v|%v|%v|%v", r.silent, r.base, r.levels, r.hold, r.clearFor, r.repeat)
	if rule, ok := m.made[key.String()]; ok {
		return rule
	}
	rule := &alarm.Rule{For: r.hold, ClearFor: r.clearFor, Repeat: r.repeat}
	for _, l := range append([]markDraft{r.base}, r.levels...) {
		rule.Levels = append(rule.Levels, alarm.Level{Severity: l.severity, Threshold: l.raise, Clear: l.clear})
	}
	slices.SortStableFunc(rule.Levels, func(a, b alarm.Level) int {
		switch {
		case a.Threshold < b.Threshold:
			return -1
		case a.Threshold > b.Threshold:
			return 1
		}
		return 0
	})
	m.check(r, rule)
	m.made[key.String()] = rule
	return rule
}

// check faults a rule that Step could not judge by. The built-in rules pass.
func (m *ruleMaker) check(r draft, rule *alarm.Rule) {
	if r.at.node == nil || r.silent {
		return
	}
	if len(rule.Levels) > alarm.MaxLevels {
		m.d.fault(m.d.find(r.at, "levels"), "an alarm has %d levels at most, the threshold among them", alarm.MaxLevels)
	}
	for i, l := range rule.Levels {
		switch {
		case l.Threshold <= 0:
			m.d.fault(m.d.find(r.at, "threshold"), "a threshold lies above 0%%")
		case l.Clear >= l.Threshold:
			m.d.fault(m.d.find(r.at, "clear"), "the clear mark (%s) must lie below its threshold (%s)", percentOf(l.Clear), percentOf(l.Threshold))
		case i > 0 && l.Threshold == rule.Levels[i-1].Threshold:
			m.d.fault(m.d.find(r.at, "levels"), "two levels have the threshold %s", percentOf(l.Threshold))
		case i > 0 && rank(l.Severity) < rank(rule.Levels[i-1].Severity):
			m.d.fault(m.d.find(r.at, "threshold"), "at %s it would be %s, and at %s only %s; a higher threshold has no lower severity: give levels too",
				percentOf(rule.Levels[i-1].Threshold), rule.Levels[i-1].Severity, percentOf(l.Threshold), l.Severity)
		}
	}
}

// rank orders severities from mild to bad.
func rank(s alarm.Severity) int {
	return slices.Index([]alarm.Severity{alarm.Info, alarm.Warning, alarm.Critical}, s)
}

func percentOf(v float64) string { return fmt.Sprintf("%.4g%%", v*100) }

// resolveAlarms reads what holds for all instances.
func (d *decoder) resolveAlarms(root place, doc *document, s *Snapshot) {
	a := &doc.Alarms
	d.onlySilence(&a.NoData)
	silence := d.lay(builtinNoData(), &a.NoData)
	if silence.enabled {
		s.NoData.Rule = alarm.Rule{
			Levels: []alarm.Level{{Severity: alarm.Critical, Threshold: 1, Clear: 1}},
			For:    silence.hold, ClearFor: min(silence.hold, time.Minute), Repeat: silence.repeat,
		}
	}
	s.NoData.Notify = d.defaultNotify(root, doc, s)
	d.checkCalendar(&a.calendarDoc)
	for i := range a.Overrides {
		o := &a.Overrides[i]
		if o.node == nil {
			continue
		}
		d.onlySilence(o.NoData)
		d.checkCalendar(&o.calendarDoc)
		dated := o.calendarDoc != calendarDoc{} || o.LowBalance != nil
		if o.Capacity == nil && o.NoData == nil && !dated {
			d.fault(o.place, "the override changes nothing; give it capacity, no_data or a rule of the calendar")
		}
		if o.Match.Metric != "" {
			if _, ok := d.metric(d.find(o.Match.place, "metric"), o.Match.Metric); ok && (o.NoData != nil || dated) {
				d.fault(d.find(o.Match.place, "metric"), "only capacity has a metric; no_data and the calendar are about an instance as a whole, so leave metric out")
			}
		}
		if o.LowBalance != nil && (o.Match.Instance+o.Match.Product+o.Match.Edition != "" || len(o.Match.Labels) > 0) {
			d.fault(d.find(o.place, "low_balance"), "low_balance is about an account; match nothing but account")
		}
	}
}

// defaultNotify returns who is told when an instance does not say.
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
