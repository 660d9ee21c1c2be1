package config

import (
	"maps"
	"path"
	"slices"

	"github.com/brimwatch/brimwatch/fleet"
)

// EditionChange is one row of the changes that a product allows or forbids.
type EditionChange struct {
	From, To  string            // patterns of editions; To may be "same"
	Direction string            // up, down or both
	Methods   []fleet.Method    // none is all
	Allowed   bool              // whether it may be done at all
	By        string            // console, engineer or post_expiration; "" when it is not allowed
	Late      bool              // best near the end of the term
	Solvent   bool              // not while the account is overdue
	Keeps     fleet.MetricSet   // capacities that are bought apart
	Note      map[string]string // by language
	Source    string
}

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

// sameEdition is what a row has for its target when it stays in its edition.
const sameEdition = "same"

// layChanges puts rows before those that are there: the first that fits speaks.
func (d *decoder) layChanges(rows []changeDoc, p Product) []EditionChange {
	var out []EditionChange
	for i := range rows {
		r := &rows[i]
		if r.node == nil {
			continue
		}
		c := EditionChange{
			From: d.editionPattern(d.find(r.place, "from"), r.From, p, false), To: d.editionPattern(d.find(r.place, "to"), r.To, p, true),
			Direction: r.Direction, Allowed: r.Allowed == nil || *r.Allowed, By: r.By, Late: r.Late, Solvent: r.Solvent, Note: d.resolveNote(r), Source: r.Source,
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
		if slices.ContainsFunc(out, c.hiddenBy) {
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
	case same && pattern == sameEdition:
	case !slices.ContainsFunc(names, func(n string) bool { ok, _ := path.Match(pattern, n); return ok }):
		d.fault(at, "no edition of %s fits %q%s", p.Name, clip(pattern), suggest(pattern, names))
	}
	return pattern
}

// checkChange refuses a row that makes no sense, and fills in what it leaves out.
func (d *decoder) checkChange(r *changeDoc, c *EditionChange) {
	switch c.Direction {
	case "":
		c.Direction = "both"
	case "up", "down", "both":
	default:
		d.fault(d.find(r.place, "direction"), "a direction is up, down or both, not %q", clip(c.Direction))
	}
	d.checkDoer(r, c)
	if len(r.Keeps) > 0 && c.To != sameEdition {
		d.fault(d.find(r.place, "keeps"), "only a change inside an edition keeps what is bought apart")
	}
	d.plain(d.under(r.place, "source"), r.Source)
}

// checkDoer refuses a change that is made by an unknown party, and one that is not
// allowed and names a party all the same.
func (d *decoder) checkDoer(r *changeDoc, c *EditionChange) {
	switch {
	case !c.Allowed && (r.By != "" || r.Late || r.Solvent || len(r.Keeps) > 0):
		d.fault(r.place, "what is not allowed is done by nobody and never: leave by, late, solvent and keeps out")
	case !c.Allowed:
	case c.By == "":
		c.By = "console"
	case !slices.Contains([]string{"console", "engineer", "post_expiration"}, c.By):
		d.fault(d.find(r.place, "by"), "a change is made by console, engineer or post_expiration, not %q", clip(c.By))
	case c.By == "post_expiration" && c.To == sameEdition:
		d.fault(d.find(r.place, "by"), "the post-expiration action changes the edition; %s stays in it", sameEdition)
	}
}

// resolveNote reads how a change happens, by language.
func (d *decoder) resolveNote(r *changeDoc) map[string]string {
	at := d.find(r.place, "note")
	out := make(map[string]string, len(r.Note))
	for language, text := range r.Note {
		if !slices.Contains(languages(), language) {
			d.fault(d.under(at, language), "a note is written in en and zh")
			continue
		}
		out[language] = d.sentence(d.under(at, language), text)
	}
	if out["en"] == "" {
		d.fault(at, "say how it happens: note: {en: Takes effect at once.}")
	}
	return out
}

// hiddenBy tells whether an earlier row speaks for all that this one does.
func (c *EditionChange) hiddenBy(earlier EditionChange) bool {
	wider := func(a, b string) bool { return a == b || a == "*" && b != sameEdition }
	methods := len(earlier.Methods) == 0
	if !methods && len(c.Methods) > 0 {
		methods = !slices.ContainsFunc(c.Methods, func(m fleet.Method) bool { return !slices.Contains(earlier.Methods, m) })
	}
	return wider(earlier.From, c.From) && wider(earlier.To, c.To) && (earlier.Direction == "both" || earlier.Direction == c.Direction) && methods
}
