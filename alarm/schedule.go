package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// schedule works out the rules of one instance's calendar. pulled is the lead at
// which people hear of its expiry now because they hear of others of its account;
// 0 is none.
func (a *TermWatch) schedule(now time.Time, pulled time.Duration) []DateRule {
	r := a.Rules
	if r == nil || a.Course == nil {
		return nil
	}
	out := make([]DateRule, 0, 6)
	add := func(name RuleName, l *Leads, rule DateRule) {
		if l != nil {
			rule.Rule, rule.Repeat = name, l.Repeat
			out = append(out, rule)
		}
	}
	// Where two come at once, people hear of the first. At the end of the term that is the end.
	ended := !a.Course.Term.Expires.IsZero() && !now.Before(a.Course.Term.Expires)
	if !ended {
		add(AutoRenewal, r.AutoRenewal, a.autoRenewal(r.AutoRenewal))
	}
	add(Expiry, r.Expiry, a.expiry(r.Expiry, now, pulled))
	add(Suspension, r.Suspension, a.suspension(r.Suspension, now))
	add(Release, r.Release, a.ahead(r.Release, fleet.LifecycleReleased))
	add(CannotRenew, r.CannotRenew, a.cannotRenew(r.CannotRenew))
	add(Overdue, r.Overdue, a.overdue(r.Overdue))
	if ended {
		add(AutoRenewal, r.AutoRenewal, a.autoRenewal(r.AutoRenewal))
	}
	return out
}

// expiry counts to the end of the paid term. While automatic renewal is on, its
// first attempt is awaited: no step comes before the day after that.
func (a *TermWatch) expiry(l *Leads, now time.Time, pulled time.Duration) DateRule {
	c := a.Course
	r := DateRule{Anchor: c.Term.Expires, At: c.Term.Expires, Ends: c.Converts(), Applies: c.Term.Method == fleet.Subscription && !a.converted(now)}
	if l == nil || r.At.IsZero() {
		return r
	}
	var from time.Time
	if at, awaited := a.renewalAwaited(); awaited {
		from = at
	}
	for _, lead := range l.Before {
		at := later(l.inTime(c.Before(r.At, lead), r.At, c.Zone), from)
		if lead > 0 && lead == pulled && now.Before(at) {
			at = now
		}
		r.Steps = append(r.Steps, DateStep{Lead: lead, At: at, Severity: l.severityOf(lead)})
	}
	return r
}

// converted tells whether the instance is not what it was by now: its
// post-expiration action made it pay-as-you-go. That ends the episodes of its term.
func (a *TermWatch) converted(now time.Time) bool {
	at := a.Course.Converts()
	return !at.IsZero() && !now.Before(at)
}

// renewalAwaited tells until when automatic renewal is trusted: a day after its
// first attempt.
func (a *TermWatch) renewalAwaited() (time.Time, bool) {
	c := a.Course
	if !c.Term.AutoRenew || !c.Policy.Renewal.Known() || c.Basis != fleet.BasisExpiry {
		return time.Time{}, false
	}
	const day = 24 * time.Hour
	return c.Before(c.From, time.Duration(c.Policy.Renewal.First-1)*day), true
}

// suspension counts to the end of the service. Where a grace ends with it, that
// has steps ahead, too; where it comes with the end of the term, expiry has them.
func (a *TermWatch) suspension(l *Leads, now time.Time) DateRule {
	r := a.ahead(l, fleet.LifecycleSuspended)
	r.Applies = r.Applies && !a.converted(now)
	if a.Course.Has(fleet.LifecycleGrace) {
		return r
	}
	var at []DateStep
	for _, s := range r.Steps {
		if s.Lead == 0 {
			at = append(at, s)
		}
	}
	r.Steps = at
	return r
}

// ahead counts to the beginning of a state after the term. No step comes before
// the term is over.
func (a *TermWatch) ahead(l *Leads, s fleet.LifecycleState) DateRule {
	c := a.Course
	r := DateRule{Applies: true, Anchor: c.From, At: c.Begins(s)}
	if r.Anchor.IsZero() { // the cloud gave a date, and nothing else is known
		r.Anchor = r.At
	}
	dateless := c.Term.Method == fleet.Subscription && len(c.Moments) == 0
	if r.At.IsZero() {
		r.Applies = dateless
		return r
	}
	from, stood := c.From, c.StoodAt(s)
	if !stood.IsZero() { // the cloud's status says so, and nobody saw it come
		r.Anchor, from = stood, stood
	}
	if l == nil {
		return r
	}
	for _, lead := range l.Before {
		if !stood.IsZero() && lead > 0 {
			continue
		}
		r.Steps = append(r.Steps, DateStep{Lead: lead, At: later(l.inTime(c.Before(r.At, lead), r.At, c.Zone), from), Severity: l.severityOf(lead)})
	}
	return r
}

// autoRenewal tells that automatic renewal should have paid by now and has not: a day after
// its first attempt, on the day of its last, and when no attempt is left. Where it tries only
// once, all three are one.
func (a *TermWatch) autoRenewal(l *Leads) DateRule {
	_, awaited := a.renewalAwaited()
	c := a.Course
	r := DateRule{Anchor: c.Term.Expires, At: c.Term.Expires, Until: c.Term.Expires}
	dateless := c.Term.AutoRenew && c.Term.Method == fleet.Subscription && c.Term.Expires.IsZero()
	if r.Applies = awaited || dateless; !awaited || l == nil {
		return r
	}
	last := max(c.Policy.Renewal.Last, 1)
	for _, days := range []int{c.Policy.Renewal.First - 1, last, last - 1} {
		at := fleet.DaysBefore(r.At, days, c.Zone)
		severity := l.severityOf(r.At.Sub(at))
		if days == last-1 && l.Severity == "" { // nobody but a person renews it now
			severity = Critical
		}
		if n := len(r.Steps); n == 0 || at.After(r.Steps[n-1].At) {
			r.Steps = append(r.Steps, DateStep{Lead: r.At.Sub(at), At: at, Severity: severity})
		}
	}
	return r
}

// cannotRenew tells that an instance is about to expire, or has, and that its
// account is overdue: then it can neither be renewed nor upgraded.
func (a *TermWatch) cannotRenew(l *Leads) DateRule {
	c := a.Course
	r := DateRule{Anchor: c.Term.Expires, At: c.Term.Expires, Until: c.Begins(fleet.LifecycleReleased)}
	r.Applies = c.Term.Method == fleet.Subscription && a.Account.Overdue() && c.Basis != fleet.BasisUnsubscribed // which nobody renews
	if l == nil || r.At.IsZero() {
		return r
	}
	for _, lead := range l.Before {
		severity := l.Severity
		if severity == "" {
			severity = Warning
		}
		r.Steps = append(r.Steps, DateStep{Lead: lead, At: l.inTime(c.Before(r.At, lead), r.At, c.Zone), Severity: severity})
	}
	return r
}

// overdue tells that a bill of this instance is unpaid, where the account as a
// whole is not known to be overdue: then the account's own alarm speaks for it.
func (a *TermWatch) overdue(l *Leads) DateRule {
	since := a.Course.Term.OverdueSince
	r := DateRule{Anchor: since, At: since, Applies: !since.IsZero() && a.Course.Term.Method != fleet.Free}
	if l != nil && !a.Account.Overdue() {
		r.Steps = []DateStep{{At: since, Severity: l.severityOf(0)}}
	}
	return r
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
