package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Origin is one value that is in force for an instance, with who has set it.
type Origin struct {
	Key   string // what it is, as the configuration calls it: billing.expires, connections.threshold
	Value string // as it is in force
	// Path is the key that set it, as a fault names it: alarms.overrides[1].capacity.threshold.
	// "" is none.
	Path string
	At   Position // where that key stands; its File is "" for none
	By   string   // who has set it, where no key has: built in, the catalogue, the cloud
}

// Where a value comes from that no key of a file has set.
const (
	byBuiltin   = "built in"
	byCatalogue = "the catalogue"
	byCloud     = "the cloud"
)

// Explain reads a configuration as LoadWith does, and says who has set what is in force
// for the instance with an id. The instance is nil when there is none.
func Explain(path string, found []fleet.Found, id string) (*Instance, []Origin, error) {
	d := newDecoder()
	d.explained = &explained{id: id}
	s, err := d.loadFound(path, found)
	if err != nil {
		return nil, nil, err
	}
	for i := range s.Instances {
		if s.Instances[i].ID == id {
			return &s.Instances[i], d.explained.origins, nil
		}
	}
	return nil, nil, nil
}

// explained is the instance whose values are explained, and what was found about them.
type explained struct {
	id      string
	given   instanceDoc // as the files have it, before the cloud filled its gaps
	origins []Origin

	editions map[string]stages // by product and edition: where it stands in catalogues and files
}

// lays notes where an edition stands.
func (e *explained) lays(product, edition string, p place) {
	if e == nil {
		return
	}
	if e.editions == nil {
		e.editions = make(map[string]stages)
	}
	key := product + " " + edition
	e.editions[key] = append(e.editions[key], p)
}

// takes tells whether in is the instance to explain, and keeps what was given of it.
func (e *explained) takes(in *instanceDoc) bool {
	if e == nil || e.id != in.ID {
		return false
	}
	e.given = *in
	return true
}

// explain lists the values of an instance with their origins.
func (r *instanceResolver) explain(out *Instance) {
	e := r.d.explained
	e.identity(r, out)
	e.capacity(r, out)
	e.term(r, out)
	e.source(r, out)
	e.notify(r, out)
	e.payment(r, out)
	e.labels(r, out)
	e.every(r.d, reflect.TypeFor[instanceDoc](), keysOfSchema{at: stages{e.given.place}, idle: idleOf(out)})
	e.account(r, out)
	e.edition(r, out)
	e.hours(r)
	for _, m := range fleet.Metrics() {
		if out.Limit(nil, m).Known() || out.Watched {
			e.rule(r.d, m.String(), out.Rules[m], r.capacityStages(&e.given, out.Instance, m))
			if rule := out.Rules[m]; rule != nil {
				e.flapping(r, out, m.String(), m.String(), rule.Flapping)
			}
		}
	}
	if out.Source != nil {
		e.rule(r.d, "no_data", out.NoData, r.silenceStages(&e.given, out.Instance))
		if out.NoData != nil {
			e.flapping(r, out, "no_data", "", out.NoData.Flapping)
		}
	}
	e.calendar(r, out)
}

// set notes a value that a key below p has set, or somebody else when no key has.
func (e *explained) set(d *decoder, key, value string, p place, keys, otherwise string) {
	o := Origin{Key: key, Value: value, By: otherwise}
	if d.stands(p, keys) {
		at := d.find(p, keys)
		o.Path, o.At, o.By = at.path, at.position(), ""
	}
	e.origins = append(e.origins, o)
}

// stands tells whether there is a value under a dotted path below p.
func (d *decoder) stands(p place, keys string) bool {
	n := resolved(p.node)
	for key := range strings.SplitSeq(keys, ".") {
		if n = resolved(lookup(n, key)); n == nil {
			return false
		}
	}
	return !isNull(n)
}

func (e *explained) identity(r *instanceResolver, out *Instance) {
	at := e.given.place
	cloud := r.cloudOr(out, byBuiltin)
	e.set(r.d, "name", out.Name, at, "name", cloud)
	for _, v := range []struct{ key, value string }{{"account", out.Account}, {"product", out.Product}, {"edition", out.Edition}, {"spec", out.Spec}} {
		if v.value != "" {
			e.set(r.d, v.key, v.value, at, v.key, cloud)
		}
	}
}

// cloudOr is the cloud for an instance that it has told of, and otherwise for others.
func (r *instanceResolver) cloudOr(out *Instance, otherwise string) string {
	if r.d.found[out.ID] != nil {
		return byCloud
	}
	return otherwise
}

// capacity lists what counts as capacity as far as no server tells it.
func (e *explained) capacity(r *instanceResolver, out *Instance) {
	for _, m := range fleet.Metrics() {
		l := out.Limit(nil, m)
		if !l.Known() {
			continue
		}
		by := byCatalogue + ", " + strings.TrimSpace(out.Product+" "+out.Edition+" "+out.Spec)
		if l.Origin == fleet.OriginCloud {
			by = byCloud
		}
		e.set(r.d, "capacity."+m.String(), words.Figure(m, l.Value), e.given.place, "capacity."+m.String(), by)
	}
}

func (e *explained) term(r *instanceResolver, out *Instance) {
	at, t := e.given.place, out.Term
	cloud := r.cloudOr(out, byBuiltin)
	e.set(r.d, "billing.method", string(t.Method), at, "billing.method", cloud)
	if t.Policy != "" {
		e.set(r.d, "billing.policy", t.Policy, at, "billing.policy", byCatalogue+", by product, edition and method")
	}
	for _, v := range []struct {
		key string
		at  time.Time
	}{{"billing.expires", t.Expires}, {"billing.overdue_since", t.OverdueSince}, {"billing.suspends_at", t.SuspendsAt}, {"billing.releases_at", t.ReleasesAt}} {
		if !v.at.IsZero() {
			e.set(r.d, v.key, v.at.UTC().Format(time.RFC3339), at, v.key, byCloud)
		}
	}
	if t.Method == fleet.Subscription {
		e.set(r.d, "billing.auto_renew", strconv.FormatBool(t.AutoRenew), at, "billing.auto_renew", cloud)
		e.set(r.d, "billing.post_expiration", t.PostExpiration, at, "billing.post_expiration", cloud)
	}
	if t.Frozen {
		e.set(r.d, "billing.frozen", "true", at, "billing.frozen", cloud)
	}
}

func (e *explained) source(r *instanceResolver, out *Instance) {
	s := out.Source
	if s == nil {
		e.origins = append(e.origins, Origin{Key: "source", Value: "none: only its calendar is watched", By: byBuiltin})
		return
	}
	at := e.given.place
	e.set(r.d, "source.type", s.Type, at, "source.type", byCloud)
	if s.URL != "" {
		e.set(r.d, "source.url", ShownURL(s.URL), at, "source.url", byBuiltin)
	}
	for _, v := range []struct{ key, value string }{{"source.region", s.Region}, {"source.kind", s.Kind}} {
		if v.value != "" && s.Type == "aliyun" {
			e.set(r.d, v.key, v.value, at, v.key, r.cloudOr(out, byBuiltin))
		}
	}
	e.within(r, "source.interval", s.Interval, "collect.interval")
	e.within(r, "source.timeout", s.Timeout, "collect.timeout")
}

// within notes a length of time of the source that the file may give for all sources, too.
func (e *explained) within(r *instanceResolver, key string, d time.Duration, forAll string) {
	from, keys := e.given.place, key
	if !r.d.stands(from, keys) {
		from, keys = r.root, forAll
	}
	e.set(r.d, key, Span(d), from, keys, byBuiltin)
}

// notify says which receivers are told, and why these.
func (e *explained) notify(r *instanceResolver, out *Instance) {
	value := strings.Join(out.Notify, ", ")
	if value == "" {
		value = "nobody"
	}
	from, keys := r.root, "alarms.notify"
	if r.d.stands(e.given.place, "notify") {
		from, keys = e.given.place, "notify"
	} else if _, ok := r.s.AccountNotify[out.Account]; ok {
		for i := range r.doc.Accounts {
			if a := &r.doc.Accounts[i]; a.Name == out.Account && a.Notify != nil {
				from, keys = a.place, "notify"
			}
		}
	}
	otherwise := byBuiltin
	if len(out.Notify) == 1 && len(r.s.Receivers) == 1 {
		otherwise = "the only receiver there is"
	}
	e.set(r.d, "notify", value, from, keys, otherwise)
}

// rule lists the parts of a rule of readings with the stages that have set them.
func (e *explained) rule(d *decoder, name string, rule *alarm.Rule, stages []place) {
	if rule == nil {
		e.part(d, name+".enabled", "false", stages, "enabled")
		return
	}
	e.part(d, name+".enabled", "true", stages, "enabled")
	if name != "no_data" {
		base := e.base(d, rule, stages)
		e.part(d, name+".threshold", words.Threshold(base.Threshold), stages, "threshold")
		// A threshold takes its clear threshold with it, unless its stage gives one.
		e.part(d, name+".clear", words.Threshold(base.Clear), stages, "clear", "threshold")
		if len(rule.Levels) > 1 {
			e.part(d, name+".levels", levelsText(rule, base), stages, "levels")
		}
		e.part(d, name+".severity", string(base.Severity), stages, "severity")
	} else {
		e.part(d, name+".severity", string(rule.Levels[0].Severity), stages, "severity")
	}
	e.part(d, name+".for", Span(rule.For), stages, "for")
	e.part(d, name+".clear_for", Span(rule.ClearFor), stages, "clear_for")
	e.part(d, name+".repeat", Span(rule.Repeat), stages, "repeat")
}

// base is the level of the rule's own threshold: that which no levels give.
func (e *explained) base(d *decoder, rule *alarm.Rule, stages []place) alarm.Level {
	if by, ok := d.lastStage(stages, "threshold"); ok {
		var s share
		s.decode(newDecoder(), by)
		for _, l := range rule.Levels {
			if s.set && l.Threshold == s.v {
				return l
			}
		}
	}
	for _, l := range rule.Levels {
		if l.Threshold == builtinCapacity().base.threshold {
			return l
		}
	}
	return rule.Levels[0]
}

// levelsText lists the further levels of a rule.
func levelsText(rule *alarm.Rule, base alarm.Level) string {
	var out []string
	for _, l := range rule.Levels {
		if l != base {
			out = append(out, fmt.Sprintf("%s at %s, over below %s", l.Severity, words.Threshold(l.Threshold), words.Threshold(l.Clear)))
		}
	}
	return strings.Join(out, "; ")
}

// part notes who has set a part of a rule: the last stage that has one of the keys.
func (e *explained) part(d *decoder, key, value string, stages []place, keys ...string) {
	o := Origin{Key: key, Value: value, By: byBuiltin}
	if at, ok := d.lastStage(stages, keys...); ok {
		o.Path, o.At, o.By = at.path, at.position(), ""
	}
	e.origins = append(e.origins, o)
}

// lastStage finds the last stage that has one of the keys; of several keys of one stage the
// first.
func (d *decoder) lastStage(stages []place, keys ...string) (place, bool) {
	for _, s := range slices.Backward(stages) {
		for _, key := range keys {
			if d.stands(s, key) {
				return d.under(s, key), true
			}
		}
	}
	return place{}, false
}

// capacityStages are where the rule of a metric of an instance is set, each over the one
// before.
func (r *instanceResolver) capacityStages(given *instanceDoc, in *fleet.Instance, m fleet.Metric) []place {
	out := []place{r.doc.Alarms.Capacity.place}
	for i := range r.doc.Alarms.Overrides {
		if o := &r.doc.Alarms.Overrides[i]; o.Capacity != nil && o.Match.fits(in, m.String()) {
			out = append(out, o.Capacity.place)
		}
	}
	if own, ok := given.Alarms.rules[m.String()]; ok {
		out = append(out, own.place)
	}
	return out
}

// silenceStages are the same of the rule for silence.
func (r *instanceResolver) silenceStages(given *instanceDoc, in *fleet.Instance) []place {
	out := []place{r.doc.Alarms.NoData.place}
	for i := range r.doc.Alarms.Overrides {
		if o := &r.doc.Alarms.Overrides[i]; o.NoData != nil && o.Match.fits(in, "") {
			out = append(out, o.NoData.place)
		}
	}
	if own, ok := given.Alarms.rules["no_data"]; ok {
		out = append(out, own.place)
	}
	return out
}

// calendar lists the rules of its calendar.
func (e *explained) calendar(r *instanceResolver, out *Instance) {
	c := out.Calendar
	if c == nil {
		return
	}
	stages := r.calendarStages(&e.given, out.Instance)
	for _, v := range []struct {
		name  string
		leads *alarm.Leads
		steps bool
	}{
		{"expiry", c.Expiry, true}, {"suspension", c.Suspension, true}, {"release", c.Release, true},
		{"auto_renewal", c.AutoRenewal, false}, {"cannot_renew", c.CannotRenew, true}, {"overdue", c.Overdue, false},
	} {
		of := r.d.below(stages, v.name)
		e.part(r.d, v.name+".enabled", strconv.FormatBool(v.leads != nil), of, "enabled")
		if v.leads == nil {
			continue
		}
		if v.steps {
			e.part(r.d, v.name+".before", leadsText(v.leads), of, "before")
		}
		severity := string(v.leads.Severity)
		if severity == "" {
			severity = "critical from a day ahead, else warning"
		}
		e.part(r.d, v.name+".severity", severity, of, "severity")
		e.part(r.d, v.name+".repeat", Span(v.leads.Repeat), of, "repeat")
	}
	e.state(r.d, "frozen", c.Frozen, r.d.below(stages, "frozen"))
	of := r.d.below(stages, "forecast")
	if c.Forecast == nil {
		e.part(r.d, "forecast.enabled", "false", of, "enabled")
		return
	}
	e.state(r.d, "forecast", &c.Forecast.Rule, of)
	e.part(r.d, "forecast.within", Span(c.Forecast.Within), of, "within")
}

// state lists the parts of a rule about something that is so, or is not.
func (e *explained) state(d *decoder, name string, rule *alarm.Rule, of []place) {
	e.part(d, name+".enabled", strconv.FormatBool(rule != nil), of, "enabled")
	if rule != nil {
		e.part(d, name+".severity", string(rule.Levels[0].Severity), of, "severity")
		e.part(d, name+".repeat", Span(rule.Repeat), of, "repeat")
	}
}

// calendarStages are the mappings that hold rules of the calendar for an instance.
func (r *instanceResolver) calendarStages(given *instanceDoc, in *fleet.Instance) []place {
	out := []place{r.doc.Alarms.place}
	for i := range r.doc.Alarms.Overrides {
		if o := &r.doc.Alarms.Overrides[i]; o.node != nil && o.Match.fits(in, "") {
			out = append(out, o.place)
		}
	}
	if r.d.stands(given.place, "alarms") {
		out = append(out, r.d.find(given.place, "alarms"))
	}
	return out
}

// below are the places of one key in several mappings, where it stands.
func (d *decoder) below(list []place, key string) []place {
	var out []place
	for _, p := range list {
		if d.stands(p, key) {
			out = append(out, d.under(p, key))
		}
	}
	return out
}

// leadsText lists the steps of a rule: 7d, 3d, 1d, 0d.
func leadsText(l *alarm.Leads) string {
	out := make([]string, len(l.Before))
	for i, b := range l.Before {
		out[i] = Span(b)
	}
	return strings.Join(out, ", ")
}

// ParseSpan reads a length of time as a configuration has it.
func ParseSpan(text string) (time.Duration, error) { return parseSpan(text) }

// Span writes a length of time as a configuration has it: 1d12h, 90s as 1m30s.
func Span(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		unit time.Duration
	}{{"d", day}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := int64(d / u.unit); n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			d %= u.unit
		}
	}
	return b.String()
}
