package facts

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// dated is an event of the calendar of one instance. It judges by the time of the
// event and by where the course stands then: a step that comes late must not promise
// what is past.
type dated struct {
	event    *alarm.Event
	instance *fleet.Instance
	details  *alarm.Details
	course   *fleet.Course
	now      time.Time

	others []Other // whose terms end soon, and are renewed with this one
	alike  []Other // to which the same happens, at the same time
	later  []Other // to which the same happens, at another time
}

func newDated(ev *alarm.Event) *dated {
	c := &dated{event: ev, instance: ev.Instance, details: ev.Details, course: ev.Details.Course, now: ev.At}
	for i := range ev.Details.Others {
		a := &ev.Details.Others[i]
		switch ev.Key.Rule {
		case alarm.Expiry:
			if a.Course != nil && !a.Course.Term.Expires.IsZero() {
				c.others = append(c.others, Other{a.Instance, a.Course.Term.Expires, a.Course.Begins(fleet.LifecycleReleased)})
			}
		case alarm.Suspension, alarm.Release, alarm.CannotRenew:
			c.beside(a)
		}
	}
	slices.SortStableFunc(c.later, func(a, b Other) int { return a.At.Compare(b.At) })
	return c
}

// beside sorts another instance to which the same happens: at the same time, or not.
func (c *dated) beside(a *alarm.Affected) {
	o := Other{Instance: a.Instance}
	if a.Course != nil {
		switch c.event.Key.Rule {
		case alarm.Suspension:
			o.At = a.Course.Begins(fleet.LifecycleSuspended)
		case alarm.Release:
			o.At = a.Course.Begins(fleet.LifecycleReleased)
		default:
			o.At = a.Course.Term.Expires
		}
	}
	if c.event.Kind != alarm.Cleared && !o.At.IsZero() && !c.details.At.IsZero() && !o.At.Equal(c.details.At) {
		c.later = append(c.later, o)
		return
	}
	c.alike = append(c.alike, o)
}

// what is the moment that the rule counts to.
func (c *dated) what() What {
	switch c.event.Key.Rule {
	case alarm.Suspension:
		return Stop
	case alarm.Release:
		return Deletion
	}
	return Term
}

// dateUnknown tells whether nobody knows any more to which moment the rule counts.
func (c *dated) dateUnknown() bool { return c.details.At.IsZero() }

// ahead returns when a state begins; zero when that is past, or never.
func (c *dated) ahead(s fleet.LifecycleState) time.Time {
	if at := c.course.Begins(s); at.After(c.now) {
		return at
	}
	return time.Time{}
}

// over tells whether the paid term is over, or the bill is unpaid already.
func (c *dated) over() bool { return !c.course.From.IsZero() && !c.now.Before(c.course.From) }

// stopsAtEnd tells whether the service stops with the end of the term.
func (c *dated) stopsAtEnd() bool {
	return !c.course.From.IsZero() && c.course.Begins(fleet.LifecycleSuspended).Equal(c.course.From)
}

// tellsStop tells whether a stop is to be told as what follows.
func (c *dated) tellsStop() bool {
	return !c.course.Downgrades() && c.event.Key.Rule != alarm.Suspension && !c.unpaidButRunning()
}

// fromBin tells whether the instance is destroyed out of a recycle bin in the end.
func (c *dated) fromBin() bool { return c.course.Has(fleet.LifecycleRecycled) }

// maybeConverted tells whether the instance is suspended now or converted already,
// and nobody knows which.
func (c *dated) maybeConverted() bool { return c.over() && c.now.Before(c.course.Converts()) }

// converted tells whether the instance is converted by now at the latest.
func (c *dated) converted() bool {
	at := c.course.Converts()
	return !at.IsZero() && !c.now.Before(at)
}

// withoutPolicy tells whether no policy says what follows the end of the term.
func (c *dated) withoutPolicy() bool {
	return len(c.course.Policy.Phases) == 0 && !c.course.From.IsZero() && !c.course.Has(fleet.LifecycleSuspended) && !c.course.Has(fleet.LifecycleReleased)
}

func (c *dated) payg() bool { return c.course.Term.Method == fleet.PayAsYouGo }

// unpaidButRunning tells whether a bill of an instance that is paid in advance is
// unpaid: the instance runs on, but nobody can renew or upgrade it.
func (c *dated) unpaidButRunning() bool { return c.event.Key.Rule == alarm.Overdue && !c.payg() }

// deletion is when the cloud deletes the instance, or the first of several that the
// notice speaks for; zero when that is not ahead. One that is downgraded is not deleted,
// even when the cloud announces a release.
func (c *dated) deletion() time.Time {
	if c.course.Downgrades() {
		return time.Time{}
	}
	at := c.ahead(fleet.LifecycleReleased)
	if !c.bulk() {
		return at
	}
	for i := range c.others {
		if other := c.others[i].Deleted; other.After(c.now) && other.Before(at) {
			at = other
		}
	}
	return at
}

// bulk tells whether the event speaks for several instances that are renewed
// together.
func (c *dated) bulk() bool {
	return c.event.Key.Rule == alarm.Expiry && len(c.others) > 0 && c.details.At.After(c.now)
}

// overdueAccount tells whether the account that pays is known to be overdue.
func (c *dated) overdueAccount() bool { return c.course.Overdue || c.details.Account.Overdue() }

// renewalTried tells whether automatic renewal is on and, by its policy, has tried
// to pay for a term that goes on as it was.
func (c *dated) renewalTried() bool {
	r, end := c.course.Policy.Renewal, c.course.From
	return c.course.Term.AutoRenew && end.After(c.now) && r.Left(end, c.now, c.course.Zone) < r.Left(end, time.Time{}, c.course.Zone)
}

// suspendedForBill tells whether an unpaid bill is why the service of the instance
// stops.
func (c *dated) suspendedForBill() bool { return c.payg() && c.event.Key.Rule == alarm.Suspension }

// present is the state of an instance whose term is over, as far as the head does
// not say it already; empty when there is nothing to add.
func (c *dated) present() fleet.LifecycleState {
	state, rule := c.details.Lifecycle.State, c.event.Key.Rule
	switch {
	case rule == alarm.Suspension && (state == fleet.LifecycleGrace || state == fleet.LifecycleSuspended):
		return ""
	case state == fleet.LifecycleReleased && (rule == alarm.Release || c.course.Downgrades()):
		return ""
	}
	return state
}
