package phone

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// hears is the far side of incoming messages: it keeps them and answers with TwiML.
type hears struct {
	forms   []url.Values
	signed  []string
	answers string
	status  int
}

func (h *hears) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	h.forms, h.signed = append(h.forms, form), append(h.signed, r.Header.Get("X-Twilio-Signature"))
	return &http.Response{StatusCode: h.status, Body: io.NopCloser(strings.NewReader(h.answers)), Header: http.Header{}}, nil
}

const (
	alice   = "+14155550123"
	inbound = "http://127.0.0.1:9740/hooks/twilio/inbound"
)

func phoneThatWrites(t *testing.T, far *hears) *Server {
	t.Helper()
	s, err := New(Options{
		AccountSID: "AC" + strings.Repeat("0", 32), AuthToken: "token", Names: map[string]string{alice: "Alice"}, Callbacks: far,
		Now: func() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func shown(t *testing.T, s *Server) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return w.Body.String()
}

// TestText: what is written on a telephone goes where the console says, signed, and what is
// answered comes to that telephone.
func TestText(t *testing.T) {
	far := &hears{status: http.StatusOK, answers: `<?xml version="1.0"?><Response><Message>K7Q2 is acknowledged &amp; more</Message></Response>`}
	s := phoneThatWrites(t, far)
	if strings.Contains(shown(t, s), "<form") {
		t.Error("a telephone that cannot write has a field")
	}
	s.SetInbound(inbound)
	if !strings.Contains(shown(t, s), "<form") {
		t.Error("there is nowhere to write")
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/text", strings.NewReader(url.Values{"number": {alice}, "body": {" ACK K7Q2 "}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || len(far.forms) != 1 {
		t.Fatalf("HTTP %d, %d posts: %s", w.Code, len(far.forms), w.Body)
	}
	got := far.forms[0]
	if got.Get("From") != alice || got.Get("Body") != "ACK K7Q2" || !strings.HasPrefix(got.Get("MessageSid"), "SM") {
		t.Errorf("posted was %v", got)
	}
	if want := s.signature(callback{url: inbound, form: got}); far.signed[0] != want {
		t.Errorf("signed with %q, want %q", far.signed[0], want)
	}
	page := shown(t, s)
	for _, want := range []string{"ACK K7Q2", "K7Q2 is acknowledged &amp; more", `class="own arrived"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not show %q:\n%s", want, page)
		}
	}
}

// TestTextsThatFail: a text that nobody took says so on the telephone.
func TestTextsThatFail(t *testing.T) {
	far := &hears{status: http.StatusForbidden}
	s := phoneThatWrites(t, far)
	if err := s.Text(t.Context(), alice, "LIST"); err == nil {
		t.Error("a text without an address was taken")
	}
	s.SetInbound(inbound)
	if err := s.Text(t.Context(), alice, "LIST"); err == nil || !strings.Contains(shown(t, s), "Not delivered: ") {
		t.Errorf("refused with 403: %v", err)
	}
	for name, form := range map[string]url.Values{
		"no number": {"body": {"LIST"}}, "a word": {"number": {"Alice"}, "body": {"LIST"}}, "nothing written": {"number": {alice}, "body": {"  "}},
		"too long": {"number": {alice}, "body": {strings.Repeat("x", longestText+1)}},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/text", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if s.ServeHTTP(w, r); w.Code != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d", name, w.Code)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/text", strings.NewReader("number=%2B14155550123&body=STOP"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if s.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("another site wrote: HTTP %d", w.Code)
	}
}

// TestStop: STOP and START are Twilio's, and told to who listens.
func TestStop(t *testing.T) {
	far := &hears{status: http.StatusOK, answers: "<Response><Message>no</Message></Response>"}
	s := phoneThatWrites(t, far)
	s.SetInbound(inbound)
	for _, tt := range []struct {
		text, kind string
		answered   bool
	}{{"stop ", "STOP", false}, {"START", "START", true}, {"LIST", "", true}} {
		before := len(s.Messages())
		if err := s.Text(t.Context(), alice, tt.text); err != nil {
			t.Fatal(err)
		}
		if got := far.forms[len(far.forms)-1].Get("OptOutType"); got != tt.kind {
			t.Errorf("%s: OptOutType %q, want %q", tt.text, got, tt.kind)
		}
		if got := len(s.Messages()) > before; got != tt.answered {
			t.Errorf("%s: an answer came: %v", tt.text, got)
		}
	}
}

// TestPress: during a call that asks for a key, one can be pressed on the page; it goes where the
// call says, and the call ends.
func TestPress(t *testing.T) {
	far := &hears{status: http.StatusOK, answers: "<Response><Say>thank you</Say></Response>"}
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	s, err := New(Options{
		AccountSID: "AC" + strings.Repeat("0", 32), AuthToken: "token", Callbacks: far, Listens: 45 * time.Second, Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"To": {alice}, "From": {"+15005550006"}, "Twiml": {`<Response><Gather action="http://127.0.0.1:9740/hooks/twilio/key"><Say>Press 1</Say></Gather></Response>`}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/2010-04-01/Accounts/AC"+strings.Repeat("0", 32)+"/Calls.json", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("AC"+strings.Repeat("0", 32), "token")
	w := httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != http.StatusCreated {
		t.Fatalf("HTTP %d: %s", w.Code, w.Body)
	}
	sid := s.Calls()[0].SID
	now = now.Add(20 * time.Second)
	if got := s.Calls()[0].Status; got != "in-progress" || !strings.Contains(shown(t, s), "Press 1</button>") {
		t.Errorf("a person who listens: %s", got)
	}
	press := func(sid, key string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/press", strings.NewReader(url.Values{"sid": {sid}, "key": {key}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	for _, tt := range []struct {
		name, sid, key string
		want           int
	}{{"no key", sid, "x", http.StatusBadRequest}, {"another call", "CA0", "1", http.StatusConflict}, {"pressed", sid, "1", http.StatusSeeOther}, {"twice", sid, "1", http.StatusConflict}} {
		if got := press(tt.sid, tt.key); got != tt.want {
			t.Errorf("%s: HTTP %d, want %d", tt.name, got, tt.want)
		}
	}
	if err := s.Notify(t.Context()); err != nil || len(far.forms) != 1 || far.forms[0].Get("Digits") != "1" {
		t.Errorf("posted was %v, %v", far.forms, err)
	}
	if got := s.Calls()[0].Status; got != "completed" || !strings.Contains(shown(t, s), "thank you") {
		t.Errorf("after the key: %s", got)
	}
}
