package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

const chinaHead = `
instances: [{id: a, product: mqtt, capacity: {connections: 100}, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}
  - {name: ann, phone: "+4930901820"}
receivers: [{name: oncall, sms: [wei, ann]}]
`

// TestChinaProviders reads what docs/receivers shows.
func TestChinaProviders(t *testing.T) {
	t.Setenv("SMS_ID", "LTAI5tSecretly")
	s := mustLoad(t, files(t, "brimwatch.yml", chinaHead+`
sms:
  providers:
    - name: aliyun
      type: aliyun
      access_key_id_env: SMS_ID
      access_key_secret_file: sms.key
      sign_name: 云监
      templates: {default: SMS_1, capacity: SMS_2}
      prefixes: ["+86"]
      price_per_segment: 0.045
    - {name: tencent, type: tencent, secret_id: AKIDsecretly, secret_key: hush-hush, app_id: 1400006666, sign_name: 云监, templates: {default: 1110}, variables: [code, text1, text2, text3], variable_length: 60, base_url: "https://sms.intl.tencentcloudapi.com", region: ap-singapore}
`, "sms.key", "hush-hush\n"))
	aliyun, tencent := s.SMS.Providers[0], s.SMS.Providers[1]
	if aliyun.KeyID.Reveal() != "LTAI5tSecretly" || aliyun.KeySecret.Reveal() != "hush-hush" || aliyun.SignName != "云监" || aliyun.PricePerSegment.String() != "0.045" {
		t.Errorf("aliyun is %+v", aliyun)
	}
	if diff := cmp.Diff(template.Set{Default: "SMS_1", ByRule: map[string]string{"capacity": "SMS_2"}, Variables: template.Default(), Length: 35}, aliyun.Templates); diff != "" {
		t.Errorf("templates of aliyun (-want +got):\n%s", diff)
	}
	if tencent.KeyID.Reveal() != "AKIDsecretly" || tencent.AppID != "1400006666" || tencent.Region != "ap-singapore" || tencent.BaseURL == "" {
		t.Errorf("tencent is %+v", tencent)
	}
	want := []template.Variable{{Field: "code"}, {Field: "text1"}, {Field: "text2"}, {Field: "text3"}}
	if diff := cmp.Diff(want, tencent.Templates.Variables); diff != "" || tencent.Templates.Length != 60 {
		t.Errorf("variables of tencent, %d signs (-want +got):\n%s", tencent.Templates.Length, diff)
	}
	for _, secret := range []string{"secretly", "hush-hush"} {
		if shown := fmt.Sprintf("%v %+v %#v", s.SMS, s.SMS, s.SMS); strings.Contains(strings.ToLower(shown), secret) {
			t.Errorf("the configuration shows %s", secret)
		}
	}
	if w := Faults(s.Warnings).Error(); !strings.Contains(w, "to wei in mainland China and to ann abroad") || strings.Contains(w, "sms.providers[0]") {
		t.Errorf("warnings:\n%s", w)
	}
}

// TestRoomForTexts: Chinese texts need less room than English ones, and only people whom the
// provider sends to count.
func TestRoomForTexts(t *testing.T) {
	load := func(prefixes string) error {
		_, err := Load(files(t, "brimwatch.yml", chinaHead+`
sms:
  providers:
    - {name: a, type: aliyun, access_key_id: x, access_key_secret: y, sign_name: 云监, templates: {default: SMS_1}, variables: {a: text1, b: text2, c: text3}`+prefixes+`}
    - {name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: x, from: "+15005550006"}
`))
		return err
	}
	if err := load(`, prefixes: ["+86"]`); err != nil {
		t.Errorf("for wei alone: %v", err)
	}
	if err := load(""); err == nil || !strings.Contains(err.Error(), "texts to ann are in English with up to 160") {
		t.Errorf("for ann, too: %v", err)
	}
}
