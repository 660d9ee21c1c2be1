package scenario

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/daemon"
	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/robots"
)

// line is one way out, with what stands at its other end.
type line struct {
	name      string
	recipient string     // as the ledger names it
	way       daemon.Way // how a receiver names it
	gate      gate
	told      func() []ledger.Arrival // nil for text messages: what those carried says the journal
	texts     func() []farside.Text   // of text messages
	open      func() []ledger.Key     // what stands open at the far side; nil where nothing does
	refused   func() []string         // what it refused by its own rules; nil where that is not known
	posts     func() []farside.Post   // of chats
	// grace is how long the way must have been free for what waits to be owed: as long as the far
	// side, or its pace, lets one message wait for others.
	grace time.Duration
	// set gives all that is sent one fate; nil lets all go well.
	set     func(*answer)
	answers []answer // that are no success, each in the far side's own words
	passing []answer // those after which it would take the message later
}

// gate is what the ledger asks of the entrance of a far side.
type gate interface {
	Free(from, to time.Time, d time.Duration, up func(from, to time.Time, d time.Duration) bool) bool
	Behind() int
}

// answer is one way in which a far side does not take a message, or does not say so.
type answer struct {
	name  string
	fate  farside.Fate
	mail  farside.MailFate
	never bool // it is refused for good
}

// patient is the grace of ways that let messages wait: a pace of so many a minute, a list of
// strangers, a look-up that proves nothing before a minute is over.
const patient = 150 * time.Second

// httpLine opens a far side that is called over HTTP.
func (w *World) httpLine(name, recipient string, far http.Handler, sends func(*http.Request) bool, own []answer) (*line, string, error) {
	gate := farside.NewGate(far)
	w.closers = append(w.closers, gate.Close)
	url, err := w.serve(gate)
	l := &line{name: name, recipient: recipient, gate: gate, grace: patient}
	l.set = func(a *answer) {
		if a == nil {
			gate.Set(nil)
			return
		}
		gate.Set(farside.WhereSends(sends, a.fate))
	}
	l.answers = append(anywhere(), own...)
	for _, a := range l.answers {
		if !a.never {
			l.passing = append(l.passing, a)
		}
	}
	w.lines = append(w.lines, l)
	w.stay(recipient)
	return l, url, err
}

// anywhere is what any HTTP server may answer, or what stands before it.
func anywhere() []answer {
	f := func(name string, fate farside.Fate) answer { return answer{name: name, fate: fate} }
	return []answer{
		f("301", farside.Fate{Way: farside.Refuse, Status: http.StatusMovedPermanently, Location: "https://elsewhere.example.com/", Type: "text/html", Body: "moved"}),
		f("429", farside.Fate{Way: farside.Refuse, Status: http.StatusTooManyRequests, RetryAfter: "2", Type: "text/plain", Body: "slow down"}),
		f("503", farside.Fate{Way: farside.Refuse, Status: http.StatusServiceUnavailable, Type: "text/html", Body: "<h1>503 Service Unavailable</h1>"}),
		f("sign-in page", farside.Portal()),
		f("cut before", farside.Fate{Way: farside.CutBefore}),
		f("cut, not accepted", farside.Fate{Way: farside.CutUnaccepted}),
		f("cut after", farside.Fate{Way: farside.AcceptThenCut}),
		f("502 after", farside.Fate{Way: farside.AcceptThenFail, Status: http.StatusBadGateway, Type: "text/html", Body: "<h1>502 Bad Gateway</h1>"}),
		f("nothing", farside.Fate{Way: farside.Silent}),
		f("nothing after", farside.Fate{Way: farside.AcceptThenSilence}),
	}
}

// said is an answer of a far side in its own words.
func said(name string, status int, kind, body string) answer {
	return answer{name: name, fate: farside.Fate{Way: farside.Refuse, Status: status, Type: kind, Body: body}}
}

// saidNever is one after which nothing ever arrives.
func saidNever(name string, status int, kind, body string) answer {
	a := said(name, status, kind, body)
	a.never = true
	return a
}

// jsonType is the type of what most far sides say.
const jsonType = "application/json"

// robotKey stands in the addresses of robots, and robotSecret signs.
const (
	robotKey    = "0123456789abcdef0123456789abcdef"
	robotSecret = "SECthis-is-a-secret-of-a-robot" //nolint:gosec // of a stand-in
)

// chatLine opens a chat.
func (w *World) chatLine(format, path string, robot func(robots.Options) *robots.Robot, secret string, own []answer) error {
	recipient := "webhook/" + format
	chat := farside.NewChat(recipient, robot(robots.Options{Key: robotKey, Secret: secret}))
	own = append(own, answer{name: "410", fate: farside.Fate{Way: farside.Refuse, Status: http.StatusGone, Type: "text/plain", Body: "gone"}, never: true})
	l, url, err := w.httpLine(format, recipient, chat, farside.IsPost, own)
	l.way = daemon.Way{Webhooks: []daemon.Webhook{{URL: url + path + robotKey, Format: format, Secret: secret, Timeout: callTime}}}
	l.told, l.refused, l.posts = chat.Arrivals, chat.Refused, chat.Posts
	return err
}

// callTime is how long one call may take in a world with all ways.
const callTime = 5 * time.Second

// addChats opens the four chats.
func (w *World) addChats() error {
	for _, c := range []struct {
		format, path, secret string
		robot                func(robots.Options) *robots.Robot
		own                  []answer
	}{
		{"slack", "/services/", "", robots.Slack, []answer{
			said("200 that is not ok", 200, "text/plain", "accepted"),
			said("rate_limited", 429, "text/plain", "rate_limited"),
			saidNever("no_service", 404, "text/plain", "no_service"),
			saidNever("channel_is_archived", 410, "text/plain", "channel_is_archived"),
			saidNever("action_prohibited", 403, "text/plain", "action_prohibited"),
		}},
		{"dingtalk", "/robot/send?access_token=", robotSecret, robots.DingTalk, []answer{
			said("busy", 200, jsonType, `{"errcode":-1,"errmsg":"系统繁忙"}`),
			said("clock or secret", 200, jsonType, `{"errcode":310000,"errmsg":"sign not match"}`),
			saidNever("token is not exist", 200, jsonType, `{"errcode":300005,"errmsg":"token is not exist"}`),
		}},
		{"feishu", "/open-apis/bot/v2/hook/", robotSecret, robots.Feishu, []answer{
			said("frequency limited", 200, jsonType, `{"code":11232,"msg":"frequency limited","data":{}}`),
			said("clock or secret", 200, jsonType, `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`),
			saidNever("no such bot", 200, jsonType, `{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}`),
		}},
		{"wecom", "/cgi-bin/webhook/send?key=", "", robots.WeCom, []answer{
			said("busy", 200, jsonType, `{"errcode":-1,"errmsg":"system busy"}`),
			saidNever("invalid webhook url", 200, jsonType, `{"errcode":93000,"errmsg":"invalid webhook url"}`),
		}},
	} {
		if err := w.chatLine(c.format, c.path, c.robot, c.secret, c.own); err != nil {
			return err
		}
	}
	return nil
}

// addPrograms opens PagerDuty and an Alertmanager.
func (w *World) addPrograms() error {
	pager := farside.NewPagerDuty("webhook/pagerduty")
	l, url, err := w.httpLine("pagerduty", "webhook/pagerduty", pager, farside.IsPost, []answer{
		said("200 that is not 202", 200, jsonType, `{"status":"success"}`),
		saidNever("key revoked", 400, jsonType, `{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key"]}`),
		saidNever("410", 410, "text/plain", "gone"),
	})
	if err != nil {
		return err
	}
	l.way = daemon.Way{Webhooks: []daemon.Webhook{{URL: url + "/v2/enqueue", Format: "pagerduty", RoutingKey: farside.RoutingKey, Timeout: callTime}}}
	l.told, l.open = pager.Arrivals, pager.Open
	manager := farside.NewAlertmanager("alertmanager/a")
	l, url, err = w.httpLine("alertmanager", "alertmanager/a", manager, farside.IsPost, []answer{
		said("password changed", 401, "text/plain", "Unauthorized"),
		said("410", 410, "text/plain", "gone"),
		saidNever("400", 400, jsonType, `"start time must be before end time"`),
	})
	l.way = daemon.Way{Alertmanagers: []daemon.Webhook{{URL: url, Timeout: callTime}}}
	l.told, l.open = manager.Arrivals, manager.Open
	return err
}

// The people of the further ways.
const (
	chenPhone = "+8613800138000" // by Alibaba Cloud
	zhouPhone = "+8613900139000" // by Tencent Cloud
	annPhone  = "+33600000001"   // by the gateway
	maxPhone  = "+4930000009"    // who is called
	maxMail   = "max@chaos.example.com"
)

// textLine opens a provider of text messages for one person.
func (w *World) textLine(name, person, phone string, far interface {
	http.Handler
	Texts() []farside.Text
}, sends func(*http.Request) bool, own []answer) (url string, err error) {
	l, url, err := w.httpLine(name, "sms/"+phone, far, sends, own)
	l.way = daemon.Way{SMS: []string{person}}
	l.texts = far.Texts
	w.config.Contacts = append(w.config.Contacts, daemon.Contact{Name: person, Phone: phone})
	return url, err
}

// addTexts opens three further providers of text messages.
func (w *World) addTexts() error {
	aliyun, err := farside.NewAliyun()
	if err != nil {
		return fmt.Errorf("open Alibaba Cloud: %w", err)
	}
	url, err := w.textLine("aliyun", "chen", chenPhone, aliyun, farside.AliyunSends, []answer{
		said("too many", 200, jsonType, `{"RequestId":"1","Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发分钟级流控Permits:1"}`),
		said("no money", 200, jsonType, `{"RequestId":"1","Code":"isv.AMOUNT_NOT_ENOUGH","Message":"账户余额不足"}`),
		said("key revoked", 404, jsonType, `{"RequestId":"1","Code":"InvalidAccessKeyId.Inactive","Message":"Specified access key is disabled."}`),
		saidNever("no such number", 200, jsonType, `{"RequestId":"1","Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"invalid mobile number"}`),
	})
	if err != nil {
		return err
	}
	w.config.Others = append(w.config.Others, daemon.Provider{
		"name": "aliyun", "type": "aliyun", "access_key_id": farside.CloudKeyID, "access_key_secret": farside.CloudKeySecret, "base_url": url, "prefixes": []string{"+86138"},
		"sign_name": farside.SignName, "templates": map[string]string{"default": farside.CloudTemplate}, "variables": map[string]string{"t1": "text1"}, "variable_length": 500,
	})
	url, err = w.textLine("tencent", "zhou", zhouPhone, farside.NewTencent(), farside.TencentSends, []answer{
		said("too many", 200, jsonType, `{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"too many"},"RequestId":"1"}}`),
		said("key revoked", 200, jsonType, `{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"The SecretId is not found."},"RequestId":"1"}}`),
		saidNever("no such number", 200, jsonType, `{"Response":{"SendStatusSet":[{"SerialNo":"","PhoneNumber":"`+zhouPhone+`","Fee":0,"SessionContext":"","Code":"InvalidParameterValue.IncorrectPhoneNumber","Message":"incorrect phone number","IsoCode":"CN"}],"RequestId":"1"}}`),
	})
	if err != nil {
		return err
	}
	w.config.Others = append(w.config.Others, daemon.Provider{
		"name": "tencent", "type": "tencent", "secret_id": farside.TencentID, "secret_key": farside.TencentKey, "app_id": farside.TencentApp, "base_url": url, "prefixes": []string{"+86139"},
		"sign_name": farside.SignName, "templates": map[string]string{"default": farside.TencentTemplate}, "variables": []string{"text1"}, "variable_length": 500,
	})
	url, err = w.textLine("gateway", "ann", annPhone, farside.NewGateway(), farside.IsPost, []answer{
		said("no money", 200, jsonType, `{"code":"500","reason":"no credit"}`),
		said("key revoked", 200, jsonType, `{"code":"900","reason":"wrong key"}`),
		said("a code that nobody knows", 200, jsonType, `{"code":"777"}`),
		saidNever("no such number", 200, jsonType, `{"code":"202","reason":"bad number"}`),
	})
	w.config.Others = append(w.config.Others, gatewayAt(url))
	return err
}

// gatewayAt is the gateway as it is configured.
func gatewayAt(url string) daemon.Provider {
	code := func(codes ...string) map[string]any { return map[string]any{"json": "code", "equals": codes} }
	return daemon.Provider{
		"name": "gateway", "type": "http", "url": url + "/send", "prefixes": []string{"+33"}, "timeout": callTime,
		"headers": map[string]string{"X-Api-Key": "{{.Secrets.key}}"}, "secrets": map[string]string{"key": farside.GatewayKey},
		"form":     map[string]string{"to": "{{.Number}}", "text": "{{.Text}}", "ref": "{{.ID}}"},
		"accepted": code("100"), "number_refused": code("202"), "refused": code("305"), "account_refused": code("500", "900"), "id": "id", "reason": "reason",
		"look_up": map[string]any{
			"url": url + "/messages/{{pathescape .ID}}", "found": code("100"), "not_found": map[string]any{"status": "404"}, "id": "id",
			"delivered": map[string]any{"json": "state", "equals": "delivered"},
		},
		"receipt": map[string]any{"url": url + "/messages/{{pathescape .ProviderID}}", "delivered": map[string]any{"json": "state", "equals": "delivered"}},
	}
}

// addMail opens the mail server.
func (w *World) addMail() error {
	server := farside.NewMail()
	port, err := server.Listen()
	if err != nil {
		return err
	}
	w.closers = append(w.closers, server.Close)
	const root = "mail.pem" // beside the configuration
	if err := os.WriteFile(filepath.Join(w.daemon.Dir, root), server.Root(), 0o600); err != nil {
		return fmt.Errorf("write the certificate of the mail server: %w", err)
	}
	w.config.SMTP = &daemon.SMTP{Host: "127.0.0.1", Port: port, From: "brimwatch@chaos.example.com", Hello: "chaos.example.com", Timeout: callTime, TLS: map[string]string{"ca_file": root}}
	w.config.Contacts = append(w.config.Contacts, daemon.Contact{Name: "max", Phone: maxPhone, Email: maxMail})
	l := &line{name: "email", recipient: "email/" + maxMail, way: daemon.Way{Email: []string{"max"}}, gate: server, told: server.Arrivals, grace: patient}
	l.set = func(a *answer) {
		if a == nil {
			server.Set(nil)
			return
		}
		server.Set(func() farside.MailFate { return a.mail })
	}
	m := func(name string, f farside.MailFate) answer { return answer{name: name, mail: f} }
	l.passing = []answer{
		m("greylisted", farside.MailFate{Way: farside.Refuse, Stage: farside.AtRecipient, Code: 451}),
		m("no STARTTLS", farside.MailFate{Plain: true}),
		m("421", farside.MailFate{Way: farside.Refuse, Stage: farside.AtSender, Code: 421}),
		m("452 at the end", farside.MailFate{Way: farside.Refuse, Stage: farside.AtEnd, Code: 452}),
		m("cut before", farside.MailFate{Way: farside.CutBefore}),
		m("cut, not accepted", farside.MailFate{Way: farside.CutUnaccepted}),
		m("cut after", farside.MailFate{Way: farside.AcceptThenCut}),
		m("nothing", farside.MailFate{Way: farside.Silent}),
		m("nothing after", farside.MailFate{Way: farside.AcceptThenSilence}),
		m("sender refused", farside.MailFate{Way: farside.Refuse, Stage: farside.AtSender, Code: 553}),
	}
	l.answers = append([]answer{
		{name: "no such mailbox", mail: farside.MailFate{Way: farside.Refuse, Stage: farside.AtRecipient, Code: 550}, never: true},
		{name: "554 at the end", mail: farside.MailFate{Way: farside.Refuse, Stage: farside.AtEnd, Code: 554}, never: true},
	}, l.passing...)
	w.lines = append(w.lines, l)
	w.stay(l.recipient)
	return nil
}

// addLines opens all ways but those that each world has.
func (w *World) addLines() error {
	for _, add := range []func() error{w.addTexts, w.addChats, w.addPrograms, w.addMail} {
		if err := add(); err != nil {
			return err
		}
	}
	return nil
}
