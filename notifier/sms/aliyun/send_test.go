package aliyun_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/aliyun"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

func TestSend(t *testing.T) {
	r := newRig(t, cloud.SMS{})
	got, err := r.Send(t.Context(), message(raiseText))
	if err != nil {
		t.Fatal(err)
	}
	sent := r.sent()
	if len(sent) != 1 || sent[0].Content != arrives || sent[0].To != "13800138000" || sent[0].OutID != "msg_2kq7" {
		t.Fatalf("the cloud took %+v", sent)
	}
	if want := (notifier.Receipt{ProviderID: sent[0].BizID, Status: notifier.Accepted, Detail: "Alibaba Cloud took it"}); got != want {
		t.Errorf("receipt %+v, want %+v", got, want)
	}
	receipt, err := r.Track(t.Context(), track(got))
	if err != nil || receipt.Status != notifier.Delivered || receipt.ProviderID != got.ProviderID || receipt.Segments != 2 {
		t.Errorf("what became of it: %+v, %v", receipt, err)
	}
}

func TestSendRepeats(t *testing.T) {
	r := newRig(t, cloud.SMS{})
	m := message("K7Q2 警告 Orders")
	m.InDoubt = true
	if _, err := r.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := r.sent()[0].Values["t1"]; got != "K7Q2 警告 Orders（可能重复）" {
		t.Errorf("t1 is %q", got)
	}
}

func TestNumbers(t *testing.T) {
	templates := []cloud.SMSTemplate{{Code: "SMS_1", Content: content, Status: 1}}
	for phone, want := range map[string]string{"+8613800138000": "13800138000", "+85260000000": "85260000000", "+4915155550100": "4915155550100", "+13800138000": "", "+862088886666": ""} {
		r := newRig(t, cloud.SMS{Templates: templates})
		m := message(raiseText)
		m.Recipient.Address = phone
		_, err := r.Send(t.Context(), m)
		switch sent := r.sent(); {
		case want == "" && (len(sent) > 0 || !notifier.IsPermanent(err) || !notifier.IsAboutRecipient(err)):
			t.Errorf("%s: %v", phone, err)
		case want == "" && notifier.IsAboutPair(err) != strings.HasPrefix(phone, "+1"):
			t.Errorf("%s, by another provider: %v", phone, err)
		case want != "" && (err != nil || len(sent) != 1 || sent[0].To != want):
			t.Errorf("%s: %v, %+v", phone, err, sent)
		}
	}
}

// TestTemplateByRule: a rule may have its own template, where all notices are of that rule.
func TestTemplateByRule(t *testing.T) {
	r := newRig(t, cloud.SMS{Templates: []cloud.SMSTemplate{{Code: "SMS_1", Content: content, Status: 1}, {Code: "SMS_2", Content: content, Status: 1}}},
		func(o *aliyun.Options) { o.Templates.ByRule = map[string]string{"capacity": "SMS_2"} })
	m := message(raiseText)
	both := m
	both.Notices = append([]notifier.Notice{{Rule: alarm.Expiry}}, m.Notices...)
	for _, m := range []notifier.Message{m, both} {
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, s := range r.sent() {
		got = append(got, s.TemplateCode)
	}
	if diff := cmp.Diff([]string{"SMS_2", "SMS_1"}, got); diff != "" {
		t.Errorf("templates (-want +got):\n%s", diff)
	}
}

// TestRefusals goes through what the cloud refuses, against a cloud that does.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account func(*cloud.SMS)
		options func(*aliyun.Options)
		want    channeltest.Outcome
		wait    time.Duration
		says    string
	}{
		{"no money", func(s *cloud.SMS) { s.NoMoney = true }, nil, channeltest.NotBefore, 5 * time.Minute, "add funds"},
		{"another signature", nil, func(o *aliyun.Options) { o.SignName = "别人" }, channeltest.NotBefore, 5 * time.Minute, "correct sign_name"},
		{"another template", nil, func(o *aliyun.Options) { o.Templates.Default = "SMS_9" }, channeltest.NotBefore, 5 * time.Minute, "correct templates"},
		{"a variable that is not filled", func(s *cloud.SMS) { s.Templates[0].Content += "${x}" }, nil, channeltest.NotBefore, 5 * time.Minute, "variables that are not filled"},
		{"a variable too many", func(s *cloud.SMS) { s.Templates[0].Content = "告警：${t1}" }, nil, channeltest.NotBefore, 5 * time.Minute, "other variables"},
		{"variables that are shorter", func(s *cloud.SMS) { s.VariableLength = 12 }, nil, channeltest.NotBefore, 5 * time.Minute, "variable_length"},
		{"a word", func(s *cloud.SMS) { s.Words = []string{"Orders"} }, nil, channeltest.Never, 0, "another name"},
		{"too many in a day", func(s *cloud.SMS) { s.PerDay = 1; s.Sent = make([]cloud.SMSText, 1); s.Sent[0] = earlier() }, nil, channeltest.NotBefore, time.Hour, "allowlist"},
		{"a template for abroad", func(s *cloud.SMS) { s.Templates[0].International = true }, nil, channeltest.NotBefore, 5 * time.Minute, "mainland China"},
		{"a key nobody knows", nil, func(o *aliyun.Options) { o.AccessKeyID = "LTAI-other" }, channeltest.NotBefore, 5 * time.Minute, "correct access_key_id"},
		{"another secret", nil, func(o *aliyun.Options) { o.AccessKeySecret = "another-one" }, channeltest.NotBefore, 5 * time.Minute, "does not belong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var change []func(*aliyun.Options)
			if tt.options != nil {
				change = append(change, tt.options)
			}
			r := newRig(t, cloud.SMS{}, change...)
			if tt.account != nil {
				r.change(tt.account)
			}
			before := len(r.sent())
			_, err := r.Send(t.Context(), message(raiseText))
			if got := channeltest.OutcomeOf(err); got != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("outcome %q, want %q: %v", got, tt.want, err)
			}
			if wait, _ := notifier.RetryAfter(err); wait != tt.wait {
				t.Errorf("wait %s, want %s", wait, tt.wait)
			}
			if aboutKeys := strings.Contains(tt.name, "key") || strings.Contains(tt.name, "secret"); notifier.IsAboutCredentials(err) != aboutKeys {
				t.Errorf("about credentials: %t", !aboutKeys)
			}
			if len(r.sent()) != before {
				t.Error("it was taken all the same")
			}
		})
	}
}

// earlier is a message that was sent to wei before.
func earlier() cloud.SMSText {
	return cloud.SMSText{BizID: "1^0", To: "13800138000", SignName: "云监", TemplateCode: "SMS_1", At: time.Now().Add(-time.Hour)}
}

// TestNothingIsEverRefused: whatever instances are called, the cloud takes the text.
func TestNothingIsEverRefused(t *testing.T) {
	for _, text := range []string{
		"TEST Brimwatch can reach you. This is a test, nothing is wrong.",
		"TEST Brimwatch 可以联系到您。这是测试，一切正常。",
		"K7Q2 紧急 【订单】orders.example.com：连接数5,000/5,000（100%）→ 另有2条：https://brimwatch.example.com/alarms",
		"K7Q2 CRITICAL 10.0.0.7 [eu] {x} 🔥: connections 5,000 of 5,000 (100%), see https://brimwatch.example.com:9740/alarms?state=raised.",
		"x",
	} {
		r := newRig(t, cloud.SMS{})
		if _, err := r.Send(t.Context(), message(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestCodes: each code has its outcome, whatever its HTTP status.
func TestCodes(t *testing.T) {
	code, said, status := "", "", 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "") // none
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"Code":"`+code+`","Message":"`+said+`","RequestId":"1"}`)
	}))
	t.Cleanup(srv.Close)
	ch := newChannel(t, options(srv.URL))
	for _, tt := range []struct {
		code, said string
		status     int
		want       channeltest.Outcome
		wait       time.Duration
	}{
		{"isp.SYSTEM_ERROR", "", 200, channeltest.Doubt, 0},
		{"isp.GATEWAY_ERROR", "", 200, channeltest.Doubt, 0},
		{"SignatureNonceUsed", "", 400, channeltest.Doubt, 0},
		{"InternalError", "", 500, channeltest.Doubt, 0},
		{"ServiceUnavailable", "", 503, channeltest.Doubt, 0},
		{"Throttling.User", "", 400, channeltest.NotBefore, 10 * time.Second},
		{"Throttling", "", 400, channeltest.NotBefore, 10 * time.Second},
		{"isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", 200, channeltest.NotBefore, time.Minute},
		{"isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", 200, channeltest.NotBefore, time.Hour},
		{"isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:10", 200, channeltest.NotBefore, time.Hour},
		{"isv.BUSINESS_LIMIT_CONTROL", "", 200, channeltest.NotBefore, 5 * time.Minute},
		{"isv.DAY_LIMIT_CONTROL", "", 200, channeltest.NotBefore, time.Hour},
		{"isv.OUT_OF_SERVICE", "", 200, channeltest.NotBefore, 5 * time.Minute},
		{"isv.TEMPLATE_PARAMS_ILLEGAL", "", 200, channeltest.NotBefore, 5 * time.Minute},
		{"isv.MOBILE_NUMBER_ILLEGAL", "", 200, channeltest.Never, 0},
		{"isv.CUSTOMER_REFUSED", "", 200, channeltest.Never, 0},
		{"isv.BLACK_KEY_CONTROL_LIMIT", "", 200, channeltest.Never, 0},
		{"isv.PARAM_NOT_SUPPORT_URL", "", 200, channeltest.Never, 0},
		{"isp.RAM_PERMISSION_DENY", "", 200, channeltest.NotBefore, 5 * time.Minute},
		{"Forbidden.RAM", "", 403, channeltest.NotBefore, 5 * time.Minute},
		{"InvalidTimeStamp.Expired", "", 400, channeltest.NotBefore, 5 * time.Minute},
		{"isv.SOMETHING_NEW", "", 200, channeltest.NotBefore, 5 * time.Minute},
		{"isv.INVALID_PARAMETERS", "", 200, channeltest.NotBefore, 5 * time.Minute},
	} {
		code, said, status = tt.code, tt.said, tt.status
		_, err := ch.Send(t.Context(), message(raiseText))
		wait, _ := notifier.RetryAfter(err)
		if got := channeltest.OutcomeOf(err); got != tt.want || wait != tt.wait {
			t.Errorf("%s %s: outcome %q, want %q; wait %s, want %s: %v", tt.code, tt.said, got, tt.want, wait, tt.wait, err)
		}
		if !strings.Contains(err.Error(), tt.code) {
			t.Errorf("the error does not name %s: %v", tt.code, err)
		}
	}
	code, status = "isv.SOMETHING_NEW", 200
	m := message(raiseText)
	m.Attempt = 6
	if _, err := ch.Send(t.Context(), m); !notifier.IsPermanent(err) {
		t.Errorf("the sixth refusal that nobody knows: %v", err)
	}
}

// TestClock: a clock that is off delays an alarm by a second, and is told.
func TestClock(t *testing.T) {
	for _, off := range []time.Duration{time.Hour, -26 * time.Hour} {
		r := newRig(t, cloud.SMS{})
		r.off = off
		_, err := r.Send(t.Context(), message(raiseText))
		wait, _ := notifier.RetryAfter(err)
		if channeltest.OutcomeOf(err) != channeltest.NotBefore || wait != time.Second || !strings.Contains(err.Error(), "the clock of this machine is") {
			t.Fatalf("off by %s: %v", off, err)
		}
		m := message(raiseText)
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatalf("off by %s, by the cloud's clock: %v", off, err)
		}
		m.Age = time.Minute
		if _, found, err := r.Find(t.Context(), m); !found || err != nil {
			t.Errorf("off by %s: found %t, %v", off, found, err)
		}
	}
}

func TestNew(t *testing.T) {
	_, err := aliyun.New(aliyun.Options{BaseURL: "https://h/path", Templates: template.Set{Variables: []template.Variable{{Name: "x", Field: "name"}}}})
	for _, want := range []string{"access_key_id", "sign_name", "default is missing", "base_url", "no field"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
