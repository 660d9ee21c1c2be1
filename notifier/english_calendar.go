package notifier

import (
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// englishDates says what an event of the calendar of an instance means.
func (w Words) englishDates(s *said, m *matter) {
	if m.ev.Kind == alarm.Cleared {
		s.body = englishAlike(m) + englishEnd(m)
		s.story = strings.TrimRight("It is over: "+englishEnd(m)+". "+englishSame(m), " ")
		s.advice = englishAfterwards(m)
		return
	}
	first, tail := englishAlike(m)+englishHead(m), englishTail(m, true)
	s.body = first + tail
	s.tighter = []string{first + englishTail(m, false), first + englishLast(m), first}
	if m.bulk() {
		s.tighter = append([]string{s.body}, s.tighter...)
		s.body = englishTogether(m) + englishTail(m, false)
	}
	guide := w.guide(m.in, "en")
	s.story = englishStory(m, guide)
	s.short, s.advice = englishSteps(m, guide)
}

// englishAlike says for how many more instances the same is told.
func englishAlike(m *matter) string {
	if n := m.alike(); n > 0 {
		return "and " + strconv.Itoa(n) + " more of " + shorten(gsmOnly(m.in.Account), 16) + ": "
	}
	return ""
}

// englishHead says what happens, and when.
func englishHead(m *matter) string {
	at, in := englishMoment(m.o.At, m.now, m.zone), englishIn(m.o.At, m.now, m.zone)
	ahead := in != ""
	switch m.ev.Key.Rule {
	case alarm.FrozenRule:
		return "frozen, no device was online for long"
	case alarm.Overdue:
		if m.dateless() {
			return "a bill is unpaid"
		}
		return "bill unpaid since " + at
	case alarm.AutoRenewal:
		return englishUnpaidRenewal(m) + ", " + englishExpiry(m)
	case alarm.CannotRenew:
		return "account overdue, no renewal or upgrade; " + englishExpiry(m)
	case alarm.Suspension:
		switch {
		case m.dateless():
			return "the date of its stop is not known any more"
		case m.c.Downgrades():
			return englishExpiry(m)
		case ahead:
			return "service stops " + at + in
		}
		return "service stopped " + at
	case alarm.Release:
		switch {
		case m.dateless():
			return "the date of its deletion is not known any more"
		case m.c.Downgrades():
			return "the cloud tells a release for " + at + ", but a downgrade is set"
		case ahead:
			return "will be deleted for good " + at + in
		}
		return "due for deletion since " + at
	}
	return englishExpiry(m)
}

// englishExpiry says when the term ends, or has ended.
func englishExpiry(m *matter) string {
	at := m.o.At
	if m.ev.Key.Rule == alarm.Suspension {
		at = m.c.From
	}
	if m.dateless() || at.IsZero() {
		return "its expiry is not known any more"
	}
	in := englishIn(at, m.now, m.zone)
	if in == "" {
		return "expired " + englishMoment(at, m.now, m.zone)
	}
	out := "expires " + englishMoment(at, m.now, m.zone) + in
	if n := len(m.others); m.bulk() {
		out += ", " + strconv.Itoa(n) + " more by " + englishDay(m.lastOther(), m.now, m.zone)
	}
	return out
}

func englishUnpaidRenewal(m *matter) string {
	const unpaid = "auto-renewal has not paid"
	if m.dateless() || !m.now.Before(m.o.At) {
		return unpaid
	}
	return unpaid + ", " + englishAttempts(m.o.AttemptsLeft, "", "")
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
func englishTail(m *matter, nouns bool) string {
	if m.ev.Key.Rule == alarm.FrozenRule || m.dateless() && m.ev.Key.Rule != alarm.Overdue || m.ev.Key.Rule == alarm.Release && m.c.Downgrades() {
		return ""
	}
	if m.unbilled() {
		return englishUnbilled(m)
	}
	out := englishStand(m) + englishStop(m, nouns)
	if at := m.ahead(fleet.LifecycleRecycled); !at.IsZero() && nouns {
		out += ", recycle bin " + englishDay(at, m.now, m.zone)
	}
	with := ""
	if what := englishNouns(m.in); nouns && what != "" {
		with = " with " + what
	}
	if m.ev.Key.Rule == alarm.Release {
		return with + out
	}
	if m.ev.Key.Rule == alarm.AutoRenewal {
		out += englishBalance(m)
	}
	if at := m.deletion(); !at.IsZero() {
		from := " "
		if m.bulk() {
			from = " from "
		}
		out += ", final deletion" + with + from + englishDay(at, m.now, m.zone)
	}
	return out + englishConversion(m)
}

// englishStop says when the service stops, where the head does not. Of automatic
// renewal the balance is more important, when there is little room.
func englishStop(m *matter, nouns bool) string {
	at := m.ahead(fleet.LifecycleSuspended)
	switch rule := m.ev.Key.Rule; {
	case at.IsZero() || m.c.Downgrades() || rule == alarm.Suspension || rule == alarm.AutoRenewal && !nouns:
		return ""
	case m.bulk() && m.stopsAtEnd():
		return ", service stops then"
	case m.stopsAtEnd():
		return " and stops"
	}
	return ", stops " + englishDay(at, m.now, m.zone)
}

// englishUnbilled says what an unpaid bill does to an instance that is paid in
// advance.
func englishUnbilled(m *matter) string {
	const out = ", runs on, no renewal or upgrade till paid"
	if at := m.c.Term.Expires; at.After(m.now) {
		return out + ", expires " + englishDay(at, m.now, m.zone)
	}
	return out
}

// englishTogether lists the instances that expire together.
func englishTogether(m *matter) string {
	out := "expires " + englishMoment(m.o.At, m.now, m.zone) + englishIn(m.o.At, m.now, m.zone) + ", also "
	return out + listed(m.others, ", ", " and %d more", func(a *alarm.Affected) string {
		name := shorten(gsmName(a.Instance.Name, a.Instance.ID), 12)
		return name + " " + englishDay(a.Course.Term.Expires, m.now, m.zone)
	})
}

// englishStand says how it stands with an instance whose term is over.
func englishStand(m *matter) string {
	if m.withoutPolicy() {
		return ", what follows is not known"
	}
	if !m.over() {
		return ""
	}
	if m.payg() && m.ev.Key.Rule == alarm.Suspension {
		if m.o.Account.Overdue() {
			return ", account " + shorten(m.o.Account.Name, 16) + " overdue"
		}
		return ", bill unpaid"
	}
	switch m.o.Lifecycle.State {
	case fleet.LifecycleGrace:
		if m.ev.Key.Rule != alarm.Suspension {
			return ", still runs"
		}
	case fleet.LifecycleSuspended:
		switch {
		case m.perhaps():
			return ", suspended or pay-as-you-go already"
		case m.ev.Key.Rule == alarm.Suspension:
			return ""
		}
		return ", stopped"
	case fleet.LifecycleRecycled:
		return ", in the recycle bin"
	case fleet.LifecycleReleased:
		if m.ev.Key.Rule != alarm.Release && !m.c.Downgrades() {
			return ", due for deletion"
		}
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return ""
}

// englishConversion says what becomes of an instance that is downgraded.
func englishConversion(m *matter) string {
	if !m.c.Downgrades() || m.c.Converts().IsZero() {
		return ""
	}
	by := englishDay(m.c.Converts(), m.now, m.zone)
	switch {
	case m.converted():
		return ", pay-as-you-go since " + by + " at the latest"
	case m.over():
		return ", converted by " + by + ", not deleted"
	}
	return ", then suspended or pay-as-you-go, converted by " + by + ", not deleted"
}

// englishLast says no more than what is lost in the end.
func englishLast(m *matter) string {
	if at := m.deletion(); !at.IsZero() && !m.dateless() && !m.unbilled() && m.ev.Key.Rule != alarm.Release && m.ev.Key.Rule != alarm.FrozenRule {
		return ", final deletion " + englishDay(at, m.now, m.zone)
	}
	if m.c.Downgrades() && !m.converted() && !m.dateless() {
		return ", converted by " + englishDay(m.c.Converts(), m.now, m.zone)
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

func englishBalance(m *matter) string {
	if b := balanceOf(m.o.Account); b != "" {
		return ", balance " + b
	}
	return ""
}

// englishEnd says why an episode of the calendar is over.
func englishEnd(m *matter) string {
	from := m.c.From
	term := m.c.Basis == fleet.BasisExpiry && !from.IsZero()
	rule := m.ev.Key.Rule
	off := map[alarm.RuleName]string{alarm.Suspension: ", the stop is off", alarm.Release: ", the deletion is off"}[rule]
	switch {
	case rule == alarm.FrozenRule:
		return "not frozen any more"
	case rule == alarm.Overdue && m.c.Term.OverdueSince.IsZero():
		return "no bill of it is overdue any more"
	case rule == alarm.Overdue:
		return "told for its account as a whole from now on"
	case m.o.Renewed && from.After(m.now):
		return "renewed, paid until " + englishMoment(from, m.now, m.zone) + off
	case m.o.Renewed && !from.IsZero():
		return "another end of its term counts now: " + englishMoment(from, m.now, m.zone)
	case rule == alarm.CannotRenew && term && !m.overdueAccount():
		return "its account is not overdue any more, it can be renewed; " + englishTerm(m)
	case rule == alarm.AutoRenewal && term && !m.c.Term.AutoRenew:
		return "automatic renewal is switched off; " + englishTerm(m)
	case m.converted():
		return "converted to pay-as-you-go by now; enter how it is billed from here on"
	case rule == alarm.Release && m.c.Downgrades():
		return "not deleted but converted to pay-as-you-go when its term is over"
	case m.c.Term.Method == fleet.Free:
		return "free of charge now" + off
	case m.payg() && rule != alarm.Suspension && rule != alarm.Release:
		return "billed by use now, it has no term that ends"
	case m.payg() && from.IsZero():
		return "no bill is overdue any more" + off
	case off != "":
		return strings.TrimPrefix(off, ", ")
	}
	return "it does not hold any more"
}

// englishTerm says when the term ends, of an episode that is over.
func englishTerm(m *matter) string {
	from := m.c.From
	if in := englishIn(from, m.now, m.zone); in != "" {
		return "expires " + englishMoment(from, m.now, m.zone) + in
	}
	return "expired " + englishMoment(from, m.now, m.zone)
}
