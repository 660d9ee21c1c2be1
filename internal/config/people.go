package config

import (
	"strings"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// named checks the unique name of a list's item, and notes it in seen. An item
// without one is checked like the others, and nobody can name it.
func (d *decoder) named(p place, name string, seen map[string]place) bool {
	first, twice := seen[name]
	d.plain(d.under(p, "name"), name)
	switch {
	case name == "":
		d.fault(p, "name is missing")
	case twice:
		d.fault(d.under(p, "name"), "%q is given twice; the first is at %s", clip(name), first.where())
	case len(name) > maxName || strings.Contains(name, "/"):
		d.fault(d.under(p, "name"), "a name has up to %d signs, without /", maxName)
	default:
		seen[name] = p
		return true
	}
	return false
}

// resolveContacts reads who gets text messages and e-mail.
func (d *decoder) resolveContacts(doc *document, s *Snapshot, intervals intervals) map[string]*contactDoc {
	byName := make(map[string]*contactDoc, len(doc.Contacts))
	seen := make(map[string]place)
	for i := range doc.Contacts {
		c := &doc.Contacts[i]
		if c.node == nil {
			continue
		}
		if d.named(c.place, c.Name, seen) {
			byName[c.Name] = c
		}
		out := Contact{Name: c.Name, Phone: c.Phone, Email: d.mailAddress(c), Zone: d.loadZone(c.place, c.TimeZone)}
		d.checkAddresses(c)
		out.Language = d.language(c.place, c.Language)
		if out.Language == words.ZH && c.TimeZone == "" {
			d.warn(d.find(c.place, "language"), "texts to %s are in Chinese with times in UTC: give it a time_zone, such as Asia/Shanghai", clip(c.Name))
		}
		if q := c.QuietHours; q != nil && q.node != nil {
			out.Quiet = d.resolveQuiet(q)
		}
		out.Mute = d.resolveMutes(c.MuteTimes, intervals)
		if c.DailyTest.set {
			minutes := c.DailyTest.minutes // a copy: what was read of the file is not kept
			out.DailyTest = &minutes
		}
		s.Contacts = append(s.Contacts, out)
	}
	return byName
}

func (d *decoder) resolveQuiet(q *quietDoc) *Quiet {
	if !q.From.set || !q.To.set {
		d.fault(q.place, "quiet hours have a from and a to")
		return nil
	}
	if q.From == q.To {
		d.fault(q.place, "quiet hours that begin when they end are none")
		return nil
	}
	out := &Quiet{From: q.From.minutes, To: q.To.minutes}
	for i, e := range q.Except {
		out.Except = append(out.Except, d.severity(d.nth(d.under(q.place, "except"), i), e, alarm.Critical))
	}
	return out
}

// severity reads a severity; "" is otherwise.
func (d *decoder) severity(p place, name string, otherwise alarm.Severity) alarm.Severity {
	v, ok := parseSeverity(name)
	switch {
	case ok:
		return v
	case name == "":
		return otherwise
	}
	d.fault(p, "a severity is info, warning or critical, not %q", clip(name))
	return otherwise
}

// language reads what texts are written in.
func (d *decoder) language(p place, code string) words.Language {
	l, known := words.ParseLanguage(code)
	if !known && code != "" {
		d.fault(d.find(p, "language"), "texts are written in en or zh, not in %q", clip(code))
	}
	return l
}
