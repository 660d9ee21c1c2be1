package lexicon

import "github.com/brimwatch/brimwatch/notifier/facts"

// Say puts a fact into words. It is false for a fact that no language knows, which a
// test does not let happen.
func Say(l Lexicon, f facts.Fact) (Phrase, bool) {
	for _, say := range [...]func(Lexicon, facts.Fact) (Phrase, bool){figuresOf, silencesOf, datesOf, deletionsOf, unsubscribedOf, billsOf, accountsOf, moneyOf} {
		if p, ok := say(l, f); ok {
			return p, true
		}
	}
	return Phrase{}, false
}

func figuresOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.Usage:
		return l.Usage(f), true
	case facts.LastUsage:
		return l.LastUsage(f), true
	case facts.Back:
		return l.Back(f), true
	case facts.Now:
		return l.Now(f), true
	case facts.Peak:
		return l.Peak(f), true
	case facts.Lasts:
		return l.Lasts(f), true
	case facts.Lasted:
		return l.Lasted(f), true
	case facts.NoDataNow:
		return l.NoDataNow(f), true
	case facts.DataNow:
		return l.DataNow(f), true
	case facts.ThresholdChanged:
		return l.ThresholdChanged(f), true
	case facts.Swings:
		return l.Swings(f), true
	case facts.StaysUp:
		return l.StaysUp(f), true
	}
	return Phrase{}, false
}

func silencesOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.Steady:
		return l.Steady(f), true
	case facts.Silence:
		return l.Silence(f), true
	case facts.FleetSilence:
		return l.FleetSilence(f), true
	case facts.Cause:
		return l.Cause(f), true
	case facts.DataBack:
		return l.DataBack(f), true
	case facts.FleetBack:
		return l.FleetBack(f), true
	case facts.DataSwings:
		return l.DataSwings(f), true
	case facts.DataGone:
		return l.DataGone(f), true
	case facts.DataSteady:
		return l.DataSteady(f), true
	case facts.Reaches:
		return l.Reaches(f), true
	case facts.Reached:
		return l.Reached(f), true
	case facts.Grows:
		return l.Grows(f), true
	case facts.GrowsNot:
		return l.GrowsNot(f), true
	case facts.Reason:
		return l.Reason(f), true
	case facts.SaidGone:
		return l.SaidGone(f), true
	case facts.Unwatched:
		return l.Unwatched(f), true
	}
	return Phrase{}, false
}

func datesOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.Expires:
		return l.Expires(f), true
	case facts.Expired:
		return l.Expired(f), true
	case facts.Unknown:
		return l.Unknown(f), true
	case facts.Together:
		return l.Together(f), true
	case facts.Tried:
		return l.Tried(f), true
	case facts.ServiceStops:
		return l.ServiceStops(f), true
	case facts.ServiceStopped:
		return l.ServiceStopped(f), true
	case facts.Stops:
		return l.Stops(f), true
	case facts.StopsEach:
		return l.StopsEach(f), true
	case facts.Recycles:
		return l.Recycles(f), true
	case facts.WillBeDeleted:
		return l.WillBeDeleted(f), true
	}
	return Phrase{}, false
}

func deletionsOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.DueForDeletion:
		return l.DueForDeletion(f), true
	case facts.Contents:
		return l.Contents(f), true
	case facts.Deletes:
		return l.Deletes(f), true
	case facts.Stands:
		return l.Stands(f), true
	case facts.Unregulated:
		return l.Unregulated(f), true
	case facts.SameFor:
		return l.SameFor(f), true
	case facts.AlsoLater:
		return l.AlsoLater(f), true
	case facts.Converts:
		return l.Converts(f), true
	case facts.Converted:
		return l.Converted(f), true
	case facts.PerhapsConverted:
		return l.PerhapsConverted(f), true
	case facts.ReleaseTold:
		return l.ReleaseTold(f), true
	case facts.IgnoreRelease:
		return l.IgnoreRelease(f), true
	}
	return Phrase{}, false
}

func unsubscribedOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.Unsubscribed:
		return l.Unsubscribed(f), true
	case facts.GoesAtOnce:
		return l.GoesAtOnce(f), true
	case facts.ConvertsAtOnce:
		return l.ConvertsAtOnce(f), true
	case facts.ByUnsubscribing:
		return l.ByUnsubscribing(f), true
	case facts.RenewalAdvised:
		return l.RenewalAdvised(f), true
	}
	return Phrase{}, false
}

func billsOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.Unpaid:
		return l.Unpaid(f), true
	case facts.UnpaidBill:
		return l.UnpaidBill(f), true
	case facts.PayerOverdue:
		return l.PayerOverdue(f), true
	case facts.RunsOn:
		return l.RunsOn(f), true
	case facts.RenewalFailed:
		return l.RenewalFailed(f), true
	case facts.Attempts:
		return l.Attempts(f), true
	case facts.CannotRenew:
		return l.CannotRenew(f), true
	case facts.Frozen:
		return l.Frozen(f), true
	case facts.Over:
		return l.Over(f), true
	case facts.PaidLate:
		return l.PaidLate(f), true
	case facts.CalledOff:
		return l.CalledOff(f), true
	}
	return Phrase{}, false
}

func accountsOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.Balance:
		return l.Balance(f), true
	case facts.AccountOverdue:
		return l.AccountOverdue(f), true
	case facts.WasOverdue:
		return l.WasOverdue(f), true
	case facts.WillStop:
		return l.WillStop(f), true
	case facts.HaveStopped:
		return l.HaveStopped(f), true
	case facts.Overripe:
		return l.Overripe(f), true
	case facts.StopUnknown:
		return l.StopUnknown(f), true
	case facts.NotRenewable:
		return l.NotRenewable(f), true
	case facts.Unaffected:
		return l.Unaffected(f), true
	case facts.LowBalance:
		return l.LowBalance(f), true
	case facts.WasLow:
		return l.WasLow(f), true
	case facts.RenewsFrom:
		return l.RenewsFrom(f), true
	case facts.RenewsFirst:
		return l.RenewsFirst(f), true
	case facts.UsesUp:
		return l.UsesUp(f), true
	}
	return Phrase{}, false
}

func moneyOf(l Lexicon, f facts.Fact) (Phrase, bool) {
	switch f := f.(type) {
	case facts.WillFail:
		return l.WillFail(f), true
	case facts.Missing:
		return l.Missing(f), true
	case facts.Unpriced:
		return l.Unpriced(f), true
	case facts.ByCard:
		return l.ByCard(f), true
	case facts.DailyUse:
		return l.DailyUse(f), true
	case facts.WasShort:
		return l.WasShort(f), true
	case facts.NoAttemptFor:
		return l.NoAttemptFor(f), true
	case facts.Enough:
		return l.Enough(f), true
	}
	return Phrase{}, false
}
