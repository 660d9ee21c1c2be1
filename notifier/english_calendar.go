package notifier

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// englishDates says what an event of the calendar of an instance means.
func (w Words) englishDates(s *wording, c *calendarNotice) {
	if c.event.Kind == alarm.Cleared {
		s.body = englishAlike(c) + englishEnd(c)
		s.story = strings.TrimRight("It is over: "+englishEnd(c)+". "+englishSame(c), " ")
		s.advice = englishAfterwards(c)
		return
	}
	first, tail := englishAlike(c)+englishHead(c), englishTail(c, true)
	s.body = first + tail
	s.tighter = []string{first + englishTail(c, false), first + englishLast(c), first}
	if c.bulk() {
		s.tighter = append([]string{s.body}, s.tighter...)
		s.body = englishTogether(c) + englishTail(c, false)
	}
	guide := w.guide(c.instance, words.EN)
	s.story = englishStory(c, guide)
	s.short, s.advice = englishSteps(c, guide)
}

// englishAlike counts the other instances that the notice speaks for.
func englishAlike(c *calendarNotice) string {
	if n := c.sameForOthers(); n > 0 {
		return "and " + strconv.Itoa(n) + " more of " + shorten(gsmOnly(c.instance.Account), 16) + ": "
	}
	return ""
}

// englishHead says what happens, and when.
func englishHead(c *calendarNotice) string {
	at, in := words.Soon(c.details.At, c.now, c.zone, words.EN), englishIn(c.details.At, c.now, c.zone)
	ahead := in != ""
	switch c.event.Key.Rule {
	case alarm.FrozenRule:
		return "frozen, no device was online for long"
	case alarm.Overdue:
		if c.dateUnknown() {
			return "a bill is unpaid"
		}
		return "bill unpaid since " + at
	case alarm.AutoRenewal:
		return englishUnpaidRenewal(c) + ", " + englishExpiry(c, c.details.At)
	case alarm.CannotRenew:
		return "account overdue, no renewal or upgrade; " + englishExpiry(c, c.details.At)
	case alarm.Suspension:
		switch {
		case c.dateUnknown():
			return "the date of its stop is not known any more"
		case c.course.Downgrades():
			return englishExpiry(c, c.course.From)
		case ahead:
			return "service stops " + at + in
		}
		return "service stopped " + at
	case alarm.Release:
		switch {
		case c.dateUnknown():
			return "the date of its deletion is not known any more"
		case c.course.Downgrades():
			return "the cloud tells a release for " + at + ", but a downgrade is set"
		case ahead:
			return "will be deleted for good " + at + in
		}
		return "due for deletion since " + at
	}
	return englishExpiry(c, c.details.At)
}

// englishExpiry says when the term ends, or has ended.
func englishExpiry(c *calendarNotice, at time.Time) string {
	if at.IsZero() {
		return "its expiry is not known any more"
	}
	in := englishIn(at, c.now, c.zone)
	if in == "" {
		return "expired " + words.Soon(at, c.now, c.zone, words.EN)
	}
	out := "expires " + words.Soon(at, c.now, c.zone, words.EN) + in
	if n := len(c.others); c.bulk() {
		out += ", " + strconv.Itoa(n) + " more by " + words.Brief(c.lastOther(), c.now, c.zone, words.EN)
	}
	return out
}

func englishUnpaidRenewal(c *calendarNotice) string {
	const unpaid = "auto-renewal has not paid"
	if !c.now.Before(c.details.At) {
		return unpaid
	}
	return unpaid + ", " + englishAttempts(c.details.AttemptsLeft, "", "")
}

// englishAttempts counts what is left to automatic renewal; one and many are the
// verbs before "left", "" for none.
func englishAttempts(n int, one, many string) string {
	switch {
	case n <= 0:
		return "no attempt" + one + " left"
	case n == 1:
		return "1 attempt" + one + " left"
	}
	return strconv.Itoa(n) + " attempts" + many + " left"
}

// englishTail says how it stands with the instance, and what follows.
func englishTail(c *calendarNotice, nouns bool) string {
	if c.headSaysAll() {
		return ""
	}
	if c.unpaidButRunning() {
		return englishUnbilled(c)
	}
	out := englishStand(c) + englishStop(c, nouns)
	if at := c.ahead(fleet.LifecycleRecycled); !at.IsZero() && nouns {
		out += ", recycle bin " + words.Brief(at, c.now, c.zone, words.EN)
	}
	with := ""
	if what := englishNouns(c.instance); nouns && what != "" {
		with = " with " + what
	}
	if c.event.Key.Rule == alarm.Release {
		return with + out
	}
	if c.event.Key.Rule == alarm.AutoRenewal {
		out += englishBalance(c)
	}
	if at := c.deletion(); !at.IsZero() {
		from := " "
		if c.bulk() {
			from = " from "
		}
		out += ", final deletion" + with + from + words.Brief(at, c.now, c.zone, words.EN)
	}
	return out + englishConversion(c)
}

// englishStop says when the service stops, where the head does not. Of automatic
// renewal the balance is more important, when there is little room.
func englishStop(c *calendarNotice, nouns bool) string {
	at := c.ahead(fleet.LifecycleSuspended)
	switch rule := c.event.Key.Rule; {
	case at.IsZero() || c.course.Downgrades() || rule == alarm.Suspension || rule == alarm.AutoRenewal && !nouns:
		return ""
	case c.bulk() && c.stopsAtEnd():
		return ", service stops then"
	case c.stopsAtEnd():
		return " and stops"
	}
	return ", stops " + words.Brief(at, c.now, c.zone, words.EN)
}

// englishUnbilled says what an unpaid bill does to an instance that is paid in
// advance.
func englishUnbilled(c *calendarNotice) string {
	const out = ", runs on, no renewal or upgrade till paid"
	if at := c.course.Term.Expires; at.After(c.now) {
		return out + ", expires " + words.Brief(at, c.now, c.zone, words.EN)
	}
	return out
}

// englishTogether lists the instances that expire together.
func englishTogether(c *calendarNotice) string {
	out := "expires " + words.Soon(c.details.At, c.now, c.zone, words.EN) + englishIn(c.details.At, c.now, c.zone) + ", also "
	return out + listed(c.others, ", ", " and %d more", func(a *alarm.Affected) string {
		name := shorten(gsmName(a.Instance.Name, a.Instance.ID), 12)
		return name + " " + words.Brief(a.Course.Term.Expires, c.now, c.zone, words.EN)
	})
}

// englishStand says how it stands with an instance whose term is over.
func englishStand(c *calendarNotice) string {
	state := c.details.Lifecycle.State
	switch {
	case c.withoutPolicy():
		return ", what follows is not known"
	case !c.over():
		return ""
	case c.suspendedForBill() && c.details.Account.Overdue():
		return ", account " + shorten(c.details.Account.Name, 16) + " overdue"
	case c.suspendedForBill():
		return ", bill unpaid"
	case state == fleet.LifecycleSuspended && c.maybeConverted():
		return ", suspended or pay-as-you-go already"
	}
	if service := words.Service(c.present(), words.EN); service != "" {
		return ", " + service
	}
	return ""
}

// englishConversion says what becomes of an instance that is downgraded.
func englishConversion(c *calendarNotice) string {
	if c.course.Converts().IsZero() {
		return ""
	}
	by := words.Brief(c.course.Converts(), c.now, c.zone, words.EN)
	switch {
	case c.converted():
		return ", pay-as-you-go since " + by + " at the latest"
	case c.over():
		return ", converted by " + by + ", not deleted"
	}
	return ", then suspended or pay-as-you-go, converted by " + by + ", not deleted"
}

// englishLast says no more than what is lost in the end.
func englishLast(c *calendarNotice) string {
	if at := c.lastLoss(); !at.IsZero() {
		return ", final deletion " + words.Brief(at, c.now, c.zone, words.EN)
	}
	if at := c.course.Converts(); at.After(c.now) {
		return ", converted by " + words.Brief(at, c.now, c.zone, words.EN)
	}
	return ""
}

// englishNouns are what goes with an instance of a product.
func englishNouns(in *fleet.Instance) string {
	switch in.Product {
	case "mqtt":
		return "topics and group IDs"
	case "rocketmq":
		return "topics and groups"
	case "iot":
		return "products and devices"
	case "redis":
		return "its data"
	}
	return ""
}

func englishBalance(c *calendarNotice) string {
	if b := words.Balance(c.details.Account, words.EN); b != "" {
		return ", balance " + b
	}
	return ""
}

// englishEnd says why an episode of the calendar is over.
func englishEnd(c *calendarNotice) string {
	off := englishOff(c)
	switch c.ending() {
	case endThawed:
		return "not frozen any more"
	case endPaid:
		return "no bill of it is overdue any more"
	case endByAccount:
		return "told for its account as a whole from now on"
	case endRenewed:
		return "renewed, paid until " + words.Soon(c.course.From, c.now, c.zone, words.EN) + off
	case endMoved:
		return "another end of its term counts now: " + words.Soon(c.course.From, c.now, c.zone, words.EN)
	case endRenewable:
		return "its account is not overdue any more, it can be renewed; " + englishTerm(c)
	case endRenewalOff:
		return "automatic renewal is switched off; " + englishTerm(c)
	case endConverted:
		return "converted to pay-as-you-go by now; enter how it is billed from here on"
	case endWillConvert:
		return "not deleted but converted to pay-as-you-go when its term is over"
	case endFree:
		return "free of charge now" + off
	case endByUse:
		return "billed by use now, it has no term that ends"
	case endNothingOverdue:
		return "no bill is overdue any more" + off
	case endCalledOff:
		return strings.TrimPrefix(off, ", ")
	case endUnclear:
	}
	return "it does not hold any more"
}

// englishOff says that what the rule warned of does not happen.
func englishOff(c *calendarNotice) string {
	switch c.event.Key.Rule {
	case alarm.Suspension:
		return ", the stop is off"
	case alarm.Release:
		return ", the deletion is off"
	}
	return ""
}

// englishTerm says when the term ends, of an episode that is over.
func englishTerm(c *calendarNotice) string {
	from := c.course.From
	if in := englishIn(from, c.now, c.zone); in != "" {
		return "expires " + words.Soon(from, c.now, c.zone, words.EN) + in
	}
	return "expired " + words.Soon(from, c.now, c.zone, words.EN)
}
