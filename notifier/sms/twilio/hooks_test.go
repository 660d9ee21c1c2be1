package twilio

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/notifier"
)

// answering notes what it was told, and answers the same to all of it.
type answering struct {
	text string
	got  notifier.Inbound
}

func (a *answering) Answer(_ context.Context, in notifier.Inbound) string {
	a.got = in
	return a.text
}

func (a *answering) Receipt(context.Context, notifier.Receipt) error { return nil }

// TestInbound: what Twilio tells of a text message is handed on, and the answer is TwiML
// that cannot be broken out of.
func TestInbound(t *testing.T) {
	const address, token = "https://brimwatch.example.com", "hush-hush"
	form := url.Values{
		"AccountSid": {"AC1"}, "MessageSid": {"SM1"}, "From": {"+8613800138000"}, "To": {"+15005550006"}, "Body": {"确认 Ｋ７Ｑ２ 👍 <b>&"}, "OptOutType": {"STOP"}, "NumMedia": {"0"},
	}
	for _, tt := range []struct{ name, answer, want string }{
		{"an answer", "K7Q2 <is> acknowledged & \"done\"\nby wei", "<Response><Message>K7Q2 &lt;is&gt; acknowledged &amp; &#34;done&#34;&#xA;by wei</Message></Response>"},
		{"no answer", "", "<Response></Response>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := &answering{text: tt.answer}
			h := NewHooks(HooksOptions{Receipts: a, Replies: a, Logger: slog.New(slog.DiscardHandler)})
			h.Set(address, []Signer{{AccountSID: "AC1", AuthToken: token}})
			mac := hmac.New(sha1.New, []byte(token))
			mac.Write([]byte(address + InboundPath + sortedForm(form)))
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, InboundPath, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK || !strings.HasSuffix(w.Body.String(), tt.want) {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			want := notifier.Inbound{ID: "SM1", From: "+8613800138000", To: "+15005550006", Text: "确认 Ｋ７Ｑ２ 👍 <b>&", OptOut: "STOP"}
			if a.got != want {
				t.Errorf("handed on %+v, want %+v", a.got, want)
			}
			a.got = notifier.Inbound{}
			r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, InboundPath, strings.NewReader(form.Encode()+"&Body=ACK+ALL"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
			w = httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden || a.got != (notifier.Inbound{}) {
				t.Errorf("forged: answered %d, handed on %+v", w.Code, a.got)
			}
		})
	}
}
