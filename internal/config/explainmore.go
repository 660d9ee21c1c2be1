package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// payment says who has set what is known of renewals and bills, where no key of the instance
// has.
func (e *explained) payment(r *instanceResolver, out *Instance) {
	t, at := &out.Term, e.given.place
	policy := r.s.Catalogue.Policies[t.Policy]
	byPolicy := "the policy " + t.Policy
	if t.Method == fleet.Subscription {
		switch {
		case t.RenewPeriod.Known():
			e.set(r.d, "billing.renew_period", t.RenewPeriod.String(), at, "billing.renew_period", byCloud)
		case policy.Renewal.Period.Known():
			e.set(r.d, "billing.renew_period", policy.Renewal.Period.String(), at, "billing.renew_period", byPolicy)
		}
		if t.Price.Known() && !r.d.stands(at, "billing.price") {
			text := t.Price.Amount.Decimal()
			if t.Price.Currency != "" {
				text += " " + t.Price.Currency
			}
			if t.Price.For.Known() {
				text += " for " + t.Price.For.String()
			}
			e.set(r.d, "billing.price", text, at, "billing.price", byCatalogue+", "+strings.TrimSpace(out.Product+" "+out.Edition+" "+out.Spec))
		}
	}
	if b := policy.Billing; t.Method == fleet.PayAsYouGo && b.Known() && !r.d.stands(at, "billing.bill") {
		text := "cycle " + Span(b.Cycle) + ", after " + Span(b.After)
		if b.Within > 0 {
			text += ".." + Span(b.Within)
		}
		e.set(r.d, "billing.bill", text, at, "billing.bill", byPolicy)
	}
}

// labels lists the labels that the cloud's tags gave.
func (e *explained) labels(r *instanceResolver, out *Instance) {
	for _, l := range out.Labels {
		if !r.d.stands(e.given.place, "labels."+l.Name) {
			e.origins = append(e.origins, Origin{Key: "labels." + l.Name, Value: l.Value, By: byCloud})
		}
	}
}

// hours says when people are told of steps of the calendar, and when alarms of readings flap.
func (e *explained) hours(r *instanceResolver) {
	at := "off"
	if m := r.s.CalendarAt; m != nil {
		at = fmt.Sprintf("%02d:%02d", *m/60, *m%60)
	}
	e.set(r.d, "calendar_at", at, r.root, "alarms.calendar_at", byBuiltin)
}

// flapping says when the alarms of a metric, or of silence, flap.
func (e *explained) flapping(r *instanceResolver, out *Instance, name, metric string, flaps alarm.Flapping) {
	of := []place{r.doc.Alarms.Flapping.place}
	for i := range r.doc.Alarms.Overrides {
		if o := &r.doc.Alarms.Overrides[i]; o.Flapping != nil && o.Match.fits(out.Instance, metric) {
			of = append(of, o.Flapping.place)
		}
	}
	of = slices.DeleteFunc(of, func(p place) bool { return p.node == nil })
	e.part(r.d, name+".flapping.enabled", strconv.FormatBool(flaps.Raises > 0), of, "enabled")
	if flaps.Raises > 0 {
		e.part(r.d, name+".flapping.raises", strconv.Itoa(flaps.Raises), of, "raises")
		e.part(r.d, name+".flapping.within", Span(flaps.Within), of, "within")
	}
}

// account lists what is known of who pays.
func (e *explained) account(r *instanceResolver, out *Instance) {
	for i := range r.doc.Accounts {
		a := &r.doc.Accounts[i]
		if a.node == nil || a.Name != out.Account || out.Account == "" {
			continue
		}
		if a.Balance == nil && a.Provider != "" {
			e.origins = append(e.origins, Origin{Key: "account.balance", Value: "asked of the cloud", By: byCloud})
		}
		e.every(r.d, reflect.TypeFor[accountDoc](), keysOfSchema{prefix: "account.", at: stages{a.place}, idle: func(key string, _ reflect.StructField) bool {
			return a.Provider == "" && (strings.HasPrefix(key, "access_key") || key == "endpoint" || key == "monthly_calls")
		}})
	}
}

// edition lists what the catalogues say of what the instance is.
func (e *explained) edition(r *instanceResolver, out *Instance) {
	at := e.editions[out.Product+" "+out.Edition]
	if out.Edition == "" || len(at) == 0 {
		return
	}
	e.every(r.d, reflect.TypeFor[editionDoc](), keysOfSchema{prefix: "edition.", leave: "edition.specs", at: at})
	if out.Spec == "" {
		return
	}
	var specs stages
	for _, p := range at {
		if r.d.stands(p, "specs") {
			if of := r.d.find(p, "specs"); lookup(resolved(of.node), out.Spec) != nil {
				specs = append(specs, r.d.under(of, out.Spec))
			}
		}
	}
	e.every(r.d, reflect.TypeFor[specDoc](), keysOfSchema{prefix: "spec.", at: specs})
}

// idleOf tells which keys of an instance do nothing when they are not given.
func idleOf(out *Instance) func(string, reflect.StructField) bool {
	paid := []string{"billing.renew_period", "billing.price", "billing.auto_renew", "billing.post_expiration"}
	return func(key string, f reflect.StructField) bool {
		switch {
		case strings.HasPrefix(key, "source.tls."):
			return true
		case slices.Contains(paid, key):
			return out.Term.Method != fleet.Subscription
		}
		kinds, _, forSome := strings.Cut(strings.TrimPrefix(f.Tag.Get("doc"), "For "), ":")
		return strings.HasPrefix(key, "source.") && forSome && strings.HasPrefix(f.Tag.Get("doc"), "For ") && out.Source != nil &&
			!slices.Contains(strings.FieldsFunc(kinds, func(c rune) bool { return c == ',' || c == ' ' }), out.Source.Type)
	}
}
