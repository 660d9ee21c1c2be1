package alarm

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// ShortfallRule tells that renewals of an account will fail before long, because its
// balance is not enough for them.
type ShortfallRule struct {
	Within time.Duration // how soon
	Rule   Rule          // how bad it is, and how often to remind
}

// shortfallClear is how much further away than Within a shortfall must be for the alarm to
// end, so that a daily use that wavers does not tell time and again.
const shortfallClear = 1.25

// shortfall judges whether the money of an account lasts. Without a balance nobody knows,
// and what was known holds.
func (j *clockRound) shortfall(p *Payer) {
	r := p.Shortfall
	if r == nil {
		return
	}
	a := p.Account
	sl := j.judge.slot(Key{Rule: Shortfall, Account: a.Name, Metric: NoMetric}, nil)
	if a.Balance == nil && sl.state.Zero() {
		return
	}
	far := time.Duration(float64(r.Within) * shortfallClear)
	out := money.Ahead(a, j.paidBy(a.Name), j.now, j.now.Add(far))
	o := Observation{At: j.now, Known: out.Known, Usage: enough, Capacity: 1, Reason: "the balance is not known"}
	first := out.First()
	switch {
	case first == nil:
	case first.At.Sub(j.now) > r.Within:
		o.Usage = between
	default:
		o.Usage = tooLittle
	}
	j.plain(sl, &r.Rule, o, func(ev *Event) {
		ev.Details = &Details{At: j.now, Lead: r.Within, Account: a, Money: &out}
		if first != nil {
			ev.Details.At = first.At
		}
		ev.Topic = "account/" + a.Name + "/money"
		ev.Reason = shortfallReason(p, &out)
	})
}

// paidBy lists the terms that an account pays for.
func (j *clockRound) paidBy(account string) []money.Term {
	var out []money.Term
	for _, place := range j.judge.places.byAccount[account] {
		if t := j.terms[place]; t.Course != nil {
			out = append(out, money.Term{Instance: t.Instance, Course: t.Course})
		}
	}
	return out
}

// shortfallReason says in one line what an alarm is about, for the journal, lists and pages.
func shortfallReason(p *Payer, o *money.Outlook) string {
	s := o.First()
	if s == nil {
		if n := len(o.Missed); n > 0 {
			return fmt.Sprintf("no renewal ahead fails; of %d no attempt is left, so renew by hand", n)
		}
		return "its balance is enough for the renewals ahead"
	}
	zone := time.UTC
	if p.Account.Zone != nil {
		zone = p.Account.Zone
	}
	return fmt.Sprintf("at %s renewals will fail: %d, %s %s short", words.Moment(s.At, zone), len(s.Renewals), s.Missing, s.Currency)
}
