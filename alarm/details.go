package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
)

// Details is what an event of the calendar or of an account is about, for those
// who put it into words. Events of capacity and no_data have none.
type Details struct {
	// Lead is how long before its moment the step is that has come: 7 days, or 0 at
	// the moment itself. It means nothing for overdue, low_balance, frozen.
	Lead time.Duration
	// Last is true for the last step of its rule that is told before its moment, a day or less
	// ahead of it: no other warning comes.
	Last bool
	// At is the moment the rule counts to: the end of the term for expiry,
	// auto_renewal and cannot_renew, the suspension, the release.
	At time.Time
	// Course is the calendar of the event's instance, the new one when the term has
	// changed; nil for an event of an account.
	Course *fleet.Course
	// Lifecycle is where Course stands at the time of the event.
	Lifecycle fleet.Lifecycle
	// Renewed is true for the end of an episode because the term goes on; the new
	// end is Course.From. It is false for one that ended for another reason, such as
	// a bill that was paid.
	Renewed bool
	// WasDue is when the instance was due for deletion, though it is paid for again by now, and
	// nobody knows whether it still exists; zero where that is known. Of an event of an account
	// each of Others has it as Course.Doubt.
	WasDue time.Time
	// Account is who pays; nil when nothing is known of it.
	Account *fleet.Account
	// AttemptsLeft is how many attempts of automatic renewal are still to come; that of today
	// counts as made, unless it is the last: then LastAttempt is true. Both are of auto_renewal;
	// with none left nothing tries any more, and somebody has to renew by hand.
	AttemptsLeft int
	// Money is what lies ahead of the money of the account, of shortfall: its First is the
	// moment that the notice is about, nil when there is none any more.
	Money       *money.Outlook
	LastAttempt bool
	// Others are further instances that this event speaks for, in order of what
	// happens to them first: of expiry, those of the same account that can be renewed
	// in bulk with this one; of suspension, release and cannot_renew, those of the
	// same account to which the same happens at the same moment; of overdue and
	// low_balance, all of the account.
	Others []Affected
}

// Affected is an instance that an event speaks for besides its own.
type Affected struct {
	Instance  *fleet.Instance
	Course    *fleet.Course
	Lifecycle fleet.Lifecycle
}

// details gathers what an event of an instance's calendar is about.
func (j *clockRound) details(a *TermWatch, r *DateRule, ev *Event) *Details {
	o := &Details{At: r.At, Course: a.Course, Lifecycle: a.Course.At(j.now), Account: a.Account, WasDue: a.Course.Doubt}
	if step, due := r.due(j.now); due {
		o.Lead = step.Lead
		o.Last = step == r.Steps[len(r.Steps)-1] && step.Lead > 0 && step.Lead <= urgentLead
	}
	if ev.Kind == Cleared {
		late := !o.WasDue.IsZero() && (r.Rule == Suspension || r.Rule == Release) // whether there is anything left to go on, nobody knows
		o.Renewed = r.Applies && a.Course.Basis == fleet.BasisExpiry && !late
	}
	if r.Rule == AutoRenewal && ev.Kind != Cleared {
		o.AttemptsLeft = a.Course.Policy.Renewal.Left(a.Course.From, j.now, a.Course.Zone)
		if o.LastAttempt = a.Course.Policy.Renewal.LastIsDue(a.Course.From, j.now, a.Course.Zone); o.LastAttempt {
			o.AttemptsLeft = 1
		}
	}
	return o
}
