package tencent_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	far "github.com/brimwatch/brimwatch/internal/demo/tencent"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/sms/tencent"
)

func TestSend(t *testing.T) {
	r := newRig(t, far.App{})
	got, err := r.Send(t.Context(), message(raiseText))
	if err != nil {
		t.Fatal(err)
	}
	sent := r.sent()
	if len(sent) != 1 || sent[0].Content != arrives || sent[0].To != weiPhone || sent[0].Session != "msg_2kq7" {
		t.Fatalf("the far side took %+v", sent)
	}
	if want := (notifier.Receipt{ProviderID: sent[0].SerialNo, Status: notifier.Accepted, Detail: "Tencent Cloud took it", Segments: 2}); got != want {
		t.Errorf("receipt %+v, want %+v", got, want)
	}
	receipt, err := r.Track(t.Context(), track(got))
	if err != nil || receipt.Status != notifier.Delivered || receipt.ProviderID != got.ProviderID {
		t.Errorf("what became of it: %+v, %v", receipt, err)
	}
}

func TestNothingIsEverRefused(t *testing.T) {
	for _, text := range []string{
		"TEST Brimwatch can reach you. This is a test, nothing is wrong.",
		"K7Q2 紧急 【订单】orders.example.com：连接数5,000/5,000（100%）→ 另有2条：https://brimwatch.example.com/alarms",
		"x",
	} {
		r := newRig(t, far.App{VariableLength: 35})
		if _, err := r.Send(t.Context(), message(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestRefusals goes through what the far side refuses, against one that does.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name  string
		app   func(*far.App)
		opts  func(*tencent.Options)
		phone string
		want  channeltest.Outcome
		wait  time.Duration
		says  string
		keys  bool
	}{
		{"no money", func(a *far.App) { a.NoMoney = true }, nil, "", channeltest.NotBefore, 5 * time.Minute, "add funds", false},
		{"another signature", nil, func(o *tencent.Options) { o.SignName = "别人" }, "", channeltest.NotBefore, 5 * time.Minute, "correct sign_name", false},
		{"another template", nil, func(o *tencent.Options) { o.Templates.Default = "9" }, "", channeltest.NotBefore, 5 * time.Minute, "correct templates", false},
		{"fewer variables", func(a *far.App) { a.Templates[0].Content = "告警：{1}" }, nil, "", channeltest.NotBefore, 5 * time.Minute, "correct variables", false},
		{"shorter variables", func(a *far.App) { a.VariableLength = 12 }, nil, "", channeltest.NotBefore, 5 * time.Minute, "variable_length", false},
		{"a word", func(a *far.App) { a.Words = []string{"Orders"} }, nil, "", channeltest.Never, 0, "another name", false},
		{"too many in an hour", func(a *far.App) { a.PerHour = 1; a.Sent = []far.Text{{To: weiPhone, At: time.Now()}} }, nil, "", channeltest.NotBefore, 15 * time.Minute, "allowlist", false},
		{"a number that is none", nil, nil, "+862088886666", channeltest.Never, 0, "correct phone", false},
		{"a number of another country", func(a *far.App) { a.Countries = []string{"+86"} }, nil, "+4915155550100", channeltest.Never, 0, "country of this number", false},
		{"another application", nil, func(o *tencent.Options) { o.AppID = "1400000000" }, "", channeltest.NotBefore, 5 * time.Minute, "app_id", true},
		{"a key nobody knows", nil, func(o *tencent.Options) { o.SecretID = "AKIDother" }, "", channeltest.NotBefore, 5 * time.Minute, "correct secret_id", true},
		{"another secret", nil, func(o *tencent.Options) { o.SecretKey = "another-one" }, "", channeltest.NotBefore, 5 * time.Minute, "does not belong", true},
		{"no right to send", func(a *far.App) { a.Denied = []string{"SendSms"} }, nil, "", channeltest.NotBefore, 5 * time.Minute, "sms:SendSms", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var change []func(*tencent.Options)
			if tt.opts != nil {
				change = append(change, tt.opts)
			}
			r := newRig(t, far.App{}, change...)
			if tt.app != nil {
				r.Change(tt.app)
			}
			m := message(raiseText)
			if tt.phone != "" {
				m.Recipient.Address = tt.phone
			}
			before := len(r.sent())
			_, err := r.Send(t.Context(), m)
			wait, _ := notifier.RetryAfter(err)
			if got := channeltest.OutcomeOf(err); got != tt.want || wait != tt.wait || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("outcome %q, want %q; wait %s, want %s: %v", got, tt.want, wait, tt.wait, err)
			}
			if notifier.IsAboutCredentials(err) != tt.keys || notifier.IsAboutRecipient(err) != (tt.phone != "") {
				t.Errorf("about credentials %t, about the number %t", notifier.IsAboutCredentials(err), notifier.IsAboutRecipient(err))
			}
			if pair := strings.Contains(tt.name, "country"); notifier.IsAboutPair(err) != pair {
				t.Errorf("another provider may: %t", !pair)
			}
			if len(r.sent()) != before {
				t.Error("it was taken all the same")
			}
		})
	}
}

// TestCodes: each code has its outcome, of the whole answer as of its one number.
func TestCodes(t *testing.T) {
	body := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	ch := newChannel(t, options(srv.URL))
	for _, tt := range []struct {
		code string
		want channeltest.Outcome
		wait time.Duration
	}{
		{"InternalError.Timeout", channeltest.Doubt, 0},
		{"InternalError.SendAndRecvFail", channeltest.Doubt, 0},
		{"InternalError", channeltest.Doubt, 0},
		{"InternalError.RequestTimeException", channeltest.NotBefore, 5 * time.Minute},
		{"InternalError.SigVerificationFail", channeltest.NotBefore, 5 * time.Minute},
		{"AuthFailure.SignatureExpire", channeltest.NotBefore, 5 * time.Minute},
		{"RequestLimitExceeded.UinLimitExceeded", channeltest.NotBefore, 10 * time.Second},
		{"LimitExceeded.PhoneNumberThirtySecondLimit", channeltest.NotBefore, 30 * time.Second},
		{"LimitExceeded.PhoneNumberDailyLimit", channeltest.NotBefore, time.Hour},
		{"LimitExceeded.DeliveryFrequencyLimit", channeltest.NotBefore, time.Minute},
		{"LimitExceeded.AppDailyLimit", channeltest.NotBefore, time.Hour},
		{"UnauthorizedOperation.SerivceSuspendDueToArrears", channeltest.NotBefore, 5 * time.Minute},
		{"UnauthorizedOperation.RequestIpNotInWhitelist", channeltest.NotBefore, 5 * time.Minute},
		{"FailedOperation.PhoneNumberInBlacklist", channeltest.Never, 0},
		{"FailedOperation.ContainSensitiveWord", channeltest.Never, 0},
		{"InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", channeltest.Never, 0},
		{"UnsupportedOperation.UnsuportedRegion", channeltest.Never, 0},
		{"FailedOperation.SomethingNew", channeltest.NotBefore, 5 * time.Minute},
	} {
		for place, text := range map[string]string{
			"whole":  `{"Response":{"Error":{"Code":"` + tt.code + `","Message":"no"},"RequestId":"1"}}`,
			"number": `{"Response":{"SendStatusSet":[{"SerialNo":"","Fee":0,"Code":"` + tt.code + `","Message":"no"}],"RequestId":"1"}}`,
		} {
			body = text
			_, err := ch.Send(t.Context(), message(raiseText))
			wait, _ := notifier.RetryAfter(err)
			if got := channeltest.OutcomeOf(err); got != tt.want || wait != tt.wait || !strings.Contains(err.Error(), tt.code) {
				t.Errorf("%s, %s: outcome %q, want %q; wait %s, want %s: %v", tt.code, place, got, tt.want, wait, tt.wait, err)
			}
		}
	}
	for _, text := range []string{
		`{}`, `{"Response":null}`, `{"Response":{}}`, `{"Response":{"SendStatusSet":[]}}`, `{"Response":{"SendStatusSet":[{},{}]}}`, `{"Response":{"SendStatusSet":{}}}`,
		`{"Response":{"Error":{}}}`, `[]`, ``,
	} {
		body = text
		if _, err := ch.Send(t.Context(), message(raiseText)); !notifier.IsUnknown(err) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestSerialHoldsNoNumber: what people are shown as the id of a message never holds a number.
func TestSerialHoldsNoNumber(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"Response":{"SendStatusSet":[{"SerialNo":"2028:13800138000","Fee":1,"Code":"Ok"}]}}`)
	}))
	t.Cleanup(srv.Close)
	if got, err := newChannel(t, options(srv.URL)).Send(t.Context(), message(raiseText)); err != nil || got.ProviderID != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestClock: a clock that is off delays an alarm by a second, and is told.
func TestClock(t *testing.T) {
	for _, off := range []time.Duration{10 * time.Minute, -26 * time.Hour} {
		r := newRig(t, far.App{Session: true})
		r.off = off
		_, err := r.Send(t.Context(), message(raiseText))
		wait, _ := notifier.RetryAfter(err)
		if channeltest.OutcomeOf(err) != channeltest.NotBefore || wait != time.Second || !strings.Contains(err.Error(), "the clock of this machine is") {
			t.Fatalf("off by %s: %v", off, err)
		}
		m := message(raiseText)
		receipt, err := r.Send(t.Context(), m)
		if err != nil {
			t.Fatalf("off by %s, by the far side's clock: %v", off, err)
		}
		m.Age = time.Minute
		if _, found, err := r.Find(t.Context(), m); !found || err != nil {
			t.Errorf("off by %s: found %t, %v", off, found, err)
		}
		if got, err := r.Track(t.Context(), track(receipt)); err != nil || got.Status != notifier.Delivered {
			t.Errorf("off by %s: %+v, %v", off, got, err)
		}
	}
}

// TestFind: a message is found by the id that went along, where that is told; nothing else
// proves anything.
func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name    string
		app     far.App
		outID   string
		age     time.Duration
		found   bool
		status  notifier.ReceiptStatus
		never   bool
		waits   bool
		says    string
		nothing bool // was accepted
	}{
		{"told with its id", far.App{Session: true}, "msg_2kq7", 5 * time.Second, true, notifier.Delivered, false, false, "", false},
		{"not delivered", far.App{Session: true, Fails: map[string]string{weiPhone: "MK:0001"}}, "msg_2kq7", 5 * time.Second, true, notifier.Failed, false, false, "", false},
		{"no receipt yet", far.App{Session: true, ReceiptAfter: time.Hour}, "msg_2kq7", 5 * time.Second, false, "", false, true, "no carrier has told", false},
		{"no receipt after a minute", far.App{Session: true, ReceiptAfter: time.Hour}, "msg_2kq7", time.Minute, false, "", true, false, "does not mean that it was not sent", false},
		{"another message", far.App{Session: true}, "msg_other", time.Minute, false, "", true, false, "does not mean that it was not sent", false},
		{"told without its id", far.App{}, "msg_2kq7", time.Minute, false, "", true, false, "ask Tencent Cloud to return SessionContext", false},
		{"nothing sent", far.App{Session: true}, "", time.Minute, false, "", true, false, "does not mean that it was not sent", true},
		{"no right to look", far.App{Denied: []string{"PullSmsSendStatusByPhoneNumber"}}, "msg_2kq7", time.Minute, false, "", true, false, "sms:PullSmsSendStatusByPhoneNumber", false},
		{"too long ago", far.App{}, "msg_2kq7", 8 * 24 * time.Hour, false, "", true, false, "seven days", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.app)
			if !tt.nothing {
				m := message(raiseText)
				m.ID = tt.outID
				if _, err := r.Send(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			m := message(raiseText)
			m.Age = tt.age
			got, found, err := r.Find(t.Context(), m)
			_, waits := notifier.RetryAfter(err)
			if found != tt.found || got.Status != tt.status || notifier.IsUndecidable(err) != tt.never || waits != tt.waits {
				t.Fatalf("found %t as %+v, %v", found, got, err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v does not say %q", err, tt.says)
			}
		})
	}
}

func TestReceipts(t *testing.T) {
	for said, want := range map[string]notifier.Receipt{"EXPIRED": {Again: true}, "MK:0001": {AboutRecipient: true}, "XY:99": {}} {
		r := newRig(t, far.App{Fails: map[string]string{weiPhone: said}})
		receipt, err := r.Send(t.Context(), message(raiseText))
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Track(t.Context(), track(receipt))
		if err != nil || got.Status != notifier.Failed || got.Again != want.Again || got.AboutRecipient != want.AboutRecipient || !strings.Contains(got.Detail, said) {
			t.Errorf("%s: %+v, %v", said, got, err)
		}
	}
}

func TestReceiptLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, far.App{ReceiptAfter: time.Minute})
		receipt, err := r.Send(t.Context(), message(raiseText))
		if err != nil {
			t.Fatal(err)
		}
		sent := track(receipt)
		for _, want := range []notifier.ReceiptStatus{notifier.Accepted, notifier.Delivered} {
			if got, err := r.Track(t.Context(), sent); err != nil || got.Status != want {
				t.Errorf("%+v, %v, want %s", got, err, want)
			}
			<-time.After(time.Minute)
		}
	})
}

func TestCheck(t *testing.T) {
	r := newRig(t, far.App{Templates: []far.Template{{ID: 1110, Content: content}, {ID: 1111, Content: "告警{1}", Status: 1}, {ID: 1112, Content: content, Status: -1, Reply: "变量过多"}}},
		func(o *tencent.Options) {
			o.Templates = template.Set{Default: "1110", ByRule: map[string]string{"expiry": "1111", "release": "1112", "overdue": "1113", "frozen": "SMS_1"}}
		})
	got, err := r.Check(t.Context())
	want := []string{
		`template "SMS_1" is not an id of Tencent Cloud, which is a number`,
		"template 1111 is still under review, so nothing can be sent by it",
		"template 1111 has 1 variables, and 5 are sent; correct variables, or apply for another template",
		"template 1112 is not approved, so nothing can be sent by it: 变量过多",
		"the account has no template 1113; correct templates",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	r.Change(func(a *far.App) { a.Denied = []string{"DescribeSmsTemplateList"} })
	if _, err := r.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "sms:DescribeSmsTemplateList") {
		t.Errorf("without the right: %v", err)
	}
}

func TestNew(t *testing.T) {
	_, err := tencent.New(tencent.Options{BaseURL: "ftp://h", Templates: template.Set{Variables: []template.Variable{{Field: "name"}}}})
	for _, want := range []string{"secret_id", "app_id", "sign_name", "default is missing", "base_url", "no field"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// FuzzAnswers: whatever comes as an answer, a send is accepted only with Code "Ok".
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{`{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","Fee":1,"Code":"Ok"}]}}`, `{"Response":{"Error":{"Code":"X","Message":"y"}}}`, `null`, `{"response":{"sendstatusset":[{"code":"ok"}]}}`} {
		f.Add(200, s)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		o := options("http://sms.test")
		o.Transport = direct{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})}
		ch := newChannel(t, o)
		receipt, err := ch.Send(t.Context(), message(raiseText))
		if err == nil && (status > 299 || !strings.Contains(strings.ToLower(body), "ok")) {
			t.Errorf("status %d, %q was accepted as %+v", status, body, receipt)
		}
		if err == nil && receipt.Status != notifier.Accepted || err != nil && strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%+v, %v", receipt, err)
		}
		_, _, _ = ch.Find(t.Context(), message(raiseText))
		_, _ = ch.Track(t.Context(), track(notifier.Receipt{ProviderID: "5000:1"}))
		_, _ = ch.Check(t.Context())
	})
}
