package notifier

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// englishStory says all of it in whole sentences.
func englishStory(c *calendarNotice, g fleet.Guide) string {
	full := func(at time.Time) string { return words.Moment(at, c.zone) + englishIn(at, c.now, c.zone) }
	out := []string{englishOpening(c, full), englishSame(c)}
	if c.bulk() {
		out = []string{"Several instances expire within a week: " + c.instance.Name + " at " + full(c.details.At) + "; " + englishOthers(c.others, full) + "."}
	}
	if c.openingSaysAll() {
		return sentences(out)
	}
	out = append(out, englishPresent(c), englishStopSentence(c, full))
	if at := c.ahead(fleet.LifecycleRecycled); !at.IsZero() {
		out = append(out, "It goes into the recycle bin at "+full(at)+".")
	}
	out = append(out, englishDeletion(c, full)...)
	if c.course.Has(fleet.LifecycleReleased) && !c.course.Downgrades() {
		out = append(out, g.Lost)
	}
	return sentences(append(out, englishDowngrade(c, full)))
}

// englishStopSentence says when the service stops.
func englishStopSentence(c *calendarNotice, full func(time.Time) string) string {
	switch at := c.stop(); {
	case at.IsZero():
		return ""
	case c.bulk() && c.stopsAtEnd():
		return "The service of each stops with its term; its data is kept for a while."
	case c.stopsAtEnd():
		return "The service stops then; its data is kept for a while."
	default:
		return "It runs on until " + full(at) + ", when the service is stopped; its data is kept for a while."
	}
}

// englishDeletion says when the cloud deletes the instance.
func englishDeletion(c *calendarNotice, full func(time.Time) string) []string {
	at := c.finalDeletion()
	if at.IsZero() {
		return nil
	}
	var out []string
	if c.course.Policy.Downgrades {
		out = append(out, "Its post-expiration action is to delete.")
	}
	if c.bulk() {
		return append(out, c.instance.Name+" is deleted for good at "+full(at)+"; the others follow after their own terms.")
	}
	return append(out, "It is deleted for good at "+full(at)+".")
}

// englishSame names the other instances that the notice speaks for.
func englishSame(c *calendarNotice) string {
	if c.sameForOthers() == 0 {
		return ""
	}
	return "The same holds for " + listed(c.details.Others, ", ", " and %d more", func(a *alarm.Affected) string { return a.Instance.Name }) + "."
}

// englishOpening says what happens, and when.
func englishOpening(c *calendarNotice, full func(time.Time) string) string {
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return "It is frozen, because no device was online for long."
	case alarm.Overdue:
		return englishBillOpening(c, full)
	case alarm.Release:
		return englishReleaseOpening(c, full)
	case alarm.Suspension:
		return englishSuspensionOpening(c, full)
	case alarm.AutoRenewal:
		out := "Automatic renewal is on and has not paid."
		if c.details.At.After(c.now) {
			out += " By its policy " + englishAttempts(c.details.AttemptsLeft, " is", " are") + "."
		}
		return out + englishBalanceSentence(c) + " " + englishTermSentence(c, c.details.At, full)
	case alarm.CannotRenew:
		return "Its account is overdue, so it can neither be renewed nor upgraded." + englishBalanceSentence(c) + " " + englishTermSentence(c, c.details.At, full)
	}
	out := englishTermSentence(c, c.details.At, full)
	if c.renewalTried() {
		out += " Automatic renewal is on and has not paid yet."
	}
	return out
}

func englishBillOpening(c *calendarNotice, full func(time.Time) string) string {
	out := "A bill of it is unpaid."
	if !c.dateUnknown() {
		out = "A bill of it is unpaid since " + full(c.details.At) + "."
	}
	if c.payg() {
		return out
	}
	out += " It runs on, but it can neither be renewed nor upgraded until the bill is paid."
	if end := c.course.Term.Expires; !end.IsZero() {
		out += " " + englishTermSentence(c, end, full)
	}
	return out
}

func englishReleaseOpening(c *calendarNotice, full func(time.Time) string) string {
	at := c.details.At
	switch {
	case c.dateUnknown():
		return "The date of its deletion is not known any more."
	case c.course.Downgrades():
		return "The cloud tells a release for " + full(at) + ". Its post-expiration action is a downgrade, so it is to be converted and not deleted."
	case at.After(c.now):
		return "It will be deleted for good at " + full(at) + "."
	}
	return "It is due for deletion since " + full(at) + ", and may be gone by now."
}

func englishSuspensionOpening(c *calendarNotice, full func(time.Time) string) string {
	at := c.details.At
	switch {
	case c.dateUnknown():
		return "The date on which it stops is not known any more."
	case c.course.Downgrades():
		return englishTermSentence(c, c.course.From, full)
	case at.After(c.now):
		return "Its service stops at " + full(at) + "; its data is kept for a while."
	}
	return "Its service was to stop at " + full(at) + "."
}

func englishBalanceSentence(c *calendarNotice) string {
	if b := words.Balance(c.details.Account, words.EN); b != "" {
		return " The account " + c.details.Account.Name + " has a balance of " + b + "."
	}
	return ""
}

func englishTermSentence(c *calendarNotice, at time.Time, full func(time.Time) string) string {
	switch {
	case at.IsZero():
		return "Its expiry is not known any more."
	case at.After(c.now):
		return "It expires at " + full(at) + "."
	}
	return "It expired at " + full(at) + "."
}

// englishPresent says how it stands with an instance whose term is over, or that
// nobody knows what follows.
func englishPresent(c *calendarNotice) string {
	if c.withoutPolicy() {
		return "No policy says what follows."
	}
	if !c.over() || c.maybeConverted() {
		return ""
	}
	switch c.details.Lifecycle.State {
	case fleet.LifecycleSuspended:
		return "By its calendar the service is stopped and its data kept."
	case fleet.LifecycleRecycled:
		return "By its calendar it is in the recycle bin."
	case fleet.LifecycleReleased:
		if c.event.Key.Rule != alarm.Release {
			return "By its calendar it is due for deletion."
		}
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return ""
}

// englishDowngrade says what becomes of an instance that is converted.
func englishDowngrade(c *calendarNotice, full func(time.Time) string) string {
	if c.course.Converts().IsZero() {
		return ""
	}
	by := full(c.course.Converts())
	if c.converted() {
		return "By its post-expiration action it was converted to pay-as-you-go, at " + by + " at the latest. Check it in the console."
	}
	return "By its post-expiration action it is converted to pay-as-you-go and not deleted: with the end of the term or at " + by +
		" at the latest, the documents disagree. In between it is suspended or converted already."
}

// englishOthers lists instances with the ends of their terms.
func englishOthers(list []alarm.Affected, full func(time.Time) string) string {
	return listed(list, "; ", "; and %d more", func(a *alarm.Affected) string {
		return a.Instance.Name + " at " + full(a.Course.Term.Expires)
	})
}
