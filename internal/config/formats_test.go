package config

import (
	"slices"
	"strings"
	"testing"
)

// TestFormats: each format with what it needs, and the warnings of what is most probably a
// mistake. None of them repeats an address.
func TestFormats(t *testing.T) {
	t.Setenv("ROUTING_KEY", "R0123456789abcdef0123456789abcde")
	for _, tt := range []struct {
		webhook  string
		format   string
		warnings []string
	}{
		{`url: "http://127.0.0.1:8080/hook"`, "alertmanager", nil},
		{`url: "https://h.example.com/hook", format: brimwatch`, "brimwatch", nil},
		{`url: "https://hooks.slack.com/services/T0AB/B0FG/hidden", format: slack`, "slack", nil},
		{`url: "https://chat.example.com/hooks/hidden", format: slack`, "slack", []string{"not an address of Slack: one looks like https://hooks.slack.com/services/"}},
		{`url: "http://127.0.0.1:8080/hidden", format: slack`, "slack", nil},
		{`url: "http://10.0.0.7:8080/hidden", format: dingtalk`, "dingtalk", nil},
		{`format: pagerduty, routing_key_env: ROUTING_KEY`, "pagerduty", nil},
		{`url: "https://events.eu.pagerduty.com/v2/enqueue", format: pagerduty, routing_key_env: ROUTING_KEY`, "pagerduty", nil},
		{`format: pagerduty, routing_key: hidden-key`, "pagerduty", []string{"a secret stands in the configuration", "a routing key has 32 letters"}},
		{`url: "https://oapi.dingtalk.com/robot/send?access_token=hidden", format: dingtalk, at: ["13800138000"]`, "dingtalk", nil},
		{`url: "https://oapi.dingtalk.com/robot/send?token=hidden", format: dingtalk`, "dingtalk", []string{"not whole: one looks like https://oapi.dingtalk.com/robot/send?access_token="}},
		{`url: "http://oapi.dingtalk.com/robot/send?access_token=hidden", format: dingtalk`, "dingtalk", []string{"unencrypted"}},
		{`url: "https://oapi.dingtalk.com/robot/send?access_token=hidden"`, "alertmanager", []string{"an address of DingTalk, which does not take the format alertmanager: write format: dingtalk"}},
		{`url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hidden", format: dingtalk`, "dingtalk", []string{"an address of WeCom"}},
		{`url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", format: wecom`, "wecom", []string{"not whole"}},
		{`url: "https://open.feishu.cn/open-apis/bot/v2/hook/hidden", format: feishu`, "feishu", nil},
		{`url: "https://open.larksuite.com/open-apis/bot/v2/hook/", format: feishu`, "feishu", []string{"not whole"}},
	} {
		s := mustLoad(t, files(t, "brimwatch.yml", "instances: []\nreceivers: [{name: oncall, webhooks: [{"+tt.webhook+"}]}]\n"))
		w := s.Receivers[0].Webhooks[0]
		if w.Format != tt.format || w.URL == "" {
			t.Errorf("%s: format %s, URL %q", tt.webhook, w.Format, w.URL.Reveal())
		}
		var said []string
		for _, warning := range s.Warnings {
			if warning.Path != wholeFile { // that nothing is watched
				said = append(said, warning.Error())
			}
		}
		if len(said) != len(tt.warnings) {
			t.Errorf("%s: warnings %q", tt.webhook, said)
			continue
		}
		for _, part := range tt.warnings {
			if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, part) && !strings.Contains(s, "hidden") }) {
				t.Errorf("%s: %q is not in %q", tt.webhook, part, said)
			}
		}
	}
}

// TestWhoIsToldOfAcknowledgements: PagerDuty always, our own format on demand, and no other.
func TestWhoIsToldOfAcknowledgements(t *testing.T) {
	for _, tt := range []struct {
		name, webhook string
		want          bool
		fault         string
	}{
		{"pagerduty", `format: pagerduty, routing_key_env: ROUTING_KEY`, true, ""},
		{"our own", `url: "http://127.0.0.1/hook", format: brimwatch`, false, ""},
		{"our own, on demand", `url: "http://127.0.0.1/hook", format: brimwatch, acknowledgements: true`, true, ""},
		{"pagerduty, on demand", `format: pagerduty, routing_key_env: ROUTING_KEY, acknowledgements: true`, false, "pagerduty always; remove the key"},
		{"another", `url: "http://127.0.0.1/hook", acknowledgements: true`, false, "only the format brimwatch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("ROUTING_KEY", strings.Repeat("R", 32))
			path := files(t, "brimwatch.yml", "instances: []\nreceivers: [{name: oncall, webhooks: [{"+tt.webhook+"}]}]\n")
			s, err := Load(path)
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) || !strings.Contains(err.Error(), "acknowledgements") {
					t.Errorf("error %v, want %q", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Receivers[0].Webhooks[0].Acknowledgements; got != tt.want {
				t.Errorf("told of acknowledgements: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestSeveralPagerDuties: what tells them apart is the key.
func TestSeveralPagerDuties(t *testing.T) {
	s := mustLoad(t, files(t, "brimwatch.yml", `
instances: []
receivers: [{name: oncall, webhooks: [
  {format: pagerduty, routing_key: R0123456789abcdef0123456789abcde, url: "https://events.pagerduty.com/v2/enqueue"},
  {format: pagerduty, routing_key: S0123456789abcdef0123456789abcde, url: "https://events.pagerduty.com/v2/enqueue"}]}]
`))
	if n := len(s.Receivers[0].Webhooks); n != 2 {
		t.Errorf("%d webhooks", n)
	}
}

// TestPagesAsAnswers: whoever reads no words of the far side may take a web page for an answer;
// the others refuse the key.
func TestPagesAsAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, webhook, fault string
		want                 bool
	}{
		{"as it is", `url: "http://127.0.0.1/hook"`, "", false},
		{"taken", `url: "http://127.0.0.1/hook", accept_pages: true`, "", true},
		{"our own", `url: "http://127.0.0.1/hook", format: brimwatch, accept_pages: true`, "", true},
		{"a chat", `url: "http://127.0.0.1/hook", format: slack, accept_pages: true`, "accept_pages: Slack says in words of its own whether it took something; remove the key", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Load(files(t, "brimwatch.yml", "receivers: [{name: r, webhooks: [{"+tt.webhook+"}]}]\n"))
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("%v, want %q", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Receivers[0].Webhooks[0].AcceptPages; got != tt.want {
				t.Errorf("pages are taken: %v, want %v", got, tt.want)
			}
		})
	}
}
