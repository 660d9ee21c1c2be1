package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// The formats of webhooks that something depends on.
const (
	formatAlertmanager = "alertmanager"
	formatOwn          = "brimwatch"
	formatPagerDuty    = "pagerduty"
	formatDingTalk     = "dingtalk"
	formatTemplate     = "template"
)

// pagerDutyURL is where PagerDuty takes events.
const pagerDutyURL = "https://events.pagerduty.com/v2/enqueue"

// format is who reads a webhook.
type format struct {
	name, title string
	hosts       []string // where its far side is; none is anywhere
	path        string   // that its addresses have
	query       string   // of its addresses, which holds the key; "" is none
	like        string   // how an address looks
	signed      bool     // the far side checks a signature
	rotates     bool     // it knows several secrets
}

func knownFormats() []format {
	return []format{
		{name: formatAlertmanager, title: "Alertmanager's body", signed: true, rotates: true},
		{name: formatOwn, title: "Brimwatch's own body", signed: true, rotates: true},
		{name: formatTemplate, title: "a body of your own", signed: true, rotates: true},
		{
			name: "slack", title: "Slack", hosts: []string{"hooks.slack.com", "hooks.slack-gov.com"}, path: "/services/",
			like: "https://hooks.slack.com/services/T…/B…/…",
		},
		{name: formatPagerDuty, title: "PagerDuty", hosts: []string{"events.pagerduty.com", "events.eu.pagerduty.com"}, path: "/v2/enqueue", like: pagerDutyURL},
		{
			name: formatDingTalk, title: "DingTalk", hosts: []string{"oapi.dingtalk.com", "oapi.dingtalk.io"}, path: "/robot/send", query: "access_token",
			like: "https://oapi.dingtalk.com/robot/send?access_token=…", signed: true,
		},
		{
			name: "feishu", title: "Feishu", hosts: []string{"open.feishu.cn", "open.larksuite.com"}, path: "/open-apis/bot/v2/hook/",
			like: "https://open.feishu.cn/open-apis/bot/v2/hook/…", signed: true,
		},
		{
			name: "wecom", title: "WeCom", hosts: []string{"qyapi.weixin.qq.com"}, path: "/cgi-bin/webhook/send", query: "key",
			like: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
		},
	}
}

// resolveFormat reads who reads a webhook, and what that needs.
func (d *decoder) resolveFormat(w *webhookDoc, out *Webhook) {
	if out.Format == "" {
		out.Format = formatAlertmanager
	}
	known := knownFormats()
	i := slices.IndexFunc(known, func(f format) bool { return f.name == out.Format })
	if i < 0 {
		names := make([]string, len(known))
		for k := range known {
			names[k] = known[k].name
		}
		d.fault(d.under(w.place, "format"), "there is no format %q%s", clip(w.Format), suggest(w.Format, names))
		return
	}
	f := &known[i]
	d.checkSecrets(w, f)
	d.resolveRoutingKey(w, f, out)
	d.resolveMentions(w, f, out)
	d.resolveAcknowledgements(w, f, out)
	d.resolvePages(w, f, out)
	d.checkFarSide(w, f, known)
}

// checkSecrets makes sure that secrets are given where the far side knows them.
func (d *decoder) checkSecrets(w *webhookDoc, f *format) {
	for _, key := range []string{"secret", "secret_file", "secret_env", "secret_files"} {
		switch {
		case lookup(resolved(w.node), key) == nil:
		case !f.signed:
			d.fault(d.under(w.place, key), "%s checks no signature; remove the key", f.title)
		case key == "secret_files" && !f.rotates:
			d.fault(d.under(w.place, key), "a robot has one secret; give it as secret_file")
		}
	}
}

func (d *decoder) resolveRoutingKey(w *webhookDoc, f *format, out *Webhook) {
	if f.name != formatPagerDuty {
		for _, key := range []string{"routing_key", "routing_key_file", "routing_key_env"} {
			if lookup(resolved(w.node), key) != nil {
				d.fault(d.under(w.place, key), "only the format pagerduty has a routing key")
			}
		}
		return
	}
	if out.URL == "" {
		out.URL = pagerDutyURL
	}
	out.RoutingKey = d.secretOf(w.place, "routing_key", w.RoutingKey, w.RoutingKeyFile, w.RoutingKeyEnv)
	switch key := out.RoutingKey.Reveal(); {
	case w.RoutingKey+w.RoutingKeyFile+w.RoutingKeyEnv == "":
		d.fault(w.place, "routing_key_file is missing: the Integration Key of an Events API v2 integration of a PagerDuty service")
	case key != "" && len(key) != 32:
		d.warn(w.place, "a routing key has 32 letters and digits, and this one does not: it is the Integration Key of an Events API v2 integration")
	}
}

// resolveMentions reads who is mentioned.
func (d *decoder) resolveMentions(w *webhookDoc, f *format, out *Webhook) {
	if len(w.At) > 0 && f.name != formatDingTalk {
		d.fault(d.under(w.place, "at"), "only the format dingtalk mentions people")
		return
	}
	for i, number := range w.At {
		if digits := strings.TrimLeft(number, "+0123456789-"); digits != "" || len(number) < 5 {
			d.fault(d.nth(d.under(w.place, "at"), i), "a mobile number as DingTalk has it is wanted here, such as \"13800138000\", not %q", clip(number))
		}
	}
	out.At = w.At
}

// resolveAcknowledgements reads whether the far side is told that somebody acknowledged.
func (d *decoder) resolveAcknowledgements(w *webhookDoc, f *format, out *Webhook) {
	out.Acknowledgements = w.Acknowledgements || f.name == formatPagerDuty
	if node := lookup(resolved(w.node), "acknowledgements"); node != nil && f.name != formatOwn {
		d.fault(d.under(w.place, "acknowledgements"), "only the format brimwatch is told of acknowledgements on demand, and pagerduty always; remove the key")
	}
}

// resolvePages reads whether a web page may be an answer of success. Chats and PagerDuty say in
// their own words whether they took something.
func (d *decoder) resolvePages(w *webhookDoc, f *format, out *Webhook) {
	out.AcceptPages = w.AcceptPages
	if node := lookup(resolved(w.node), "accept_pages"); node != nil && !slices.Contains([]string{formatAlertmanager, formatOwn, formatTemplate}, f.name) {
		d.fault(d.under(w.place, "accept_pages"), "%s says in words of its own whether it took something; remove the key", f.title)
	}
}

// checkFarSide warns of an address that is most probably not one of the format. Something
// else may well stand there: a proxy, or a server that speaks the same.
func (d *decoder) checkFarSide(w *webhookDoc, f *format, known []format) {
	u, err := url.Parse(w.URL)
	if err != nil || u.Host == "" {
		return // that is a fault already, or the default
	}
	at := d.under(w.place, "url")
	host := strings.ToLower(u.Hostname())
	for i := range known {
		if other := &known[i]; other.name != f.name && slices.Contains(other.hosts, host) {
			d.warn(at, "this is an address of %s, which does not take the format %s: write format: %s", other.title, f.name, other.name)
			return
		}
	}
	if len(f.hosts) == 0 || nearby(host) {
		return
	}
	if !slices.Contains(f.hosts, host) {
		d.warn(at, "this is not an address of %s: one looks like %s", f.title, f.like)
		return
	}
	switch {
	case u.Scheme != "https":
		d.warn(at, "the address holds a key, and goes unencrypted: write https://")
	case !strings.HasPrefix(u.Path, f.path) || u.Path == f.path && strings.HasSuffix(f.path, "/"), f.query != "" && u.Query().Get(f.query) == "":
		d.warn(at, "the address is not whole: one looks like %s", f.like)
	}
}

// nearby tells whether a host is this machine or one beside it: a proxy or a test server.
func nearby(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && (addr.IsLoopback() || addr.IsPrivate())
}

// FormatOf finds the format of a webhook by its address; that of Alertmanager where the
// address belongs to nobody who is known.
func FormatOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return formatAlertmanager
	}
	for _, f := range knownFormats() {
		if slices.Contains(f.hosts, strings.ToLower(u.Hostname())) {
			return f.name
		}
	}
	return formatAlertmanager
}
