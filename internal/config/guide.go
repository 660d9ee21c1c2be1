package config

import (
	"net/url"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// linksDoc are links to a console. They may hold {instance_id}, {account},
// {product} and {edition}.
type linksDoc struct {
	RenewURL   string `yaml:"renew_url" doc:"Link to where an instance is renewed; may hold {instance_id}, {account}, {product}, {edition}." example:"https://console.example.com/renew?id={instance_id}"`
	UpgradeURL string `yaml:"upgrade_url" doc:"Link to where edition or specification are changed, in the same way."`
	MonitorURL string `yaml:"monitor_url" doc:"Link to the cloud's own monitoring of an instance, in the same way."`
}

type guideDoc struct {
	marked
	Renew   map[string]string `yaml:"renew" doc:"How to renew, by language (en, zh), in whole sentences."`
	Upgrade map[string]string `yaml:"upgrade" doc:"How to change edition or specification, by language."`
	Lost    map[string]string `yaml:"lost" doc:"What is lost for good when it is released, by language."`

	Contents    map[string]string `yaml:"contents" doc:"What goes with an instance when it is deleted, in a few words that stand within a sentence, by language." example:"{en: topics and groups, zh: Topic和Group}"`
	Bulk        map[string]string `yaml:"bulk" doc:"How several instances are renewed in one go, by language. Where it is given, one notice names all of an account that expire within a week."`
	Funds       map[string]string `yaml:"funds" doc:"From what automatic renewal pays, by language."`
	Return      map[string]string `yaml:"return" doc:"How long the service takes to come back after a payment, by language."`
	LateRenewal map[string]string `yaml:"late_renewal" doc:"What to know when an instance is renewed while it is stopped, by language."`
}

// Guidance is what the catalogue says about renewing and changing an instance of
// one product or edition: texts by language (en, zh), and templates of links.
type Guidance struct {
	Renew, Upgrade, Lost             map[string]string
	Contents, Bulk, Funds            map[string]string
	Return, LateRenewal              map[string]string
	RenewURL, UpgradeURL, MonitorURL string
}

// Guide returns how an instance is renewed and changed, in a language. What its
// edition says wins over what its product says, text by text; where a text is
// missing in that language, another one is better than none. What is billed by use
// has no term: how its product is renewed does not hold for it.
func (c *Catalogue) Guide(in *fleet.Instance, l words.Language) fleet.Guide {
	if c == nil || in == nil {
		return fleet.Guide{}
	}
	p := c.Products[in.Product]
	own, general := p.Editions[in.Edition].Guidance, p.Guidance
	if in.Term.Method == fleet.PayAsYouGo {
		general.Renew, general.RenewURL = nil, ""
		general.Bulk, general.Funds, general.LateRenewal = nil, nil, nil
	}
	text := func(own, general map[string]string) string {
		if t := spoken(own, l); t != "" {
			return t
		}
		return spoken(general, l)
	}
	link := func(own, general string) string {
		if own == "" {
			own = general
		}
		return fill(own, in)
	}
	return fleet.Guide{
		Renew: text(own.Renew, general.Renew), Upgrade: text(own.Upgrade, general.Upgrade), Lost: text(own.Lost, general.Lost),
		Contents: text(own.Contents, general.Contents), Bulk: text(own.Bulk, general.Bulk), Funds: text(own.Funds, general.Funds),
		Return: text(own.Return, general.Return), LateRenewal: text(own.LateRenewal, general.LateRenewal),
		RenewURL: link(own.RenewURL, general.RenewURL), UpgradeURL: link(own.UpgradeURL, general.UpgradeURL),
		MonitorURL: link(own.MonitorURL, general.MonitorURL),
	}
}

// bulk tells whether instances of a product and edition can be renewed together.
func (c *Catalogue) bulk(in *fleet.Instance) bool {
	p := c.Products[in.Product]
	return len(p.Guidance.Bulk)+len(p.Editions[in.Edition].Guidance.Bulk) > 0
}

// spoken returns a text in a language, else in another one.
func spoken(texts map[string]string, l words.Language) string {
	if t := texts[l.String()]; t != "" {
		return t
	}
	for _, other := range languages() {
		if t := texts[other]; t != "" {
			return t
		}
	}
	return ""
}

func languages() []string { return []string{words.EN.String(), words.ZH.String()} }

// placeholders are what a template of a link may hold, with what stands for each.
func placeholders(in *fleet.Instance) map[string]string {
	return map[string]string{"instance_id": in.ID, "account": in.Account, "product": in.Product, "edition": in.Edition}
}

// fill puts an instance into the template of a link. Values are escaped so that
// they are one piece of a path, a query or a fragment, whichever they stand in.
func fill(template string, in *fleet.Instance) string {
	for name, value := range placeholders(in) {
		escaped := strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
		template = strings.ReplaceAll(template, "{"+name+"}", escaped)
	}
	return template
}

// layGuidance puts the texts and links of one file on top of the known ones.
func (d *decoder) layGuidance(out Guidance, at place, g *guideDoc, l *linksDoc) Guidance {
	if g != nil && g.node != nil {
		out.Renew = d.layTexts(out.Renew, d.find(g.place, "renew"), g.Renew)
		out.Upgrade = d.layTexts(out.Upgrade, d.find(g.place, "upgrade"), g.Upgrade)
		out.Lost = d.layTexts(out.Lost, d.find(g.place, "lost"), g.Lost)
		out.Contents = d.layTexts(out.Contents, d.find(g.place, "contents"), g.Contents)
		out.Bulk = d.layTexts(out.Bulk, d.find(g.place, "bulk"), g.Bulk)
		out.Funds = d.layTexts(out.Funds, d.find(g.place, "funds"), g.Funds)
		out.Return = d.layTexts(out.Return, d.find(g.place, "return"), g.Return)
		out.LateRenewal = d.layTexts(out.LateRenewal, d.find(g.place, "late_renewal"), g.LateRenewal)
	}
	out.RenewURL = d.layLink(out.RenewURL, d.find(at, "renew_url"), l.RenewURL)
	out.UpgradeURL = d.layLink(out.UpgradeURL, d.find(at, "upgrade_url"), l.UpgradeURL)
	out.MonitorURL = d.layLink(out.MonitorURL, d.find(at, "monitor_url"), l.MonitorURL)
	return out
}

// layTexts puts texts by language on top of those that are known.
func (d *decoder) layTexts(known map[string]string, at place, texts map[string]string) map[string]string {
	out := make(map[string]string, len(known)+len(texts))
	for l, t := range known {
		out[l] = t
	}
	for l, t := range texts {
		if !d.spokenIn(d.under(at, l), l) {
			continue
		}
		out[l] = d.sentence(d.under(at, l), t)
	}
	return out
}

// spokenIn checks the code of the language of a text.
func (d *decoder) spokenIn(at place, code string) bool {
	_, known := words.ParseLanguage(code)
	if !known {
		d.fault(at, "texts are in %s, not in %q", strings.Join(languages(), " or "), clip(code))
	}
	return known
}

// layLink checks the template of a link, and puts it in the place of the one
// that is known.
func (d *decoder) layLink(known string, at place, template string) string {
	if template == "" {
		return known
	}
	bare := template
	for name := range placeholders(&fleet.Instance{}) {
		bare = strings.ReplaceAll(bare, "{"+name+"}", "x")
	}
	switch {
	case strings.ContainsAny(bare, "{}"):
		d.fault(at, "a link may hold {instance_id}, {account}, {product} and {edition}, and no other braces")
	case strings.ContainsAny(hostOf(template), "{}"):
		d.fault(at, "an instance stands behind the host of a link, not in it")
	default:
		d.checkLink(at, bare)
	}
	return template
}

// hostOf returns what stands between the scheme and the path of a template.
func hostOf(template string) string {
	_, host, _ := strings.Cut(template, "://")
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		return host[:i]
	}
	return host
}

// checkLink checks a URL that a person opens. Those of consoles have fragments.
func (d *decoder) checkLink(at place, raw string) {
	u, err := url.Parse(raw)
	if err == nil && u.User != nil {
		d.fault(at, "a link is shown to people, so no user and password belong into it")
		return
	}
	raw, _, _ = strings.Cut(raw, "#")
	d.checkURL(at, raw, "https", "http")
}
