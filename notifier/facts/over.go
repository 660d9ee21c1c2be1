package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Why is why an episode of the calendar or of an account is over.
type Why uint8

// The reasons for an end.
const (
	Unclear         Why = iota
	Thawed              // the cloud unfroze the instance
	BillPaid            // no bill of the instance is overdue
	ByAccount           // the alarm of the account speaks for the bill now
	Renewed             // somebody renewed it
	Moved               // another end of the term counts
	Renewable           // the account is not overdue, so renewal works again
	RenewalOff          // somebody switched automatic renewal off
	IsConverted         // it is pay-as-you-go by now
	WillConvert         // it is going to be, instead of being deleted
	IsFree              // it is free of charge now
	IsByUse             // it is billed by use now, and has no term
	NothingOverdue      // it is billed by use, and no bill is overdue
	AccountPaid         // the account is not overdue any more
	BalanceBack         // the balance of the account is not low any more
	ConvertedAtOnce     // it was unsubscribed, and is pay-as-you-go since
	numWhys
)

// Whys lists the reasons for an end.
func Whys() []Why {
	var out []Why
	for w := range numWhys {
		out = append(out, w)
	}
	return out
}

type (
	// Over is why an episode is over. Until is the new end of the term.
	Over struct {
		Why   Why
		Until time.Time
	}
	// PaidLate is that an instance was paid for when its deletion was due already: nobody
	// knows whether it still exists. More counts others of the account, and Due is the first.
	PaidLate struct {
		Due  time.Time
		More int
	}
	// CalledOff is that what a rule warned of does not happen.
	CalledOff struct{ What What }
)

// ended says why the episode is over.
func (t *Telling) ended(c *dated) {
	if !c.details.WasDue.IsZero() {
		t.paidLate(c) // it counts the others itself: the same does not happen to all of them
		return
	}
	why := c.why()
	switch {
	case why == Unclear && c.loss():
		t.say(Gravest, CalledOff{c.what()})
	case why == Renewed || why == Moved:
		t.say(Gravest, Over{why, c.course.From})
	default:
		t.say(Gravest, Over{Why: why})
	}
	if why == Renewable || why == RenewalOff {
		t.term(Grave, c, c.course.From)
	}
	if c.loss() && (why == Renewed || why == IsFree || why == NothingOverdue) {
		t.say(Grave, CalledOff{c.what()})
	}
	switch r := c.event.Key.Rule; {
	case c.loss() || r == alarm.Overdue:
		t.do(Step{Do: Returns})
	case r == alarm.AutoRenewal && !c.details.Renewed && c.course.Term.Method == fleet.Subscription && c.course.From.After(c.now):
		t.do(Step{Do: Renew})
	}
}

// paidLate says that what is paid may be gone.
func (t *Telling) paidLate(c *dated) {
	f := PaidLate{Due: c.details.WasDue}
	for i := range c.details.Others {
		a := &c.details.Others[i]
		if a.Course == nil || a.Course.Doubt.IsZero() {
			continue
		}
		f.More++
		if a.Course.Doubt.Before(f.Due) {
			f.Due = a.Course.Doubt
		}
	}
	c.alike, t.Subject.More = nil, f.More
	t.say(Gravest, f)
}

// loss tells whether the rule warns of something that is lost.
func (c *dated) loss() bool {
	return c.event.Key.Rule == alarm.Suspension || c.event.Key.Rule == alarm.Release
}

// why finds why the episode is over: by its rule, then by its term, then by how
// the instance is billed now.
func (c *dated) why() Why {
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return Thawed
	case alarm.Overdue:
		if c.course.Term.OverdueSince.IsZero() {
			return BillPaid
		}
		return ByAccount
	}
	from := c.course.From
	switch {
	case c.details.Renewed && from.After(c.now):
		return Renewed
	case c.details.Renewed && !from.IsZero():
		return Moved
	}
	if w := c.whyRenewable(); w != Unclear {
		return w
	}
	return c.whyByBilling()
}

// whyRenewable is the end of an episode about the renewal of a term that goes on;
// Unclear for others.
func (c *dated) whyRenewable() Why {
	if c.course.Basis != fleet.BasisExpiry {
		return Unclear
	}
	switch rule := c.event.Key.Rule; {
	case rule == alarm.CannotRenew && !c.overdueAccount():
		return Renewable
	case rule == alarm.AutoRenewal && !c.course.Term.AutoRenew:
		return RenewalOff
	}
	return Unclear
}

// whyByBilling is the end by how the instance is billed now. What is only called off is
// Unclear.
func (c *dated) whyByBilling() Why {
	switch {
	case c.converted() && c.unsubscribed():
		return ConvertedAtOnce
	case c.converted():
		return IsConverted
	case c.event.Key.Rule == alarm.Release && c.course.Downgrades():
		return WillConvert
	case c.course.Term.Method == fleet.Free:
		return IsFree
	case c.payg() && !c.loss():
		return IsByUse
	case c.payg() && c.course.From.IsZero():
		return NothingOverdue
	}
	return Unclear
}
