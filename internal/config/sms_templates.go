package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

// China is what a provider has that sends approved templates only.
type China struct {
	KeyID, KeySecret Secret // access_key_id and its secret, or secret_id and secret_key
	AppID, Region    string // of Tencent Cloud
	SignName         string
	Templates        template.Set
}

// resolveApproved reads signature, templates and variables, and makes sure that every text
// has room in them.
func (d *decoder) resolveApproved(p *providerDoc, s *Snapshot, out *China) {
	out.SignName = strings.TrimSpace(p.SignName)
	switch {
	case out.SignName == "":
		d.fault(p.place, "sign_name is missing: the signature before each text, as it was approved")
	case strings.ContainsAny(out.SignName, "【】[]"):
		d.fault(d.under(p.place, "sign_name"), "the signature is given without its brackets")
	}
	d.plain(d.under(p.place, "sign_name"), out.SignName)
	out.Templates.Default, out.Templates.ByRule = d.resolveTemplateCodes(d.under(p.place, "templates"), p.Templates)
	if out.Templates.Variables = d.resolveVariables(&p.Variables, p.Type == "aliyun", "t1 to t5"); out.Templates.Variables == nil {
		out.Templates.Variables = template.Default()
	}
	out.Templates.Length = template.Length
	if n := p.VariableLength; n != nil {
		if out.Templates.Length = *n; *n < 4 || *n > 500 {
			d.fault(d.under(p.place, "variable_length"), "a variable has 4 to 500 signs")
			out.Templates.Length = template.Length
		}
	}
	d.checkRoom(p, s, &out.Templates)
}

// resolveTemplateCodes reads the codes of templates, by rule.
func (d *decoder) resolveTemplateCodes(at place, templates map[string]string) (otherwise string, byRule map[string]string) {
	rules := []string{"default", string(alarm.LowBalance), string(alarm.Shortfall)}
	for _, r := range alarm.InstanceRules() {
		rules = append(rules, string(r))
	}
	code := regexp.MustCompile(`^[A-Za-z0-9_]{1,40}$`)
	byRule = make(map[string]string)
	for _, rule := range slices.Sorted(maps.Keys(templates)) {
		value := templates[rule]
		switch {
		case !slices.Contains(rules, rule):
			d.fault(d.under(at, rule), "there is no rule %q%s", clip(rule), suggest(rule, rules))
		case !code.MatchString(value):
			d.fault(d.under(at, rule), "a template is given by its code, such as SMS_15305, TTS_10001 or 1110, not by %q", clip(value))
		case rule == "default":
			otherwise = value
		default:
			byRule[rule] = value
		}
	}
	if _, given := templates["default"]; !given {
		d.fault(at, "default is missing: the code of the template for all rules that have none of their own")
	}
	return otherwise, byRule
}

// resolveVariables reads which variable holds what; nil where that is not said, or is wrong.
// Variables have names, or go by their place.
func (d *decoder) resolveVariables(v *variablesDoc, byName bool, otherwise string) []template.Variable {
	if len(v.given) == 0 {
		if v.at.node != nil && !isNull(v.at.node) {
			d.fault(v.at, "no variable is given; remove the key for %s", otherwise)
		}
		return nil
	}
	if v.list == byName {
		want := "a list of fields, in the order of {1}, {2} and so on"
		if byName {
			want = "a mapping of the names of variables to fields"
		}
		d.fault(v.at, "%s is wanted here", want)
		return nil
	}
	name := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,24}$`)
	out := make([]template.Variable, len(v.given))
	for i, g := range v.given {
		out[i] = template.Variable{Name: g.name, Field: g.field}
		if byName && !name.MatchString(g.name) {
			d.fault(g.at, "%q cannot be the name of a variable: that is a letter, and then letters, digits and _", clip(g.name))
		}
	}
	if why := template.Fault(out); why != "" {
		d.fault(v.at, "%s", why)
		return nil
	}
	return out
}

// checkRoom makes sure that a text has room in the variables: what has none is cut, and
// would leave out what it speaks for.
func (d *decoder) checkRoom(p *providerDoc, s *Snapshot, set *template.Set) {
	at := d.under(p.place, "variables")
	room := set.Room()
	if room < template.LongestChinese {
		d.fault(at, "the pieces of the text hold %d signs, and a text has up to %d in Chinese: have more variables with text, or a larger variable_length", room, template.LongestChinese)
		return
	}
	if room >= template.LongestEnglish {
		return
	}
	for i := range s.Contacts {
		if c := &s.Contacts[i]; c.Language != words.ZH && sendsTo(p.Prefixes, c.Phone) {
			d.fault(at, "the pieces of the text hold %d signs, and texts to %s are in English with up to %d: have more variables with text, or give the contact language: zh", room, clip(c.Name), template.LongestEnglish)
			return
		}
	}
}

// sendsTo tells whether a number begins with one of the prefixes; none is all.
func sendsTo(prefixes []string, phone string) bool {
	return len(prefixes) == 0 || slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(phone, prefix) })
}

// warnAbroad points at a provider that sends to mainland China and to other countries: a
// template is for the one or the other.
func (d *decoder) warnAbroad(p *providerDoc, s *Snapshot) {
	home, abroad := "", ""
	for i := range s.Contacts {
		switch c := &s.Contacts[i]; {
		case !sendsTo(p.Prefixes, c.Phone):
		case strings.HasPrefix(c.Phone, "+86"):
			home = c.Name
		default:
			abroad = c.Name
		}
	}
	if home != "" && abroad != "" {
		d.warn(d.under(p.place, "prefixes"), "this provider sends to %s in mainland China and to %s abroad, and a template is for the one or the other: give it prefixes, such as [\"+86\"], and have another provider for the rest", clip(home), clip(abroad))
	}
}
