package config

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

func (d *decoder) layPolicies(c *Catalogue, policies map[string]policyDoc) {
	for name, p := range policies {
		if p.node == nil {
			continue
		}
		d.plain(p.place, name)
		d.plain(d.under(p.place, "source"), p.Source)
		out := fleet.Policy{Name: name, Method: d.method(d.find(p.place, "method"), p.Method), Downgrades: p.Downgrades, Source: p.Source}
		out.Renewal = d.renewal(p.Renewal, out.Method)
		out.Billing, out.UnsubscribesAtOnce = p.Bill.resolve(d), p.AtOnce
		if p.Bill != nil && out.Method != fleet.PayAsYouGo {
			d.fault(p.Bill.place, "only what is paid for as it goes (method: payg) is billed")
		}
		if p.AtOnce && out.Method != fleet.Subscription {
			d.fault(d.find(p.place, "unsubscribes_at_once"), "only a subscription can be unsubscribed")
		}
		if p.Downgrades && out.Method != fleet.Subscription {
			d.fault(d.find(p.place, "downgrades"), "only a subscription has an end after which it could be downgraded")
		}
		if out.Method == fleet.Free && len(p.Phases) > 0 {
			d.fault(d.find(p.place, "phases"), "what is free has no term that could end, so no phases follow it")
		}
		for i := range p.Phases {
			if ph := &p.Phases[i]; ph.node != nil {
				d.checkPhase(p.Phases, i)
				out.Phases = append(out.Phases, phaseOf(fleet.LifecycleState(ph.State), ph.For.Duration))
			}
		}
		c.Policies[name] = out
	}
}

// renewal reads when automatic renewal tries to pay.
func (d *decoder) renewal(r *renewalDoc, m fleet.Method) fleet.Renewal {
	if r == nil || r.node == nil {
		return fleet.Renewal{}
	}
	first, last := r.First.Duration, r.Last.or(r.First.Duration)
	switch {
	case m != fleet.Subscription:
		d.fault(r.place, "only a subscription is renewed")
	case first < day || first%day != 0 || last < day || last%day != 0:
		d.fault(r.place, "attempts are made whole days before the end: {first: 9d, last: 1d}")
	case last > first:
		d.fault(d.find(r.place, "last"), "the last attempt comes after the first, so it is fewer days before the end")
	}
	if r.Pays != "" && r.Pays != "balance" {
		d.fault(d.find(r.place, "pays"), "automatic renewal pays from the balance only, or it is not known: balance, or leave it out; %q is not known", clip(r.Pays))
	}
	return fleet.Renewal{
		First: int(first / day), Last: int(last / day), Clock: r.At.v, Period: r.Period.v, Advised: r.Advised.v, BalanceOnly: r.Pays == "balance",
	}
}

// order is the order in which the states after the end of a term can follow one
// another. Whatever was lost does not come back by waiting.
func order() []string {
	return []string{string(fleet.LifecycleGrace), string(fleet.LifecycleSuspended), string(fleet.LifecycleRecycled), string(fleet.LifecycleReleased)}
}

// checkPhase refuses a phase that makes no sense where it stands.
func (d *decoder) checkPhase(phases []phaseDoc, i int) {
	ph, last := &phases[i], i+1 == len(phases)
	rank := slices.Index(order(), ph.State)
	if rank < 0 {
		d.fault(d.find(ph.place, "state"), "a phase is grace, suspended, recycled or released, not %q", clip(ph.State))
		return
	}
	if i > 0 {
		if before := slices.Index(order(), phases[i-1].State); before >= rank {
			d.fault(d.find(ph.place, "state"), "%s cannot follow %s: phases go from grace over suspended and recycled to released, each once at most", ph.State, phases[i-1].State)
		}
	}
	length := d.find(ph.place, "for")
	switch {
	case ph.State == string(fleet.LifecycleReleased) && ph.For.set:
		d.fault(length, "what is released stays so; leave for out")
	case ph.For.set && ph.For.Duration <= 0:
		d.fault(length, "a phase has a length above 0; leave the phase out when it has none")
	case ph.For.set && ph.For.Duration%time.Hour != 0:
		d.fault(length, "a phase has whole hours (24h) or days (15d)")
	case !ph.For.set && !last:
		d.fault(ph.place, "only the last phase may be without a length (for)")
	}
}

// checkPolicy makes sure that an instance is paid for as its policy says, and
// points at a term after whose end nobody knows what happens.
func (d *decoder) checkPolicy(b *billingDoc, t *fleet.Term, policies map[string]fleet.Policy) {
	p, known := policies[t.Policy]
	switch {
	case known && p.Method != t.Method:
		d.fault(d.find(b.place, "policy"), "the policy %s is for billing by %s, and this instance is billed by %s", t.Policy, p.Method, t.Method)
	case !known && t.Policy == "" && (!t.Expires.IsZero() || !t.OverdueSince.IsZero()):
		d.warn(b.place, "no policy is known for this product, edition and method of billing, so what follows its end is not known either: give it an edition of the catalogue, or name a policy")
	}
}

// phaseOf writes a length in calendar days when it is whole days of more than
// one, and in hours else: "24h" is a day of hours, "7d" are calendar days.
func phaseOf(state fleet.LifecycleState, d time.Duration) fleet.Phase {
	if d > day && d%day == 0 {
		return fleet.Phase{State: state, Days: int(d / day)}
	}
	return fleet.Phase{State: state, Hours: int(d / time.Hour)}
}
