package alarm

import (
	"math"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// Balances are judged as observations: 1 while a bill is unpaid or too little is
// left, 0 while it is not. Between a threshold and its clear threshold nothing
// changes.
const (
	tooLittle = 1.0
	between   = 0.75
	enough    = 0.0
)

// lowBalanceClear is how far above its threshold a balance must be for its
// alarm to end: 5 % of the threshold.
const lowBalanceClear = 1.05

// rule returns the rule of an account's alarm; nil is off.
func (p *Payer) rule(name RuleName) *Rule {
	switch name {
	case Overdue:
		return p.Overdue
	case LowBalance:
		return p.LowBalance
	case Shortfall:
		if p.Shortfall != nil {
			return &p.Shortfall.Rule
		}
	case Capacity, NoData, Expiry, Suspension, Release, AutoRenewal, CannotRenew, FrozenRule, Forecast:
	}
	return nil
}

// payers judges the accounts. What was known of a balance that cannot be asked
// for holds.
func (j *clockRound) payers() {
	for i := range j.judge.calendar.Payers {
		p := &j.judge.calendar.Payers[i]
		for _, name := range []RuleName{Overdue, LowBalance} {
			r := p.rule(name)
			if r == nil {
				continue
			}
			if name == LowBalance && p.silencesLow() {
				r = &Rule{Levels: r.Levels, For: math.MaxInt64, ClearFor: r.ClearFor}
			}
			o := Observation{At: j.now, Known: p.Account.Balance != nil || p.Account.Overdue(), Capacity: 1}
			o.Usage = p.observe(name)
			if !o.Known {
				o.Reason = "the balance is not known"
			}
			sl := j.judge.slot(Key{Rule: name, Account: p.Account.Name, Metric: NoMetric}, nil)
			j.plain(sl, r, o, func(ev *Event) {
				ev.Details = &Details{At: j.now, Account: p.Account, Others: j.ofAccount(p.Account.Name)}
				if name == Overdue && !p.Account.OverdueSince.IsZero() {
					ev.Details.At = p.Account.OverdueSince
				}
				ev.Topic = "account/" + p.Account.Name
				ev.Reason = p.reason(name)
			})
		}
		j.shortfall(p)
	}
}

// silencesLow tells whether the alarm of an unpaid bill speaks for the low balance, too. That
// one is not raised then and reminds of nothing, but it stays open, and goes on when the bill
// is paid and too little is left.
func (p *Payer) silencesLow() bool { return p.Overdue != nil && p.Account.Overdue() }

// reason says in one line what an alarm of an account is about.
func (p *Payer) reason(name RuleName) string {
	a := p.Account
	if a.Balance == nil {
		return "a bill is unpaid"
	}
	out := "its balance is " + a.Balance.Amount.String() + " " + a.Balance.Currency
	if name == LowBalance && a.LowBalance > 0 {
		out += ", its threshold " + a.LowBalance.String()
	}
	return out
}

// observe is what a rule of an account sees of its balance.
func (p *Payer) observe(name RuleName) float64 {
	a := p.Account
	if name == Overdue {
		if a.Overdue() {
			return tooLittle
		}
		return enough
	}
	available, known := a.Available()
	switch {
	case !known || a.LowBalance <= 0:
		return enough
	case available < a.LowBalance:
		return tooLittle
	case available.Float() <= a.LowBalance.Float()*lowBalanceClear:
		return between
	}
	return enough
}

// ofAccount lists the instances of an account, in order of what happens to them
// first.
func (j *clockRound) ofAccount(name string) []Affected {
	var out []Affected
	for _, place := range j.judge.places.byAccount[name] {
		if a := j.terms[place]; a.Course != nil && a.Course.Basis != fleet.BasisSaid {
			out = append(out, Affected{Instance: a.Instance, Course: a.Course, Lifecycle: a.Course.At(j.now)})
		}
	}
	slices.SortStableFunc(out, func(a, b Affected) int {
		switch at, bt := a.Lifecycle.At, b.Lifecycle.At; {
		case at.Equal(bt):
			return strings.Compare(a.Instance.ID, b.Instance.ID)
		case at.IsZero():
			return 1
		case bt.IsZero():
			return -1
		default:
			return at.Compare(bt)
		}
	})
	return out
}

// topic joins what is one piece of news: what happens to an instance, or what an
// unpaid bill of an account does to all that it pays for. Deletion is a piece of
// its own until it is over.
func (j *clockRound) topic(a *TermWatch, r RuleName, k EventKind) string {
	if !j.byAccount(a, r) {
		return "instance/" + a.Instance.ID
	}
	topic := "account/" + a.Account.Name
	// Nor does the payment say of an instance that may be gone already that it may be.
	if r == Release && (Starts(k) || k == Cleared && !a.Course.Doubt.IsZero()) {
		topic += "/release"
	}
	return topic
}

// byAccount tells whether what a rule says of an instance follows from an unpaid
// bill of its account, or from its payment.
func (j *clockRound) byAccount(a *TermWatch, r RuleName) bool {
	follows := r == CannotRenew || a.Course.Term.Method == fleet.PayAsYouGo && (r == Suspension || r == Release)
	if !follows || a.Account == nil || !a.Course.Term.OverdueSince.IsZero() {
		return false
	}
	alarm := j.judge.slots[Key{Rule: Overdue, Account: a.Account.Name, Metric: NoMetric}]
	return a.Account.Overdue() || alarm != nil && alarm.state.Raised()
}

// gatherMost is up to how many events of one kind each of them speaks for all;
// of more only the first does.
const gatherMost = 50

// gather lets events of one topic, rule, kind and moment speak for each other: the same
// happens to all of them at once, so that one date is true for all. Which one comes first
// differs from recipient to recipient.
func (j *clockRound) gather() {
	type group struct {
		topic string
		rule  RuleName
		kind  EventKind
		at    int64
	}
	groups := make(map[group][]*Event)
	for i := range j.b.commit.Events {
		ev := &j.b.commit.Events[i]
		if ev.Details != nil && ev.Instance != nil && strings.HasPrefix(ev.Topic, "account/") {
			g := group{ev.Topic, ev.Key.Rule, ev.Kind, ev.Details.At.UnixNano()}
			groups[g] = append(groups[g], ev)
		}
	}
	for _, events := range groups {
		speaking := events
		if len(events) > gatherMost {
			speaking = events[:1]
		}
		for _, ev := range speaking {
			for _, other := range events {
				if other != ev {
					ev.Details.Others = append(ev.Details.Others, Affected{Instance: other.Instance, Course: other.Details.Course, Lifecycle: other.Details.Lifecycle})
				}
			}
		}
	}
}
