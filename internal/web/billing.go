package web

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// billing is the panel of an instance's bill: how it is paid, until when, and what
// to do.
type billing struct {
	Method    string
	Paid      bool   // it has a term that is renewed
	LastDay   string // 2026-12-31; empty when the end is not known, or lies within a day
	Ends      stamp  // the first moment after the term
	AutoRenew string
	Attempts  string // when automatic renewal tries
	AfterTerm string
	Account   string
	Balance   string // empty when it is not known
	Broke     bool   // its account is overdue
	Overdue   stamp  // since when its own bill, or that of its account, is unpaid
	Policy    string
	Source    string // of the policy
	Payment   payment

	Guide fleet.Guide
	// RenewLink and UpgradeLink lead to the console; empty where no link is known: then the
	// steps stand there as text.
	RenewLink, UpgradeLink string
	NoRenewal              string // why there is nothing to renew
}

func (p *pages) billing(st *fleet.Standing) billing {
	in, t := st.Instance, st.Instance.Term
	zone := zoneOf(st.Course)
	out := billing{
		Method: p.methodWords(t.Method), Paid: t.Method != fleet.PayAsYouGo && t.Method != fleet.Free,
		Ends: p.stampIn(t.Expires, zone), AutoRenew: p.say.T("renewal|off"), AfterTerm: p.afterTerm(st), Account: in.Account,
	}
	if t.AutoRenew {
		out.AutoRenew = p.say.T("renewal|on")
	}
	if c := st.Course; c != nil {
		out.Broke, out.Policy, out.Source = c.Overdue, c.Policy.Name, c.Policy.Source
		if day, ok := fleet.LastDay(t.Expires, zone); ok && c.From.Equal(t.Expires) {
			out.LastDay = words.Date(day, zone)
		}
		if t.AutoRenew {
			out.Attempts = p.attempts(c)
		}
	}
	since := t.OverdueSince
	out.Payment = p.payment(st, p.payers()[in.Account])
	if a := p.payers()[in.Account]; a != nil {
		out.Balance = words.Balance(a, p.lang())
		if since.IsZero() {
			since = a.OverdueSince
		}
	}
	out.Overdue = p.stampIn(since, zone)
	p.guide(&out, in)
	return out
}

// guide fills in how to renew and upgrade.
func (p *pages) guide(b *billing, in *fleet.Instance) {
	switch in.Term.Method {
	case fleet.PayAsYouGo:
		b.NoRenewal = p.say.T("There is nothing to renew: it is billed as it is used. Keep the balance of the account above zero.")
	case fleet.Free:
		b.NoRenewal = p.say.T("There is nothing to renew: it is free.")
	case fleet.Subscription:
	}
	if p.Guide == nil {
		return
	}
	b.Guide = p.Guide(in, p.lang())
	if b.Paid {
		b.RenewLink = b.Guide.RenewURL
	} else {
		b.Guide.Renew = ""
	}
	b.UpgradeLink = b.Guide.UpgradeURL
}

// attempts says when automatic renewal tries to pay the term of a course, and how
// often it still will.
func (p *pages) attempts(c *fleet.Course) string {
	r, now := c.Policy.Renewal, p.Now()
	if c.Term.Expires.IsZero() {
		return ""
	}
	if !r.Known() {
		return p.say.T("when it tries is not documented")
	}
	const day = 24 * time.Hour
	on := func(days int) string {
		return words.Date(c.Before(c.Term.Expires, time.Duration(days)*day), zoneOf(c))
	}
	text := p.say.T("tries once, on %s", on(r.First))
	if last := max(r.Last, 1); last < r.First {
		text = p.say.T("tries daily from %s to %s", on(r.First), on(last))
	}
	switch left := r.Left(c.Term.Expires, now, zoneOf(c)); {
	case !now.Before(c.Term.Expires):
		return text + p.say.T("; the term has ended")
	case left == 0:
		return text + p.say.T("; no attempt is left")
	default:
		return text + p.say.N(left, "; %d attempt is to come", "; %d attempts are to come", left)
	}
}

// afterTerm says what happens to an instance after its paid term, when nobody
// renews it.
func (p *pages) afterTerm(st *fleet.Standing) string {
	switch t := st.Instance.Term; {
	case t.PostExpiration == fleet.Downgrade:
		return p.say.T("it is converted to pay-as-you-go (downgraded), and not released")
	case t.PostExpiration == fleet.Release:
		return p.say.T("it is released, with everything on it")
	case t.PostExpiration != "":
		return t.PostExpiration
	case t.Method == fleet.Subscription && st.Course != nil && st.Course.Has(fleet.LifecycleReleased):
		return p.say.T("it is released, with everything on it (nothing else was set)")
	}
	return ""
}

// courseRow is one moment of an instance's calendar.
type courseRow struct {
	Life    life
	At      stamp
	Origin  string // who says so
	Perhaps bool
	Begun   bool // it has come
	Current bool // and no later one has
}

// courseRows is the whole calendar of an instance.
func (p *pages) courseRows(c *fleet.Course) []courseRow {
	if c == nil {
		return nil
	}
	out := make([]courseRow, 0, len(c.Moments))
	for _, m := range c.Moments {
		row := courseRow{Life: p.newLife(m.State), At: p.stampIn(m.At, c.Zone), Perhaps: m.Perhaps, Begun: !p.Now().Before(m.At)}
		if m.State == fleet.LifecycleActive {
			row.Life.Word = p.say.T("converted, active")
		}
		switch {
		case c.Basis == fleet.BasisSaid && m.State == fleet.LifecycleReleased:
			row.Origin = p.say.T("origin|a person")
		case m.Reported:
			row.Origin = p.say.T("origin|the cloud")
		case c.Policy.Name != "" && m.State != fleet.LifecycleExpiring && !m.At.Equal(c.From):
			row.Origin = p.say.T("policy %s", c.Policy.Name)
		default:
			row.Origin = p.say.T("origin|the term")
			if c.Basis == fleet.BasisOverdue {
				row.Origin = p.say.T("origin|the unpaid bill")
			}
		}
		out = append(out, row)
	}
	for i := range out {
		out[i].Current = out[i].Begun && (i+1 == len(out) || !out[i+1].Begun)
	}
	return out
}
