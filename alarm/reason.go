package alarm

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// reason says in one line what an event of an instance's calendar is about, for
// the journal, lists and pages.
func (o *Details) reason(r RuleName, now time.Time) string {
	c, past := o.Course, !now.Before(o.At)
	tense := func(ahead, over string) string {
		if past {
			return over + when(c, o.At)
		}
		return ahead + when(c, o.At)
	}
	switch r {
	case Expiry:
		return o.Lifecycle.Reason
	case Suspension:
		if c.Downgrades() {
			return o.Lifecycle.Reason
		}
		return tense("the service stops at ", "the service stopped at ")
	case Release:
		return tense("it is deleted for good at ", "it is due for deletion since ")
	case AutoRenewal:
		return "automatic renewal has not paid, " + o.attempts()
	case CannotRenew:
		return "its account is overdue, and its term " + tense("ends at ", "ended at ")
	case Overdue:
		return "a bill of it is unpaid since " + when(c, o.At)
	case FrozenRule:
		return o.Lifecycle.Reason
	case Capacity, NoData, LowBalance, Forecast, Shortfall:
	}
	return ""
}

func when(c *fleet.Course, at time.Time) string { return at.In(c.Zone).Format("2006-01-02 15:04 MST") }

func (o *Details) attempts() string {
	switch {
	case o.LastAttempt:
		return "and today's attempt is the last"
	case o.AttemptsLeft == 0:
		return "and no attempt is left: renew by hand"
	case o.AttemptsLeft == 1:
		return "1 attempt is left"
	}
	return fmt.Sprintf("%d attempts are left", o.AttemptsLeft)
}

// endReason says why an episode of the calendar is over.
func (o *Details) endReason() string {
	if o.Renewed {
		return "the term goes on until " + when(o.Course, o.Course.From)
	}
	return o.Lifecycle.Reason
}
