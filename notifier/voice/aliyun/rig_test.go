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
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/voice/aliyun"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID    = "LTAI5tOfATestAndNothingElse"
	secret   = "the-secret-of-a-test"
	weiPhone = "+8613800138000"
	spoken   = "这里是 Brimwatch。紧急告警，代码 K，7，Q，2。5分钟内无人确认。Orders（华东）：连接数4,850，上限 5,000，百分之97。"
	content  = "您好，${t1}。详情，${t2}。请查看短信，并在网页上确认告警。"
	// arrives is spoken as it is read on the telephone.
	arrives = "您好，这里是 Brimwatch。紧急告警，代码 K，七，Q，二。五分钟内无人确认。详情，Orders，华东，连接数四千八百五十，上限 五千，百分之九十七。请查看短信，并在网页上确认告警。"
)

// rig is a cloud without a network, and a channel to it.
type rig struct {
	*cloud.Server
	*aliyun.Caller
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

func newRig(t *testing.T, account cloud.Voice, change ...func(*aliyun.Options)) *rig {
	t.Helper()
	if account.Templates == nil {
		account.Templates = []cloud.VoiceTemplate{{Code: "TTS_1", Content: content, Approved: true}}
	}
	s, err := cloud.New(cloud.Options{
		Accounts: []cloud.Account{{UID: "1234567890123456", Keys: []cloud.Key{{ID: keyID, Secret: secret}}, Voice: account}},
	})
	if err != nil {
		t.Fatalf("make the cloud: %v", err)
	}
	o := options("http://dyvmsapi.test")
	o.Transport = direct{s}
	for _, f := range change {
		f(&o)
	}
	return &rig{Server: s, Caller: newCaller(t, o)}
}

func options(base string) aliyun.Options {
	return aliyun.Options{AccessKeyID: keyID, AccessKeySecret: secret, BaseURL: base, Templates: template.Set{Default: "TTS_1"}}
}

func newCaller(t *testing.T, o aliyun.Options) *aliyun.Caller {
	t.Helper()
	ch, err := aliyun.New(o)
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

// made lists the calls that the cloud made.
func (r *rig) made() (out []cloud.VoiceCall) {
	r.Change(func(a []*cloud.Account) { out = append(out, a[0].Voice.Calls...) })
	return out
}

// change changes the account.
func (r *rig) change(f func(*cloud.Voice)) {
	r.Change(func(a []*cloud.Account) { f(&a[0].Voice) })
}

// message is one call to wei.
func message(text string) notifier.Message {
	return notifier.Message{
		ID:        "msg_2kq7",
		Recipient: notifier.Recipient{Channel: "voice", Name: "voice/wei", Address: weiPhone, Display: "wei"},
		Notices: []notifier.Notice{{
			ID: "ntc_1", Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Critical,
			Receiver: "oncall", Recipient: "voice/wei", Channel: "voice", Text: text,
		}},
		Attempt: 1,
	}
}

// track is what is asked about a call that was made.
func track(r notifier.Receipt) notifier.SentMessage {
	return notifier.SentMessage{ProviderID: r.ProviderID, Recipient: message("").Recipient, At: time.Now()}
}
