package config

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

const day = 24 * time.Hour

// PayerRules are the alarms of one account; nil is off.
type PayerRules struct {
	Overdue, LowBalance *alarm.Rule
	Shortfall           *alarm.ShortfallRule
}

// dateDraft is a rule of the calendar while its stages are laid on top of each
// other.
type dateDraft struct {
	enabled  bool
	before   steps
	repeat   time.Duration
	severity alarm.Severity // "" goes by how near it is
}

// steps are the lengths of time before a moment at which it is an alarm, the
// longest first. They are comparable.
type steps struct {
	at [maxSteps]time.Duration
	n  int
}

// stepsOf sorts steps. Those above maxSteps, which checkCalendar faults, are left
// out.
func stepsOf(before ...time.Duration) steps {
	slices.Sort(before)
	slices.Reverse(before)
	var out steps
	out.n = copy(out.at[:], slices.Compact(before))
	return out
}

// stateDraft is a rule about a condition, such as an unpaid bill or a frozen
// instance.
type stateDraft struct {
	enabled  bool
	repeat   time.Duration
	severity alarm.Severity
}

// calendarDraft is all rules of a calendar while they are drafted. It is
// comparable: equal drafts are one set of rules, however many instances have it.
type calendarDraft struct {
	expiry, suspension, release, autoRenewal, cannotRenew dateDraft
	overdue, frozen, lowBalance                           stateDraft

	forecast, shortfall forecastDraft
}

// forecastDraft is a rule about what will be so soon; it is off while within is 0.
type forecastDraft struct {
	stateDraft
	within time.Duration
}

func builtinCalendar() calendarDraft {
	on := func(before ...time.Duration) dateDraft { return dateDraft{enabled: true, before: stepsOf(before...)} }
	return calendarDraft{
		expiry: on(7*day, 3*day, day, 0), suspension: on(day, 0), release: on(7*day, 3*day, day, 0),
		autoRenewal: on(0), cannotRenew: on(30 * day),
		overdue:    stateDraft{enabled: true, severity: alarm.Critical},
		frozen:     stateDraft{enabled: true, severity: alarm.Warning},
		lowBalance: stateDraft{enabled: true, severity: alarm.Warning, repeat: day},
		forecast:   forecastDraft{stateDraft: stateDraft{enabled: true, severity: alarm.Info}},
		shortfall:  forecastDraft{stateDraft: stateDraft{enabled: true, severity: alarm.Warning}},
	}
}

// layCalendar puts one stage on top of a draft. checkCalendar notes the
// faults of the stage; here they are passed over.
func layCalendar(c calendarDraft, s *calendarDoc, low *stateRuleDoc) calendarDraft {
	if s != nil {
		c.expiry, c.suspension, c.release = layDate(c.expiry, s.Expiry), layDate(c.suspension, s.Suspension), layDate(c.release, s.Release)
		c.autoRenewal, c.cannotRenew = layDate(c.autoRenewal, s.AutoRenewal), layDate(c.cannotRenew, s.CannotRenew)
		c.overdue, c.frozen = layState(c.overdue, s.Overdue), layState(c.frozen, s.Frozen)
		if f := s.Forecast; f != nil && f.node != nil {
			c.forecast.within = f.Within.or(c.forecast.within)
			c.forecast.stateDraft = layState(c.forecast.stateDraft, &stateRuleDoc{marked: f.marked, Enabled: f.Enabled, Repeat: f.Repeat, Severity: f.Severity})
		}
	}
	c.lowBalance = layState(c.lowBalance, low)
	return c
}

func layDate(r dateDraft, s *dateRuleDoc) dateDraft {
	if s == nil || s.node == nil {
		return r
	}
	if s.Enabled != nil {
		r.enabled = *s.Enabled
	}
	if s.Before != nil {
		before := make([]time.Duration, len(s.Before))
		for i, b := range s.Before {
			before[i] = b.Duration
		}
		r.before = stepsOf(before...)
	}
	r.repeat = s.Repeat.or(r.repeat)
	if v, ok := parseSeverity(s.Severity); ok {
		r.severity = v
	}
	return r
}

func layState(r stateDraft, s *stateRuleDoc) stateDraft {
	if s == nil || s.node == nil {
		return r
	}
	if s.Enabled != nil {
		r.enabled = *s.Enabled
	}
	r.repeat = s.Repeat.or(r.repeat)
	if v, ok := parseSeverity(s.Severity); ok {
		r.severity = v
	}
	return r
}

// checkCalendar notes the faults of one stage of a calendar's rules. It is called
// once for each stage.
func (d *decoder) checkCalendar(c *calendarDoc) {
	if c == nil {
		return
	}
	d.checkForecast(c.Forecast)
	d.checkState(c.Overdue)
	d.checkState(c.Frozen)
	for _, s := range []*dateRuleDoc{c.Expiry, c.Suspension, c.Release, c.AutoRenewal, c.CannotRenew} {
		if s == nil || s.node == nil {
			continue
		}
		d.checkDate(s)
		if s == c.AutoRenewal && s.Before != nil {
			d.fault(d.under(s.place, "before"), "the policy (renewal) says when automatic renewal should have paid; leave before out")
		}
	}
}

// checkDate faults the steps of a rule about a moment.
func (d *decoder) checkDate(s *dateRuleDoc) {
	d.checkSeverity(s.place, s.Severity)
	at := d.under(s.place, "before")
	switch {
	case s.Before != nil && len(s.Before) == 0 && (s.Enabled == nil || *s.Enabled):
		d.fault(at, "no step is left; switch the alarm off with enabled: false")
	case len(s.Before) > maxSteps:
		d.fault(at, "%d steps at most", maxSteps)
	}
	for i, b := range s.Before {
		switch {
		case b.Duration < 0:
			d.fault(d.nth(at, i), "a step comes before its moment; leave the minus out")
		case b.Duration > maxLead:
			d.fault(d.nth(at, i), "a step is a year ahead at most")
		}
	}
}

// checkState notes the faults of a rule about a condition.
func (d *decoder) checkState(s *stateRuleDoc) {
	if s != nil && s.node != nil {
		d.checkSeverity(s.place, s.Severity)
	}
}

// checkForecast faults a forecast that is on and has no length.
func (d *decoder) checkForecast(f *forecastDoc) {
	if f == nil || f.node == nil {
		return
	}
	d.checkSeverity(f.place, f.Severity)
	if f.Within.set && (f.Within.Duration < day || f.Within.Duration > maxLead) {
		d.fault(d.under(f.place, "within"), "a forecast looks from a day to a year ahead")
	}
}

// layShortfall puts one stage of the shortfall rule on top of a draft. checkShortfall notes
// its faults.
func layShortfall(c calendarDraft, s *shortfallDoc) calendarDraft {
	if s == nil || s.node == nil {
		return c
	}
	c.shortfall.within = s.Within.or(c.shortfall.within)
	c.shortfall.stateDraft = layState(c.shortfall.stateDraft, &stateRuleDoc{marked: s.marked, Enabled: s.Enabled, Repeat: s.Repeat, Severity: s.Severity})
	return c
}

// shortfallRule makes the rule; nil where it is off.
func (r forecastDraft) shortfallRule() *alarm.ShortfallRule {
	if r.within <= 0 || !r.enabled {
		return nil
	}
	return &alarm.ShortfallRule{Within: r.within, Rule: *r.rule()}
}

// checkShortfall faults a shortfall that looks too far ahead, or not far enough.
func (d *decoder) checkShortfall(s *shortfallDoc) {
	if s == nil || s.node == nil {
		return
	}
	d.checkSeverity(s.place, s.Severity)
	if s.Within.set && (s.Within.Duration < day || s.Within.Duration > maxLead) {
		d.fault(d.under(s.place, "within"), "a shortfall is looked for from a day to a year ahead")
	}
}

// No term is known more than a year ahead, and nobody reads more steps than these.
const (
	maxLead  = 366 * day
	maxSteps = 12
)

// calendarMaker makes rules of drafts. Equal rules are one: thousands of instances
// share a few. Nothing is checked here: checkCalendar is called for each stage.
type calendarMaker struct {
	made map[calendarDraft]*alarm.CalendarRules
	hour *int // when people are told of steps
}

func (m calendarMaker) rules(c calendarDraft) *alarm.CalendarRules {
	c.lowBalance, c.shortfall = stateDraft{}, forecastDraft{}
	if r, ok := m.made[c]; ok {
		return r
	}
	r := &alarm.CalendarRules{
		Expiry: c.expiry.leads(), Suspension: c.suspension.leads(), Release: c.release.leads(),
		AutoRenewal: c.autoRenewal.leads(), CannotRenew: c.cannotRenew.leads(), Frozen: c.frozen.rule(),
	}
	if c.overdue.enabled {
		r.Overdue = &alarm.Leads{Before: []time.Duration{0}, Severity: c.overdue.severity, Repeat: c.overdue.repeat}
	}
	if f := c.forecast; f.within > 0 && f.enabled {
		r.Forecast = &alarm.ForecastRule{Within: f.within, Rule: *f.rule()}
	}
	for _, l := range []*alarm.Leads{r.Expiry, r.Suspension, r.Release, r.AutoRenewal, r.CannotRenew} {
		if l != nil {
			l.Hour = m.hour
		}
	}
	m.made[c] = r
	return r
}

func (r dateDraft) leads() *alarm.Leads {
	if !r.enabled {
		return nil
	}
	return &alarm.Leads{Before: slices.Clone(r.before.at[:r.before.n]), Severity: r.severity, Repeat: r.repeat}
}

// rule is the rule of a condition that begins at once and ends at once: 1 while it
// lasts, else 0. Between the threshold and the clear threshold it is neither.
func (r stateDraft) rule() *alarm.Rule {
	if !r.enabled {
		return nil
	}
	return &alarm.Rule{Levels: []alarm.Level{{Severity: r.severity, Threshold: 1, Clear: 0.5}}, Repeat: r.repeat}
}

// expiringDays is how many days before its end a term counts as expiring: from
// the first step of the expiry rule on.
func (r dateDraft) expiringDays() int {
	if !r.enabled || r.before.n == 0 {
		return fleet.DefaultExpiringDays
	}
	return max(int((r.before.at[0]+day-1)/day), 1)
}

// resolvePayers makes the rules of the accounts. Overrides that are about no more
// than an account, or about all, hold for them.
func (d *decoder) resolvePayers(doc *document, base calendarDraft, s *Snapshot, matched []bool) {
	s.Payers = make(map[string]PayerRules, len(s.Accounts))
	for name := range s.Accounts {
		c := base
		for i := range doc.Alarms.Overrides {
			o := &doc.Alarms.Overrides[i]
			if m := &o.Match; o.node == nil || m.Instance+m.Product+m.Edition+m.Metric != "" || len(m.Labels) > 0 || m.Account != "" && m.Account != name {
				continue
			}
			if o.Overdue != nil || o.LowBalance != nil || o.Shortfall != nil {
				matched[i] = true
			}
			c = layShortfall(layCalendar(c, &o.calendarDoc, o.LowBalance), o.Shortfall)
		}
		s.Payers[name] = PayerRules{Overdue: c.overdue.rule(), LowBalance: c.lowBalance.rule(), Shortfall: c.shortfall.shortfallRule()}
	}
}
