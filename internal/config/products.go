package config

import (
	"reflect"

	"gopkg.in/yaml.v3"

	"github.com/brimwatch/brimwatch/configs"
	"github.com/brimwatch/brimwatch/fleet"
)

// catalogueDoc is a catalogue file.
type catalogueDoc struct {
	marked
	Products map[string]productDoc `yaml:"products"`
	Policies map[string]policyDoc  `yaml:"policies"`
}

// shippedName is what faults call the catalogue inside the binary.
const shippedName = "(catalogue shipped with Brimwatch)"

// resolveCatalogue lays the shipped catalogue, the operator's file, and the
// products of the configuration on top of each other.
func (d *decoder) resolveCatalogue(root place, doc *document) *Catalogue {
	c := &Catalogue{Products: map[string]Product{}, Policies: map[string]fleet.Policy{}}
	var shipped yaml.Node
	if err := yaml.Unmarshal(configs.Catalogue(), &shipped); err == nil && len(shipped.Content) == 1 {
		d.layCatalogue(c, place{node: shipped.Content[0], file: shippedName})
	}
	if doc.Catalogue != "" {
		at := d.find(root, "catalogue")
		file := beside(at.file, doc.Catalogue)
		if node, ok := d.parse(file); ok {
			d.layCatalogue(c, place{node: node, file: file})
		}
	}
	d.layPolicies(c, doc.Policies)
	d.layProducts(c, doc.Products)
	c.Sizes = sizesOf(c.Products)
	for _, use := range d.policies {
		if _, known := c.Policies[use.name]; !known {
			d.fault(use.at, "there is no policy %q%s", clip(use.name), suggest(use.name, keysOf(c.Policies)))
		}
	}
	return c
}

// policyUse is a policy named by an edition.
type policyUse struct {
	at   place
	name string
}

func (d *decoder) layCatalogue(c *Catalogue, p place) {
	var doc catalogueDoc
	d.decode(p, reflect.ValueOf(&doc).Elem())
	d.layPolicies(c, doc.Policies)
	d.layProducts(c, doc.Products)
}

func (d *decoder) layProducts(c *Catalogue, products map[string]productDoc) {
	for name, p := range products {
		product := c.Products[name]
		product.Name = name
		d.plain(p.place, name)
		d.plain(d.under(p.place, "title"), p.Title)
		if p.Title != "" {
			product.Title, product.Titles = p.Title, nil // one's own title is the same in all languages
		}
		if p.Titles != nil {
			product.Titles = d.layTexts(product.Titles, d.find(p.place, "titles"), p.Titles)
		}
		product.Guidance = d.layGuidance(product.Guidance, p.place, p.Guide, &p.linksDoc)
		editions := make(map[string]Edition, len(product.Editions)+len(p.Editions))
		for n, e := range product.Editions {
			editions[n] = e
		}
		for n, e := range p.Editions {
			d.explained.lays(name, n, e.place)
			editions[n] = d.layEdition(editions[n], n, e)
		}
		product.Editions = editions
		product.Changes = d.layChanges(p.Changes, product)
		c.Products[name] = product
	}
}

func (d *decoder) layEdition(out Edition, name string, e editionDoc) Edition {
	out.Name = name
	d.plain(e.place, name)
	d.plain(d.under(e.place, "source"), e.Source)
	if e.Title != nil {
		out.Title = e.Title
	}
	for l, title := range e.Title {
		at := d.under(d.under(e.place, "title"), l)
		d.spokenIn(at, l)
		d.plain(at, title)
	}
	if e.Capacity != nil {
		out.Capacity = d.amounts(d.find(e.place, "capacity"), e.Capacity)
	}
	if e.Source != "" {
		out.Source = e.Source
	}
	if e.Price.given {
		out.Price = d.shownPrice(&e.Price)
	}
	out.Guidance = d.layGuidance(out.Guidance, e.place, e.Guide, &e.linksDoc)
	specs := make(map[string]Spec, len(out.Specs)+len(e.Specs))
	for n, sp := range out.Specs {
		specs[n] = sp
	}
	for n, sp := range e.Specs {
		d.plain(sp.place, n)
		d.plain(d.under(sp.place, "source"), sp.Source)
		if sp.node != nil && len(sp.Capacity) == 0 {
			d.fault(sp.place, "capacity is missing: {connections: 1000}")
		}
		specs[n] = Spec{Name: n, Source: sp.Source, Capacity: d.amounts(d.find(sp.place, "capacity"), sp.Capacity), Price: d.shownPrice(&sp.Price)}
	}
	out.Specs = specs
	policies := make(map[fleet.Method]string, len(out.Policies)+len(e.Policies))
	for m, p := range out.Policies {
		policies[m] = p
	}
	for m, p := range e.Policies {
		at := d.under(d.under(e.place, "policies"), m)
		policies[d.method(at, m)] = p
		d.policies = append(d.policies, policyUse{at, p})
	}
	out.Policies = policies
	return out
}

// shownPrice reads a price of the catalogue, which belongs to no account and so has to
// say its currency.
func (d *decoder) shownPrice(p *price) fleet.Price {
	out := p.resolve(d)
	if p.given && p.node != nil && p.Currency == "" {
		d.fault(p.place, "currency is missing: {amount: 410, currency: CNY, for: 1M}")
	}
	return out
}

// amounts reads figures by metric; each must be above zero. p is the mapping
// they stand in.
func (d *decoder) amounts(p place, figures map[string]float64) fleet.Amounts {
	var out fleet.Amounts
	for name, v := range figures {
		at := d.under(p, name)
		m, ok := d.metric(at, name)
		if !ok {
			continue
		}
		if v <= 0 {
			d.fault(at, "a capacity is above 0; leave the metric out when it has none")
			continue
		}
		out[m] = v
	}
	return out
}

// metric reads the name of a metric.
func (d *decoder) metric(p place, name string) (fleet.Metric, bool) {
	m, ok := fleet.ParseMetric(name)
	if !ok {
		var known []string
		for _, m := range fleet.Metrics() {
			known = append(known, m.String())
		}
		d.fault(p, "there is no metric %q%s", clip(name), suggest(name, known))
	}
	return m, ok
}

// method reads a billing method.
func (d *decoder) method(p place, name string) fleet.Method {
	switch m := fleet.Method(name); m {
	case "":
		return fleet.Subscription
	case fleet.Subscription, fleet.PayAsYouGo, fleet.Free:
		return m
	}
	d.fault(p, "a billing method is subscription, payg or free, not %q", clip(name))
	return fleet.Subscription
}
