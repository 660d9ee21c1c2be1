package notifier

import (
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// englishAccount says what an event of an account means.
func (w Words) englishAccount(s *wording, ev *alarm.Event, zone *time.Location) {
	switch a := ev.Details.Account; {
	case ev.Kind == alarm.Cleared:
		englishPaid(s, ev)
	case ev.Key.Rule == alarm.Overdue:
		w.englishOverdue(s, ev, a, zone)
	default:
		w.englishLowBalance(s, ev, a, zone)
	}
}

func englishPaid(s *wording, ev *alarm.Event) {
	what := "account not overdue any more"
	if ev.Key.Rule == alarm.LowBalance {
		what = "balance not low any more"
	}
	s.body = what
	if b := words.Balance(ev.Details.Account, words.EN); b != "" {
		s.body += ", balance " + b
	}
	s.tighter = []string{what}
	s.story = "It is over: " + s.body + "."
	if ev.Key.Rule == alarm.Overdue {
		s.advice = "Instances that were stopped may take up to 30 minutes to come back."
	}
}

func (w Words) englishOverdue(s *wording, ev *alarm.Event, a *fleet.Account, zone *time.Location) {
	b := billsOf(ev.Details.Others, ev.At)
	first := "account overdue"
	if v := words.Balance(a, words.EN); v != "" {
		first += ", balance " + v
	}
	if !ev.Known {
		first = "account was overdue, its balance is not known now"
	}
	var stop string
	if len(b.stops) > 0 {
		at := stopOf(&b.stops[0])
		stop = "; " + shorten(gsmName(b.stops[0].Instance.Name, b.stops[0].Instance.ID), 16) + " stops " + words.Soon(at, ev.At, zone, words.EN) + englishIn(at, ev.At, zone)
		if n := len(b.stops) - 1; n > 0 {
			stop += " and " + strconv.Itoa(n) + " more"
		}
	}
	var counts string
	if n := len(b.stopped); n > 0 {
		counts += "; " + strconv.Itoa(n) + " stopped"
	}
	if n := len(b.fixed); n > 0 {
		counts += "; " + strconv.Itoa(n) + " cannot be renewed or upgraded"
	}
	s.body, s.tighter = first+stop+counts, []string{first + stop, first}
	if !ev.Known {
		s.body, s.tighter = first, nil
	}
	s.story = w.englishBills(ev, a, b, zone)
	s.short = "Pay the bill."
	s.advice = "Pay the bill of the account, or add funds. Until then nothing can be bought, renewed or upgraded. Afterwards it may take up to 30 minutes until a service is back."
}

// englishBills says what an unpaid bill does to each instance, by kind.
func (w Words) englishBills(ev *alarm.Event, a *fleet.Account, b bills, zone *time.Location) string {
	full := func(at time.Time) string { return words.Moment(at, zone) + englishIn(at, ev.At, zone) }
	if !ev.Known {
		return "The account was overdue when its balance was last known."
	}
	out := []string{"The account is overdue."}
	if !a.OverdueSince.IsZero() && !a.OverdueSince.After(ev.At) {
		out[0] = "The account is overdue since " + full(a.OverdueSince) + "."
	}
	if v := words.Balance(a, words.EN); v != "" {
		out = append(out, "Its balance is "+v+".")
	}
	name := func(x *alarm.Affected) string { return w.called(x.Instance, words.EN) }
	add := func(list []alarm.Affected, before string, write func(*alarm.Affected) string) {
		if len(list) > 0 {
			out = append(out, before+listed(list, "; ", "; and %d more", write)+".")
		}
	}
	add(b.stops, "Billed by use, these stop: ", func(x *alarm.Affected) string {
		text := name(x) + " at " + full(stopOf(x))
		if at := x.Course.Begins(fleet.LifecycleReleased); !at.IsZero() {
			text += ", deleted for good at " + words.Moment(at, zone)
		}
		return text
	})
	add(b.stopped, "Stopped by their calendar: ", func(x *alarm.Affected) string {
		at := x.Course.Begins(fleet.LifecycleReleased)
		switch {
		case at.After(ev.At):
			return name(x) + ", deleted for good at " + full(at)
		case !at.IsZero():
			return name(x) + ", due for deletion since " + full(at)
		}
		return name(x)
	})
	add(b.unsure, "Billed by use, and it is not known when they stop: ", name)
	add(b.fixed, "Paid in advance, these run on, but can neither be renewed nor upgraded: ", func(x *alarm.Affected) string {
		return name(x) + englishEnds(x, ev.At, full)
	})
	add(b.free, "Free of charge and not affected: ", name)
	return strings.Join(out, " ")
}

// englishEnds says when the paid term of an instance ends.
func englishEnds(x *alarm.Affected, now time.Time, full func(time.Time) string) string {
	switch at := x.Course.Term.Expires; {
	case at.IsZero():
		return ""
	case at.After(now):
		return ", expires at " + full(at)
	default:
		return ", expired at " + full(at)
	}
}

func (w Words) englishLowBalance(s *wording, ev *alarm.Event, a *fleet.Account, zone *time.Location) {
	p := payeesOf(ev.Details.Others, ev.At)
	first := "balance low"
	if v := words.Balance(a, words.EN); v != "" {
		first += ": " + v
	}
	bare := first
	if v := words.LowBalance(a, words.EN); v != "" {
		first += " (threshold " + v + ")"
	}
	if !ev.Known {
		first = "balance was low, it is not known now"
		bare = first
	}
	var next string
	if n := len(p.renew); n > 0 {
		at := p.renew[0].Course.Term.Expires
		next = "; 1 renews from it: "
		if n > 1 {
			next = "; " + strconv.Itoa(n) + " renew from it, first "
		}
		next += shorten(gsmName(p.renew[0].Instance.Name, p.renew[0].Instance.ID), 16) + " " + words.Soon(at, ev.At, zone, words.EN) + englishIn(at, ev.At, zone)
	}
	var use string
	if n := len(p.use); n > 0 {
		use = "; " + strconv.Itoa(n) + " billed by use"
	}
	s.body = first + next + use
	s.tighter = []string{first + next, first, bare}
	s.short = "Add funds."
	s.advice = "Add funds to the account: what renews automatically or is billed by use is paid from its balance."
	s.story = w.englishPayees(ev, a, p, zone)
}

// englishPayees says what is paid from a balance that is low.
func (w Words) englishPayees(ev *alarm.Event, a *fleet.Account, p payees, zone *time.Location) string {
	full := func(at time.Time) string { return words.Moment(at, zone) + englishIn(at, ev.At, zone) }
	out := []string{"The account's balance is low."}
	switch v, low := words.Balance(a, words.EN), words.LowBalance(a, words.EN); {
	case !ev.Known:
		out[0] = "The account's balance was low and is not known now."
	case v != "" && low != "":
		out[0] = "The account's balance is " + v + "; its threshold is " + low + "."
	}
	if len(p.renew) > 0 {
		out = append(out, "These renew from it: "+listed(p.renew, "; ", "; and %d more", func(x *alarm.Affected) string {
			return w.called(x.Instance, words.EN) + ", whose term ends at " + full(x.Course.Term.Expires)
		})+".")
	}
	if len(p.use) > 0 {
		out = append(out, "These are billed by use: "+listed(p.use, "; ", "; and %d more", func(x *alarm.Affected) string { return w.called(x.Instance, words.EN) })+".")
	}
	return strings.Join(out, " ")
}
