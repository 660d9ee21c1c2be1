package facts

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// The facts of an account as a whole.
type (
	// AccountOverdue is that the account owes; a zero time is not known.
	AccountOverdue struct{ Since time.Time }
	// WasOverdue is that it owed when its balance was last known.
	WasOverdue struct{}
	// WillStop are the instances that stop because of it, the first first.
	WillStop struct{ Others []Other }
	// HaveStopped are those that have stopped by their calendar.
	HaveStopped struct{ Others []Other }
	// Overripe are those that are due for deletion by their calendar.
	Overripe struct{ Others []Other }
	// StopUnknown are those of which nobody knows when they stop.
	StopUnknown struct{ Others []Other }
	// NotRenewable are those that run on, and can neither be renewed nor upgraded.
	NotRenewable struct{ Others []Other }
	// Unaffected are those that are free of charge.
	Unaffected struct{ Others []Other }

	// LowBalance is that an account has less than its threshold. A balance or a threshold
	// that is not known is nil, or 0.
	LowBalance struct {
		Balance *fleet.Balance
		Below   fleet.Amount
	}
	// WasLow is that the balance was low when it was last known.
	WasLow struct{}
	// RenewsFrom are the instances that renew from the balance, the first to end first.
	RenewsFrom struct{ Others []Other }
	// RenewsFirst is the first of them, or the only one.
	RenewsFirst struct {
		Other

		Only bool
	}
	// UsesUp are those that are billed by use.
	UsesUp struct{ Others []Other }
)

// account tells an event of an account.
func (t *Telling) account(ev *alarm.Event) {
	t.Home = home(ev.Details)
	a := ev.Details.Account
	switch {
	case ev.Kind == alarm.Cleared:
		t.accountOver(ev, a)
	case ev.Key.Rule == alarm.Overdue:
		t.overdue(ev, a)
	default:
		t.lowBalance(ev, a)
	}
}

func (t *Telling) accountOver(ev *alarm.Event, a *fleet.Account) {
	if ev.Key.Rule == alarm.Overdue {
		t.say(Gravest, Over{Why: AccountPaid})
		t.do(Step{Do: ReturnsLater})
	} else {
		t.say(Gravest, Over{Why: BalanceBack})
	}
	t.balance(Plain, a)
}

// balance says what the account has left, where that is known.
func (t *Telling) balance(w Weight, a *fleet.Account) {
	if a != nil && a.Balance != nil {
		t.say(w, Balance{words.Clean(a.Name), *a.Balance})
	}
}

func (t *Telling) overdue(ev *alarm.Event, a *fleet.Account) {
	t.do(Step{Do: PayAccount})
	if !ev.Known {
		t.say(Gravest, WasOverdue{})
		return
	}
	var since time.Time
	if a != nil && !a.OverdueSince.After(ev.At) {
		since = a.OverdueSince
	}
	t.say(Gravest, AccountOverdue{since})
	t.balance(Grave, a)
	b := billsOf(ev.Details.Others, ev.At)
	each(t, Grave, b.stops, func(l []Other) Fact { return WillStop{l} })
	each(t, Plain, b.stopped, func(l []Other) Fact { return HaveStopped{l} })
	each(t, Plain, b.due, func(l []Other) Fact { return Overripe{l} })
	each(t, Full, b.unsure, func(l []Other) Fact { return StopUnknown{l} })
	each(t, Aside, b.fixed, func(l []Other) Fact { return NotRenewable{l} })
	each(t, Full, b.free, func(l []Other) Fact { return Unaffected{l} })
}

// each says something of several, where there are any.
func each(t *Telling, w Weight, list []Other, say func([]Other) Fact) {
	if len(list) > 0 {
		t.say(w, say(list))
	}
}

func (t *Telling) lowBalance(ev *alarm.Event, a *fleet.Account) {
	p := payeesOf(ev.Details.Others, ev.At)
	if ev.Known && a != nil {
		t.say(Gravest, LowBalance{a.Balance, max(a.LowBalance, 0)})
	} else {
		t.say(Gravest, WasLow{})
	}
	each(t, Grave, p.renew, func(l []Other) Fact { return RenewsFrom{l} })
	each(t, Aside, p.renew, func(l []Other) Fact { return RenewsFirst{l[0], len(l) == 1} })
	each(t, Aside, p.use, func(l []Other) Fact { return UsesUp{l} })
	t.do(Step{Do: AddFunds})
}

// bills sorts the instances of an account by what an unpaid bill does to them.
type bills struct {
	stops   []Other // billed by use, and they will stop; the first first
	stopped []Other // billed by use, and they have stopped by their calendar
	due     []Other // billed by use, and due for deletion by their calendar
	unsure  []Other // billed by use, and nobody knows when they stop
	fixed   []Other // paid in advance: they run on, and can neither be renewed nor upgraded
	free    []Other // free of charge: nothing happens to them
}

func billsOf(list []alarm.Affected, now time.Time) bills {
	var b bills
	for i := range list {
		a := &list[i]
		if a.Course == nil {
			continue
		}
		stop, gone := a.Course.Begins(fleet.LifecycleSuspended), a.Course.Begins(fleet.LifecycleReleased)
		switch o := (Other{a.Instance, stop, gone}); {
		case a.Course.Term.Method == fleet.Free:
			b.free = append(b.free, o)
		case a.Course.Term.Method == fleet.Subscription:
			o.At = a.Course.Term.Expires
			b.fixed = append(b.fixed, o)
		case stop.IsZero():
			b.unsure = append(b.unsure, o)
		case stop.After(now):
			b.stops = append(b.stops, o)
		case !gone.IsZero() && !gone.After(now):
			b.due = append(b.due, o)
		default:
			b.stopped = append(b.stopped, o)
		}
	}
	byTime(b.stops)
	return b
}

// payees sorts the instances of an account by how they are paid from its balance.
type payees struct {
	renew []Other // renewed automatically; the first to end first
	use   []Other // billed by use
}

func payeesOf(list []alarm.Affected, now time.Time) payees {
	var p payees
	for i := range list {
		a := &list[i]
		switch {
		case a.Course == nil:
		case a.Course.Term.Method == fleet.PayAsYouGo:
			p.use = append(p.use, Other{Instance: a.Instance})
		case a.Course.Term.Method == fleet.Subscription && a.Course.Term.AutoRenew && a.Course.Term.Expires.After(now):
			p.renew = append(p.renew, Other{Instance: a.Instance, At: a.Course.Term.Expires})
		}
	}
	byTime(p.renew)
	return p
}

func byTime(list []Other) {
	slices.SortStableFunc(list, func(a, b Other) int { return a.At.Compare(b.At) })
}
