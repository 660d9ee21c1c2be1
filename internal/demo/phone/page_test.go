package phone_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
)

func withSegments(o *phone.Options) {
	o.Segments = func(text string) (int, bool) { return 1 + len(text)/200, !strings.ContainsRune(text, '告') }
}

// inOrder fails unless the parts stand in a text in that order.
func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, p := range parts {
		_, after, ok := strings.Cut(rest, p)
		if !ok {
			t.Fatalf("%q is missing, or not behind what comes before it, in:\n%s", p, text)
		}
		rest = after
	}
}

func TestPageShowsTelephones(t *testing.T) {
	r := newRig(t, withSegments, func(o *phone.Options) { o.Names = map[string]string{wei: "wei", "+4930123456": "nobody yet"} })
	r.SetFault(func(q phone.Request) phone.Fault {
		if strings.HasPrefix(q.Body, "lost") {
			return phone.Fault{End: "undelivered", Code: 30003}
		}
		return phone.Fault{}
	})
	r.post(wei, "K7Q2 WARNING <b>Orders</b>: connections 3,612 of 5,000")
	r.post(alice, "lost on the way")
	r.clock.at = r.clock.at.Add(24 * time.Hour)
	r.post(wei, "告警 K7Q2")
	r.Unsubscribe(alice)
	w := r.do(http.MethodGet, "/", nil, func(r *http.Request) { r.Header.Del("Authorization") })
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("status %d, %s", w.Code, w.Header())
	}
	inOrder(t, w.Body.String(),
		"Unsubscribed with STOP", "lost on the way", "Not delivered: Unreachable destination handset (30003)", "1 segment, 15 signs, GSM-7",
		"Telephone of nobody yet", "No messages yet.", "&#43;4930123456",
		"Telephone of wei", "Monday, 23 November", "告警 K7Q2", "Queued", "UCS-2",
		"Sunday, 22 November", "K7Q2 WARNING &lt;b&gt;Orders&lt;/b&gt;: connections 3,612 of 5,000", "14:03:20", "Delivered",
	)
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	for _, outside := range []string{"http://", "https://", "//cdn"} {
		if strings.Contains(w.Body.String(), outside) {
			t.Errorf("the page refers to %s", outside)
		}
	}
}

// TestPageShowsCalls: what was said, which keys were asked for, and what came of each.
func TestPageShowsCalls(t *testing.T) {
	tr := &transport{t: t, status: http.StatusOK, body: `<Response><Say>Acknowledged &amp; done.</Say><Hangup/></Response>`}
	r := newRig(t, func(o *phone.Options) { o.Callbacks = tr })
	r.SetTaken(func(q phone.CallRequest) phone.Taken {
		return []phone.Taken{{Key: "1"}, {End: "no-answer"}, {By: "machine_start"}, {End: "busy"}, {End: "failed"}, {}}[q.N-1]
	})
	const keys = "https://brimwatch.example.com/hooks/twilio/key"
	for _, twiml := range []string{
		`<Response><Gather action="` + keys + `"><Say>Critical alarm K &lt;7.</Say></Gather><Say>Or reply.</Say></Response>`,
		`<Response><Say>second</Say></Response>`, `<Response><Say>third</Say></Response>`, `<Response><Say>fourth</Say></Response>`, `<Response><Say>fifth</Say></Response>`,
	} {
		r.do(http.MethodPost, strings.Replace(path, "Messages", "Calls", 1)+".json", url.Values{"To": {wei}, "From": {from}, "Twiml": {twiml}, "MachineDetection": {"Enable"}})
		r.clock.at = r.clock.at.Add(10 * time.Second)
	}
	if err := r.Notify(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.post(wei, "a text after the calls")
	r.clock.at = r.clock.at.Add(time.Millisecond)
	r.do(http.MethodPost, strings.Replace(path, "Messages", "Calls", 1)+".json", url.Values{"To": {wei}, "From": {from}, "Twiml": {"<Response><Say>sixth</Say></Response>"}})
	body := r.do(http.MethodGet, "/", nil).Body.String()
	inOrder(t, body, "sixth", "Queued", "a text after the calls", "fifth", "Not put through", "fourth", "Busy, or declined", "third", "Taken by an answering machine", "second", "Nobody took it",
		"Telephone call", "Critical alarm K &lt;7.", "Or reply.", "Key 1 acknowledges", "Acknowledged &amp; done.", "Taken; key 1 was pressed")
	if n := strings.Count(body, "Key 1"); n != 1 {
		t.Errorf("%d calls ask for keys", n)
	}
}

func TestPageIsBounded(t *testing.T) {
	r := newRig(t)
	for range 100 {
		r.post(wei, "K7Q2")
	}
	body := r.do(http.MethodGet, "/", nil).Body.String()
	if n := strings.Count(body, "<li class="); n != 41 {
		t.Errorf("%d entries, want 40 messages and a hint", n)
	}
	inOrder(t, body, "60 older not shown")
}

func TestEmptyPageSaysWhatWillBeThere(t *testing.T) {
	inOrder(t, newRig(t).do(http.MethodGet, "/", nil).Body.String(), "The first one makes a telephone appear here.")
}

func TestPageFiles(t *testing.T) {
	r := newRig(t)
	for name, kind := range map[string]string{"/phone.css": "text/css", "/phone.js": "text/javascript"} {
		w := r.do(http.MethodGet, name, nil)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: status %d, %s", name, w.Code, w.Header().Get("Content-Type"))
		}
	}
	if w := r.do(http.MethodGet, "/page.html.tmpl", nil); w.Code != http.StatusNotFound {
		t.Errorf("the template is served: status %d", w.Code)
	}
}

// transport answers callbacks and keeps them.
type transport struct {
	t      *testing.T
	status int
	body   string
	got    []posted
}

type posted struct {
	url, signature string
	form           url.Values
}

func (f *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.ParseForm(); err != nil {
		f.t.Errorf("read the callback's form: %v", err)
	}
	f.got = append(f.got, posted{r.URL.String(), r.Header.Get("X-Twilio-Signature"), r.PostForm})
	return &http.Response{StatusCode: f.status, Body: io.NopCloser(strings.NewReader(f.body))}, nil
}

func TestCallbacksTellEachStatusOnce(t *testing.T) {
	tr := &transport{t: t, status: http.StatusNoContent}
	r := newRig(t, func(o *phone.Options) { o.Callbacks = tr })
	r.SetFault(func(phone.Request) phone.Fault { return phone.Fault{End: "undelivered", Code: 30003} })
	const hook = "https://brimwatch.example.com/hooks/twilio/status"
	r.do(http.MethodPost, path+".json", url.Values{"To": {wei}, "From": {from}, "Body": {"K7Q2"}, "StatusCallback": {hook}})
	r.post(wei, "without a callback")
	notify := func() string {
		t.Helper()
		before := len(tr.got)
		if err := r.Notify(t.Context()); err != nil {
			t.Fatalf("notify: %v", err)
		}
		var out []string
		for _, p := range tr.got[before:] {
			out = append(out, p.form.Get("MessageStatus")+p.form.Get("ErrorCode"))
		}
		return strings.Join(out, " ")
	}
	if got := notify(); got != "" {
		t.Errorf("the first status is told: %s", got)
	}
	r.clock.at = r.clock.at.Add(time.Second)
	if got := notify(); got != "sending" {
		t.Errorf("after a second: %q", got)
	}
	r.clock.at = r.clock.at.Add(time.Hour)
	if got := notify(); got != "sent undelivered30003" {
		t.Errorf("after an hour: %q", got)
	}
	if got := notify(); got != "" {
		t.Errorf("told again: %s", got)
	}
	p := tr.got[0]
	if p.url != hook || p.form.Get("MessageSid") == "" || p.form.Get("AccountSid") != account || p.form.Get("To") != wei || p.signature == "" {
		t.Errorf("callback %+v", p)
	}
}

func TestCallbackThatIsNotTaken(t *testing.T) {
	tr := &transport{t: t, status: http.StatusForbidden}
	r := newRig(t, func(o *phone.Options) { o.Callbacks = tr })
	r.do(http.MethodPost, path+".json", url.Values{"To": {wei}, "From": {from}, "Body": {"K7Q2"}, "StatusCallback": {"http://127.0.0.1/hook"}})
	r.clock.at = r.clock.at.Add(time.Second)
	if err := r.Notify(t.Context()); err == nil || !strings.Contains(err.Error(), "HTTP 403") {
		t.Errorf("error %v, want one with the status", err)
	}
}
