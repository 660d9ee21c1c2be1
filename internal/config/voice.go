package config

import (
	"cmp"
	"net"
	"net/url"
	"reflect"
	"slices"
	"time"
)

// resolveVoice reads who makes telephone calls.
func (d *decoder) resolveVoice(doc *document, s *Snapshot) {
	seen := make(map[string]place)
	for i := range doc.Voice.Providers {
		p := &doc.Voice.Providers[i]
		if p.node == nil {
			continue
		}
		d.named(p.place, p.Name, seen)
		switch p.Type {
		case "twilio":
			s.Voice.Providers = append(s.Voice.Providers, d.resolveTwilioVoice(p))
		case "aliyun":
			s.Voice.Providers = append(s.Voice.Providers, d.resolveAliyunVoice(p))
		case "":
			d.fault(p.place, "type is missing: twilio or aliyun")
		default:
			d.fault(d.under(p.place, "type"), "this version makes telephone calls through twilio and aliyun, not through %q", clip(p.Type))
		}
	}
	for i := range s.Voice.Providers {
		if p := &s.Voice.Providers[i]; p.Type == "aliyun" {
			d.warnForeign(doc.Voice.place, p, doc)
		}
	}
	s.Voice.Limits = d.resolveVoiceLimits(&doc.Voice.Limits)
	if slices.ContainsFunc(s.Voice.Providers, func(p VoiceProvider) bool { return p.Type == "twilio" && !p.CanCall(s.Server.ExternalURL) }) {
		d.warn(doc.Voice.place, "nobody can acknowledge by a key: Twilio cannot call %s; set server.external_url to an address that it can", s.Server.ExternalURL)
	}
}

// CanCall tells whether a provider can call an address: one of this machine means something only to
// a server that is on it, too.
func (p *VoiceProvider) CanCall(address string) bool {
	return !IsLocal(address) || p.BaseURL != "" && IsLocal(p.BaseURL)
}

// IsLocal tells whether an address means something on its own machine only.
func IsLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

func (d *decoder) resolveTwilioVoice(p *voiceProviderDoc) VoiceProvider {
	d.onlyVoiceKeys(p, "account_sid", "auth_token", "api_key_sid", "api_key_secret", "from", "base_url")
	out := VoiceProvider{Name: p.Name, Type: p.Type, AccountSID: p.AccountSID, APIKeySID: p.APIKeySID, From: p.From, BaseURL: p.BaseURL, Prefixes: p.Prefixes}
	out.AuthToken = d.secretOf(p.place, "auth_token", p.AuthToken, p.AuthTokenFile, p.AuthTokenEnv)
	out.APIKeySecret = d.secretOf(p.place, "api_key_secret", p.APIKeySecret, p.APIKeySecretFile, p.APIKeySecretEnv)
	if p.AccountSID == "" {
		d.fault(p.place, "account_sid is missing")
	} else {
		d.checkSID(d.under(p.place, "account_sid"), p.AccountSID, "AC")
	}
	if p.APIKeySID != "" {
		d.checkSID(d.under(p.place, "api_key_sid"), p.APIKeySID, "SK")
	}
	token := cmp.Or(p.AuthToken, p.AuthTokenFile, p.AuthTokenEnv) != ""
	switch {
	case !token && p.APIKeySID == "":
		d.fault(p.place, "auth_token_file is missing (or api_key_sid and api_key_secret_file)")
	case !token:
		d.warn(p.place, "without auth_token_file nobody can acknowledge by a key: what a key sends is signed with the token")
	}
	if (p.APIKeySID == "") != (cmp.Or(p.APIKeySecret, p.APIKeySecretFile, p.APIKeySecretEnv) == "") {
		d.fault(p.place, "api_key_sid and api_key_secret go together")
	}
	switch {
	case p.From == "":
		d.fault(p.place, "from is missing: the number that calls")
	case !d.forms.phone.MatchString(p.From):
		d.fault(d.under(p.place, "from"), "a call comes from a telephone number with + and country, such as \"+15005550006\"")
	}
	if p.BaseURL != "" {
		d.checkURL(d.under(p.place, "base_url"), p.BaseURL, "https", "http")
	}
	d.checkBeginnings(p.place, p.Prefixes)
	return out
}

// checkBeginnings looks at the beginnings of numbers of a provider.
func (d *decoder) checkBeginnings(at place, prefixes []string) {
	if prefixes != nil && len(prefixes) == 0 {
		d.fault(d.under(at, "prefixes"), "the list is empty; remove the key to send to all numbers")
	}
	for i, prefix := range prefixes {
		if !d.forms.prefix.MatchString(prefix) {
			d.fault(d.nth(d.under(at, "prefixes"), i), "a prefix is + and the first digits of a number, such as \"+44\", not %q", clip(prefix))
		}
	}
}

// Bounds on the time without an acknowledgement after which people are called.
const (
	callAfter    = 5 * time.Minute
	minCallAfter = 30 * time.Second
	maxCallAfter = 24 * time.Hour
)

// resolveCallAfter reads when people are called, once it is known whom a receiver calls.
func (d *decoder) resolveCallAfter(r *receiverDoc, out *Receiver) {
	if !r.CallAfter.set {
		if out.calls() {
			out.CallAfter = callAfter
		}
		return
	}
	out.CallAfter = r.CallAfter.Duration
	at := d.find(r.place, "call_after")
	switch {
	case out.CallAfter < minCallAfter || out.CallAfter > maxCallAfter:
		d.fault(at, "people are called after 30s to 24h without an acknowledgement")
	case !out.calls():
		d.fault(at, "call_after is for a receiver that calls people: list them under voice")
	}
	if out.calls() && len(out.SMS)+len(out.OnCall)+len(out.Webhooks)+len(out.Email)+len(out.Alertmanagers) == 0 {
		d.warn(r.place, "the receiver tells nobody but by telephone, and calls are for critical alarms that nobody acknowledged: people hear of nothing else, and of no end")
	}
}

// calls tells whether a receiver calls somebody.
func (r *Receiver) calls() bool { return len(r.Voice)+len(r.VoiceOnCall) > 0 }

// voiceTurn is the key of Receiver.Turns of somebody who is called.
func voiceTurn(name string) string { return "voice/" + name }

// TurnOfVoice is which of the ways of a receiver calls a contact, or whoever is on call in a rota.
func (r *Receiver) TurnOfVoice(name string) int { return r.Turns[voiceTurn(name)] }

// onlyVoiceKeys makes sure that a provider of calls has no keys of another type.
func (d *decoder) onlyVoiceKeys(p *voiceProviderDoc, own ...string) {
	d.noOtherKeys(p.place, p.Type, reflect.TypeFor[voiceProviderDoc](), append(own, "name", "type", "prefixes"))
}

// resolveVoiceLimits reads the caps on calls.
func (d *decoder) resolveVoiceLimits(l *voiceLimitsDoc) VoiceLimits {
	out := VoiceLimits{PerContact: l.PerContact.n, PerContactEvery: l.PerContact.every}
	out.PerDay, out.PerMonth = d.cap(l.place, "per_day", l.PerDay), d.cap(l.place, "per_month", l.PerMonth)
	return out
}
