package config

import (
	"strings"
)

// resolveAliyun reads a provider of type aliyun.
func (d *decoder) resolveAliyun(p *providerDoc, s *Snapshot) Provider {
	d.onlyKeys(p, "access_key_id", "access_key_secret", "sign_name", "templates", "variables", "variable_length", "base_url")
	out := Provider{Name: p.Name, Type: p.Type, BaseURL: p.BaseURL, Prefixes: p.Prefixes}
	out.PricePerSegment = d.price(d.under(p.place, "price_per_segment"), p.PricePerSegment)
	out.KeyID, out.KeySecret = d.accessKey(p.place, &p.accessKeyDoc)
	d.checkServer(p.place, p.BaseURL)
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

// accessKey reads the access key of a RAM user.
func (d *decoder) accessKey(p place, k *accessKeyDoc) (id, secret Secret) {
	id = d.secretOf(p, "access_key_id", k.AccessKeyID, k.AccessKeyIDFile, k.AccessKeyIDEnv)
	secret = d.secretOf(p, "access_key_secret", k.AccessKeySecret, k.AccessKeySecretFile, k.AccessKeySecretEnv)
	if k.AccessKeyID+k.AccessKeyIDFile+k.AccessKeyIDEnv == "" {
		d.fault(p, "access_key_id_env is missing (or access_key_id, access_key_id_file)")
	}
	if k.AccessKeySecret+k.AccessKeySecretFile+k.AccessKeySecretEnv == "" {
		d.fault(p, "access_key_secret_file is missing (or access_key_secret_env)")
	}
	return id, secret
}

// checkServer checks an address that is a server only.
func (d *decoder) checkServer(p place, server string) {
	if server == "" {
		return
	}
	at := d.under(p, "base_url")
	d.checkURL(at, server, "https", "http")
	_, rest, _ := strings.Cut(server, "://")
	if _, path, _ := strings.Cut(rest, "/"); path != "" || strings.Contains(rest, "?") {
		d.fault(at, "this is a server only: scheme, host and port, without path or query")
	}
}
