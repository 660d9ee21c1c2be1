package config

import (
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/notifier/rota"
)

// checkCalled makes sure that each contact and each rota of a list can be called, and is named
// once in the receiver.
func (d *decoder) checkCalled(l *list, before *Receiver, s *Snapshot, contacts map[string]*contactDoc, rotas map[string]place) {
	for j, name := range l.Voice {
		at := d.nth(d.under(l.place, "voice"), j)
		_, isRota := rotas[name]
		switch {
		case slices.Contains(l.Voice[:j], name) || slices.Contains(before.Voice, name) || slices.Contains(before.VoiceOnCall, name):
			d.fault(at, "%q is named twice", clip(name))
		case isRota && contacts[name] != nil:
			d.fault(at, "both a contact and a rota under oncall are called %q; give one of them another name", clip(name))
		case isRota:
			for _, person := range s.rota(name).Everybody() {
				if why := s.uncallable(person, contacts[person]); why != "" {
					d.fault(at, "whoever is on call in %s is called: %s", name, why)
				}
			}
		case contacts[name] == nil:
			d.fault(at, "there is no contact %q, and no rota under oncall%s", clip(name), suggest(name, append(keysOf(contacts), keysOf(rotas)...)))
		default:
			if why := s.uncallable(name, contacts[name]); why != "" {
				d.fault(at, "%s", why)
			}
		}
	}
}

// uncallable says why a contact cannot be called; "" where it can. One that there is not has a
// fault elsewhere.
func (s *Snapshot) uncallable(name string, c *contactDoc) string {
	switch {
	case c == nil:
		return ""
	case c.Phone == "":
		return name + " has no phone to be called at"
	case len(s.Voice.Providers) == 0:
		return "telephone calls need a provider under voice.providers"
	case !slices.ContainsFunc(s.Voice.Providers, func(p VoiceProvider) bool { return sendsTo(p.Prefixes, c.Phone) }):
		return "no provider under voice.providers calls the number of " + name + ": add its beginning to the prefixes of one"
	}
	return ""
}

// rota returns the rota of a name; one without people where there is none.
func (s *Snapshot) rota(name string) *rota.Rota {
	i := slices.IndexFunc(s.Rotas, func(o rota.Rota) bool { return o.Name == name })
	if i < 0 {
		return &rota.Rota{Name: name}
	}
	return &s.Rotas[i]
}

// onlyCalled tells whether receivers call whoever is on call in a rota, and none sends them text
// messages.
func onlyCalled(doc *document, name string) bool {
	called := false
	for i := range doc.Receivers {
		for _, l := range doc.Receivers[i].lists() {
			if slices.Contains(l.OnCall, name) {
				return false
			}
			called = called || slices.Contains(l.Voice, name)
		}
	}
	return called
}

// warnForeign points at contacts whom Alibaba Cloud calls and who do not read Chinese: the words
// of a template are in one language.
func (d *decoder) warnForeign(at place, p *VoiceProvider, doc *document) {
	for i := range doc.Contacts {
		c := &doc.Contacts[i]
		if c.node != nil && sendsTo(p.Prefixes, c.Phone) && c.Phone != "" && !strings.HasPrefix(c.Language, "zh") && isCalled(doc, c.Name) {
			d.warn(at, "%s is called through this provider, and hears English within the words of a template: give the contact language: zh, or have a template in English", clip(c.Name))
			return
		}
	}
}

// isCalled tells whether a receiver calls a contact, by name or while on call.
func isCalled(doc *document, contact string) bool {
	in := func(names []string) bool {
		if slices.Contains(names, contact) {
			return true
		}
		return slices.ContainsFunc(doc.OnCall, func(r rotaDoc) bool {
			return slices.Contains(names, r.Name) && slices.Contains(r.People, contact)
		})
	}
	for i := range doc.Receivers {
		if slices.ContainsFunc(doc.Receivers[i].lists(), func(l list) bool { return in(l.Voice) }) {
			return true
		}
	}
	return false
}
