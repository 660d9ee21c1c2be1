package lexicon

import (
	"cmp"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

// end is when a term ends, as it stands behind a name in a list: last day 4 Dec.
func (e english) end(at time.Time) string {
	if day, ok := e.lastDay(at, words.EN); ok {
		return "last day " + day
	}
	return "expires " + e.soon(at, words.EN)
}

// fullEnd is the same for a reader who has room.
func (e english) fullEnd(at time.Time) string {
	day, ok := e.fullDay(at)
	switch {
	case at.IsZero():
		return ""
	case ok && at.After(e.Reader.Now):
		return "last day " + day + " (" + e.daysLeft(at, words.EN) + " left)"
	case ok:
		return "expired, last day " + day
	case at.After(e.Reader.Now):
		return "expires at " + e.full(at)
	}
	return "expired at " + e.full(at)
}

func (e english) Expires(f facts.Expires) Phrase {
	day, ok := e.lastDay(f.At, words.EN)
	p := Phrase{Message: "expires " + e.soon(f.At, words.EN) + e.in(f.At), Sentence: "It expires at " + e.full(f.At) + "."}
	then := " and stops"
	if ok {
		full, _ := e.fullDay(f.At)
		left := " (" + e.daysLeft(f.At, words.EN) + " left)"
		p = Phrase{Message: "last day " + e.today(f.At) + day + left, Sentence: "Its last day is " + full + left + "."}
		then = ", then stops"
	}
	p.Tight, p.Brief = p.Message, e.end(f.At)
	if f.Stops {
		p.Message += then
		p.Sentence += " The service stops then; its data is kept for a while."
	}
	return p
}

// today is the word before a last day that is today.
func (e english) today(end time.Time) string {
	return words.Today(end.Add(-1), e.Reader.Now, e.termHome(), words.EN)
}

func (e english) Expired(f facts.Expired) Phrase {
	if day, ok := e.lastDay(f.At, words.EN); ok {
		full, _ := e.fullDay(f.At)
		return Phrase{Message: "expired, last day " + day, Brief: "expired, last day " + day, Sentence: "It has expired; its last day was " + full + "."}
	}
	return Phrase{Message: "expired " + e.soon(f.At, words.EN), Sentence: "It expired at " + e.moment(f.At) + "."}
}

func (e english) Unknown(f facts.Unknown) Phrase {
	switch f.What {
	case facts.Stop:
		return Phrase{Message: "the date of its stop is not known any more", Brief: "stop date unknown", Sentence: "The date on which it stops is not known any more."}
	case facts.Deletion:
		return Phrase{Message: "the date of its deletion is not known any more", Brief: "deletion date unknown", Sentence: "The date of its deletion is not known any more."}
	case facts.Bill:
		return Phrase{Message: "since when its bill is unpaid is not known", Brief: "bill unpaid", Sentence: "Since when its bill is unpaid is not known."}
	case facts.Term:
	}
	return Phrase{Message: "its expiry is not known any more", Brief: "expiry unknown", Sentence: "Its expiry is not known any more."}
}

func (e english) Together(f facts.Together) Phrase {
	var last time.Time
	for i := range f.Others {
		if at := f.Others[i].At; at.After(last) {
			last = at
		}
	}
	n := len(f.Others)
	by := e.brief(last, words.EN)
	if day, ok := e.lastDay(last, words.EN); ok {
		by = day
	}
	return Phrase{
		Message: "also " + listed(f.Others, ", ", e.andMore, func(o *facts.Other) string {
			if day, ok := e.lastDay(o.At, words.EN); ok {
				return e.name(o.Instance, 12) + " " + day
			}
			return e.name(o.Instance, 12) + " " + e.brief(o.At, words.EN)
		}),
		Tight: strconv.Itoa(n) + " more by " + by,
		Brief: " and " + strconv.Itoa(n) + " more",
		Sentence: "These expire within a week of it: " + listed(f.Others, "; ", e.semiMore, func(o *facts.Other) string {
			return e.name(o.Instance, 0) + ", " + e.fullEnd(o.At)
		}) + ".",
	}
}

func (e english) andMore(n int) string { return " and " + words.Count(n) + " more" }

func (e english) semiMore(n int) string { return "; and " + words.Count(n) + " more" }

func (e english) Tried(facts.Tried) Phrase {
	return Phrase{Message: "auto-renewal has not paid yet", Sentence: "Automatic renewal is on and has not paid yet."}
}

func (e english) ServiceStops(f facts.ServiceStops) Phrase {
	return Phrase{
		Message:  "service stops " + e.soon(f.At, words.EN) + e.in(f.At),
		Brief:    "stops " + words.BriefDate(f.At, e.Zone, words.EN),
		Sentence: "Its service stops at " + e.full(f.At) + "; its data is kept for a while.",
	}
}

func (e english) ServiceStopped(f facts.ServiceStopped) Phrase {
	return Phrase{
		Message:  "service stopped " + e.soon(f.At, words.EN),
		Brief:    "stopped " + words.BriefDate(f.At, e.Zone, words.EN),
		Sentence: "Its service was to stop at " + e.moment(f.At) + ".",
	}
}

func (e english) Stops(f facts.Stops) Phrase {
	return Phrase{
		Message:  "stops " + e.brief(f.At, words.EN),
		Sentence: "It runs on until " + e.full(f.At) + ", when the service is stopped; its data is kept for a while.",
	}
}

func (e english) StopsEach(facts.StopsEach) Phrase {
	return Phrase{Message: "each stops then", Sentence: "The service of each stops with its term; its data is kept for a while."}
}

func (e english) Recycles(f facts.Recycles) Phrase {
	return Phrase{Message: "recycle bin " + e.brief(f.At, words.EN), Sentence: "It goes into the recycle bin at " + e.full(f.At) + "."}
}

func (e english) WillBeDeleted(f facts.WillBeDeleted) Phrase {
	return Phrase{
		Message:  "will be deleted for good " + e.soon(f.At, words.EN) + e.in(f.At),
		Brief:    "will be deleted " + words.BriefDate(f.At, e.Zone, words.EN),
		Sentence: "It will be deleted for good at " + e.full(f.At) + ".",
	}
}

func (e english) DueForDeletion(f facts.DueForDeletion) Phrase {
	return Phrase{
		Message:  "due for deletion since " + e.soon(f.At, words.EN),
		Brief:    "due for deletion since " + words.BriefDate(f.At, e.Zone, words.EN),
		Sentence: "It is due for deletion since " + e.moment(f.At) + ", and may be gone by now.",
	}
}

func (e english) Contents(facts.Contents) Phrase {
	if e.Guide.Contents == "" {
		return Phrase{Sentence: e.Guide.Lost}
	}
	return Phrase{Message: " with " + e.Guide.Contents, Sentence: e.Guide.Lost}
}

func (e english) Deletes(f facts.Deletes) Phrase {
	at, sentence := " "+e.brief(f.At, words.EN), "It is deleted for good at "+e.full(f.At)+"."
	if f.First {
		at, sentence = " from"+at, "The first of them is deleted for good at "+e.full(f.At)+"; the others follow after their own terms."
	}
	action := ""
	if f.ByAction {
		action = "Its post-expiration action is to delete."
	}
	return Phrase{
		Message:  "final deletion" + at,
		Sentence: sentences(action, sentence),
	}
}

func (e english) Stands(f facts.Stands) Phrase {
	p := Phrase{Message: words.Service(f.State, words.EN)}
	switch f.State {
	case fleet.LifecycleGrace:
		p.Sentence = "It still runs."
	case fleet.LifecycleSuspended:
		p.Sentence = "By its calendar the service is stopped and its data kept."
	case fleet.LifecycleRecycled:
		p.Sentence = "By its calendar it is in the recycle bin."
	case fleet.LifecycleReleased:
		p.Sentence = "By its calendar it is due for deletion."
	case fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
		p = e.said(words.Lifecycle(f.State, words.EN))
	}
	return p
}

func (e english) Unregulated(facts.Unregulated) Phrase {
	return Phrase{Message: "what follows is not known", Sentence: "No policy says what follows."}
}

func (e english) SameFor(f facts.SameFor) Phrase {
	return Phrase{
		Message:  "the same for " + listed(f.Others, ", ", e.andMore, func(o *facts.Other) string { return e.name(o.Instance, 12) }),
		Tight:    "the same for " + words.Count(len(f.Others)) + " more",
		Sentence: "The same holds for " + listed(f.Others, ", ", e.andMore, func(o *facts.Other) string { return e.name(o.Instance, 0) }) + ".",
	}
}

func (e english) AlsoLater(f facts.AlsoLater) Phrase {
	first, last := e.span(f)
	when := first
	if last != first {
		when = first + " to " + last
	}
	return Phrase{
		Message: words.Count(len(f.Others)) + " more " + when,
		Sentence: "At other times: " + listed(f.Others, "; ", e.semiMore, func(o *facts.Other) string {
			if f.What == facts.Term {
				return e.name(o.Instance, 0) + ", " + e.fullEnd(o.At)
			}
			return e.name(o.Instance, 0) + " at " + e.full(o.At)
		}) + ".",
	}
}

// span is the first and the last day of others.
func (e english) span(f facts.AlsoLater) (first, last string) {
	if len(f.Others) == 0 {
		return "", ""
	}
	day := func(at time.Time) string {
		if d, ok := e.lastDay(at, words.EN); f.What == facts.Term && ok {
			return d
		}
		return words.BriefDay(at, e.Reader.Now, e.Zone, words.EN)
	}
	return day(f.Others[0].At), day(f.Others[len(f.Others)-1].At)
}

func (e english) Converts(f facts.Converts) Phrase {
	by := e.brief(f.By, words.EN)
	p := Phrase{
		Message: "then suspended or pay-as-you-go, converted by " + by + ", not deleted",
		Tight:   "converted by " + by + ", not deleted",
		Sentence: "By its post-expiration action it is converted to pay-as-you-go and not deleted: with the end of the term or at " + e.full(f.By) +
			" at the latest, the documents disagree. In between it is suspended or converted already.",
	}
	if f.Over {
		p.Message = p.Tight
	}
	return p
}

func (e english) Converted(f facts.Converted) Phrase {
	return Phrase{
		Message:  "pay-as-you-go since " + e.brief(f.By, words.EN) + " at the latest",
		Sentence: "By its post-expiration action it was converted to pay-as-you-go, at " + e.moment(f.By) + " at the latest.",
	}
}

func (e english) PerhapsConverted(facts.PerhapsConverted) Phrase {
	return Phrase{Message: "suspended or pay-as-you-go already", Sentence: "It is suspended now, or converted to pay-as-you-go already."}
}

func (e english) ReleaseTold(f facts.ReleaseTold) Phrase {
	return Phrase{
		Message:  "the cloud tells a release for " + e.soon(f.At, words.EN) + ", but a downgrade is set",
		Tight:    "release told for " + e.soon(f.At, words.EN) + ", but a downgrade is set",
		Brief:    "release told for " + words.BriefDate(f.At, e.Zone, words.EN) + ", downgrade is set",
		Sentence: "The cloud tells a release for " + e.full(f.At) + ". Its post-expiration action is a downgrade, so it is to be converted and not deleted.",
	}
}

func (e english) IgnoreRelease(facts.IgnoreRelease) Phrase {
	return Phrase{Message: "ignore release notices", Sentence: "A release notice of the cloud may arrive all the same; ignore it."}
}

func (e english) Unpaid(f facts.Unpaid) Phrase {
	if f.Since.IsZero() {
		return Phrase{Message: "a bill is unpaid", Brief: "bill unpaid", Sentence: "A bill of it is unpaid."}
	}
	return Phrase{Message: "bill unpaid since " + e.soon(f.Since, words.EN), Brief: "bill unpaid", Sentence: "A bill of it is unpaid since " + e.moment(f.Since) + "."}
}

func (e english) UnpaidBill(facts.UnpaidBill) Phrase {
	return Phrase{Message: "bill unpaid", Sentence: "The reason is an unpaid bill."}
}

func (e english) PayerOverdue(f facts.PayerOverdue) Phrase {
	return Phrase{Message: "account overdue", Sentence: "The reason is that its account " + f.Account + " is overdue."}
}

func (e english) RunsOn(facts.RunsOn) Phrase {
	return Phrase{
		Message:  "runs on, no renewal or upgrade till paid",
		Sentence: "It runs on, but it can neither be renewed nor upgraded until the bill is paid.",
	}
}

func (e english) RenewalFailed(facts.RenewalFailed) Phrase {
	return Phrase{Message: "auto-renewal has not paid", Brief: "not renewed", Sentence: "Automatic renewal is on and has not paid."}
}

func (e english) Attempts(f facts.Attempts) Phrase {
	if f.Today {
		return Phrase{Message: "last attempt today", Sentence: "By its policy the last attempt is today."}
	}
	switch f.Left {
	case 0:
		return Phrase{Message: "no attempt left", Sentence: "By its policy no attempt is left."}
	case 1:
		return Phrase{Message: "1 attempt left", Sentence: "By its policy 1 attempt is left."}
	}
	n := strconv.Itoa(f.Left)
	return Phrase{Message: n + " attempts left", Sentence: "By its policy " + n + " attempts are left."}
}

func (e english) CannotRenew(facts.CannotRenew) Phrase {
	return Phrase{
		Message: "account overdue, no renewal or upgrade", Brief: "cannot be renewed",
		Sentence: "Its account is overdue, so it can neither be renewed nor upgraded.",
	}
}

func (e english) Frozen(facts.Frozen) Phrase {
	return Phrase{Message: "frozen, no device was online for long", Brief: "frozen", Sentence: "It is frozen, because no device was online for long."}
}

// because are the reasons for an end.
func (e english) because(w facts.Why) string {
	table := [...]string{
		facts.Unclear:         "it does not hold any more",
		facts.Thawed:          "not frozen any more",
		facts.BillPaid:        "no bill of it is overdue any more",
		facts.ByAccount:       "told for its account as a whole from now on",
		facts.Renewed:         "renewed",
		facts.Moved:           "another end of its term counts now",
		facts.Renewable:       "its account is not overdue any more, it can be renewed",
		facts.RenewalOff:      "automatic renewal is switched off",
		facts.IsConverted:     "converted to pay-as-you-go by now; enter how it is billed from here on",
		facts.WillConvert:     "not deleted but converted to pay-as-you-go when its term is over",
		facts.IsFree:          "free of charge now",
		facts.IsByUse:         "billed by use now, it has no term that ends",
		facts.NothingOverdue:  "no bill is overdue any more",
		facts.AccountPaid:     "the overdue bill of the account is paid",
		facts.BalanceBack:     "balance not low any more",
		facts.ConvertedAtOnce: "unsubscribed and converted to pay-as-you-go; enter how it is billed from here on",
	}
	return chosen(w, table[:])
}

func (e english) Over(f facts.Over) Phrase {
	p := Phrase{Message: e.because(f.Why)}
	full := p.Message
	if !f.Until.IsZero() {
		end := e.brief(f.Until, words.EN)
		if day, ok := e.lastDay(f.Until, words.EN); ok {
			end = "last day " + day
		}
		p.Message += ", " + end
		full += ", " + words.TermEnd(f.Until, e.termHome(), words.EN)
	}
	short := [...]string{
		facts.Unclear: "no longer so", facts.BillPaid: "bill paid", facts.ByAccount: "told for its account now", facts.Moved: "another end counts now",
		facts.Renewable: "can be renewed again", facts.RenewalOff: "auto-renewal off", facts.IsConverted: "converted to pay-as-you-go",
		facts.WillConvert: "not deleted but converted", facts.IsByUse: "billed by use now", facts.NothingOverdue: "no bill overdue",
		facts.AccountPaid: "paid", facts.BalanceBack: "balance not low any more", facts.ConvertedAtOnce: "converted to pay-as-you-go",
	}
	p.Brief = cmp.Or(chosen(f.Why, short[:]), e.because(f.Why))
	p.Sentence = "It is over: " + full + "."
	return p
}

func (e english) PaidLate(f facts.PaidLate) Phrase {
	due := e.brief(f.Due, words.EN)
	if f.More > 0 {
		return Phrase{
			Message:  "paid; were due for deletion, the first on " + due + ": check whether they still exist",
			Brief:    "were due for deletion, check",
			Sentence: "They are paid, and were due for deletion, the first at " + e.moment(f.Due) + ": check whether they still exist.",
		}
	}
	return Phrase{
		Message:  "paid; was due for deletion on " + due + ": check whether it still exists",
		Brief:    "was due for deletion, check",
		Sentence: "It is paid, and was due for deletion at " + e.moment(f.Due) + ": check whether it still exists.",
	}
}

func (e english) CalledOff(f facts.CalledOff) Phrase {
	switch f.What {
	case facts.Stop:
		return Phrase{Message: "the stop is off", Sentence: "The stop is off."}
	case facts.Deletion:
		return Phrase{Message: "the deletion is off", Sentence: "The deletion is off."}
	case facts.Term, facts.Bill:
	}
	return Phrase{Message: "it is off", Sentence: "It is off."}
}
