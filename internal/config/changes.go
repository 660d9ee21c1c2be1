package config

import (
	"maps"
	"path"
	"slices"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/advice"
)

// changeDoc is a row as it is written.
type changeDoc struct {
	marked
	From      string            `yaml:"from" doc:"Edition that it is changed from; * and ? stand for other signs." example:"public-*"`
	To        string            `yaml:"to" doc:"Edition that it is changed into, or same: it stays in its edition." example:"same"`
	Direction string            `yaml:"direction" doc:"up (to more), down (to less) or both." default:"both"`
	Methods   []string          `yaml:"methods" doc:"Billing methods it is for." default:"all"`
	Allowed   *bool             `yaml:"allowed" doc:"Whether it may be done." default:"true"`
	By        string            `yaml:"by" doc:"Who or what does it: console, engineer, or post_expiration (the end of the term, by an action that is set before)." default:"console"`
	Late      bool              `yaml:"late" doc:"Best near the end of the term, because nothing is refunded." default:"false"`
	Solvent   bool              `yaml:"solvent" doc:"Not while the account is overdue." default:"false"`
	Keeps     []string          `yaml:"keeps" doc:"Metrics whose capacity is bought apart from the specification, and stays as it is." example:"[message_tps, subscriptions]"`
	Note      map[string]string `yaml:"note" doc:"How it happens, in a sentence or two, by language (en, zh)."`
	Source    string            `yaml:"source" doc:"Where it is from."`
}

// layChanges puts rows before those that are there: the first that fits speaks.
func (d *decoder) layChanges(rows []changeDoc, p Product) []advice.Change {
	var out []advice.Change
	for i := range rows {
		r := &rows[i]
		if r.node == nil {
			continue
		}
		c := advice.Change{
			From: d.editionPattern(d.find(r.place, "from"), r.From, p, false), To: d.editionPattern(d.find(r.place, "to"), r.To, p, true),
			Direction: advice.Direction(r.Direction), Allowed: r.Allowed == nil || *r.Allowed, By: r.By, Late: r.Late, Solvent: r.Solvent, Note: d.resolveNote(r), Source: r.Source,
		}
		d.checkChange(r, &c)
		for k, m := range r.Methods {
			c.Methods = append(c.Methods, d.method(d.listed(r.place, "methods", k), m))
		}
		for k, name := range r.Keeps {
			if m, ok := d.metric(d.listed(r.place, "keeps", k), name); ok {
				c.Keeps = c.Keeps.With(m)
			}
		}
		if slices.ContainsFunc(out, c.HiddenBy) {
			d.fault(r.place, "an earlier row says all of this already, so this one would never be looked at")
		}
		out = append(out, c)
	}
	return append(out, p.Changes...)
}

// listed is the place of one item of a list of plain words.
func (d *decoder) listed(p place, key string, i int) place {
	at := d.find(p, key)
	if n := resolved(at.node); n != nil && i < len(n.Content) {
		return d.item(at, n.Content[i], i)
	}
	return at
}

// editionPattern reads a pattern, which must name an edition of the product.
func (d *decoder) editionPattern(at place, pattern string, p Product, same bool) string {
	names := slices.Sorted(maps.Keys(p.Editions))
	switch {
	case pattern == "":
		d.fault(at, "an edition is missing: a name, or a pattern such as public-*%s", suggest("", names))
	case same && pattern == advice.Same:
	case !slices.ContainsFunc(names, func(n string) bool { ok, _ := path.Match(pattern, n); return ok }):
		d.fault(at, "no edition of %s fits %q%s", p.Name, clip(pattern), suggest(pattern, names))
	}
	return pattern
}

// checkChange refuses a row that makes no sense, and fills in what it leaves out.
func (d *decoder) checkChange(r *changeDoc, c *advice.Change) {
	switch c.Direction {
	case "":
		c.Direction = advice.Both
	case advice.Up, advice.Down, advice.Both:
	default:
		d.fault(d.find(r.place, "direction"), "a direction is up, down or both, not %q", clip(r.Direction))
	}
	d.checkDoer(r, c)
	if len(r.Keeps) > 0 && c.To != advice.Same {
		d.fault(d.find(r.place, "keeps"), "only a change inside an edition keeps what is bought apart")
	}
	d.plain(d.under(r.place, "source"), r.Source)
}

// checkDoer refuses a change that is made by an unknown party, and one that is not
// allowed and names a party all the same.
func (d *decoder) checkDoer(r *changeDoc, c *advice.Change) {
	switch {
	case !c.Allowed && (r.By != "" || r.Late || r.Solvent || len(r.Keeps) > 0):
		d.fault(r.place, "what is not allowed is done by nobody and never: leave by, late, solvent and keeps out")
	case !c.Allowed:
	case c.By == "":
		c.By = advice.ByConsole
	case !slices.Contains([]string{advice.ByConsole, advice.ByEngineer, advice.ByPostExpiration}, c.By):
		d.fault(d.find(r.place, "by"), "a change is made by console, engineer or post_expiration, not %q", clip(c.By))
	case c.By == advice.ByPostExpiration && c.To == advice.Same:
		d.fault(d.find(r.place, "by"), "the post-expiration action changes the edition; %s stays in it", advice.Same)
	}
}

// resolveNote reads how a change happens, by language.
func (d *decoder) resolveNote(r *changeDoc) map[string]string {
	at := d.find(r.place, "note")
	out := make(map[string]string, len(r.Note))
	for language, text := range r.Note {
		if !d.spokenIn(d.under(at, language), language) {
			continue
		}
		out[language] = d.sentence(d.under(at, language), text)
	}
	if out[words.EN.String()] == "" {
		d.fault(at, "say how it happens: note: {en: Takes effect at once.}")
	}
	return out
}
