package check_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/internal/demo/tencent"
)

// TestNotifyTestByTemplates sends test texts through the providers that take templates only,
// from a configuration on.
func TestNotifyTestByTemplates(t *testing.T) {
	const chinese, english = "Brimwatch监控通知：${t1}，内容：${t2}，详情：${t3}，说明：${t4}，备注：${t5}。", "Brimwatch: {1}, {2}, {3}, {4}, {5}."
	east, err := cloud.New(cloud.Options{Accounts: []cloud.Account{{UID: "1", Keys: []cloud.Key{{ID: "an-id", Secret: "a-secret"}}, SMS: cloud.SMS{
		Signatures: []string{"云监"}, Templates: []cloud.SMSTemplate{{Code: "SMS_1", Content: chinese, Status: 1}, {Code: "SMS_2", Content: chinese + "${x}", Status: 1}},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	west := tencent.New(tencent.Options{App: tencent.App{
		SecretID: "another-id", SecretKey: "another-secret", AppID: "1400006666", Signatures: []string{"Brim"}, Templates: []tencent.Template{{ID: 1110, Content: english}},
	}})
	eastServer, westServer := httptest.NewServer(east), httptest.NewServer(west)
	defer eastServer.Close()
	defer westServer.Close()
	path := filepath.Join(t.TempDir(), "brimwatch.yml")
	text := `
instances: [{id: a, product: mqtt, notify: [oncall], source: {type: mosquitto, url: "mqtt://127.0.0.1"}}]
contacts:
  - {name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}
  - {name: ann, phone: "+4915155550100"}
receivers: [{name: oncall, sms: [wei, ann]}]
sms:
  providers:
    - {name: east, type: aliyun, access_key_id: an-id, access_key_secret: a-secret, sign_name: 云监, templates: {default: SMS_1, expiry: SMS_2}, prefixes: ["+86"], base_url: "` + eastServer.URL + `"}
    - {name: west, type: tencent, secret_id: another-id, secret_key: another-secret, app_id: 1400006666, sign_name: Brim, templates: {default: 1110}, base_url: "` + westServer.URL + `"}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	results, err := check.NotifyTest(t.Context(), path, "oncall", "test")
	if err != nil || len(results) != 2 {
		t.Fatalf("%+v, %v", results, err)
	}
	for _, r := range results {
		if r.Err != nil || !strings.HasPrefix(r.Said(), "accepted as ") {
			t.Errorf("%s: %s", r.Display, r.Said())
		}
	}
	if got := results[0].Remarks; len(got) != 1 || got[0] != "template SMS_2 has variables that are not filled: x; name them in variables" {
		t.Errorf("remarks %q", got)
	}
	east.Change(func(a []*cloud.Account) {
		if got, want := a[0].SMS.Sent[0].Content, "【云监】Brimwatch监控通知：TEST Brimwatch 可以联系到您，内容：这是测试，详情：一切正常，说明：-，备注：-。"; got != want {
			t.Errorf("wei reads %s", got)
		}
	})
	west.Change(func(a *tencent.App) {
		if got, want := a.Sent[0].Content, "【Brim】Brimwatch: TEST Brimwatch can reach you, This is a test, nothing is wrong, -, -."; got != want {
			t.Errorf("ann reads %s", got)
		}
	})
}
