package daemon

import (
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/advice"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
)

// Advice says which edition or specification would fit an instance; false when
// there is no such instance. The newest reading counts for the peak: it may be
// what raised an alarm this second.
func (a *advisor) Advice(id string) (advice.Advice, bool) {
	c, ok := a.board.caseOf(id)
	if !ok {
		return advice.Advice{}, false
	}
	in := advice.Input{Instance: c.instance, Product: a.shelf.product(c.catalogue, c.instance.Product), Overdue: c.overdue, Capacity: c.capacity, Thresholds: c.marks}
	for _, s := range a.summaries(id) {
		in.Usage[s.metric] = s.usage
	}
	if r := c.reading; r != nil {
		for m := range fleet.Metric(fleet.NumMetrics) {
			if u := &in.Usage[m]; r.Known.Has(m) && usable(r.Usage[m]) {
				u.Known = true
				u.Week.Peak, u.Month.Peak = max(u.Week.Peak, r.Usage[m]), max(u.Month.Peak, r.Usage[m])
			}
		}
	}
	return advice.Advise(in), true
}

// Outlook says when a metric of an instance will reach its threshold, or its
// capacity where the alarm is off; false when there is no such instance, or the
// metric was never read.
func (a *advisor) Outlook(id string, m fleet.Metric) (advice.Outlook, bool) {
	c, ok := a.board.caseOf(id)
	if !ok {
		return advice.Outlook{}, false
	}
	for _, s := range a.summaries(id) {
		if s.metric == m && s.usage.Known {
			threshold := c.marks[m]
			if threshold <= 0 {
				threshold = 1
			}
			return s.trend.Outlook(c.capacity[m], threshold, a.now()), true
		}
	}
	return advice.Outlook{}, false
}

// thresholdAhead tells the forecast rule when a metric will most likely reach its
// threshold: zero when it does not within a year. It is not known while there is
// too little history, nor when the metric is there already: then the capacity
// alarm speaks.
func (a *advisor) thresholdAhead(id string, m fleet.Metric) (time.Time, bool) {
	o, ok := a.Outlook(id, m)
	if !ok || o.Days < advice.LeastDays {
		return time.Time{}, false
	}
	likely := o.Threshold.Likely
	if o.Trend && !likely.IsZero() && !likely.After(a.now()) {
		return time.Time{}, false
	}
	return likely, true
}

func (a *advisor) summaries(id string) []summary {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.summed[id]
}

// adviseIn puts what would fit into the texts of capacity alarms.
func (d *Daemon) adviseIn(directory *notifier.Directory) {
	directory.Words.Advice = func(in *fleet.Instance, m fleet.Metric, language string) string {
		found, _ := d.advisor.Advice(in.ID)
		return found.Short(m, language)
	}
	directory.Words.AdviceInFull = func(in *fleet.Instance, m fleet.Metric, language string) string {
		found, _ := d.advisor.Advice(in.ID)
		if found.Verdict != advice.Upgrade || !found.Concerns(m) {
			return ""
		}
		return found.Text(language)
	}
}

// adviceCase is what the configuration and the newest reading say of one instance.
type adviceCase struct {
	instance  *fleet.Instance
	catalogue *config.Catalogue
	reading   *fleet.Reading
	capacity  fleet.Amounts
	marks     fleet.Amounts
	overdue   bool
}

// caseOf gathers what advice needs to know of an instance. It does not ask the
// alarm engine, which may be the one who asks.
func (b *board) caseOf(id string) (adviceCase, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	i, ok := b.index[id]
	if !ok {
		return adviceCase{}, false
	}
	in := &b.snapshot.Instances[i]
	c := adviceCase{instance: in.Instance, catalogue: b.snapshot.Catalogue, reading: b.readings[i], overdue: !in.Term.OverdueSince.IsZero()}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if limit := in.Limit(c.reading, m); limit.Known() {
			c.capacity[m] = limit.Value
		}
		if rule := in.Rules[m]; rule != nil && len(rule.Levels) > 0 {
			c.marks[m] = rule.Levels[0].Threshold
		}
	}
	for k := range b.accounts {
		if b.accounts[k].Name == in.Account {
			c.overdue = c.overdue || b.accounts[k].Overdue()
		}
	}
	return c, true
}

// judgedInstance is an instance with the metrics that have a capacity.
type judgedInstance struct {
	id      string
	metrics fleet.MetricSet
}

// judged lists the instances that are read, with the metrics that can be held
// against a capacity: one in force, or one of any specification of their product.
func (b *board) judged() []judgedInstance {
	b.mu.RLock()
	defer b.mu.RUnlock()
	stated := make(map[string]fleet.MetricSet)
	out := make([]judgedInstance, 0, len(b.snapshot.Instances))
	for i := range b.snapshot.Instances {
		in := &b.snapshot.Instances[i]
		set, ok := stated[in.Product]
		if !ok {
			set = statedBy(b.snapshot.Catalogue, in.Product)
			stated[in.Product] = set
		}
		for m := range fleet.Metric(fleet.NumMetrics) {
			if in.Limit(b.readings[i], m).Known() {
				set = set.With(m)
			}
		}
		if in.Source == nil {
			set = 0
		}
		out = append(out, judgedInstance{id: in.ID, metrics: set})
	}
	return out
}

// statedBy is what any specification of a product states.
func statedBy(c *config.Catalogue, product string) (out fleet.MetricSet) {
	if c == nil {
		return 0
	}
	add := func(a fleet.Amounts) {
		for m, v := range a {
			if v > 0 {
				out = out.With(fleet.Metric(m))
			}
		}
	}
	for _, e := range c.Products[product].Editions {
		add(e.Capacity)
		for _, s := range e.Specs {
			add(s.Capacity)
		}
	}
	return out
}

// shelf keeps the catalogue in the form in which advice is given by it, until
// another one is in force.
type shelf struct {
	kept atomic.Pointer[shelved]
}

type shelved struct {
	of       *config.Catalogue
	products map[string]*advice.Product
}

// product returns a product of the catalogue; nil when it is not in it.
func (s *shelf) product(c *config.Catalogue, name string) *advice.Product {
	k := s.kept.Load()
	if k == nil || k.of != c {
		k = &shelved{of: c, products: productsOf(c)}
		s.kept.Store(k)
	}
	return k.products[name]
}

// productsOf puts a catalogue into the order of size.
func productsOf(c *config.Catalogue) map[string]*advice.Product {
	out := make(map[string]*advice.Product)
	if c == nil {
		return out
	}
	for name, p := range c.Products {
		product := &advice.Product{}
		for _, e := range p.Editions {
			edition := advice.Edition{Name: e.Name, Capacity: e.Capacity}
			for _, sp := range e.Specs {
				edition.Specs = append(edition.Specs, advice.Spec{Name: sp.Name, Capacity: sp.Capacity})
			}
			product.Editions = append(product.Editions, edition)
		}
		for _, ch := range p.Changes {
			product.Changes = append(product.Changes, advice.Change{
				From: ch.From, To: ch.To, Direction: advice.Direction(ch.Direction), Methods: ch.Methods, Allowed: ch.Allowed, By: ch.By,
				Late: ch.Late, Solvent: ch.Solvent, Keeps: ch.Keeps, Note: ch.Note, Source: ch.Source,
			})
		}
		product.Sort()
		out[name] = product
	}
	return out
}
