package aliyun_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/aliyun"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID     = "LTAI5tOfATestAndNothingElse"
	secret    = "the-secret-of-a-test"
	weiPhone  = "+8613800138000"
	raiseText = "K7Q2 警告 Orders：连接数3,612/5,000（72%），阈值70%，MQTT 基础版。请升配或减少客户端"
	content   = "Brimwatch监控通知：${t1}，内容：${t2}，详情：${t3}，说明：${t4}，备注：${t5}。"
	// arrives is raiseText as it is read on the phone.
	arrives = "【云监】Brimwatch监控通知：K7Q2 警告 Orders，内容：连接数3,612/5,000（72%），详情：阈值70%，说明：MQTT 基础版，备注：请升配或减少客户端。"
)

// rig is a cloud without a network, and a channel to it.
type rig struct {
	*cloud.Server
	*aliyun.Channel
	t   *testing.T
	off time.Duration // by how much the cloud's clock is ahead
}

// direct hands requests to a handler, as a network would.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() == http.ErrAbortHandler { //nolint:errorlint // it is what was panicked with
			resp, err = nil, http.ErrServerClosed
		}
	}()
	in := r.Clone(r.Context())
	in.Header = make(http.Header)
	for name, values := range r.Header {
		in.Header[http.CanonicalHeaderKey(name)] = values
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, in)
	return w.Result(), nil
}

func newRig(t *testing.T, account cloud.SMS, change ...func(*aliyun.Options)) *rig {
	t.Helper()
	r := &rig{t: t}
	if account.Signatures == nil {
		account.Signatures = []string{"云监"}
	}
	if account.Templates == nil {
		account.Templates = []cloud.SMSTemplate{{Code: "SMS_1", Content: content, Status: 1}}
	}
	s, err := cloud.New(cloud.Options{
		Accounts: []cloud.Account{{UID: "1234567890123456", Keys: []cloud.Key{{ID: keyID, Secret: secret}}, SMS: account}},
		Now:      func() time.Time { return time.Now().Add(r.off) },
	})
	if err != nil {
		t.Fatalf("make the cloud: %v", err)
	}
	r.Server = s
	o := options("http://dysmsapi.test")
	// The answers of this cloud have the date of its clock, as those of a server have.
	o.Transport = direct{http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		w.Header().Set("Date", time.Now().Add(r.off).UTC().Format(http.TimeFormat))
		s.ServeHTTP(w, in)
	})}
	for _, f := range change {
		f(&o)
	}
	r.Channel = newChannel(t, o)
	return r
}

func options(base string) aliyun.Options {
	return aliyun.Options{
		AccessKeyID: keyID, AccessKeySecret: secret, SignName: "云监", BaseURL: base,
		Templates: template.Set{Default: "SMS_1"},
	}
}

func newChannel(t *testing.T, o aliyun.Options) *aliyun.Channel {
	t.Helper()
	ch, err := aliyun.New(o)
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

// sent lists what the cloud accepted.
func (r *rig) sent() (out []cloud.SMSText) {
	r.Change(func(a []*cloud.Account) { out = append(out, a[0].SMS.Sent...) })
	return out
}

// change changes the account.
func (r *rig) change(f func(*cloud.SMS)) {
	r.Change(func(a []*cloud.Account) { f(&a[0].SMS) })
}

// message is one text to wei.
func message(text string) notifier.Message {
	return notifier.Message{
		ID:        "msg_2kq7",
		Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei", Address: weiPhone, Display: "wei"},
		Notices: []notifier.Notice{{
			ID: "ntc_1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning,
			Receiver: "oncall", Recipient: "sms/wei", Channel: "sms", Text: text,
		}},
		Text: text, Attempt: 1,
	}
}

// track is what is asked about a message that was accepted.
func track(r notifier.Receipt) notifier.SentMessage {
	return notifier.SentMessage{ProviderID: r.ProviderID, Recipient: message("").Recipient, At: time.Now()}
}
