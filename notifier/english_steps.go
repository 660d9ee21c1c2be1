package notifier

import (
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// englishSteps says what to do about an event of an instance's calendar, in a few
// words and in full.
func englishSteps(c *calendarNotice, g fleet.Guide) (short, full string) {
	short, steps := englishStep(c, g)
	if c.instance.Product == "iot" && c.over() {
		steps = append(steps, "After payment it may take up to 30 minutes until the service is back.")
	}
	if c.instance.Product == "redis" && c.details.Lifecycle.State == fleet.LifecycleSuspended && !c.payg() {
		steps = append(steps, "When it is renewed while it is stopped, its new term begins on the day of renewal.")
	}
	return short, sentences(steps)
}

func englishStep(c *calendarNotice, g fleet.Guide) (short string, steps []string) {
	renew := []string{"Renew it.", g.Renew, g.RenewURL}
	state := c.details.Lifecycle.State
	switch {
	case c.event.Key.Rule == alarm.FrozenRule:
		return "Continue the trial.", []string{"Continue the trial, or upgrade the instance.", g.Renew, g.RenewURL, g.Upgrade, g.UpgradeURL}
	case state == fleet.LifecycleReleased && !c.course.Downgrades():
		return "Check the console.", []string{"Look into the console for what is left of it."}
	case state == fleet.LifecycleRecycled && c.event.Key.Rule != alarm.Overdue:
		return "Restore it now.", []string{"Settle what is unpaid, and restore it from the recycle bin before it is deleted for good. It comes back as a new instance only."}
	case c.payg() || c.event.Key.Rule == alarm.Overdue:
		return "Pay the bill.", englishPay(c)
	case c.converted():
		return "Check the console.", []string{"Look into the console whether it was converted. A release notice of the cloud may be ignored."}
	case c.overdueAccount():
		return "Pay the account, then renew.", append([]string{"Pay the overdue bill of its account first: until then it can neither be renewed nor upgraded."}, renew...)
	case c.event.Key.Rule == alarm.AutoRenewal:
		return englishByHand(c, renew)
	case c.course.Downgrades():
		return "Ignore release notices.", append([]string{"A release notice of the cloud may arrive all the same; ignore it. Renew it only if it is to keep its edition."}, g.Renew, g.RenewURL)
	case c.bulk():
		return "Renew in bulk.", []string{"Renew them in bulk: on the Renewal Management page select IoT Platform Enterprise Edition Instance as the product and the tab Manual Renewal, " +
			"select the instances, click Bulk Renew, choose a duration and pay.", g.RenewURL}
	case c.over():
		return "Renew now.", append(renew, "Switching automatic renewal on does not help any more.")
	}
	return "Renew now.", renew
}

func englishPay(c *calendarNotice) []string {
	out := []string{"Pay the bill of its account, or add funds."}
	if c.payg() {
		out = append(out, "It is billed by use, so renewal does not apply.")
	}
	return out
}

// englishByHand says what to do when automatic renewal has not paid: once no
// attempt is left, funds alone do not help.
func englishByHand(c *calendarNotice, renew []string) (short string, steps []string) {
	if c.details.AttemptsLeft <= 0 {
		return "Renew by hand now.", append([]string{"Automatic renewal will not try again."}, renew...)
	}
	return "Add funds or renew.", append([]string{englishFunds(c.instance)}, renew[1:]...)
}

// englishFunds says from what automatic renewal pays, as far as it is documented.
func englishFunds(in *fleet.Instance) string {
	if paysFromBalance(in) {
		return "Add funds, because automatic renewal pays from the available balance of the account only (coupons count, cards do not), or renew it by hand."
	}
	return "Add funds to the account, or renew it by hand."
}

// englishAfterwards says what to know when an episode is over.
func englishAfterwards(c *calendarNotice) string {
	switch r := c.event.Key.Rule; {
	case c.instance.Product == "iot" && (r == alarm.Suspension || r == alarm.Release || r == alarm.Overdue):
		return "It may take up to 30 minutes until the service is back."
	case r == alarm.AutoRenewal && !c.details.Renewed && c.course.Term.Method == fleet.Subscription:
		return "Renew it by hand before its term ends."
	}
	return ""
}

// sentences joins those that are there.
func sentences(list []string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}
