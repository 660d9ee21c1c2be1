package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// The facts of an instance that somebody unsubscribed, or will.
type (
	// Unsubscribed is that the term ends because it is unsubscribed, and with it what the
	// term was to bring.
	Unsubscribed struct {
		At    time.Time
		Ahead bool
	}
	// GoesAtOnce is that it is deleted for good at that moment, out of a recycle bin where
	// there is one.
	GoesAtOnce struct {
		FromBin bool
		Ahead   bool
	}
	// ConvertsAtOnce is that it is converted to pay-as-you-go at that moment, and not deleted.
	ConvertsAtOnce struct{ Ahead bool }
	// ByUnsubscribing is that this is why what follows comes at that moment.
	ByUnsubscribing struct{ At time.Time }
	// RenewalAdvised is that automatic renewal is off and the documents advise to switch it on.
	RenewalAdvised struct{}
)

// unsubscribed tells whether the term ends because somebody unsubscribed the instance, before
// its end.
func (c *dated) unsubscribed() bool { return c.course.Basis == fleet.BasisUnsubscribed }

// cutShort tells whether somebody unsubscribed the instance after the end of its term, or
// will: it does not wait for what its policy says.
func (c *dated) cutShort() bool {
	at := c.course.Term.UnsubscribedAt
	if at.IsZero() || c.unsubscribed() {
		return false
	}
	for i := range c.course.Moments {
		if c.course.Moments[i].At.Equal(at) {
			return true
		}
	}
	return false
}

// cutShort says why what follows does not wait.
func (t *Telling) cutShort(c *dated) {
	at := c.course.Term.UnsubscribedAt
	switch {
	case !c.cutShort():
	case c.course.StateAt(at) == fleet.LifecycleUnknown:
		t.say(Plain, Unsubscribed{At: at, Ahead: at.After(c.now)}, Unregulated{})
	default:
		t.say(Grave, ByUnsubscribing{at})
	}
}

// unsubscription tells of the end of the term and of what comes with it, by whichever rule.
func (t *Telling) unsubscription(c *dated) {
	end := c.course.From
	ahead := end.After(c.now)
	t.term(Gravest, c, end)
	switch c.course.StateAt(end) {
	case fleet.LifecycleReleased:
		t.say(Grave, GoesAtOnce{FromBin: c.fromBin(), Ahead: ahead})
		t.say(Plain, Contents{})
	case fleet.LifecycleActive:
		t.say(Grave, ConvertsAtOnce{ahead})
		t.say(Plain, IgnoreRelease{})
	case fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleSuspended, fleet.LifecycleRecycled, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
		t.say(Grave, Unregulated{})
	}
	t.do(c.stepOfUnsubscribed()...)
}

// stepOfUnsubscribed is what a person can do: nothing renews it any more.
func (c *dated) stepOfUnsubscribed() []Step {
	at := c.course.Term.UnsubscribedAt
	switch state := c.course.StateAt(at); {
	case state == fleet.LifecycleActive:
		return dos(EnterBilling)
	case !at.After(c.now):
		return dos(CheckConsole)
	case state == fleet.LifecycleReleased && c.course.Policy.Downgrades && c.unsubscribed():
		return dos(DowngradeFirst)
	}
	return dos(SaveFirst)
}

// advised tells whether automatic renewal is to be advised: with the first notice of a term
// that is short and ends soon, while it can still try to pay, and where it is what all want
// of whom the notice speaks.
func (c *dated) advised() bool {
	if c.event.Key.Rule != alarm.Expiry || c.event.Kind != alarm.Raised || c.overdueAccount() || !advisable(c.course, c.now) {
		return false
	}
	if !c.bulk() {
		return true
	}
	for i := range c.details.Others {
		if o := &c.details.Others[i]; o.Course != nil && !advisable(o.Course, c.now) {
			return false
		}
	}
	return true
}

// advisable tells whether automatic renewal is advised for a term and would try to pay for it.
func advisable(c *fleet.Course, now time.Time) bool {
	return c.AdvisesRenewal() && !c.Downgrades() && c.Policy.Renewal.Left(c.From, now, c.Zone) > 0
}
