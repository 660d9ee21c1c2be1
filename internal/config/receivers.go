package config

import (
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// resolveReceivers reads the groups of ways to tell somebody.
func (d *decoder) resolveReceivers(doc *document, s *Snapshot, contacts map[string]*contactDoc, rotas map[string]place, intervals intervals) {
	seen := make(map[string]place)
	for i := range doc.Receivers {
		r := &doc.Receivers[i]
		if r.node == nil {
			continue
		}
		d.named(r.place, r.Name, seen)
		out := Receiver{Name: r.Name, GroupWait: r.GroupWait.Duration}
		if out.GroupWait > time.Hour {
			d.fault(d.find(r.place, "group_wait"), "a notice waits for an hour at most")
		}
		if r.empty() && len(r.Ways) == 0 {
			d.fault(r.place, "the receiver tells nobody; give it sms, email, oncall, webhooks or alertmanagers")
		}
		d.resolveWays(r, &out)
		d.resolveLists(r, &out, s, contacts, rotas)
		d.resolveCallAfter(r, &out)
		d.resolveTemplates(r, &out, s)
		out.Escalate = d.resolveEscalation(r)
		out.Mute = d.resolveMutes(r.MuteTimes, intervals)
		s.Receivers = append(s.Receivers, out)
	}
	d.checkEscalations(doc)
}

// checkReach makes sure that there is a contact of a name, and a provider that sends to
// its number.
func (d *decoder) checkReach(at place, name string, s *Snapshot, contacts map[string]*contactDoc) {
	c := contacts[name]
	if d.checkPhone(at, name, contacts); c == nil || c.Phone == "" {
		return
	}
	if len(s.SMS.Providers) == 0 {
		d.fault(at, "text messages need a provider under sms.providers")
		return
	}
	reached := slices.ContainsFunc(s.SMS.Providers, func(p Provider) bool {
		return len(p.Prefixes) == 0 || slices.ContainsFunc(p.Prefixes, func(prefix string) bool { return strings.HasPrefix(c.Phone, prefix) })
	})
	if !reached {
		d.fault(at, "no provider under sms.providers sends to the number of %s: add its beginning to the prefixes of one", name)
	}
}

// checkPhone makes sure that there is a contact of a name, with a telephone number.
func (d *decoder) checkPhone(at place, name string, contacts map[string]*contactDoc) {
	switch c := contacts[name]; {
	case c == nil:
		d.fault(at, "there is no contact %q%s", clip(name), suggest(name, keysOf(contacts)))
	case c.Phone == "":
		d.fault(at, "%s has no phone; give the contact one, or name it under email of a receiver", clip(name))
	}
}

func (d *decoder) resolveWebhook(w *webhookDoc, receiver string, s *Snapshot) Webhook {
	out := Webhook{URL: Secret(w.URL), Format: w.Format, Timeout: w.Timeout.or(15 * time.Second), TLS: d.resolveTLS(&w.TLS, strings.HasPrefix(w.URL, "https://")), CalendarAt: w.CalendarAt.or(nil)}
	if w.URL != "" || w.Format != formatPagerDuty {
		d.needURL(w.place, w.URL, "http", "https")
	}
	out.Username, out.Password, out.Bearer = d.resolveAuth(w.place, &w.loginDoc)
	out.Secrets = d.webhookSecrets(w)
	d.resolveFormat(w, &out)
	d.resolveBody(w, receiver, &out, s)
	out.Language, out.Zone = d.language(w.place, w.Language), d.loadZone(w.place, w.TimeZone)
	if out.Language == words.ZH && w.TimeZone == "" {
		d.warn(d.find(w.place, "language"), "its times are in UTC; set time_zone, such as Asia/Shanghai")
	}
	if out.Timeout < time.Second || out.Timeout > 30*time.Second {
		d.fault(d.find(w.place, "timeout"), "a call may take 1s to 30s")
	}
	return out
}
