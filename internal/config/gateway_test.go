package config

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

const aGateway = `
contacts: [{name: wei, phone: "+8613800138000"}]
sms:
  providers:
    - name: gw
      type: http
      url: https://gw.example.com/send/T0K3N
      headers: {X-Api-Key: hush-hush-in-a-header, X-Other: "{{.Secrets.other}}"}
      secrets: {key: hush-hush, other_env: GATEWAY_KEY}
      username: sms
      password: hush-hush-password
      form: {to: "{{.Number}}", text: "{{.Text}}"}
      accepted: {json: code, equals: "0"}
      pace: {messages: 1, within: 30s}
receivers: [{name: oncall, sms: [wei]}]
instances: [{id: a, product: mqtt}]
`

// TestGatewaysNeverShow: any part of how a gateway is called may be a secret.
func TestGatewaysNeverShow(t *testing.T) {
	t.Setenv("GATEWAY_KEY", "hush-hush-of-the-environment")
	s := mustLoad(t, files(t, "brimwatch.yml", aGateway))
	g := s.SMS.Providers[0].Gateway
	if got := g.WithSecrets().Secrets; got["key"] != "hush-hush" || got["other"] != "hush-hush-of-the-environment" || g.Messages != 1 {
		t.Fatalf("secrets %v, %d messages", got, g.Messages)
	}
	asJSON, err := json.Marshal(s.SMS)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"%v": fmt.Sprintf("%v %v", s.SMS, *g), "%+v": fmt.Sprintf("%+v %+v", s.SMS, g), "%#v": fmt.Sprintf("%#v %#v", *g, g), "JSON": string(asJSON),
		"warnings": Faults(s.Warnings).Error(),
	} {
		if strings.Contains(text, "hush") || strings.Contains(text, "T0K3N") {
			t.Errorf("%s shows a secret: %s", name, text)
		}
	}
	if !slices.ContainsFunc(s.Warnings, func(f Fault) bool {
		return f.Path == "sms.providers[0].headers.X-Api-Key" && strings.Contains(f.Reason, "a secret stands in the configuration itself")
	}) {
		t.Errorf("nobody is warned of the secret in a header: %v", s.Warnings)
	}
}

// TestGatewaysChange: whatever changes of a gateway is a change of sms.
func TestGatewaysChange(t *testing.T) {
	t.Setenv("GATEWAY_KEY", "hush-hush-of-the-environment")
	before := mustLoad(t, files(t, "brimwatch.yml", aGateway))
	for _, change := range [][2]string{
		{"hush-hush,", "other,"}, {"T0K3N", "T1"}, {`equals: "0"`, `equals: "1"`}, {"messages: 1", "messages: 2"}, {"username: sms", "username: smt"}, {`text: "{{.Text}}"`, `msg: "{{.Text}}"`},
	} {
		next := mustLoad(t, files(t, "brimwatch.yml", strings.Replace(aGateway, change[0], change[1], 1)))
		if got := Diff(before, next); !slices.Equal(got.Sections, []string{"sms"}) {
			t.Errorf("%s: changed: %v", change[1], got.Sections)
		}
	}
	if got := Diff(before, mustLoad(t, files(t, "brimwatch.yml", aGateway))); !got.Nothing() {
		t.Errorf("the same is a change: %v", got)
	}
}

// TestAcceptedIsMissing: a gateway whose answers are judged by their status alone is
// warned of.
func TestAcceptedIsMissing(t *testing.T) {
	t.Setenv("GATEWAY_KEY", "x")
	s := mustLoad(t, files(t, "brimwatch.yml", strings.Replace(aGateway, `      accepted: {json: code, equals: "0"}`+"\n", "", 1)))
	if !slices.ContainsFunc(s.Warnings, func(f Fault) bool {
		return f.Path == "sms.providers[0]" && strings.Contains(f.Reason, "accepted is missing")
	}) {
		t.Errorf("%v", s.Warnings)
	}
}
