package notifier

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// annotationWasDue is when an instance was due for deletion that is paid for again, and of which nobody
// knows whether it exists.
const annotationWasDue = "deletion_was_due_at"

// annotateDetails adds what a program wants to know of an event of the calendar
// or of an account. What is not known is left out.
func annotateDetails(to map[string]string, ev *alarm.Event) {
	if name := accountOf(ev); name != "" {
		to["account"] = name
	}
	o := ev.Details
	if o == nil {
		return
	}
	if c := o.Course; c != nil {
		to["lifecycle"] = string(o.Lifecycle.State)
		annotateTime(to, "expires_at", c.Term.Expires)
		annotateTime(to, "unsubscribed_at", c.Term.UnsubscribedAt)
		for name, s := range map[string]fleet.LifecycleState{"suspends_at": fleet.LifecycleSuspended, "releases_at": fleet.LifecycleReleased} {
			annotateTime(to, name, certain(c, s))
		}
	}
	annotateTime(to, annotationWasDue, o.WasDue)
	if o.Account != nil && o.Account.Balance != nil {
		to["balance"] = o.Account.Balance.Amount.Decimal()
		to["currency"] = o.Account.Balance.Currency
	}
	if ev.Key.Rule == alarm.AutoRenewal && !Ends(ev.Kind) {
		to["attempts_left"] = strconv.Itoa(o.AttemptsLeft)
	}
	var others []string
	for i := range o.Others {
		others = append(others, o.Others[i].Instance.Name)
	}
	if len(others) > 0 {
		to["instances"] = strings.Join(others, ", ")
	}
}

func annotateTime(to map[string]string, name string, at time.Time) {
	if !at.IsZero() {
		to[name] = at.UTC().Format(time.RFC3339)
	}
}

// certain returns when a state begins; zero when it never does, or only perhaps.
func certain(c *fleet.Course, s fleet.LifecycleState) time.Time {
	for i := range c.Moments {
		if m := &c.Moments[i]; m.State == s && !m.Perhaps {
			return m.At
		}
	}
	return time.Time{}
}
