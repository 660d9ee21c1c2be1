package config

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/fleet"
)

func (d *decoder) resolveAccounts(doc *document) map[string]fleet.Account {
	out := make(map[string]fleet.Account, len(doc.Accounts))
	for i := range doc.Accounts {
		a := &doc.Accounts[i]
		if a.node == nil || !d.named(a.place, a.Name, func(n string) bool { _, ok := out[n]; return ok }) {
			continue
		}
		if a.Provider != "" && a.Provider != "aliyun" {
			d.fault(d.find(a.place, "provider"), "the provider is aliyun, or is left out")
		}
		if a.Discover != nil {
			d.fault(d.find(a.place, "discover"), "this version does not find instances by itself; list them under instances and remove the key")
		}
		d.secretOf(a.place, "access_key_id", a.AccessKeyID, a.AccessKeyIDFile, a.AccessKeyIDEnv)
		d.secretOf(a.place, "access_key_secret", a.AccessKeySecret, a.AccessKeySecretFile, a.AccessKeySecretEnv)
		if a.LowBalance != 0 || a.Balance != nil {
			d.warn(a.place, "this version keeps the balance and sends no notices about it")
		}
		out[a.Name] = fleet.Account{Name: a.Name, Provider: a.Provider, Zone: d.loadZone(a.place, a.TimeZone)}
	}
	return out
}

// named checks the unique name of a list's item.
func (d *decoder) named(p place, name string, taken func(string) bool) bool {
	switch {
	case name == "":
		d.fault(p, "name is missing")
	case taken(name):
		d.fault(d.find(p, "name"), "%s is given twice", name)
	case strings.ContainsAny(name, "/\n\r\t"):
		d.fault(d.find(p, "name"), "a name must not hold / or line ends")
	default:
		return true
	}
	return false
}

func (d *decoder) resolveContacts(doc *document, s *Snapshot) map[string]*contactDoc {
	byName := make(map[string]*contactDoc, len(doc.Contacts))
	phone := regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	for i := range doc.Contacts {
		c := &doc.Contacts[i]
		if c.node == nil || !d.named(c.place, c.Name, func(n string) bool { return byName[n] != nil }) {
			continue
		}
		byName[c.Name] = c
		out := Contact{Name: c.Name, Phone: c.Phone, Language: c.Language, Zone: d.loadZone(c.place, c.TimeZone)}
		switch {
		case c.Phone == "":
			d.fault(c.place, "phone is missing")
		case !phone.MatchString(c.Phone):
			d.fault(d.find(c.place, "phone"), "a telephone number with + and country is wanted here, such as \"+8613800138000\", without blanks")
		}
		switch c.Language {
		case "":
			out.Language = "en"
		case "en", "zh":
		default:
			d.fault(d.find(c.place, "language"), "texts are written in en or zh, not in %q", clip(c.Language))
		}
		if q := c.QuietHours; q != nil && q.node != nil {
			out.Quiet = d.resolveQuiet(q)
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
	for _, e := range q.Except {
		out.Except = append(out.Except, d.severity(d.find(q.place, "except"), e, alarm.Critical))
	}
	return out
}

// severity reads a severity; "" is otherwise.
func (d *decoder) severity(p place, name string, otherwise alarm.Severity) alarm.Severity {
	switch v := alarm.Severity(name); v {
	case "":
		return otherwise
	case alarm.Info, alarm.Warning, alarm.Critical:
		return v
	}
	d.fault(p, "a severity is info, warning or critical, not %q", clip(name))
	return otherwise
}

func (d *decoder) resolveProviders(doc *document, s *Snapshot) {
	sid := regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	for i := range doc.SMS.Providers {
		p := &doc.SMS.Providers[i]
		taken := func(n string) bool {
			return slices.ContainsFunc(s.SMS.Providers, func(o Provider) bool { return o.Name == n })
		}
		if p.node == nil || !d.named(p.place, p.Name, taken) {
			continue
		}
		if p.Type != "twilio" {
			d.fault(d.find(p.place, "type"), "this version sends text messages through twilio only")
			continue
		}
		out := Provider{
			Name: p.Name, Type: p.Type, AccountSID: p.AccountSID, APIKeySID: p.APIKeySID, From: p.From,
			MessagingServiceSID: p.MessagingServiceSID, BaseURL: p.BaseURL, Validity: p.Validity.or(15 * time.Minute), Prefixes: p.Prefixes,
		}
		out.AuthToken = d.secretOf(p.place, "auth_token", p.AuthToken, p.AuthTokenFile, p.AuthTokenEnv)
		out.APIKeySecret = d.secretOf(p.place, "api_key_secret", p.APIKeySecret, p.APIKeySecretFile, p.APIKeySecretEnv)
		if !sid.MatchString(p.AccountSID) {
			d.fault(d.find(p.place, "account_sid"), "the account's SID is AC and 32 hexadecimal digits; the provider's console shows it")
		}
		if p.AuthToken+p.AuthTokenFile+p.AuthTokenEnv == "" && p.APIKeySID == "" {
			d.fault(p.place, "auth_token_file is missing (or api_key_sid and api_key_secret_file)")
		}
		if (p.APIKeySID == "") != (p.APIKeySecret+p.APIKeySecretFile+p.APIKeySecretEnv == "") {
			d.fault(p.place, "api_key_sid and api_key_secret go together")
		}
		if (p.From == "") == (p.MessagingServiceSID == "") {
			d.fault(p.place, "give one of from and messaging_service_sid")
		}
		if p.BaseURL != "" {
			d.checkURL(d.find(p.place, "base_url"), p.BaseURL, "https", "http")
		}
		if out.Validity < time.Second || out.Validity > 10*time.Hour {
			d.fault(d.find(p.place, "validity"), "a message is valid for 1s to 10h")
		}
		for _, prefix := range p.Prefixes {
			if !strings.HasPrefix(prefix, "+") {
				d.fault(d.find(p.place, "prefixes"), "a prefix begins with +, such as \"+44\", not as %q", clip(prefix))
			}
		}
		s.SMS.Providers = append(s.SMS.Providers, out)
	}
	l := &doc.SMS.Limits
	s.SMS.Limits = Limits{
		PerContact: l.PerContact.n, PerContactEvery: l.PerContact.every, PerDay: l.PerDay, PerMonth: l.PerMonth, ReserveCritical: l.ReserveCritical.v,
	}
	if l.PerDay < 0 || l.PerMonth < 0 || l.ReserveCritical.v > 1 {
		d.fault(l.place, "caps are numbers from 1, and the reserve is a share up to 100%%")
	}
}

func (d *decoder) resolveReceivers(doc *document, s *Snapshot, contacts map[string]*contactDoc) {
	for i := range doc.Receivers {
		r := &doc.Receivers[i]
		taken := func(n string) bool {
			return slices.ContainsFunc(s.Receivers, func(o Receiver) bool { return o.Name == n })
		}
		if r.node == nil || !d.named(r.place, r.Name, taken) {
			continue
		}
		out := Receiver{Name: r.Name, SMS: r.SMS, GroupWait: r.GroupWait.Duration}
		if out.GroupWait > time.Hour {
			d.fault(d.find(r.place, "group_wait"), "a notice waits for an hour at most")
		}
		if r.Alertmanagers != nil {
			d.fault(d.find(r.place, "alertmanagers"), "this version does not post to Alertmanager's API; use a webhook, or remove the key")
		}
		if len(r.SMS) == 0 && len(r.Webhooks) == 0 && r.Alertmanagers == nil {
			d.fault(r.place, "the receiver tells nobody; give it sms or webhooks")
		}
		d.checkTexts(r, s, contacts)
		for j := range r.Webhooks {
			if w := &r.Webhooks[j]; w.node != nil {
				out.Webhooks = append(out.Webhooks, d.resolveWebhook(w))
			}
		}
		s.Receivers = append(s.Receivers, out)
	}
}

// checkTexts makes sure that each contact of a receiver can be sent to.
func (d *decoder) checkTexts(r *receiverDoc, s *Snapshot, contacts map[string]*contactDoc) {
	for j, name := range r.SMS {
		at := d.find(r.place, "sms")
		if item := resolved(at.node); len(item.Content) > j {
			at = d.child(at, item.Content[j], "["+strconv.Itoa(j)+"]")
		}
		c := contacts[name]
		if c == nil {
			d.fault(at, "there is no contact %q%s", clip(name), suggest(name, keysOf(contacts)))
			continue
		}
		if len(s.SMS.Providers) == 0 {
			d.fault(at, "text messages need a provider under sms.providers")
			continue
		}
		reached := slices.ContainsFunc(s.SMS.Providers, func(p Provider) bool {
			return len(p.Prefixes) == 0 || slices.ContainsFunc(p.Prefixes, func(prefix string) bool { return strings.HasPrefix(c.Phone, prefix) })
		})
		if !reached {
			d.fault(at, "no provider under sms.providers sends to the number of %s: add its beginning to the prefixes of one", name)
		}
	}
}

func (d *decoder) resolveWebhook(w *webhookDoc) Webhook {
	out := Webhook{URL: Secret(w.URL), Format: w.Format, Timeout: w.Timeout.or(15 * time.Second), TLS: d.resolveTLS(w.place, &w.TLS)}
	d.needURL(w.place, w.URL, "http", "https")
	out.Username, out.Password, out.Bearer = d.resolveAuth(w.place, &w.authDoc)
	switch w.Format {
	case "":
		out.Format = "alertmanager"
	case "alertmanager":
	default:
		d.fault(d.find(w.place, "format"), "this version writes webhooks as alertmanager only")
	}
	if secret := d.secretOf(w.place, "secret", w.Secret, w.SecretFile, w.SecretEnv); secret != "" {
		out.Secrets = append(out.Secrets, secret)
	}
	for _, f := range w.SecretFiles {
		if secret := d.secretFile(d.find(w.place, "secret_files"), f); secret != "" {
			out.Secrets = append(out.Secrets, secret)
		}
	}
	if out.Timeout < time.Second || out.Timeout > 30*time.Second {
		d.fault(d.find(w.place, "timeout"), "a call may take 1s to 30s")
	}
	return out
}
