package alarm

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// reason says in one line what an event of an instance's calendar is about, for
// the journal, lists and pages.
func (o *Details) reason(r RuleName, now time.Time) string {
	c, past := o.Course, !now.Before(o.At)
	tense := func(ahead, over, when string) string {
		if past {
			return over + when
		}
		return ahead + when
	}
	switch r {
	case Expiry:
		return o.Lifecycle.Reason
	case Suspension:
		if c.Downgrades() {
			return o.Lifecycle.Reason
		}
		return tense("the service stops at ", "the service stopped at ", when(c, o.At))
	case Release:
		return tense("it is deleted for good at ", "it is due for deletion since ", when(c, o.At))
	case AutoRenewal:
		return "automatic renewal has not paid, " + o.attempts()
	case CannotRenew:
		return tense("its account is overdue, and its term ends: ", "its account is overdue, and its term has ended: ", words.TermEnd(o.At, c.Zone, words.EN))
	case Overdue:
		return "a bill of it is unpaid since " + when(c, o.At)
	case FrozenRule:
		return o.Lifecycle.Reason
	case Capacity, NoData, LowBalance, Forecast, Shortfall:
	}
	return ""
}

func when(c *fleet.Course, at time.Time) string { return words.Moment(at, c.Zone) }

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
		return "the term goes on: " + words.TermEnd(o.Course.From, o.Course.Zone, words.EN)
	}
	return o.Lifecycle.Reason
}
