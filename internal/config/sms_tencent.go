package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// resolveTencent reads a provider of type tencent.
func (d *decoder) resolveTencent(p *providerDoc, s *Snapshot) Provider {
	d.onlyKeys(p, "secret_id", "secret_key", "app_id", "region", "sign_name", "templates", "variables", "variable_length", "base_url")
	out := Provider{Name: p.Name, Type: p.Type, BaseURL: p.BaseURL, Prefixes: p.Prefixes}
	out.PricePerSegment = d.price(d.under(p.place, "price_per_segment"), p.PricePerSegment)
	out.KeyID = d.secretOf(p.place, "secret_id", p.SecretID, p.SecretIDFile, p.SecretIDEnv)
	out.KeySecret = d.secretOf(p.place, "secret_key", p.SecretKey, p.SecretKeyFile, p.SecretKeyEnv)
	if p.SecretID+p.SecretIDFile+p.SecretIDEnv == "" {
		d.fault(p.place, "secret_id_env is missing (or secret_id, secret_id_file)")
	}
	if p.SecretKey+p.SecretKeyFile+p.SecretKeyEnv == "" {
		d.fault(p.place, "secret_key_file is missing (or secret_key_env)")
	}
	out.AppID, out.Region = p.AppID, p.Region
	switch {
	case p.AppID == "":
		d.fault(p.place, "app_id is missing: the SdkAppId of the application, such as \"1400006666\"")
	case strings.Trim(p.AppID, "0123456789") != "":
		d.fault(d.under(p.place, "app_id"), "an SdkAppId has digits only, such as \"1400006666\", not %q", clip(p.AppID))
	}
	if p.Region != "" && !regexp.MustCompile(`^[a-z]{2,4}(-[a-z0-9]+)+$`).MatchString(p.Region) {
		d.fault(d.under(p.place, "region"), "a region is written like ap-guangzhou, not %q", clip(p.Region))
	}
	d.checkServer(p.place, p.BaseURL)
	d.checkPrefixes(p)
	d.resolveApproved(p, s, &out.China)
	for _, rule := range slices.Sorted(maps.Keys(p.Templates)) {
		if code := p.Templates[rule]; strings.Trim(code, "0123456789") != "" {
			d.fault(d.find(p.place, "templates."+rule), "a template of Tencent Cloud has a number, such as 1110, not %q", clip(code))
		}
	}
	d.warnAbroad(p, s)
	return out
}
