package config

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// resolveInstances makes the instances, with their capacities, terms, sources
// and rules.
func (d *decoder) resolveInstances(root place, doc *document, s *Snapshot) {
	r := &instanceResolver{d: d, root: root, doc: doc, s: s, rules: newRuleMaker(d), dates: calendarMaker{make(map[calendarDraft]*alarm.CalendarRules), s.CalendarAt}, seen: make(map[string]place), currency: make(map[string]string), matched: make([]bool, len(doc.Alarms.Overrides))}
	r.capacity = layRule(builtinCapacity(), &doc.Alarms.Capacity)
	r.silence = layRule(builtinNoData(), &doc.Alarms.NoData)
	r.capacity.flaps = layFlapping(r.capacity.flaps, &doc.Alarms.Flapping)
	r.silence.flaps = layFlapping(r.silence.flaps, &doc.Alarms.Flapping)
	r.calendar = layCalendar(builtinCalendar(), &doc.Alarms.calendarDoc, doc.Alarms.LowBalance)
	r.calendar = layShortfall(r.calendar, doc.Alarms.Shortfall)
	d.resolvePayers(doc, r.calendar, s, r.matched)
	r.rules.rule(&r.capacity) // so that its faults are noted without instances too
	s.Instances = make([]Instance, 0, len(doc.Instances))
	for i := range doc.Instances {
		if in := &doc.Instances[i]; in.node != nil {
			r.add(in)
		}
	}
	r.addFound()
	slices.SortFunc(s.Instances, func(a, b Instance) int { return strings.Compare(a.ID, b.ID) })
	for i, matched := range r.matched {
		if o := &doc.Alarms.Overrides[i]; !matched && o.node != nil {
			d.warn(o.place, "no instance fits this override")
		}
	}
	if len(doc.Instances) == 0 && !discovers(s) {
		d.warn(root, "no instances are configured, so nothing is watched")
	}
}

// instanceResolver makes one instance after the other.
type instanceResolver struct {
	d        *decoder
	root     place
	doc      *document
	s        *Snapshot
	rules    *ruleMaker
	seen     map[string]place
	matched  []bool // overrides that fitted something
	capacity draft
	silence  draft
	calendar calendarDraft
	dates    calendarMaker
	currency map[string]string // by account: that of its balance, or of the first price
}

func (r *instanceResolver) add(in *instanceDoc) {
	d := r.d
	r.identify(in)
	explain := d.explained.takes(in)
	if !r.overlay(in) {
		return
	}
	out := Instance{Line: in.position(), Instance: &fleet.Instance{
		ID: in.ID, Name: in.Name, Account: in.Account, Product: in.Product, Edition: in.Edition, Spec: in.Spec,
		Labels: fleet.SortLabels(in.Labels), Configured: d.amounts(d.find(in.place, "capacity"), in.Capacity), Watched: in.Source != nil,
	}}
	if out.Name == "" {
		out.Name = in.ID
	}
	r.labels(in)
	zone := time.UTC
	if in.Account != "" {
		a, ok := r.s.Accounts[in.Account]
		if !ok {
			d.fault(d.find(in.place, "account"), "there is no account %q%s", clip(in.Account), suggest(in.Account, keysOf(r.s.Accounts)))
		} else {
			zone = a.Zone
		}
	}
	edition := r.edition(in, out.Instance)
	out.BulkRenewal = r.s.Catalogue.bulk(out.Instance)
	r.term(in, out.Instance, edition, zone)
	r.payment(in, out.Instance, edition, zone)
	if in.Source != nil && in.Source.node != nil {
		out.Source = d.resolveSource(in.Source, r.s.Collect)
		r.cloudSource(in, &out)
	}
	r.found(&out)
	r.judge(in, &out)
	r.notify(in, &out)
	if explain {
		r.explain(&out)
	}
	r.s.Instances = append(r.s.Instances, out)
}

// identify checks the id of an instance, and notes it. An instance without one of
// its own is checked like the others.
func (r *instanceResolver) identify(in *instanceDoc) {
	d := r.d
	first, twice := r.seen[in.ID]
	d.plain(d.under(in.place, "id"), in.ID)
	d.plain(d.under(in.place, "name"), in.Name)
	switch {
	case in.ID == "":
		d.fault(in.place, "id is missing")
	case twice:
		d.fault(d.find(in.place, "id"), "the instance %s is given twice; the first is at %s", in.ID, first.where())
	case len(in.ID) > maxName:
		d.fault(d.find(in.place, "id"), "an id has up to %d signs", maxName)
	default:
		r.seen[in.ID] = in.place
	}
}

func (r *instanceResolver) labels(in *instanceDoc) {
	for l, value := range in.Labels {
		r.d.plain(r.d.under(r.d.under(in.place, "labels"), l), value)
		if !r.d.forms.label.MatchString(l) {
			r.d.fault(r.d.under(r.d.under(in.place, "labels"), l), "a label's name has letters, digits and _, and begins with no digit")
		}
	}
}

// edition looks the capacity up in the catalogue.
func (r *instanceResolver) edition(in *instanceDoc, out *fleet.Instance) Edition {
	d, c := r.d, r.s.Catalogue
	if in.Product == "" {
		d.fault(in.place, "product is missing%s", suggest("", keysOf(c.Products)))
		return Edition{}
	}
	p, ok := c.Products[in.Product]
	if !ok {
		d.noProduct(d.find(in.place, "product"), in.Product, keysOf(c.Products))
		return Edition{}
	}
	if in.Edition == "" {
		if in.Spec != "" {
			d.fault(d.find(in.place, "spec"), "a spec belongs to an edition; give the edition too%s", suggest("", keysOf(p.Editions)))
		}
		return Edition{}
	}
	e, ok := p.Editions[in.Edition]
	if !ok {
		d.fault(d.find(in.place, "edition"), "%s has no edition %q%s", in.Product, clip(in.Edition), suggest(in.Edition, keysOf(p.Editions)))
		return Edition{}
	}
	out.Catalogue = e.Capacity
	if in.Spec == "" {
		return e
	}
	sp, ok := e.Specs[in.Spec]
	if !ok {
		d.fault(d.find(in.place, "spec"), "%s %s has no specification %q%s", in.Product, in.Edition, clip(in.Spec), suggest(in.Spec, keysOf(e.Specs)))
		return e
	}
	for m, v := range sp.Capacity {
		if v > 0 {
			out.Catalogue[m] = v
		}
	}
	return e
}

// term reads how long the instance may be used.
func (r *instanceResolver) term(in *instanceDoc, out *fleet.Instance, e Edition, zone *time.Location) {
	d, b := r.d, &in.Billing
	t := fleet.Term{
		Method: d.method(d.find(in.place, "billing.method"), b.Method), Policy: b.Policy, Expires: b.Expires.end(zone),
		OverdueSince: b.OverdueSince.begin(zone), AutoRenew: isTrue(b.AutoRenew), PostExpiration: b.PostExpiration, Frozen: isTrue(b.Frozen),
		Confirmed: b.Confirmed.end(zone),
	}
	switch t.PostExpiration {
	case "":
		t.PostExpiration = fleet.Release
	case fleet.Release, fleet.Downgrade:
	default:
		if d.stands(in.place, "billing.post_expiration") {
			d.fault(d.find(in.place, "billing.post_expiration"), "after expiry an instance is released or downgraded: release or downgrade")
			break
		}
		d.warn(in.place, "the cloud says that %s is followed by %q after its expiry, which is not known here; it counts as released", in.ID, clip(t.PostExpiration))
		t.PostExpiration = fleet.Release
	}
	switch _, known := r.s.Catalogue.Policies[t.Policy]; {
	case t.Policy == "":
		t.Policy = e.Policies[t.Method]
	case !known:
		d.fault(d.find(in.place, "billing.policy"), "there is no policy %q%s", clip(t.Policy), suggest(t.Policy, keysOf(r.s.Catalogue.Policies)))
	}
	d.checkPolicy(b, &t, r.s.Catalogue.Policies)
	if p := r.s.Catalogue.Policies[t.Policy]; t.PostExpiration == fleet.Downgrade && !p.Downgrades && !d.stands(in.place, "billing.post_expiration") {
		d.warn(in.place, "the cloud says that %s is downgraded after its expiry, and its policy knows no downgrade; it counts as released", in.ID)
		t.PostExpiration = fleet.Release
	} else if t.PostExpiration == fleet.Downgrade && !p.Downgrades {
		d.fault(d.find(in.place, "billing.post_expiration"), "only what is billed by a policy with downgrades: true, such as rocketmq4-platinum, can be downgraded after its expiry")
	}
	if !t.Expires.IsZero() && t.Method == fleet.Free {
		d.warn(d.find(in.place, "billing.expires"), "a free instance does not expire")
	}
	if !t.Expires.IsZero() && t.Expires.Before(time.Now()) {
		d.warn(d.find(in.place, "billing.expires"), "this lies in the past")
	}
	out.Term = t
}

func isTrue(b *bool) bool { return b != nil && *b }

// judge makes the alarm rules of the instance.
func (r *instanceResolver) judge(in *instanceDoc, out *Instance) {
	d := r.d
	for name := range in.Alarms.rules {
		if _, ok := fleet.ParseMetric(name); !ok && name != "no_data" {
			known := append(keysOf(d.fieldsOf(reflect.TypeFor[calendarDoc]())), "no_data")
			for _, m := range fleet.Metrics() {
				known = append(known, m.String())
			}
			d.fault(d.under(d.under(in.place, "alarms"), name), "there is no metric and no rule %q%s", clip(name), suggest(name, known))
		}
	}
	for _, m := range fleet.Metrics() {
		rule := r.capacity
		for i := range r.doc.Alarms.Overrides {
			if o := &r.doc.Alarms.Overrides[i]; (o.Capacity != nil || o.Flapping != nil) && o.Match.fits(out.Instance, m.String()) {
				r.matched[i] = true
				rule = layRule(rule, o.Capacity)
				rule.flaps = layFlapping(rule.flaps, o.Flapping)
			}
		}
		if own, ok := in.Alarms.rules[m.String()]; ok {
			d.checkRule(&own)
			rule = layRule(rule, &own)
			if own.Clear.set {
				out.OwnClear = out.OwnClear.With(m)
			}
		}
		out.Rules[m] = r.rules.rule(&rule)
		if !rule.enabled {
			out.Resting[m] = r.rules.resting(rule)
		}
	}
	silence := r.silence
	for i := range r.doc.Alarms.Overrides {
		if o := &r.doc.Alarms.Overrides[i]; (o.NoData != nil || o.Flapping != nil && o.Match.Metric == "") && o.Match.fits(out.Instance, "") {
			r.matched[i] = true
			silence = layRule(silence, o.NoData)
			silence.flaps = layFlapping(silence.flaps, o.Flapping)
		}
	}
	if own, ok := in.Alarms.rules["no_data"]; ok {
		d.checkSilence(&own)
		silence = layRule(silence, &own)
	}
	if out.Source != nil {
		out.NoData = r.rules.rule(&silence)
	}
	r.judgeDates(in, out)
}

// judgeDates makes the rules of the instance's calendar.
func (r *instanceResolver) judgeDates(in *instanceDoc, out *Instance) {
	calendar := r.calendar
	for i := range r.doc.Alarms.Overrides {
		o := &r.doc.Alarms.Overrides[i]
		if o.calendarDoc != (calendarDoc{}) && o.Match.fits(out.Instance, "") {
			r.matched[i] = true
			calendar = layCalendar(calendar, &o.calendarDoc, nil)
		}
	}
	r.d.checkCalendar(&in.Alarms.calendar)
	calendar = layCalendar(calendar, &in.Alarms.calendar, nil)
	out.Calendar = r.dates.rules(calendar)
	out.Term.ExpiringDays = calendar.expiry.expiringDays()
}
