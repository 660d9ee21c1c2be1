package scenes

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
)

// payer is who pays for the instance.
func (s Stage) payer() *fleet.Account {
	name := s.Instance.Account
	if name == "" {
		name = "acme"
	}
	return &fleet.Account{Name: name, Zone: s.Zone, Balance: &fleet.Balance{Amount: 1_012_500_000, Currency: "CNY"}, LowBalance: 500_000_000}
}

// owing is the same with an unpaid bill.
func (s Stage) owing() *fleet.Account {
	a := s.payer()
	a.Balance.Amount, a.OverdueSince = -1_234_500_000, s.Now
	return a
}

// with is the instance with a term.
func (s Stage) with(in *fleet.Instance, term fleet.Term) *fleet.Instance {
	out := *in
	out.Term = term
	return &out
}

// term is one that ends now, or has a bill that is unpaid since now.
func (s Stage) term(m fleet.Method) fleet.Term {
	t := fleet.Term{Method: m, Policy: s.Policy(m).Name}
	if m == fleet.Subscription {
		t.Expires, t.PostExpiration = s.Now, fleet.Release
	} else {
		t.OverdueSince = s.Now
	}
	return t
}

// dated is an event of the calendar of an instance at a moment.
func (s Stage) dated(kind alarm.EventKind, rule alarm.RuleName, in *fleet.Instance, payer *fleet.Account, now time.Time) *alarm.Event {
	c := in.Term.Course(s.Policy(in.Term.Method), payer)
	ev := s.event(kind, rule, alarm.NoMetric, alarm.Critical)
	ev.At, ev.RaisedAt, ev.Since, ev.Instance = now, now, time.Time{}, in
	if kind == alarm.Withdrawn {
		return ev
	}
	ev.Details = &alarm.Details{At: momentOf(&c, rule), Course: &c, Lifecycle: c.At(now), Account: payer}
	switch rule {
	case alarm.FrozenRule:
		ev.Details.At = now
	case alarm.AutoRenewal:
		ev.Details.AttemptsLeft = c.Policy.Renewal.Left(c.From, now, c.Zone)
	}
	ev.Details.Renewed = kind == alarm.Cleared && c.Basis == fleet.BasisExpiry && c.From.After(now)
	return ev
}

// momentOf is what a rule counts to.
func momentOf(c *fleet.Course, rule alarm.RuleName) time.Time {
	switch rule {
	case alarm.Suspension:
		return c.Begins(fleet.LifecycleSuspended)
	case alarm.Release:
		return c.Begins(fleet.LifecycleReleased)
	case alarm.Overdue:
		return c.Term.OverdueSince
	}
	return c.Term.Expires
}

// terms are the rules that count to a date of a term, or that follow from it.
func (s Stage) terms() (out []Scene) {
	renewed := s.term(fleet.Subscription)
	renewed.Expires = s.Now.AddDate(1, 0, 0)
	after := map[alarm.EventKind]time.Duration{alarm.Raised: -3 * day, alarm.Escalated: time.Second, alarm.Reminded: 2 * day, alarm.Cleared: -day}
	for _, rule := range []alarm.RuleName{alarm.Expiry, alarm.Suspension, alarm.Release, alarm.AutoRenewal, alarm.CannotRenew} {
		payer, term := s.payer(), s.term(fleet.Subscription)
		term.AutoRenew = rule == alarm.AutoRenewal
		if rule == alarm.CannotRenew {
			payer = s.owing()
		}
		for _, kind := range kinds() {
			in := s.with(s.Instance, term)
			if kind == alarm.Cleared {
				in = s.with(s.Instance, renewed)
			}
			at := s.Now
			if c := in.Term.Course(s.Policy(fleet.Subscription), payer); kind != alarm.Cleared {
				if at = momentOf(&c, rule); at.IsZero() {
					continue // the policy has no such moment
				}
			}
			ev := s.dated(kind, rule, in, payer, at.Add(after[kind]))
			out = append(out, s.scene(ev))
			if kind == alarm.Raised {
				out = append(out, s.alike(ev, in, payer))
			}
		}
	}
	return out
}

// alike is an event that speaks for two more instances.
func (s Stage) alike(ev *alarm.Event, in *fleet.Instance, payer *fleet.Account) Scene {
	one, details := *ev, *ev.Details
	one.Details = &details
	for _, name := range []string{"Stock", "Mail"} {
		details.Others = append(details.Others, s.affected(s.with(s.other(name), in.Term), payer, ev.At))
	}
	return Scene{string(ev.Key.Rule) + " of three instances, " + string(ev.Kind), &one}
}

func (s Stage) affected(in *fleet.Instance, payer *fleet.Account, now time.Time) alarm.Affected {
	c := in.Term.Course(s.Policy(in.Term.Method), payer)
	return alarm.Affected{Instance: in, Course: &c, Lifecycle: c.At(now)}
}

// bills are unpaid bills of an instance, and one that is frozen.
func (s Stage) bills() (out []Scene) {
	due := s.with(s.Instance, s.term(fleet.PayAsYouGo))
	paid := s.with(s.Instance, fleet.Term{Method: fleet.PayAsYouGo, Policy: due.Term.Policy})
	cold := s.with(s.Instance, fleet.Term{Method: fleet.Free, Policy: s.Policy(fleet.Free).Name, Frozen: true})
	warm := s.with(s.Instance, fleet.Term{Method: fleet.Free, Policy: s.Policy(fleet.Free).Name})
	for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Reminded, alarm.Cleared, alarm.Withdrawn} {
		bill, frozen, at := due, cold, s.Now.Add(time.Hour)
		if kind == alarm.Cleared {
			bill, frozen = paid, warm
		}
		if kind == alarm.Reminded {
			at = s.Now.Add(5 * day)
		}
		out = append(out, s.scene(s.dated(kind, alarm.Overdue, bill, s.payer(), at)), s.scene(s.dated(kind, alarm.FrozenRule, frozen, s.payer(), at)))
	}
	return out
}

// money is what is told of an account as a whole.
func (s Stage) money() (out []Scene) {
	term := s.term(fleet.Subscription)
	term.AutoRenew, term.Price = true, fleet.Price{Amount: 410_000_000}
	in, use := s.with(s.Instance, term), fleet.Amount(20_000_000)
	for _, rule := range []alarm.RuleName{alarm.Overdue, alarm.LowBalance, alarm.Shortfall} {
		for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Reminded, alarm.Cleared, alarm.Withdrawn} {
			a, now := s.owing(), s.Now.Add(time.Hour)
			if rule != alarm.Overdue {
				a = s.payer()
				a.Balance.Amount, now = 80_000_000, s.Now.AddDate(0, 0, -12)
			}
			if kind == alarm.Cleared {
				a = s.payer()
				a.Balance.Amount = 5_000_000_000
			}
			a.DailyUse = &use
			ev := &alarm.Event{
				Kind: kind, Key: alarm.Key{Rule: rule, Account: a.Name, Metric: alarm.NoMetric}, Code: code, At: now, RaisedAt: now, Severity: alarm.Critical, Known: true,
				Details: &alarm.Details{At: now, Account: a},
			}
			for i := range 3 {
				other := s.with(s.other(fmt.Sprintf("Plant %d", i+1)), term)
				ev.Details.Others = append(ev.Details.Others, s.affected(other, a, now))
			}
			if rule == alarm.Shortfall {
				s.short(ev, in, now)
			}
			out = append(out, s.scene(ev))
		}
	}
	return out
}

// short gives an event of money that will be short what lies ahead.
func (s Stage) short(ev *alarm.Event, in *fleet.Instance, now time.Time) {
	a := ev.Details.Account
	ev.Details.Others = nil
	if ev.Kind == alarm.Withdrawn {
		ev.Details = nil
		return
	}
	c := in.Term.Course(s.Policy(fleet.Subscription), a)
	outlook := money.Ahead(a, []money.Term{{Instance: in, Course: &c}}, now, now.AddDate(0, 0, 20))
	ev.Details.Money = &outlook
	if first := outlook.First(); first != nil {
		ev.Details.At = first.At
	}
}
