package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// calendarNotice is an event of the calendar of one instance with what the texts
// about it need in every language. It judges by the time of the event and by where
// the course stands then: a step that comes late must not promise what is past.
type calendarNotice struct {
	event    *alarm.Event
	instance *fleet.Instance
	details  *alarm.Details
	course   *fleet.Course
	now      time.Time
	zone     *time.Location

	others []alarm.Affected // whose terms end soon, and are renewed with this one
}

// newCalendarNotice returns false for an event that has nothing to do with the
// calendar of an instance, or of which nothing is known.
func newCalendarNotice(ev *alarm.Event, zone *time.Location) (*calendarNotice, bool) {
	if ev.Details == nil || ev.Details.Course == nil || ev.Instance == nil {
		return nil, false
	}
	c := &calendarNotice{event: ev, instance: ev.Instance, details: ev.Details, course: ev.Details.Course, now: ev.At, zone: zone}
	for _, a := range ev.Details.Others {
		if a.Course != nil && !a.Course.Term.Expires.IsZero() {
			c.others = append(c.others, a)
		}
	}
	return c, true
}

// dateUnknown tells whether nobody knows any more to which moment the rule counts.
func (c *calendarNotice) dateUnknown() bool { return c.details.At.IsZero() }

// ahead returns when a state begins; zero when that is past, or never.
func (c *calendarNotice) ahead(s fleet.LifecycleState) time.Time {
	if at := c.course.Begins(s); at.After(c.now) {
		return at
	}
	return time.Time{}
}

// over tells whether the paid term is over, or the bill is unpaid already.
func (c *calendarNotice) over() bool { return !c.course.From.IsZero() && !c.now.Before(c.course.From) }

// stopsAtEnd tells whether the service stops with the end of the term.
func (c *calendarNotice) stopsAtEnd() bool {
	return !c.course.From.IsZero() && c.course.Begins(fleet.LifecycleSuspended).Equal(c.course.From)
}

// maybeConverted tells whether the instance is suspended now or converted already,
// and nobody knows which.
func (c *calendarNotice) maybeConverted() bool {
	return c.over() && c.now.Before(c.course.Converts())
}

// converted tells whether the instance is converted by now at the latest.
func (c *calendarNotice) converted() bool {
	at := c.course.Converts()
	return !at.IsZero() && !c.now.Before(at)
}

// withoutPolicy tells whether no policy says what follows the end of the term.
func (c *calendarNotice) withoutPolicy() bool {
	return len(c.course.Policy.Phases) == 0 && !c.course.From.IsZero() && !c.course.Has(fleet.LifecycleSuspended) && !c.course.Has(fleet.LifecycleReleased)
}

func (c *calendarNotice) payg() bool { return c.course.Term.Method == fleet.PayAsYouGo }

// unpaidButRunning tells whether a bill of an instance that is paid in advance is
// unpaid: the instance runs on, but nobody can renew or upgrade it.
func (c *calendarNotice) unpaidButRunning() bool {
	return c.event.Key.Rule == alarm.Overdue && !c.payg()
}

// lastOther is the latest end of a term among the others.
func (c *calendarNotice) lastOther() time.Time {
	var last time.Time
	for i := range c.others {
		if at := c.others[i].Course.Term.Expires; at.After(last) {
			last = at
		}
	}
	return last
}

// paysFromBalance tells whether the documents say that automatic renewal pays from
// the available balance only.
func paysFromBalance(in *fleet.Instance) bool {
	return in.Product == "iot" || in.Product == "rocketmq" && in.Edition == "platinum-4"
}

// deletion is when the cloud deletes the instance, or the first of several that the
// notice speaks for; zero when that is not ahead. One that is downgraded is not deleted,
// even when the cloud announces a release.
func (c *calendarNotice) deletion() time.Time {
	if c.course.Downgrades() {
		return time.Time{}
	}
	at := c.ahead(fleet.LifecycleReleased)
	if !c.bulk() {
		return at
	}
	for i := range c.others {
		if other := c.others[i].Course.Begins(fleet.LifecycleReleased); other.After(c.now) && other.Before(at) {
			at = other
		}
	}
	return at
}

// bulk tells whether the event speaks for several instances that are renewed
// together.
func (c *calendarNotice) bulk() bool {
	return c.event.Key.Rule == alarm.Expiry && len(c.others) > 0 && c.details.At.After(c.now)
}

// sameForOthers counts the other instances of the account that the notice speaks
// for: the same happens to them.
func (c *calendarNotice) sameForOthers() int {
	switch c.event.Key.Rule {
	case alarm.Suspension, alarm.Release, alarm.CannotRenew:
		return len(c.details.Others)
	}
	return 0
}

// overdueAccount tells whether the account that pays is known to be overdue.
func (c *calendarNotice) overdueAccount() bool {
	return c.course.Overdue || c.details.Account.Overdue()
}

// renewalTried tells whether automatic renewal is on and, by its policy, has tried
// to pay for a term that goes on as it was.
func (c *calendarNotice) renewalTried() bool {
	r, end := c.course.Policy.Renewal, c.course.From
	return c.course.Term.AutoRenew && end.After(c.now) && r.Left(end, c.now, c.course.Zone) < r.Left(end, time.Time{}, c.course.Zone)
}

// headSaysAll tells whether nothing is to be added to what happens and when.
func (c *calendarNotice) headSaysAll() bool {
	rule := c.event.Key.Rule
	return rule == alarm.FrozenRule || c.dateUnknown() && rule != alarm.Overdue || rule == alarm.Release && c.course.Downgrades()
}

// openingSaysAll tells whether a story is at its end with its opening.
func (c *calendarNotice) openingSaysAll() bool {
	rule := c.event.Key.Rule
	return rule == alarm.FrozenRule || c.dateUnknown() && rule != alarm.Overdue || c.unpaidButRunning()
}

// suspendedForBill tells whether an unpaid bill is why the service of the instance
// stops.
func (c *calendarNotice) suspendedForBill() bool {
	return c.payg() && c.event.Key.Rule == alarm.Suspension
}

// present is the state of an instance whose term is over, as far as the head does
// not say it already; empty when there is nothing to add.
func (c *calendarNotice) present() fleet.LifecycleState {
	state, rule := c.details.Lifecycle.State, c.event.Key.Rule
	switch {
	case rule == alarm.Suspension && (state == fleet.LifecycleGrace || state == fleet.LifecycleSuspended):
		return ""
	case state == fleet.LifecycleReleased && (rule == alarm.Release || c.course.Downgrades()):
		return ""
	}
	return state
}

// stop is when the service stops, where a story has to say so; zero where not.
func (c *calendarNotice) stop() time.Time {
	if c.course.Downgrades() || c.event.Key.Rule == alarm.Suspension {
		return time.Time{}
	}
	return c.ahead(fleet.LifecycleSuspended)
}

// finalDeletion is when the instance is deleted, where a story has to say so; zero
// where not.
func (c *calendarNotice) finalDeletion() time.Time {
	if c.course.Downgrades() || c.event.Key.Rule == alarm.Release {
		return time.Time{}
	}
	return c.ahead(fleet.LifecycleReleased)
}

// lastLoss is the deletion that even the shortest text names; zero where the head
// names it, or nobody knows.
func (c *calendarNotice) lastLoss() time.Time {
	rule := c.event.Key.Rule
	if c.dateUnknown() || c.unpaidButRunning() || rule == alarm.Release || rule == alarm.FrozenRule {
		return time.Time{}
	}
	return c.deletion()
}
