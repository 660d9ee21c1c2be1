package lexicon

import (
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func (e english) renewals(n int) string {
	if n == 1 {
		return "1 renewal"
	}
	return words.Count(n) + " renewals"
}

func (e english) WillFail(f facts.WillFail) Phrase {
	fail := " will fail"
	if f.Perhaps {
		fail = " may fail"
	}
	var list []string
	for i := range f.Renewals[:min(mostListed, len(f.Renewals))] {
		r := &f.Renewals[i]
		list = append(list, e.called(r.Instance)+", "+words.Money(r.Price, f.Currency, words.EN))
	}
	all := strings.Join(list, "; ")
	if n := len(f.Renewals) - mostListed; n > 0 {
		all += e.semiMore(n)
	}
	n := e.renewals(len(f.Renewals))
	return Phrase{
		Message:  e.soon(f.At, words.EN) + " " + n + fail,
		Brief:    n + fail + " " + words.BriefDate(f.At, e.Zone, words.EN),
		Sentence: "At " + e.full(f.At) + " these automatic renewals cannot be paid: " + all + ".",
	}
}

func (e english) Missing(f facts.Missing) Phrase {
	amount := words.Money(f.Amount, f.Currency, words.EN)
	return Phrase{Message: amount + " short", Brief: amount + " short", Sentence: "By then " + amount + " are short."}
}

func (e english) Unpriced(f facts.Unpriced) Phrase {
	return Phrase{
		Message:  "; price of " + e.renewals(f.N) + " not known",
		Sentence: "The price of " + e.renewals(f.N) + " is not known, so more may be missing.",
	}
}

func (e english) ByCard(f facts.ByCard) Phrase {
	return Phrase{Message: "a card may pay", Sentence: "Of " + e.renewals(f.N) + " it is not documented whether a card may pay what the balance cannot."}
}

func (e english) DailyUse(f facts.DailyUse) Phrase {
	if f.Amount == nil {
		return Phrase{Message: "daily use not known", Sentence: "What a day takes of it is not known yet."}
	}
	amount := words.Money(*f.Amount, f.Currency, words.EN)
	return Phrase{Message: amount + " a day", Sentence: "A day takes about " + amount + " of it."}
}

func (e english) WasShort(facts.WasShort) Phrase {
	p := e.said("money was short for renewals, the balance is not known now")
	p.Brief = "money was short"
	return p
}

func (e english) NoAttemptFor(f facts.NoAttemptFor) Phrase {
	n := words.Count(f.N) + " instances"
	if f.N == 1 {
		n = "1 instance"
	}
	return e.said("no attempt of automatic renewal is left for " + n + ": renew by hand")
}

func (e english) Enough(facts.Enough) Phrase { return e.said("enough for the renewals ahead") }
