package config

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// payment reads what an instance costs, for how long it is renewed, when it is billed,
// and when somebody unsubscribed it.
func (r *instanceResolver) payment(in *instanceDoc, out *fleet.Instance, e Edition, zone *time.Location) {
	d, b, t := r.d, &in.Billing, &out.Term
	t.RenewPeriod, t.UnsubscribedAt, t.Billing = b.RenewPeriod.v, b.UnsubscribedAt.begin(zone), b.Bill.resolve(d)
	t.Price = b.Price.resolve(d)
	if !b.Price.given {
		if t.Price = e.Specs[in.Spec].Price; !t.Price.Known() {
			t.Price = e.Price
		}
	}
	r.payInOneCurrency(in, t)
	if b.Bill != nil && t.Method != fleet.PayAsYouGo {
		d.fault(d.find(in.place, "billing.bill"), "only what is paid for as it goes (method: payg) is billed")
	}
	if t.Method == fleet.Subscription {
		r.checkUnsubscribed(in, t)
		return
	}
	for key, given := range map[string]bool{"renew_period": t.RenewPeriod.Known(), "unsubscribed_at": !t.UnsubscribedAt.IsZero(), "price": b.Price.given} {
		if given {
			d.fault(d.find(in.place, "billing."+key), "only a subscription is renewed and unsubscribed, and this instance is billed by %s", t.Method)
		}
	}
}

// checkUnsubscribed points at an unsubscribing of which nobody knows what it does.
func (r *instanceResolver) checkUnsubscribed(in *instanceDoc, t *fleet.Term) {
	if p := r.s.Catalogue.Policies[t.Policy]; !t.UnsubscribedAt.IsZero() && !p.UnsubscribesAtOnce {
		r.d.warn(r.d.find(in.place, "billing.unsubscribed_at"), "no policy says what unsubscribing this instance does, so its state is unknown from then on")
	}
}

// payInOneCurrency faults a price that an account cannot pay: it has one currency.
func (r *instanceResolver) payInOneCurrency(in *instanceDoc, t *fleet.Term) {
	if in.Account == "" || t.Price.Currency == "" {
		return
	}
	known := r.currency[in.Account]
	if b := r.s.Accounts[in.Account].Balance; b != nil {
		known = b.Currency
	}
	switch {
	case known == "":
		r.currency[in.Account] = t.Price.Currency
	case known == t.Price.Currency:
	case in.Billing.Price.given:
		r.d.fault(r.d.find(in.place, "billing.price"), "an account pays in one currency, and %s in %s, not in %s", clip(in.Account), clip(known), clip(t.Price.Currency))
	default: // of the catalogue: nobody chose it for this account
		t.Price = fleet.Price{}
	}
}
