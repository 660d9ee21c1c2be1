package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Calendar is what is judged by the clock, whether or not anything can be read:
// the terms of instances, and the accounts that pay for them.
type Calendar struct {
	Terms  []TermWatch // one for each instance
	Payers []Payer     // one for each account
}

// TermWatch is the calendar of one instance with the rules it is judged by.
type TermWatch struct {
	Instance *fleet.Instance
	Course   *fleet.Course
	Account  *fleet.Account // who pays; nil when nothing is known of it
	Rules    *CalendarRules // shared by many; nil switches all off
}

// Payer is one account with the rules it is judged by.
type Payer struct {
	Account    *fleet.Account
	Overdue    *Rule // nil is off
	LowBalance *Rule // nil is off
	Shortfall  *ShortfallRule
}

// CalendarRules are the rules of one instance's calendar; nil is off.
type CalendarRules struct {
	Expiry, Suspension, Release, AutoRenewal, CannotRenew, Overdue *Leads

	Frozen   *Rule
	Forecast *ForecastRule
}

// ForecastRule tells that a metric will reach its threshold before long.
type ForecastRule struct {
	Within time.Duration // how soon
	Rule   Rule          // how bad it is, and how often to remind
}

// Leads say how long before its moment a rule notifies people: once at each step,
// for each term.
type Leads struct {
	Before   []time.Duration // falling: 7 days, 3 days, 1 day, 0; whole days are calendar days
	Severity Severity        // "" goes by how near it is
	Repeat   time.Duration   // remind this often until acknowledged; 0 is never
	// Hour is when people are told of steps that lie ahead, in minutes since midnight; nil is
	// at once. It is theirs to keep: here it moves what would be told too late.
	Hour *int
}

// urgentLead is how near a moment must be for a step to be critical, where
// nothing else is said.
const urgentLead = 24 * time.Hour

// severityOf is how bad a step is: what ends in deletion or in a stop of the
// service is critical a day ahead.
func (l *Leads) severityOf(lead time.Duration) Severity {
	switch {
	case l.Severity != "":
		return l.Severity
	case lead <= urgentLead:
		return Critical
	}
	return Warning
}

// DateRule is one rule of the calendar, worked out for one instance and term.
type DateRule struct {
	Rule RuleName
	// Anchor is the date its steps belong to, such as the end of the term; zero when
	// it is not known. Another anchor starts afresh.
	Anchor time.Time
	// Applies is false when the term gives the rule nothing to do, whatever the date:
	// nothing is to be released, no bill is overdue.
	Applies bool
	At      time.Time  // the moment its steps lead to
	Steps   []DateStep // in order of time
	// Until is from when on no episode begins any more; zero is never.
	Until time.Time
	// Ends is from when on it will not apply any more; zero is never.
	Ends   time.Time
	Repeat time.Duration
}

// DateStep is one step towards a moment.
type DateStep struct {
	Lead     time.Duration // how long before the rule's moment; what names the step
	At       time.Time     // when people are notified
	Severity Severity
}

// due returns the newest step that has come at the moment now.
func (r *DateRule) due(now time.Time) (DateStep, bool) {
	for i := len(r.Steps) - 1; i >= 0; i-- {
		if !now.Before(r.Steps[i].At) {
			return r.Steps[i], true
		}
	}
	return DateStep{}, false
}

// next returns when the rule has to be looked at again: when the next step comes,
// or a reminder is due; zero when never.
func (r *DateRule) next(s State, now time.Time) time.Time {
	var next time.Time
	for i := range r.Steps {
		if at := r.Steps[i].At; at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if s.Raised() && s.AckedAt == 0 && r.Repeat > 0 {
		// One that is due and was not given waits for the step before it: it came ahead of its
		// time, with that of another instance.
		if at := fromMilli(s.NotifiedAt).Add(r.Repeat); at.After(now) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if r.Ends.After(now) && (next.IsZero() || r.Ends.Before(next)) {
		next = r.Ends
	}
	return next
}

// OfCalendar tells whether a rule is judged by the clock.
func (r RuleName) OfCalendar() bool {
	switch r {
	case Expiry, Suspension, Release, AutoRenewal, CannotRenew, Overdue, LowBalance, FrozenRule, Forecast, Shortfall:
		return true
	case Capacity, NoData:
	}
	return false
}
