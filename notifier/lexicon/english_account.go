package lexicon

import (
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/facts"
)

func (e english) Balance(f facts.Balance) Phrase {
	amount := words.Money(f.Balance.Amount, f.Balance.Currency, words.EN)
	return Phrase{Message: "balance " + amount, Brief: amount, Sentence: "The account " + f.Account + " has a balance of " + amount + "."}
}

func (e english) AccountOverdue(f facts.AccountOverdue) Phrase {
	p := Phrase{Message: "account overdue", Brief: "overdue", Sentence: "The account is overdue."}
	if !f.Since.IsZero() {
		p.Sentence = "The account is overdue since " + e.moment(f.Since) + "."
	}
	return p
}

func (e english) WasOverdue(facts.WasOverdue) Phrase {
	return Phrase{
		Message: "account was overdue, its balance is not known now", Brief: "was overdue",
		Sentence: "The account was overdue when its balance was last known.",
	}
}

// called names an instance with its product and edition.
func (e english) called(in *fleet.Instance) string {
	if t := e.title(in); t != "" {
		return e.name(in, 0) + " (" + t + ")"
	}
	return e.name(in, 0)
}

// each lists instances in a sentence, with what write says of each.
func (e english) each(list []facts.Other, write func(o *facts.Other) string) string {
	return listed(list, "; ", e.semiMore, func(o *facts.Other) string { return e.called(o.Instance) + write(o) }) + "."
}

func nothing(*facts.Other) string { return "" }

func (e english) WillStop(f facts.WillStop) Phrase {
	first := first(f.Others)
	p := Phrase{Message: "; " + e.name(first.Instance, 16) + " stops " + e.soon(first.At, words.EN) + e.in(first.At)}
	p.Tight = "; " + e.name(first.Instance, 12) + " stops " + e.brief(first.At, words.EN)
	if n := len(f.Others) - 1; n > 0 {
		p.Message += " and " + words.Count(n) + " more"
		p.Tight += " and " + words.Count(n) + " more"
	}
	p.Sentence = "Billed by use, these stop: " + e.each(f.Others, func(o *facts.Other) string {
		if o.Deleted.IsZero() {
			return " at " + e.full(o.At)
		}
		return " at " + e.full(o.At) + ", deleted for good at " + e.moment(o.Deleted)
	})
	return p
}

func (e english) HaveStopped(f facts.HaveStopped) Phrase {
	return Phrase{
		Message: "; " + words.Count(len(f.Others)) + " stopped",
		Sentence: "Stopped by their calendar: " + e.each(f.Others, func(o *facts.Other) string {
			if o.Deleted.IsZero() {
				return ""
			}
			return ", deleted for good at " + e.full(o.Deleted)
		}),
	}
}

func (e english) Overripe(f facts.Overripe) Phrase {
	return Phrase{
		Message:  "; " + words.Count(len(f.Others)) + " due for deletion",
		Sentence: "Due for deletion by their calendar: " + e.each(f.Others, func(o *facts.Other) string { return ", since " + e.moment(o.Deleted) }),
	}
}

func (e english) StopUnknown(f facts.StopUnknown) Phrase {
	return Phrase{
		Message:  "; " + words.Count(len(f.Others)) + " may stop at any time",
		Sentence: "Billed by use, and it is not known when they stop: " + e.each(f.Others, nothing),
	}
}

func (e english) NotRenewable(f facts.NotRenewable) Phrase {
	n := words.Count(len(f.Others))
	return Phrase{
		Message: "; " + n + " cannot be renewed or upgraded",
		Tight:   "; " + n + " not renewable",
		Sentence: "Paid in advance, these run on, but can neither be renewed nor upgraded: " + e.each(f.Others, func(o *facts.Other) string {
			if end := e.fullEnd(o.At); end != "" {
				return ", " + end
			}
			return ""
		}),
	}
}

func (e english) Unaffected(f facts.Unaffected) Phrase {
	return Phrase{Message: "; " + words.Count(len(f.Others)) + " not affected", Sentence: "Free of charge and not affected: " + e.each(f.Others, nothing)}
}

func (e english) LowBalance(f facts.LowBalance) Phrase {
	p := Phrase{Message: "balance low", Sentence: "The account's balance is low."}
	currency, amount := "", ""
	if f.Balance != nil {
		currency, amount = f.Balance.Currency, words.Money(f.Balance.Amount, f.Balance.Currency, words.EN)
		p.Message += ": " + amount
		p.Sentence = "The account's balance is low: " + amount + "."
	}
	p.Tight = p.Message
	p.Brief = strings.Replace(p.Message, ":", ",", 1)
	if f.Below > 0 {
		below := words.Money(f.Below, currency, words.EN)
		p.Message += " (threshold " + below + ")"
		if amount != "" {
			p.Sentence = "The account's balance is " + amount + "; its threshold is " + below + "."
		}
	}
	return p
}

func (e english) WasLow(facts.WasLow) Phrase {
	return Phrase{Message: "balance was low, it is not known now", Brief: "balance was low", Sentence: "The account's balance was low and is not known now."}
}

func (e english) RenewsFrom(f facts.RenewsFrom) Phrase {
	renew := " renew from it"
	if len(f.Others) == 1 {
		renew = " renews from it"
	}
	return Phrase{
		Message:  "; " + words.Count(len(f.Others)) + renew,
		Sentence: "These renew from it: " + e.each(f.Others, func(o *facts.Other) string { return ", " + e.fullEnd(o.At) }),
	}
}

func (e english) RenewsFirst(f facts.RenewsFirst) Phrase {
	if f.Only {
		return Phrase{Message: ": " + e.name(f.Instance, 16) + " (" + e.end(f.At) + ")"}
	}
	return Phrase{Message: ", first " + e.name(f.Instance, 16) + " (" + e.end(f.At) + ")"}
}

func (e english) UsesUp(f facts.UsesUp) Phrase {
	return Phrase{Message: "; " + words.Count(len(f.Others)) + " billed by use", Sentence: "These are billed by use: " + e.each(f.Others, nothing)}
}

// first is the first of others; an empty one where there is none.
func first(list []facts.Other) facts.Other {
	if len(list) == 0 {
		return facts.Other{}
	}
	return list[0]
}

// relief is what to do about a metric that fills up.
func (e english) relief(m fleet.Metric) Phrase {
	const larger = "Move to a larger edition or specification, or "
	return [fleet.NumMetrics]Phrase{
		fleet.MessageTPS:    {Message: "Upgrade or slow down.", Sentence: larger + "send less. At the limit messages are throttled or clients disconnected."},
		fleet.SendTPS:       {Message: "Upgrade or send less.", Sentence: larger + "send less. At the limit messages are throttled or clients disconnected."},
		fleet.ReceiveTPS:    {Message: "Upgrade or receive less.", Sentence: larger + "receive less. At the limit messages are throttled or clients disconnected."},
		fleet.Connections:   {Message: "Upgrade or cut clients.", Sentence: larger + "close idle clients. At the limit new clients are refused."},
		fleet.Subscriptions: {Message: "Upgrade or drop filters.", Sentence: larger + "merge topic filters. At the limit new subscriptions fail."},
		fleet.MemoryBytes:   {Message: "Upgrade or free memory.", Sentence: "Move to a larger specification, or expire keys. At the limit keys are evicted or writes fail."},
		fleet.CommandsTPS:   {Message: "Upgrade or spread load.", Sentence: "Move to a larger specification, or spread the load. At the limit commands are slowed down."},
	}[min(m, fleet.NumMetrics-1)]
}

func (e english) Step(s facts.Step) Phrase {
	switch s.Do {
	case facts.Relieve:
		return e.relief(s.Metric)
	case facts.Fit:
		return Phrase{Message: s.Fitting.Short.EN, Sentence: s.Fitting.Full.EN}
	case facts.WaitUntilSteady:
		every := "every " + words.Duration(s.Every, words.EN)
		if s.Every == time.Hour {
			every = "hourly"
		}
		return Phrase{Message: "Told " + every + " until still.", Sentence: "It is told " + every + " until it has been still for " + words.Duration(s.Every, words.EN) + "."}
	}
	return e.steps(s.Do)
}

// steps are what a person can do. What has no words in a text message is only said where
// there is room.
func (e english) steps(d facts.Do) Phrase {
	g := &e.Guide
	table := [...]Phrase{
		facts.Nothing:            {Sentence: "The instance or this alarm is no longer in the configuration."},
		facts.CheckSource:        {Message: "Alarms are held, check its network.", Sentence: "Its alarms are held as they were, neither raised nor ended. Check that the instance runs and that Brimwatch may reach and read it."},
		facts.CheckNetwork:       {Message: "Check Brimwatch's network.", Sentence: "So many at once are rarely all broken: check the network between Brimwatch and the instances first. All alarms are held as they were."},
		facts.Renew:              {Message: "Renew now.", Sentence: "Renew it before its term ends."},
		facts.RenewNow:           {Message: "Renew now.", Sentence: "Renew it."},
		facts.RenewByHand:        {Message: "Renew by hand now.", Sentence: "Automatic renewal will not try again. Renew it by hand."},
		facts.RenewTogether:      {Message: "Renew in bulk.", Sentence: sentences(g.Bulk, g.RenewURL)},
		facts.RenewWhere:         {Sentence: sentences(g.Renew, g.RenewURL)},
		facts.FundOrRenew:        {Message: "Add funds or renew.", Sentence: "Add funds to the account, or renew it by hand."},
		facts.FundsFrom:          {Sentence: g.Funds},
		facts.AutoRenewalUseless: {Sentence: "Switching automatic renewal on does not help any more."},
		facts.KeepEdition:        {Message: "Renew to keep the edition.", Sentence: "Renew it only if it is to keep its edition."},
		facts.PayBill:            {Message: "Pay the bill.", Sentence: "Pay the bill of its account, or add funds."},
		facts.PayAccount: {Message: "Pay the bill.", Sentence: "Pay the bill of the account, or add funds. Until then nothing can be bought, renewed or upgraded. " +
			"Afterwards it may take up to 30 minutes until a service is back."},
		facts.PayThenRenew:   {Message: "Pay the account, then renew.", Sentence: "Pay the overdue bill of its account first: until then it can neither be renewed nor upgraded. Then renew it."},
		facts.NoRenewal:      {Sentence: "It is billed by use, so renewal does not apply."},
		facts.AddFunds:       {Message: "Add funds.", Sentence: "Add funds to the account: what renews automatically or is billed by use is paid from its balance."},
		facts.PayIn:          {Message: "Add funds.", Sentence: "Pay that much into the account before then, or renew by hand."},
		facts.CheckConsole:   {Message: "Check the console.", Sentence: "Look into the console for what is left of it."},
		facts.CheckConverted: {Message: "Check the console.", Sentence: "Look into the console whether it was converted. A release notice of the cloud may be ignored."},
		facts.Restore:        {Message: "Restore it now.", Sentence: "Settle what is unpaid, and restore it from the recycle bin before it is deleted for good. It comes back as a new instance only."},
		facts.ContinueTrial:  {Message: "Continue the trial.", Sentence: "Continue the trial, or upgrade the instance."},
		facts.UpgradeWhere:   {Sentence: sentences(g.Upgrade, g.UpgradeURL)},
		facts.Returns:        {Sentence: g.Return},
		facts.ReturnsLater:   {Sentence: "Instances that were stopped may take up to 30 minutes to come back."},
		facts.RenewedLate:    {Sentence: g.LateRenewal},
		facts.DowngradeFirst: {Message: "Downgrade to keep it.", Sentence: "If it is to stay, set its post-expiration action to downgrade before it is unsubscribed; then it is converted, and not deleted."},
		facts.SaveFirst:      {Message: "Save what you need.", Sentence: "Save what is still needed of it before it is unsubscribed."},
		facts.EnterBilling:   {Message: "Enter its new billing.", Sentence: "Enter in the configuration how it is billed from then on."},
	}
	return chosen(d, table[:])
}
