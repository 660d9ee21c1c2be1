package notifier

import (
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// englishStory says all of it in whole sentences.
func englishStory(m *matter, g fleet.Guide) string {
	var out []string
	say := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	full := func(at time.Time) string { return fullMoment(at, m.zone) + englishIn(at, m.now, m.zone) }
	if m.bulk() {
		say("Several instances expire within a week: " + m.in.Name + " at " + full(m.o.At) + "; " + englishOthers(m.others, full) + ".")
	} else {
		say(englishOpening(m, full))
		say(englishSame(m))
	}
	if m.dateless() && m.ev.Key.Rule != alarm.Overdue || m.ev.Key.Rule == alarm.FrozenRule || m.unbilled() {
		return strings.Join(out, " ")
	}
	say(englishPresent(m))
	if at := m.ahead(fleet.LifecycleSuspended); !at.IsZero() && !m.c.Downgrades() && m.ev.Key.Rule != alarm.Suspension {
		switch {
		case m.bulk() && m.stopsAtEnd():
			say("The service of each stops with its term; its data is kept for a while.")
		case m.stopsAtEnd():
			say("The service stops then; its data is kept for a while.")
		default:
			say("It runs on until " + full(at) + ", when the service is stopped; its data is kept for a while.")
		}
	}
	if at := m.ahead(fleet.LifecycleRecycled); !at.IsZero() {
		say("It goes into the recycle bin at " + full(at) + ".")
	}
	if at := m.ahead(fleet.LifecycleReleased); !at.IsZero() && !m.c.Downgrades() && m.ev.Key.Rule != alarm.Release {
		if m.c.Policy.Downgrades {
			say("Its post-expiration action is to delete.")
		}
		if m.bulk() {
			say(m.in.Name + " is deleted for good at " + full(at) + "; the others follow after their own terms.")
		} else {
			say("It is deleted for good at " + full(at) + ".")
		}
	}
	if m.c.Has(fleet.LifecycleReleased) && !m.c.Downgrades() {
		say(g.Lost)
	}
	say(englishDowngrade(m, full))
	return strings.Join(out, " ")
}

// englishSame names the others of which the same is told.
func englishSame(m *matter) string {
	if m.alike() == 0 {
		return ""
	}
	return "The same holds for " + listed(m.o.Others, ", ", " and %d more", func(a *alarm.Affected) string { return a.Instance.Name }) + "."
}

// englishOpening says what happens, and when.
func englishOpening(m *matter, full func(time.Time) string) string {
	at := m.o.At
	ahead := at.After(m.now)
	switch m.ev.Key.Rule {
	case alarm.FrozenRule:
		return "It is frozen, because no device was online for long."
	case alarm.Overdue:
		out := "A bill of it is unpaid."
		if !m.dateless() {
			out = "A bill of it is unpaid since " + full(at) + "."
		}
		if m.payg() {
			return out
		}
		out += " It runs on, but it can neither be renewed nor upgraded until the bill is paid."
		if end := m.c.Term.Expires; !end.IsZero() {
			out += " " + englishTermSentence(m, end, full)
		}
		return out
	case alarm.Release:
		switch {
		case m.dateless():
			return "The date of its deletion is not known any more."
		case m.c.Downgrades():
			return "The cloud tells a release for " + full(at) + ". Its post-expiration action is a downgrade, so it is to be converted and not deleted."
		case ahead:
			return "It will be deleted for good at " + full(at) + "."
		}
		return "It is due for deletion since " + full(at) + ", and may be gone by now."
	case alarm.Suspension:
		switch {
		case m.dateless():
			return "The date on which it stops is not known any more."
		case m.c.Downgrades():
			return englishTermSentence(m, m.c.From, full)
		case ahead:
			return "Its service stops at " + full(at) + "; its data is kept for a while."
		}
		return "Its service was to stop at " + full(at) + "."
	case alarm.AutoRenewal:
		out := "Automatic renewal is on and has not paid."
		if ahead && !m.dateless() {
			out += " By its policy " + englishAttempts(m.o.AttemptsLeft, " is", " are") + "."
		}
		if b := balanceOf(m.o.Account); b != "" {
			out += " The account " + m.o.Account.Name + " has a balance of " + b + "."
		}
		return out + " " + englishTermSentence(m, at, full)
	case alarm.CannotRenew:
		out := "Its account is overdue, so it can neither be renewed nor upgraded."
		if b := balanceOf(m.o.Account); b != "" {
			out += " The account " + m.o.Account.Name + " has a balance of " + b + "."
		}
		return out + " " + englishTermSentence(m, at, full)
	}
	out := englishTermSentence(m, at, full)
	if m.renewalTried() {
		out += " Automatic renewal is on and has not paid yet."
	}
	return out
}

func englishTermSentence(m *matter, at time.Time, full func(time.Time) string) string {
	switch {
	case m.dateless() || at.IsZero():
		return "Its expiry is not known any more."
	case at.After(m.now):
		return "It expires at " + full(at) + "."
	}
	return "It expired at " + full(at) + "."
}

// englishPresent says how it stands with an instance whose term is over, or that
// nobody knows what follows.
func englishPresent(m *matter) string {
	if m.withoutPolicy() {
		return "No policy says what follows."
	}
	if !m.over() || m.perhaps() {
		return ""
	}
	switch m.o.Lifecycle.State {
	case fleet.LifecycleSuspended:
		return "By its calendar the service is stopped and its data kept."
	case fleet.LifecycleRecycled:
		return "By its calendar it is in the recycle bin."
	case fleet.LifecycleReleased:
		if m.ev.Key.Rule != alarm.Release && !m.c.Downgrades() {
			return "By its calendar it is due for deletion."
		}
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return ""
}

// englishDowngrade says what becomes of an instance that is converted.
func englishDowngrade(m *matter, full func(time.Time) string) string {
	if !m.c.Downgrades() || m.c.Converts().IsZero() {
		return ""
	}
	by := full(m.c.Converts())
	if m.converted() {
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
