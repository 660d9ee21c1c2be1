package notifier

import (
	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// ending is why an episode of the calendar of an instance is over.
type ending uint8

// The endings, as the notice gives them.
const (
	endUnclear        ending = iota
	endThawed                // the cloud unfroze the instance
	endPaid                  // no bill of the instance is overdue
	endByAccount             // the alarm of the account speaks for the bill now
	endRenewed               // somebody renewed it
	endMoved                 // another end of the term counts
	endRenewable             // the account is not overdue, so renewal works again
	endRenewalOff            // somebody switched automatic renewal off
	endConverted             // it is pay-as-you-go by now
	endWillConvert           // it is going to be, instead of being deleted
	endFree                  // it is free of charge now
	endByUse                 // it is billed by use now, and has no term
	endNothingOverdue        // it is billed by use, and no bill is overdue
	endCalledOff             // what the rule warned of does not happen
)

// ending finds why the episode is over: by its rule, then by its term, then by how
// the instance is billed now.
func (c *calendarNotice) ending() ending {
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return endThawed
	case alarm.Overdue:
		if c.course.Term.OverdueSince.IsZero() {
			return endPaid
		}
		return endByAccount
	}
	from := c.course.From
	switch {
	case c.details.Renewed && from.After(c.now):
		return endRenewed
	case c.details.Renewed && !from.IsZero():
		return endMoved
	}
	if e := c.renewalEnding(); e != endUnclear {
		return e
	}
	return c.billingEnding()
}

// renewalEnding is the ending of an episode about the renewal of a term that goes
// on; endUnclear for others.
func (c *calendarNotice) renewalEnding() ending {
	if c.course.Basis != fleet.BasisExpiry {
		return endUnclear
	}
	switch rule := c.event.Key.Rule; {
	case rule == alarm.CannotRenew && !c.overdueAccount():
		return endRenewable
	case rule == alarm.AutoRenewal && !c.course.Term.AutoRenew:
		return endRenewalOff
	}
	return endUnclear
}

// billingEnding is the ending by how the instance is billed now.
func (c *calendarNotice) billingEnding() ending {
	rule := c.event.Key.Rule
	loss := rule == alarm.Suspension || rule == alarm.Release
	switch {
	case c.converted():
		return endConverted
	case rule == alarm.Release && c.course.Downgrades():
		return endWillConvert
	case c.course.Term.Method == fleet.Free:
		return endFree
	case c.payg() && !loss:
		return endByUse
	case c.payg() && c.course.From.IsZero():
		return endNothingOverdue
	case loss:
		return endCalledOff
	}
	return endUnclear
}
