package config

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

type voiceDoc struct {
	marked
	Providers []voiceProviderDoc `yaml:"providers" doc:"Who makes telephone calls."`
}

type voiceProviderDoc struct {
	marked
	Name             string   `yaml:"name" doc:"Unique name." example:"twilio"`
	Type             string   `yaml:"type" doc:"twilio." example:"twilio"`
	AccountSID       string   `yaml:"account_sid" doc:"The account." example:"AC…"`
	AuthToken        string   `yaml:"auth_token" doc:"Its token; better in a file. Without one no key can acknowledge."`
	AuthTokenFile    string   `yaml:"auth_token_file" doc:"File that holds it."`
	AuthTokenEnv     string   `yaml:"auth_token_env" doc:"Variable of the environment that holds it."`
	APIKeySID        string   `yaml:"api_key_sid" doc:"An API key, instead of the token." example:"SK…"`
	APIKeySecret     string   `yaml:"api_key_secret" doc:"Its secret; better in a file."`
	APIKeySecretFile string   `yaml:"api_key_secret_file" doc:"File that holds it."`
	APIKeySecretEnv  string   `yaml:"api_key_secret_env" doc:"Variable of the environment that holds it."`
	From             string   `yaml:"from" doc:"The number that calls: one of the account, or verified for it." example:"\"+15005550006\""`
	BaseURL          string   `yaml:"base_url" doc:"For a proxy or a test server." default:"https://api.twilio.com"`
	Prefixes         []string `yaml:"prefixes" doc:"Beginnings of the numbers it calls. Of several providers for a number that with the longest is asked first, the others in turn when it refuses or fails." default:"all" example:"[\"+1\", \"+44\"]"`
}

// Voice is how telephone calls are made.
type Voice struct {
	Providers []VoiceProvider
}

// VoiceProvider is one company that makes telephone calls.
type VoiceProvider struct {
	Name         string
	Type         string // twilio
	AccountSID   string
	AuthToken    Secret
	APIKeySID    string // with APIKeySecret, instead of the auth token
	APIKeySecret Secret
	From         string
	BaseURL      string
	Prefixes     []string // of phone numbers; none is all
}

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
		case "":
			d.fault(p.place, "type is missing: twilio")
		default:
			d.fault(d.under(p.place, "type"), "this version makes telephone calls through twilio only, not through %q", clip(p.Type))
		}
	}
	if len(s.Voice.Providers) > 0 && IsLocal(s.Server.ExternalURL) {
		d.warn(doc.Voice.place, "nobody can acknowledge by a key: Twilio cannot call %s; set server.external_url to an address that it can", s.Server.ExternalURL)
	}
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

// checkCalled makes sure that each contact of a list can be called, and is named once in the
// receiver.
func (d *decoder) checkCalled(l *list, before *Receiver, s *Snapshot, contacts map[string]*contactDoc) {
	for j, name := range l.Voice {
		at := d.nth(d.under(l.place, "voice"), j)
		c := contacts[name]
		switch {
		case slices.Contains(l.Voice[:j], name) || slices.Contains(before.Voice, name):
			d.fault(at, "%q is named twice", clip(name))
		case c == nil:
			d.fault(at, "there is no contact %q%s", clip(name), suggest(name, keysOf(contacts)))
		case c.Phone == "":
			d.fault(at, "%s has no phone to be called at", name)
		case len(s.Voice.Providers) == 0:
			d.fault(at, "telephone calls need a provider under voice.providers")
		case !slices.ContainsFunc(s.Voice.Providers, func(p VoiceProvider) bool {
			return len(p.Prefixes) == 0 || slices.ContainsFunc(p.Prefixes, func(prefix string) bool { return strings.HasPrefix(c.Phone, prefix) })
		}):
			d.fault(at, "no provider under voice.providers calls the number of %s: add its beginning to the prefixes of one", name)
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
		if len(out.Voice) > 0 {
			out.CallAfter = callAfter
		}
		return
	}
	out.CallAfter = r.CallAfter.Duration
	at := d.find(r.place, "call_after")
	switch {
	case out.CallAfter < minCallAfter || out.CallAfter > maxCallAfter:
		d.fault(at, "people are called after 30s to 24h without an acknowledgement")
	case len(out.Voice) == 0:
		d.fault(at, "call_after is for a receiver that calls people: list them under voice")
	}
	if len(out.Voice) > 0 && len(out.SMS)+len(out.OnCall)+len(out.Webhooks)+len(out.Email)+len(out.Alertmanagers) == 0 {
		d.warn(r.place, "the receiver tells nobody but by telephone, and calls are for critical alarms that nobody acknowledged: people hear of nothing else, and of no end")
	}
}

// voiceTurn is the key of Receiver.Turns of somebody who is called.
func voiceTurn(contact string) string { return "voice/" + contact }

// TurnOfVoice is which of the ways of a receiver calls a contact.
func (r *Receiver) TurnOfVoice(contact string) int { return r.Turns[voiceTurn(contact)] }
