package config

import (
	"strings"
	"time"
)

// resolveProviders reads who sends text messages, and the caps on them.
func (d *decoder) resolveProviders(doc *document, s *Snapshot) {
	seen := make(map[string]place)
	for i := range doc.SMS.Providers {
		p := &doc.SMS.Providers[i]
		if p.node == nil {
			continue
		}
		d.named(p.place, p.Name, seen)
		switch p.Type {
		case "twilio":
			s.SMS.Providers = append(s.SMS.Providers, d.resolveTwilio(p))
		case "aliyun":
			s.SMS.Providers = append(s.SMS.Providers, d.resolveAliyun(p, s))
		case "tencent":
			s.SMS.Providers = append(s.SMS.Providers, d.resolveTencent(p, s))
		case "http":
			s.SMS.Providers = append(s.SMS.Providers, d.resolveGateway(p))
		case "":
			d.fault(p.place, "type is missing: twilio, aliyun, tencent, or http for any other gateway")
		default:
			d.fault(d.under(p.place, "type"), "this version sends text messages through twilio, aliyun, tencent and http, not through %q", clip(p.Type))
		}
	}
	s.SMS.ReceiptWithin = doc.SMS.ReceiptWithin.or(2 * time.Minute)
	if w := s.SMS.ReceiptWithin; w != 0 && (w < 30*time.Second || w > time.Hour) {
		d.fault(d.find(doc.SMS.place, "receipt_within"), "a receipt is awaited for 30s to 1h, or for ever with 0s")
	}
	s.SMS.Limits = d.resolveLimits(&doc.SMS.Limits)
	d.warnUnpriced(&doc.SMS.Limits, s)
}

func (d *decoder) resolveTwilio(p *providerDoc) Provider {
	d.onlyKeys(p, "account_sid", "auth_token", "api_key_sid", "api_key_secret", "from", "messaging_service_sid", "validity", "base_url")
	out := Provider{
		Name: p.Name, Type: p.Type, AccountSID: p.AccountSID, APIKeySID: p.APIKeySID, From: p.From,
		MessagingServiceSID: p.MessagingServiceSID, BaseURL: p.BaseURL, Validity: p.Validity.or(15 * time.Minute), Prefixes: p.Prefixes,
	}
	out.PricePerSegment = d.price(d.under(p.place, "price_per_segment"), p.PricePerSegment)
	out.AuthToken = d.secretOf(p.place, "auth_token", p.AuthToken, p.AuthTokenFile, p.AuthTokenEnv)
	out.APIKeySecret = d.secretOf(p.place, "api_key_secret", p.APIKeySecret, p.APIKeySecretFile, p.APIKeySecretEnv)
	if p.AccountSID == "" {
		d.fault(p.place, "account_sid is missing")
	}
	for _, sid := range []struct{ key, value, letters string }{
		{"account_sid", p.AccountSID, "AC"}, {"api_key_sid", p.APIKeySID, "SK"}, {"messaging_service_sid", p.MessagingServiceSID, "MG"},
	} {
		if sid.value != "" {
			d.checkSID(d.under(p.place, sid.key), sid.value, sid.letters)
		}
	}
	if p.AuthToken+p.AuthTokenFile+p.AuthTokenEnv == "" && p.APIKeySID == "" {
		d.fault(p.place, "auth_token_file is missing (or api_key_sid and api_key_secret_file)")
	}
	if (p.APIKeySID == "") != (p.APIKeySecret+p.APIKeySecretFile+p.APIKeySecretEnv == "") {
		d.fault(p.place, "api_key_sid and api_key_secret go together")
	}
	d.checkSender(p)
	if p.BaseURL != "" {
		d.checkURL(d.under(p.place, "base_url"), p.BaseURL, "https", "http")
	}
	if out.Validity < time.Second || out.Validity > 10*time.Hour {
		d.fault(d.under(p.place, "validity"), "a message is valid for 1s to 10h")
	}
	d.checkPrefixes(p)
	return out
}

func (d *decoder) checkSender(p *providerDoc) {
	if (p.From == "") == (p.MessagingServiceSID == "") {
		d.fault(p.place, "give one of from and messaging_service_sid")
	}
	if p.From != "" && !d.forms.sender.MatchString(p.From) {
		d.fault(d.under(p.place, "from"), "a sender is a number such as \"+15005550006\", a short code, or a name of up to 11 letters, digits and blanks")
	}
}

// checkSID checks one of Twilio's identifiers: two letters and 32 hexadecimal
// digits. It is not quoted: a secret put there by mistake would show.
func (d *decoder) checkSID(p place, sid, letters string) {
	digits, ok := strings.CutPrefix(sid, letters)
	if !ok || len(digits) != 32 || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		d.fault(p, "this is %s and 32 hexadecimal digits; the provider's console shows it", letters)
	}
}
