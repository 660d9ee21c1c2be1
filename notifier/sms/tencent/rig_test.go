package tencent_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	far "github.com/brimwatch/brimwatch/internal/demo/tencent"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/template"
	"github.com/brimwatch/brimwatch/notifier/sms/tencent"
)

const (
	secretID  = "AKIDofATestAndNothingElse"
	secretKey = "the-secret-of-a-test"
	weiPhone  = "+8613800138000"
	raiseText = "K7Q2 警告 Orders：连接数3,612/5,000（72%），阈值70%，MQTT 基础版。请升配或减少客户端"
	content   = "Brimwatch监控通知：{1}，内容：{2}，详情：{3}，说明：{4}，备注：{5}。"
	arrives   = "【云监】Brimwatch监控通知：K7Q2 警告 Orders，内容：连接数3,612/5,000（72%），详情：阈值70%，说明：MQTT 基础版，备注：请升配或减少客户端。"
)

// rig is a far side without a network, and a channel to it.
type rig struct {
	*far.Server
	*tencent.Channel
	off time.Duration // by how much the far side's clock is ahead
}

// direct hands requests to a handler, as a network would.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() == http.ErrAbortHandler { //nolint:errorlint // it is what was panicked with
			resp, err = nil, http.ErrServerClosed
		}
	}()
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

func newRig(t *testing.T, app far.App, change ...func(*tencent.Options)) *rig {
	t.Helper()
	app.SecretID, app.SecretKey, app.AppID = secretID, secretKey, "1400006666"
	if app.Signatures == nil {
		app.Signatures = []string{"云监"}
	}
	if app.Templates == nil {
		app.Templates = []far.Template{{ID: 1110, Content: content}}
	}
	r := &rig{}
	r.Server = far.New(far.Options{App: app, Now: func() time.Time { return time.Now().Add(r.off) }})
	o := options("http://sms.test")
	o.Transport = direct{http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		w.Header().Set("Date", time.Now().Add(r.off).UTC().Format(http.TimeFormat))
		r.ServeHTTP(w, in)
	})}
	for _, f := range change {
		f(&o)
	}
	r.Channel = newChannel(t, o)
	return r
}

func options(base string) tencent.Options {
	return tencent.Options{
		SecretID: secretID, SecretKey: secretKey, AppID: "1400006666", SignName: "云监", BaseURL: base,
		Templates: template.Set{Default: "1110"},
	}
}

func newChannel(t *testing.T, o tencent.Options) *tencent.Channel {
	t.Helper()
	ch, err := tencent.New(o)
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

// sent lists what was accepted.
func (r *rig) sent() (out []far.Text) {
	r.Change(func(a *far.App) { out = append(out, a.Sent...) })
	return out
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
