package config

import (
	"strings"
)

// resolveAliyun reads a provider of type aliyun.
func (d *decoder) resolveAliyun(p *providerDoc, s *Snapshot) Provider {
	d.onlyKeys(p, "access_key_id", "access_key_secret", "sign_name", "templates", "variables", "variable_length", "base_url")
	out := Provider{Name: p.Name, Type: p.Type, BaseURL: p.BaseURL, Prefixes: p.Prefixes}
	out.PricePerSegment = d.price(d.under(p.place, "price_per_segment"), p.PricePerSegment)
	out.KeyID = d.secretOf(p.place, "access_key_id", p.AccessKeyID, p.AccessKeyIDFile, p.AccessKeyIDEnv)
	out.KeySecret = d.secretOf(p.place, "access_key_secret", p.AccessKeySecret, p.AccessKeySecretFile, p.AccessKeySecretEnv)
	if p.AccessKeyID+p.AccessKeyIDFile+p.AccessKeyIDEnv == "" {
		d.fault(p.place, "access_key_id_env is missing (or access_key_id, access_key_id_file)")
	}
	if p.AccessKeySecret+p.AccessKeySecretFile+p.AccessKeySecretEnv == "" {
		d.fault(p.place, "access_key_secret_file is missing (or access_key_secret_env)")
	}
	d.checkServer(p)
	d.checkPrefixes(p)
	for i, prefix := range p.Prefixes {
		if strings.HasPrefix(prefix, "+1") {
			d.fault(d.nth(d.under(p.place, "prefixes"), i), "Alibaba Cloud would take a number of +1 for one of mainland China, and a stranger would get the message; send to +1 through another provider")
		}
	}
	d.resolveApproved(p, s, &out.China)
	d.warnAbroad(p, s)
	return out
}

// checkServer checks an address that is a server only.
func (d *decoder) checkServer(p *providerDoc) {
	if p.BaseURL == "" {
		return
	}
	at := d.under(p.place, "base_url")
	d.checkURL(at, p.BaseURL, "https", "http")
	_, rest, _ := strings.Cut(p.BaseURL, "://")
	if _, path, _ := strings.Cut(rest, "/"); path != "" || strings.Contains(rest, "?") {
		d.fault(at, "this is a server only: scheme, host and port, without path or query")
	}
}
