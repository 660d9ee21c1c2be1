package config

import (
	"regexp"
	"strings"

	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

// mainland is how numbers of mainland China begin, which are all that Alibaba Cloud calls.
const mainland = "+86"

// publicVariables is how many variables a template has at the most whose calls come from a
// number of the cloud's.
const publicVariables = 2

// resolveAliyunVoice reads a provider of type aliyun.
func (d *decoder) resolveAliyunVoice(p *voiceProviderDoc) VoiceProvider {
	d.onlyVoiceKeys(p, "access_key_id", "access_key_secret", "from", "templates", "variables", "base_url")
	out := VoiceProvider{Name: p.Name, Type: p.Type, From: p.From, BaseURL: p.BaseURL, Prefixes: p.Prefixes}
	out.KeyID, out.KeySecret = d.accessKey(p.place, &p.accessKeyDoc)
	if p.From != "" && !regexp.MustCompile(`^[A-Za-z0-9_]{3,40}$`).MatchString(p.From) {
		d.fault(d.under(p.place, "from"), "this is a number as the console shows it, such as \"057112345678\", or the id of a service instance")
	}
	d.checkServer(p.place, p.BaseURL)
	if p.Prefixes == nil {
		out.Prefixes = []string{mainland}
	}
	d.checkBeginnings(p.place, p.Prefixes)
	for i, prefix := range p.Prefixes {
		if !strings.HasPrefix(prefix, mainland) {
			d.fault(d.nth(d.under(p.place, "prefixes"), i), "Alibaba Cloud calls numbers in mainland China only, which begin with %s; call others through another provider", mainland)
		}
	}
	out.Templates.Default, out.Templates.ByRule = d.resolveTemplateCodes(d.under(p.place, "templates"), p.Templates)
	if out.Templates.Variables = d.resolveVariables(&p.Variables, true, "t1 and t2"); out.Templates.Variables == nil {
		out.Templates.Variables = []template.Variable{{Name: "t1", Field: template.Text(1)}, {Name: "t2", Field: template.Text(2)}}
	}
	if n := len(out.Templates.Variables); p.From == "" && n > publicVariables {
		d.fault(d.under(p.place, "variables"), "without from a number of the cloud's calls, and a template for that has %d variables at the most, not %d", publicVariables, n)
	}
	return out
}
