package alarm

import (
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/fleet"
)

// Balances are judged as observations: 1 while a bill is unpaid or too little is
// left, 0 while it is not. Between a mark and its clear mark nothing changes.
const (
	tooLittle = 1.0
	between   = 0.75
	enough    = 0.0
)

// lowBalanceClear is how far above its mark a balance must be for its alarm to
// end: 5 % of the mark.
const lowBalanceClear = 1.05

// rule returns the rule of an account's alarm; nil is off.
func (p *Payer) rule(name RuleName) *Rule {
	switch name {
	case Overdue:
		return p.Overdue
	case LowBalance:
		return p.LowBalance
	case Capacity, NoData, Expiry, Suspension, Release, AutoRenewal, CannotRenew, FrozenRule, Forecast:
	}
	return nil
}

// payers judges the accounts. What was known of a balance that cannot be asked
// for holds.
func (j *dayJudge) payers() {
	for i := range j.al.calendar.Payers {
		p := &j.al.calendar.Payers[i]
		for _, name := range []RuleName{Overdue, LowBalance} {
			r := p.rule(name)
			if r == nil {
				continue
			}
			o := Observation{At: j.now, Known: p.Account.Balance != nil || p.Account.Overdue(), Capacity: 1}
			o.Usage = p.observe(name)
			if !o.Known {
				o.Reason = "the balance is not known"
			}
			sl := j.al.slot(Key{Rule: name, Account: p.Account.Name, Metric: NoMetric}, nil)
			j.plain(sl, r, o, func(ev *Event) {
				ev.Occasion = &Occasion{At: j.now, Account: p.Account, Others: j.ofAccount(p.Account.Name)}
				if name == Overdue && !p.Account.OverdueSince.IsZero() {
					ev.Occasion.At = p.Account.OverdueSince
				}
				ev.Topic = "account/" + p.Account.Name
			})
		}
	}
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
	switch {
	case a.Balance == nil || a.LowBalance <= 0:
		return enough
	case a.Balance.Amount < a.LowBalance:
		return tooLittle
	case a.Balance.Amount.Float() <= a.LowBalance.Float()*lowBalanceClear:
		return between
	}
	return enough
}

// ofAccount lists the instances of an account, in order of what happens to them
// first.
func (j *dayJudge) ofAccount(name string) []Affected {
	var out []Affected
	for i := range j.al.calendar.Agendas {
		if a := &j.al.calendar.Agendas[i]; a.Instance.Account == name && a.Course != nil {
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

// topic joins what is one piece of news: what happens to an instance, or to an
// account and the instances that it pays for.
func (j *dayJudge) topic(a *Agenda, r RuleName) string {
	byAccount := r == CannotRenew || a.Course.Basis == fleet.BasisOverdue && r != Overdue
	if byAccount && a.Account.Overdue() {
		return "account/" + a.Account.Name
	}
	return "instance/" + a.Instance.ID
}
