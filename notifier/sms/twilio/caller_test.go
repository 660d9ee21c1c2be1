package twilio_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

const (
	callSID = "CA00000000000000000000000000000001"
	keyHook = "https://brimwatch.example.com/hooks/twilio/key"
	aloud   = "This is Brimwatch. Critical alarm K, 7, Q, 2. Connections of Orders & Co. <east> are at 97 percent."
	zhAloud = "这里是 Brimwatch。紧急告警，代码 K，7，Q，2。Orders 连接数百分之97。"
)

func newCaller(t *testing.T, base string, change ...func(*twilio.CallerOptions)) *twilio.Caller {
	t.Helper()
	o := twilio.CallerOptions{AccountSID: accountSID, AuthToken: authToken, From: from, BaseURL: base}
	for _, f := range change {
		f(&o)
	}
	c, err := twilio.NewCaller(o)
	if err != nil {
		t.Fatalf("make the caller: %v", err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// spoken is one call to wei, about alarms with these codes.
func spoken(text string, codes ...string) notifier.Message {
	m := notifier.Message{ID: "msg_1", Recipient: notifier.Recipient{Channel: "voice", Name: "voice/wei", Address: weiPhone, Display: "wei"}, Attempt: 1}
	for _, code := range codes {
		m.Notices = append(m.Notices, notifier.Notice{ID: "ntc_" + code, Code: code, Kind: alarm.Raised, Severity: alarm.Critical, Channel: "voice", Text: text})
	}
	return m
}

func TestCallConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return newCaller(t, base) },
		Message: spoken(aloud, "K7Q2"),
		Accept: func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"sid": "`+callSID+`", "status": "queued", "to": "`+weiPhone+`"}`)
		},
		Status: func(status int) channeltest.Outcome {
			switch {
			case status < 300, status >= 500:
				return channeltest.Doubt
			case status == 408 || status == 425:
				return channeltest.Later
			}
			return channeltest.NotBefore
		},
		RetryAfter: func(int) bool { return true },
		Lost:       channeltest.Doubt,
		CutBody:    channeltest.Doubt,
		Secrets:    []string{authToken, weiPhone, weiPhone[1:], "QUMwMTIz"},
	})
}

// sent is the form of the one request for a call.
func sent(t *testing.T, m notifier.Message, token string, change ...func(*twilio.CallerOptions)) (form map[string]string) {
	t.Helper()
	form = make(map[string]string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		for name := range r.PostForm {
			form[name] = r.PostForm.Get(name)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"sid": "`+callSID+`", "status": "queued"}`)
	}))
	defer srv.Close()
	c := newCaller(t, srv.URL, change...)
	c.TakeKeys(func(notifier.Message) string { return token })
	if r, err := c.Send(t.Context(), m); err != nil || r.ProviderID != callSID || r.Status != notifier.Accepted {
		t.Fatalf("%+v, %v", r, err)
	}
	return form
}

func withKeys(o *twilio.CallerOptions) {
	o.KeyAddress, o.StatusCallback = keyHook, "https://brimwatch.example.com/hooks/twilio/status"
}

func TestWhatACallSays(t *testing.T) {
	doubtful := spoken(aloud, "K7Q2")
	doubtful.InDoubt = true
	test := spoken("This is a test of Brimwatch.", "TEST")
	test.Notices[0].Rule = notifier.TestRule
	untold := spoken("", "K7Q2")
	untold.Notices[0].Alert.Annotations = map[string]string{"summary": "连接数 97%"}
	const escaped = "This is Brimwatch. Critical alarm K, 7, Q, 2. Connections of Orders &amp; Co. &lt;east&gt; are at 97 percent."
	for _, tt := range []struct {
		name   string
		m      notifier.Message
		token  string
		change func(*twilio.CallerOptions)
		want   string
	}{
		{"a key", spoken(aloud, "K7Q2"), "tok", withKeys, `<Response><Gather numDigits="1" timeout="8" action="` + keyHook + `?l=en&amp;t=tok" method="POST"><Say language="en-US" loop="2">` + escaped +
			` Press 1 to acknowledge it.</Say></Gather><Say language="en-US">You may also acknowledge by replying to the text message: ACK, K, 7, Q, 2. Goodbye.</Say></Response>`},
		{"Chinese, several", spoken(zhAloud, "K7Q2", "A2BC", "A2BC", "Z9YX"), "tok", withKeys, `<Response><Gather numDigits="1" timeout="8" action="` + keyHook + `?l=zh&amp;t=tok" method="POST"><Say language="zh-CN" loop="2">` + zhAloud +
			`另有2个告警。全部确认请按1。</Say></Gather><Say language="zh-CN">也可回复短信 ACK ALL 确认。再见。</Say></Response>`},
		{"nowhere to send a key", spoken(aloud, "K7Q2"), "tok", func(*twilio.CallerOptions) {}, `<Response><Say language="en-US" loop="2">` + escaped +
			`</Say><Say language="en-US">You may also acknowledge by replying to the text message: ACK, K, 7, Q, 2. Goodbye.</Say></Response>`},
		{"no token", doubtful, "", withKeys, `<Response><Say language="en-US" loop="2">` + escaped +
			` This call may be a repeat.</Say><Say language="en-US">You may also acknowledge by replying to the text message: ACK, K, 7, Q, 2. Goodbye.</Say></Response>`},
		{"a test", test, "", withKeys, `<Response><Say language="en-US" loop="2">This is a test of Brimwatch.</Say></Response>`},
		{"without a text of its own", untold, "", withKeys, `<Response><Say language="zh-CN" loop="2">连接数 97%</Say><Say language="zh-CN">也可回复短信 ACK，代码 K，7，Q，2，以确认。再见。</Say></Response>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			form := sent(t, tt.m, tt.token, tt.change)
			if diff := cmp.Diff(tt.want, form["Twiml"]); diff != "" {
				t.Errorf("TwiML (-want +got):\n%s", diff)
			}
			if form["To"] != weiPhone || form["From"] != from || form["MachineDetection"] != "Enable" || form["Timeout"] != "40" {
				t.Errorf("form %v", form)
			}
		})
	}
}

// TestACallFits: whatever a text holds, it is XML that Twilio takes.
func TestACallFits(t *testing.T) {
	f := func(text, token string) {
		form := sent(t, spoken(text, "K7Q2", "A2BC"), token, withKeys)
		if n := utf8.RuneCountInString(form["Twiml"]); n > 4000 {
			t.Fatalf("%d signs of TwiML", n)
		}
		if err := xml.Unmarshal([]byte(form["Twiml"]), new(struct{})); err != nil {
			t.Fatalf("%q: %v", form["Twiml"], err)
		}
	}
	f(strings.Repeat("<&'\"", 3000), strings.Repeat("x", 1700))
	f(strings.Repeat("告", 9000), "x")
	rapid.Check(t, func(rt *rapid.T) { f(rapid.String().Draw(rt, "text"), "tok") })
}

func TestBecomingOfACall(t *testing.T) {
	delivered := notifier.Receipt{ProviderID: callSID, Status: notifier.Delivered, Detail: "Twilio says completed", Price: notifier.Price{Currency: "USD", Amount: 13_000, Known: true}}
	missed := func(why string) notifier.Receipt {
		return notifier.Receipt{ProviderID: callSID, Status: notifier.Failed, Detail: why, Again: true, AboutRecipient: true}
	}
	for _, tt := range []struct {
		answer string
		want   notifier.Receipt
	}{
		{`"status": "queued"`, notifier.Receipt{ProviderID: callSID, Status: notifier.Accepted, Detail: "Twilio says queued"}},
		{`"status": "in-progress", "answered_by": "machine_start"`, notifier.Receipt{ProviderID: callSID, Status: notifier.Accepted, Detail: "Twilio says in-progress"}},
		{`"status": "completed", "answered_by": "human", "price": "-0.013", "price_unit": "USD"`, delivered},
		{`"status": "completed", "answered_by": "unknown", "price": "-0.013", "price_unit": "USD"`, delivered},
		{`"status": "completed", "answered_by": "machine_end_beep"`, missed("an answering machine took the call")},
		{`"status": "completed", "answered_by": "fax"`, missed("an answering machine took the call")},
		{`"status": "busy"`, missed("the line was busy, or the call was declined")},
		{`"status": "no-answer"`, missed("nobody took the call")},
		{`"status": "failed"`, notifier.Receipt{ProviderID: callSID, Status: notifier.Failed, Detail: "Twilio could not put the call through; is the number right, and may the account call it?"}},
		{`"status": "canceled"`, notifier.Receipt{ProviderID: callSID, Status: notifier.Failed, Detail: "the call was canceled at Twilio"}},
		{`"status": "dreaming"`, notifier.Receipt{ProviderID: callSID, Status: notifier.Accepted, Detail: "Twilio says dreaming"}},
	} {
		t.Run(tt.answer, func(t *testing.T) {
			srv := newAnswers(t, http.StatusOK, `{"sid": "`+callSID+`", `+tt.answer+`}`)
			got, err := newCaller(t, srv.URL).Track(t.Context(), callSID)
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	for _, bad := range []string{"SM00000000000000000000000000000001", "CA1", "../x"} {
		if _, err := newCaller(t, "http://127.0.0.1:1").Track(t.Context(), bad); !notifier.IsPermanent(err) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestFindACall looks calls up at a telephone whose clock stands elsewhere.
func TestFindACall(t *testing.T) {
	begun := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	var passed atomic.Int64 // seconds since; the server of a cut connection may still ask
	far, err := phone.New(phone.Options{AccountSID: accountSID, AuthToken: authToken, Now: func() time.Time { return begun.Add(time.Duration(passed.Load()) * time.Second) }})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(far)
	defer srv.Close()
	c := newCaller(t, srv.URL)
	m := spoken(aloud, "K7Q2")
	if _, found, err := c.Find(t.Context(), m); found || err != nil {
		t.Fatalf("before any call: %t, %v", found, err)
	}
	far.SetTaken(func(phone.CallRequest) phone.Taken { return phone.Taken{Answer: phone.AnswerCut} })
	if _, err := c.Send(t.Context(), m); !notifier.IsUnknown(err) {
		t.Fatalf("a call whose answer is lost: %v", err)
	}
	passed.Store(30)
	m.Age = 30 * time.Second
	if r, found, err := c.Find(t.Context(), m); !found || err != nil || r.ProviderID != far.Calls()[0].SID || r.Status != notifier.Delivered {
		t.Errorf("%+v, %t, %v", r, found, err)
	}
	m.Age = 20 * time.Second // it began after the call of before
	if _, found, err := c.Find(t.Context(), m); found || err != nil {
		t.Errorf("the call of another alarm: %t, %v", found, err)
	}
}

func TestCallRefusals(t *testing.T) {
	for _, tt := range []struct {
		code int
		want channeltest.Outcome
		says string
	}{
		{21211, channeltest.Never, "not a phone number"},
		{21214, channeltest.Never, "cannot be reached by telephone"},
		{21215, channeltest.Never, "Geo permissions"},
		{21216, channeltest.Never, "does not let this account call the number of wei"},
		{21219, channeltest.Never, "trial account"},
		{21210, channeltest.NotBefore, "check from"},
		{10004, channeltest.NotBefore, "as many calls under way"},
		{99999, channeltest.NotBefore, "refused by Twilio"},
	} {
		t.Run(strconv.Itoa(tt.code), func(t *testing.T) {
			srv := newAnswers(t, http.StatusBadRequest, fmt.Sprintf(`{"code": %d, "message": "no", "status": 400}`, tt.code))
			_, err := newCaller(t, srv.URL).Send(t.Context(), spoken(aloud, "K7Q2"))
			if channeltest.OutcomeOf(err) != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q: %v", channeltest.OutcomeOf(err), err)
			}
		})
	}
}

func TestNewCallerNamesEveryFault(t *testing.T) {
	_, err := twilio.NewCaller(twilio.CallerOptions{From: "Brimwatch", BaseURL: "ftp://h", KeyAddress: "/x", StatusCallback: "y"})
	for _, key := range []string{"account_sid", "auth_token", "from", "base_url", "key_address", "status_callback"} {
		if err == nil || !strings.Contains(err.Error(), key+": ") {
			t.Errorf("no fault of %s: %v", key, err)
		}
	}
}
