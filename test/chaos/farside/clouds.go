package farside

import (
	"net/http"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/cloud"
	"github.com/brimwatch/brimwatch/internal/demo/tencent"
)

// The accounts at the clouds, and what is approved there: one variable holds the whole text.
const (
	CloudKeyID      = "LTAI5tChaos"
	CloudKeySecret  = "a-secret-of-the-account"
	TencentID       = "AKIDchaos"
	TencentKey      = "a-secret-of-the-application"
	TencentApp      = "1400006666"
	SignName        = "Brimwatch"
	CloudTemplate   = "SMS_15305"
	TencentTemplate = "1110"
	VoiceTemplate   = "TTS_10001"
	VoiceNumber     = "057112345678"
)

// Aliyun is Alibaba Cloud's Short Message Service, and its Voice Service.
type Aliyun struct{ server *cloud.Server }

// NewAliyun returns it with one account.
func NewAliyun() (*Aliyun, error) {
	server, err := cloud.New(cloud.Options{Accounts: []cloud.Account{{
		UID: "1", Keys: []cloud.Key{{ID: CloudKeyID, Secret: CloudKeySecret}},
		SMS: cloud.SMS{
			Signatures: []string{SignName}, VariableLength: 500, PerDay: 1 << 30, ReceiptAfter: time.Second,
			Templates: []cloud.SMSTemplate{{Code: CloudTemplate, Content: "${t1}", Status: 1}},
		},
		Voice: cloud.Voice{
			Numbers: []string{VoiceNumber}, DetailsAfter: time.Second,
			Templates: []cloud.VoiceTemplate{{Code: VoiceTemplate, Content: "您好，${t1}。请查看短信。", Approved: true, Dedicated: true}},
		},
	}}})
	return &Aliyun{server}, err
}

// ServeHTTP answers as the cloud does.
func (a *Aliyun) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.server.ServeHTTP(w, r) }

// AliyunSends tells whether a call sends something.
func AliyunSends(r *http.Request) bool {
	return r.Header.Get("X-Acs-Action") == "SendSms" || r.URL.Query().Get("Action") == "SendSms"
}

// AliyunCalls tells whether a call of the API makes a telephone call.
func AliyunCalls(r *http.Request) bool {
	return r.Header.Get("X-Acs-Action") == "SingleCallByTts" || r.URL.Query().Get("Action") == "SingleCallByTts"
}

// Calls returns the calls that were made: whom, and what was read.
func (a *Aliyun) Calls() []cloud.VoiceCall {
	var out []cloud.VoiceCall
	a.server.Change(func(accounts []*cloud.Account) { out = append(out, accounts[0].Voice.Calls...) })
	return out
}

// Texts returns what was accepted, oldest first.
func (a *Aliyun) Texts() []Text {
	var out []Text
	a.server.Change(func(accounts []*cloud.Account) {
		for _, t := range accounts[0].SMS.Sent {
			out = append(out, Text{SID: t.BizID, Ref: t.OutID, To: "+86" + t.To, Body: strings.TrimPrefix(t.Content, "【"+SignName+"】"), At: t.At})
		}
	})
	return out
}

// Tencent is Tencent Cloud's SMS.
type Tencent struct{ server *tencent.Server }

// NewTencent returns it with one application.
func NewTencent() *Tencent {
	return &Tencent{tencent.New(tencent.Options{App: tencent.App{
		SecretID: TencentID, SecretKey: TencentKey, AppID: TencentApp, Signatures: []string{SignName}, Session: true, ReceiptAfter: time.Second,
		Templates: []tencent.Template{{ID: 1110, Content: "{1}"}},
	}})}
}

// ServeHTTP answers as the cloud does.
func (t *Tencent) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.server.ServeHTTP(w, r) }

// TencentSends tells whether a call sends something.
func TencentSends(r *http.Request) bool { return r.Header.Get("X-Tc-Action") == "SendSms" }

// Texts returns what was accepted, oldest first.
func (t *Tencent) Texts() []Text {
	var out []Text
	t.server.Change(func(a *tencent.App) {
		for _, s := range a.Sent {
			out = append(out, Text{SID: s.SerialNo, Ref: s.Session, To: s.To, Body: strings.TrimPrefix(s.Content, "【"+SignName+"】"), At: s.At})
		}
	})
	return out
}
