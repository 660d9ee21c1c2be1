package fleet

import "time"

// unsubscribe ends the course of an instance that somebody unsubscribed: from then on
// it is converted or gone at once, where the policy says so, and else nobody knows. What
// was to come later never comes to pass, and automatic renewal does nothing more.
func (c *Course) unsubscribe() {
	at := c.Term.UnsubscribedAt
	if at.IsZero() || c.Term.Method != Subscription {
		return
	}
	if state := c.StateAt(at); state == LifecycleReleased || c.Downgrades() && !c.Converts().IsZero() && !at.Before(c.Converts()) {
		return // there was nothing left to unsubscribe
	}
	m := Moment{State: LifecycleUnknown, At: at, Reported: true}
	switch {
	case !c.Policy.UnsubscribesAtOnce:
	case c.Downgrades():
		m.State = LifecycleActive
	default:
		m.State = LifecycleReleased
	}
	c.Term.AutoRenew = false
	if c.From.IsZero() || at.Before(c.From) {
		c.Basis, c.From, c.Term.Expires, c.Steady = BasisUnsubscribed, at, at, LifecycleActive
	}
	c.add(m)
}

// sinceUnsubscribed says what a course stands at that ends with unsubscribing.
func (c *Course) sinceUnsubscribed(i int) string {
	at := written(c.Term.UnsubscribedAt, c.Zone)
	switch c.stateAfter(i) {
	case LifecycleReleased:
		return "unsubscribed at " + at + ", and deleted at once"
	case LifecycleUnknown:
		return "unsubscribed at " + at + "; no policy says what follows"
	case LifecycleActive:
		if i > 0 && c.Moments[i-1].State == LifecycleActive {
			return "unsubscribed at " + at + " and converted to pay-as-you-go at once"
		}
	case LifecycleExpiring, LifecycleGrace, LifecycleSuspended, LifecycleRecycled, LifecycleFrozen:
	}
	return "unsubscribed from " + at + " on"
}

// held returns when the suspension of an instance begins whose account is granted a
// delay: not before the delay after its bill became overdue is over. Whether the grace of
// a product follows after that is not documented, so the earlier moment counts.
func (c *Course) held(s LifecycleState, start counted) counted {
	if s != LifecycleSuspended || c.Basis != BasisOverdue || c.Delay <= 0 {
		return start
	}
	const day = 24 * time.Hour
	delay := Phase{Hours: int(c.Delay / time.Hour)}
	if c.Delay%day == 0 && c.Delay > day {
		delay = Phase{Days: int(c.Delay / day)}
	}
	until := c.count(c.From).after(delay)
	if !until.at.After(start.at) {
		return start
	}
	if start.at.Equal(c.From) { // there is no other grace
		c.add(Moment{State: LifecycleGrace, At: c.From})
	}
	return until
}
