package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
)

// The facts of the money of an account that lies ahead.
type (
	// WillFail is which automatic renewals cannot be paid, and when.
	WillFail struct {
		At       time.Time
		Renewals []money.Renewal
		Currency string
		Perhaps  bool // a card may pay all of them
	}
	// Missing is how much has to be paid in.
	Missing struct {
		Amount   fleet.Amount
		Currency string
	}
	// Unpriced is how many renewals are due of which the price is not known.
	Unpriced struct{ N int }
	// ByCard is of how many it is not known whether a card may pay them.
	ByCard struct{ N int }
	// DailyUse is what a day takes of the balance; nil is not known.
	DailyUse struct {
		Amount   *fleet.Amount
		Currency string
	}
	// WasShort is that money was short when the balance was last known.
	WasShort struct{}
	// NoAttemptFor is how many instances have no attempt of automatic renewal left.
	NoAttemptFor struct{ N int }
	// Enough is that the money lasts for the renewals ahead.
	Enough struct{}
)

// shortfall tells which renewals of an account will fail, when, and how much is missing.
func (t *Telling) shortfall(ev *alarm.Event) {
	t.Home = home(ev.Details)
	o, a := ev.Details.Money, ev.Details.Account
	first := o.First()
	switch {
	case !ev.Known:
		t.say(Gravest, WasShort{})
		return
	case first == nil && len(o.Missed) > 0:
		t.say(Gravest, NoAttemptFor{len(o.Missed)})
		return
	case first == nil:
		t.say(Gravest, Enough{})
		t.balance(Plain, a)
		if n := o.Unpriced(); n > 0 {
			t.say(Plain, Unpriced{n})
		}
		return
	}
	t.say(Gravest, WillFail{At: first.At, Renewals: first.Renewals, Currency: first.Currency, Perhaps: first.Perhaps == len(first.Renewals)})
	t.say(Grave, Missing{first.Missing, first.Currency})
	if first.Unpriced > 0 {
		t.say(Aside, Unpriced{first.Unpriced})
	}
	if first.Perhaps > 0 {
		t.say(Full, ByCard{first.Perhaps})
	}
	if a != nil && a.Balance != nil {
		t.balance(Full, a)
		t.say(Full, DailyUse{a.DailyUse, a.Balance.Currency})
	}
	t.do(Step{Do: PayIn})
}
