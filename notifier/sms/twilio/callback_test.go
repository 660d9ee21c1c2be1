package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// sign signs text as it stands: address, then names and values in order.
func sign(text string) string {
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestVerifySignature(t *testing.T) {
	const hook = "https://brimwatch.example.com/hooks/twilio/status"
	form := url.Values{"MessageSid": {sid}, "Body": {"告警 é"}}
	signed := "Body告警 éMessageSid" + sid
	tests := []struct {
		name, address string
		form          url.Values
		signature     string
		want          bool
	}{
		{"as it is", hook, form, sign(hook + signed), true},
		{"wrong token", hook, form, base64.StdEncoding.EncodeToString(make([]byte, 20)), false},
		{"changed value", hook, url.Values{"MessageSid": {sid}, "Body": {"other"}}, sign(hook + signed), false},
		{"other address", hook + "?a=b", form, sign(hook + signed), false},
		{"query", hook + "?a=b%20c", form, sign(hook + "?a=b%20c" + signed), true},
		{"signed with the port that goes without saying", hook, form, sign("https://brimwatch.example.com:443/hooks/twilio/status" + signed), true},
		{"signed without the port", "https://brimwatch.example.com:8443/x", form, sign("https://brimwatch.example.com/x" + signed), true},
		{"http", "http://h/x", form, sign("http://h:80/x" + signed), true},
		{"IPv6 with port, signed without", "https://[2001:db8::1]:8443/x", form, sign("https://[2001:db8::1]/x" + signed), true},
		{"IPv6 without port, signed with", "https://[2001:db8::1]/x", form, sign("https://[2001:db8::1]:443/x" + signed), true},
		{"user in the address", "https://u:p@h:8443/x", form, sign("https://u:p@h/x" + signed), true},
		{"repeated field", hook, url.Values{"MediaUrl": {"b", "a", "b"}}, sign(hook + "MediaUrlaMediaUrlb"), true},
		{"repeated field, first only", hook, url.Values{"MediaUrl": {"b", "a"}}, sign(hook + "MediaUrlb"), false},
		{"no form", hook, nil, sign(hook), true},
		{"no signature", hook, form, "", false},
		{"not base64", hook, form, "%%%", false},
		{"short", hook, form, base64.StdEncoding.EncodeToString([]byte("short")), false},
		{"not an address", "::", form, sign("::" + signed), true}, // signed all the same
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := twilio.VerifySignature(authToken, tt.address, tt.form, tt.signature); got != tt.want {
				t.Errorf("VerifySignature = %t, want %t", got, tt.want)
			}
		})
	}
	if twilio.VerifySignature("", hook, nil, sign(hook)) {
		t.Error("an empty auth token verifies")
	}
}

// Where fields come once and hosts are names, ours agrees with twilio-go's own.
func TestVerifySignatureAgreesWithTwilioGo(t *testing.T) {
	validator := client.NewRequestValidator(authToken)
	rapid.Check(t, func(t *rapid.T) {
		address := rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme") + "://" +
			rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,8})?(:[1-9][0-9]{0,3})?`).Draw(t, "host") +
			rapid.StringMatching(`/[a-z]{0,8}(\?[a-z]=[0-9])?`).Draw(t, "path")
		params := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "params")
		form, names := url.Values{}, []string{}
		for name, value := range params {
			form.Set(name, value)
			names = append(names, name)
		}
		slices.Sort(names)
		text := address
		if rapid.Bool().Draw(t, "drop the port") {
			if u, err := url.Parse(address); err == nil && u.Port() != "" {
				text = strings.Replace(address, ":"+u.Port(), "", 1)
			}
		}
		for _, name := range names {
			text += name + params[name]
		}
		signature := sign(text)
		if rapid.Bool().Draw(t, "forge") {
			signature = sign(text + "x")
		}
		want := validator.Validate(address, params, signature)
		if got := twilio.VerifySignature(authToken, address, form, signature); got != want {
			t.Fatalf("VerifySignature = %t, twilio-go says %t", got, want)
		}
	})
}

func TestParseCallback(t *testing.T) {
	form := func(change ...string) url.Values {
		f := url.Values{"MessageSid": {sid}, "MessageStatus": {"delivered"}, "AccountSid": {accountSID}, "To": {weiPhone}}
		for i := 0; i < len(change); i += 2 {
			f.Set(change[i], change[i+1])
		}
		return f
	}
	got, err := twilio.ParseCallback(form())
	want := twilio.Callback{AccountSID: accountSID, Status: twilio.Delivered, Receipt: notifier.Receipt{ProviderID: sid, Status: notifier.Delivered, Detail: "Twilio says delivered"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v; callback (-want +got):\n%s", err, diff)
	}
	got, err = twilio.ParseCallback(form("MessageStatus", "undelivered", "ErrorCode", "30006"))
	if err != nil || got.Receipt.Status != notifier.Failed || !strings.Contains(got.Receipt.Detail, "landline") {
		t.Errorf("undelivered: %+v, %v", got, err)
	}
	got, err = twilio.ParseCallback(url.Values{"SmsSid": {sid}, "SmsStatus": {"sent"}})
	if err != nil || got.Status != twilio.Sent || got.Receipt.ProviderID != sid {
		t.Errorf("the older names: %+v, %v", got, err)
	}
	for name, f := range map[string]url.Values{
		"nothing": {}, "no message": form("MessageSid", ""), "not a message": form("MessageSid", accountSID),
		"no status": form("MessageStatus", ""), "inbound": form("MessageStatus", "received"), "unknown": form("MessageStatus", "sendd"),
		"code that is none": form("ErrorCode", "x"), "negative code": form("ErrorCode", "-1"),
	} {
		if c, err := twilio.ParseCallback(f); err == nil {
			t.Errorf("%s: parsed as %+v", name, c)
		}
	}
}

func FuzzParseCallback(f *testing.F) {
	f.Add("MessageSid=" + sid + "&MessageStatus=sent&ErrorCode=30003")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		c, err := twilio.ParseCallback(form)
		if (err == nil) != (c.Receipt.ProviderID != "") {
			t.Errorf("callback %+v, error %v", c, err)
		}
		if strings.ContainsAny(c.Receipt.Detail, "\r\n") {
			t.Errorf("detail %q", c.Receipt.Detail)
		}
	})
}

func statuses() []twilio.Status {
	return []twilio.Status{
		"", twilio.Accepted, twilio.Scheduled, twilio.Queued, twilio.Sending, twilio.Sent, twilio.PartiallyDelivered,
		twilio.Delivered, twilio.Read, twilio.Undelivered, twilio.Failed, twilio.Canceled,
	}
}

func TestAdvance(t *testing.T) {
	tests := []struct{ old, news, want twilio.Status }{
		{"", twilio.Queued, twilio.Queued},
		{twilio.Queued, twilio.Sent, twilio.Sent},
		{twilio.Sent, twilio.Sending, twilio.Sent},
		{twilio.Sent, twilio.Delivered, twilio.Delivered},
		{twilio.Delivered, twilio.Sent, twilio.Delivered},
		{twilio.Delivered, twilio.Undelivered, twilio.Delivered},
		{twilio.Delivered, twilio.Read, twilio.Read},
		{twilio.Undelivered, twilio.Delivered, twilio.Undelivered},
		{twilio.Failed, twilio.Read, twilio.Failed},
		{twilio.Sent, "something new", twilio.Sent},
	}
	for _, tt := range tests {
		if got := twilio.Advance(tt.old, tt.news); got != tt.want {
			t.Errorf("Advance(%q, %q) = %q, want %q", tt.old, tt.news, got, tt.want)
		}
	}
}

// Whatever the order in which the callbacks of one way of a message arrive, and
// however often, it ends in the same status.
func TestAdvanceForgetsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([]twilio.Status{twilio.Sent, twilio.Delivered, twilio.Undelivered, twilio.Failed, twilio.Canceled}).Draw(t, "end")
		way := []twilio.Status{twilio.Accepted, twilio.Queued, twilio.Sending, twilio.Sent, end}
		news := append(rapid.Permutation(way).Draw(t, "order"), rapid.SliceOf(rapid.SampledFrom(way)).Draw(t, "again")...)
		var s twilio.Status
		for _, n := range news {
			before := s
			s = twilio.Advance(s, n)
			if before.Final() && s != before {
				t.Fatalf("%q was left for %q", before, s)
			}
		}
		if s != end {
			t.Fatalf("ended in %q, want %q", s, end)
		}
	})
}

func TestFinalStatuses(t *testing.T) {
	want := []twilio.Status{twilio.Delivered, twilio.Read, twilio.Undelivered, twilio.Failed, twilio.Canceled}
	for _, s := range statuses() {
		if s.Final() != slices.Contains(want, s) {
			t.Errorf("%q: Final = %t", s, s.Final())
		}
	}
}

// The telephone's callbacks pass the check, and tell what became of the message.
func TestCallbacksOfThePhone(t *testing.T) {
	const hook = "https://brimwatch.example.com/hooks/twilio/status"
	now := time.Date(2026, 11, 22, 14, 3, 21, 0, time.UTC)
	var s twilio.Status
	p, err := phone.New(phone.Options{
		AccountSID: accountSID, AuthToken: authToken, Now: func() time.Time { return now },
		Callbacks: roundTripper(func(r *http.Request) (*http.Response, error) {
			if err := r.ParseForm(); err != nil {
				t.Errorf("read the form: %v", err)
			}
			if !twilio.VerifySignature(authToken, hook, r.PostForm, r.Header.Get("X-Twilio-Signature")) {
				t.Errorf("the signature of %v is not accepted", r.PostForm)
			}
			c, err := twilio.ParseCallback(r.PostForm)
			if err != nil {
				t.Errorf("parse %v: %v", r.PostForm, err)
			}
			s = twilio.Advance(s, c.Status)
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		}),
	})
	if err != nil {
		t.Fatalf("make the phone: %v", err)
	}
	ch := newChannel(t, "http://phone.invalid", func(o *twilio.Options) {
		o.StatusCallback, o.Transport = hook, handled{p}
	})
	if _, err := ch.Send(t.Context(), message(raiseText)); err != nil {
		t.Fatalf("send: %v", err)
	}
	now = now.Add(time.Minute)
	if err := p.Notify(t.Context()); err != nil {
		t.Fatalf("notify: %v", err)
	}
	if s != twilio.Delivered {
		t.Errorf("status %q, want delivered", s)
	}
}

// handled is a transport that hands requests to a handler, without a network.
type handled struct{ http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}
