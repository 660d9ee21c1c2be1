package phone_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/internal/demo/phone/contract"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "an-auth-token-of-a-test"
	keySID  = "SK0123456789abcdef0123456789abcdef"
	service = "MG0123456789abcdef0123456789abcdef"
	path    = "/2010-04-01/Accounts/" + account + "/Messages"
	from    = "+15005550006"
	wei     = "+8613800138000"
	alice   = "+4915112345678"
)

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// rig is a telephone with a clock, asked without a network.
type rig struct {
	*phone.Server
	t       *testing.T
	clock   *clock
	handler http.Handler
}

func newRig(t *testing.T, change ...func(*phone.Options)) *rig {
	t.Helper()
	c := &clock{time.Date(2026, 11, 22, 14, 3, 20, 0, time.UTC)}
	o := phone.Options{AccountSID: account, AuthToken: token, Keys: map[string]string{keySID: "a-key"}, Now: c.now}
	for _, f := range change {
		f(&o)
	}
	s, err := phone.New(o)
	if err != nil {
		t.Fatalf("make the phone: %v", err)
	}
	return &rig{s, t, c, s}
}

// do asks and returns the answer.
func (r *rig) do(method, target string, form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequestWithContext(r.t.Context(), method, target, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.SetBasicAuth(account, token)
	for _, f := range change {
		f(req)
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, req)
	return w
}

// post sends a message and returns its SID.
func (r *rig) post(to, body string) string {
	r.t.Helper()
	w := r.do(http.MethodPost, path+".json", url.Values{"To": {to}, "From": {from}, "Body": {body}})
	if w.Code != http.StatusCreated {
		r.t.Fatalf("send: status %d: %s", w.Code, w.Body)
	}
	return decode[struct{ SID string }](r.t, w).SID
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("answer %q: %v", w.Body, err)
	}
	return v
}

// apiError is an error answer.
type apiError struct {
	Code     int
	Message  string
	MoreInfo string `json:"more_info"`
	Status   int
}

func TestRefusals(t *testing.T) {
	good := func() url.Values { return url.Values{"To": {wei}, "From": {from}, "Body": {"K7Q2"}} }
	with := func(name, value string) url.Values {
		v := good()
		v.Set(name, value)
		if value == "" {
			v.Del(name)
		}
		return v
	}
	anonymous := func(r *http.Request) { r.Header.Del("Authorization") }
	wrong := func(r *http.Request) { r.SetBasicAuth(account, "guess") }
	asJSON := func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }
	tests := []struct {
		name   string
		form   url.Values
		change func(*http.Request)
		status int
		code   int
	}{
		{"no credentials", good(), anonymous, 401, 20003},
		{"wrong token", good(), wrong, 401, 20003},
		{"JSON instead of a form", good(), asJSON, 415, 20415},
		{"no recipient", with("To", ""), nil, 400, 21604},
		{"recipient without country", with("To", "13800138000"), nil, 400, 21211},
		{"recipient with letters", with("To", "+86138x0138000"), nil, 400, 21211},
		{"no sender", with("From", ""), nil, 400, 21603},
		{"no such service", with("MessagingServiceSid", "MG1"), nil, 400, 21705},
		{"to itself", with("From", wei), nil, 400, 21266},
		{"no text", with("Body", ""), nil, 400, 21602},
		{"long text", with("Body", strings.Repeat("告", 1601)), nil, 400, 21617},
		{"validity of nothing", with("ValidityPeriod", "0"), nil, 400, 20422},
		{"validity beyond ten hours", with("ValidityPeriod", "36001"), nil, 400, 20422},
		{"callback to nowhere", with("StatusCallback", "nowhere"), nil, 400, 21609},
		{"a form that is too large", with("Body", strings.Repeat("a", 70_000)), nil, 400, 20422},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			change := tt.change
			if change == nil {
				change = func(*http.Request) {}
			}
			w := r.do(http.MethodPost, path+".json", tt.form, change)
			got := decode[apiError](t, w)
			if w.Code != tt.status || got.Status != tt.status || got.Code != tt.code || got.Message == "" ||
				got.MoreInfo != fmt.Sprintf("https://www.twilio.com/docs/errors/%d", tt.code) {
				t.Errorf("status %d, %+v; want status %d, code %d", w.Code, got, tt.status, tt.code)
			}
			if n := len(r.Messages()); n != 0 {
				t.Errorf("%d messages were accepted", n)
			}
		})
	}
}

func TestLongestTextIsAccepted(t *testing.T) {
	newRig(t).post(wei, strings.Repeat("告", 1600))
}

func TestAPIKeySignsIn(t *testing.T) {
	r := newRig(t)
	w := r.do(http.MethodGet, path+".json", nil, func(r *http.Request) { r.SetBasicAuth(keySID, "a-key") })
	if w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

func TestOtherAccountAndUnknownPathsAreNotFound(t *testing.T) {
	r := newRig(t)
	for _, target := range []string{
		"/2010-04-01/Accounts/AC" + strings.Repeat("9", 32) + "/Messages.json",
		path + "/SM" + strings.Repeat("9", 32) + ".json",
		path + "/nothing",
		"/2010-04-01/Accounts/" + account + "/Faxes.json",
	} {
		if w := r.do(http.MethodGet, target, nil); w.Code != http.StatusNotFound || decode[apiError](t, w).Code != 20404 {
			t.Errorf("%s: status %d, %s", target, w.Code, w.Body)
		}
	}
}

func TestUnsubscribedIsRefusedUntilSubscribed(t *testing.T) {
	r := newRig(t)
	r.Unsubscribe(wei)
	w := r.do(http.MethodPost, path+".json", url.Values{"To": {wei}, "From": {from}, "Body": {"K7Q2"}})
	if got := decode[apiError](t, w); got.Code != 21610 {
		t.Errorf("code %d, want 21610", got.Code)
	}
	r.Subscribe(wei)
	r.post(wei, "K7Q2")
}

func TestStatusFollowsTheClock(t *testing.T) {
	tests := []struct {
		name  string
		form  url.Values
		fault phone.Fault
		want  []string
	}{
		{"number", url.Values{"From": {from}}, phone.Fault{}, []string{"queued", "sending", "sent", "delivered", "delivered"}},
		{"service", url.Values{"MessagingServiceSid": {service}}, phone.Fault{}, []string{"accepted", "sending", "sent", "delivered", "delivered"}},
		{"switched off", url.Values{"From": {from}}, phone.Fault{End: "undelivered", Code: 30003}, []string{"queued", "sending", "sent", "undelivered", "undelivered"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.SetFault(func(phone.Request) phone.Fault { return tt.fault })
			tt.form.Set("To", wei)
			tt.form.Set("Body", "K7Q2")
			sid := decode[struct{ SID string }](t, r.do(http.MethodPost, path+".json", tt.form)).SID
			for i, want := range tt.want {
				got := decode[struct {
					Status    string
					DateSent  *string `json:"date_sent"`
					ErrorCode *int    `json:"error_code"`
				}](t, r.do(http.MethodGet, path+"/"+sid+".json", nil))
				if got.Status != want || (got.DateSent != nil) != (i >= 2) || (got.ErrorCode != nil) != (want == "undelivered") {
					t.Errorf("after %d s: %+v, want status %s", i, got, want)
				}
				if m := r.Messages()[0]; m.Status != want {
					t.Errorf("after %d s: Messages says %s, want %s", i, m.Status, want)
				}
				r.clock.at = r.clock.at.Add(time.Second)
			}
		})
	}
}

// listed is a page of a list, as far as these tests look at it.
type listed struct {
	Messages []struct{ SID, To, Body string }
	Next     *string `json:"next_page_uri"`
	Previous *string `json:"previous_page_uri"`
}

func (l listed) bodies() string {
	var out []string
	for _, m := range l.Messages {
		out = append(out, m.Body)
	}
	return strings.Join(out, " ")
}

func TestListPages(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		r.post(wei, fmt.Sprint("w", i))
		r.post(alice, fmt.Sprint("a", i))
	}
	first := decode[listed](t, r.do(http.MethodGet, path+".json?PageSize=2&To="+url.QueryEscape(wei), nil))
	if first.bodies() != "w4 w3" || first.Next == nil || first.Previous != nil {
		t.Fatalf("first page %+v", first)
	}
	r.post(wei, "w5") // moves nothing on the pages behind
	second := decode[listed](t, r.do(http.MethodGet, *first.Next, nil))
	if second.bodies() != "w2 w1" || second.Next == nil || second.Previous == nil {
		t.Fatalf("second page %+v", second)
	}
	third := decode[listed](t, r.do(http.MethodGet, *second.Next, nil))
	if third.bodies() != "w0" || third.Next != nil {
		t.Fatalf("third page %+v", third)
	}
	byNumber := decode[listed](t, r.do(http.MethodGet, path+".json?PageSize=2&Page=1&To="+url.QueryEscape(wei), nil))
	if byNumber.bodies() != "w3 w2" {
		t.Errorf("page 1 by number: %q", byNumber.bodies())
	}
}

func TestListFilters(t *testing.T) {
	r := newRig(t)
	r.post(wei, "yesterday")
	r.clock.at = r.clock.at.Add(24 * time.Hour)
	r.post(alice, "today")
	r.clock.at = r.clock.at.Add(time.Minute)
	r.post(wei, "queued")
	tests := []struct {
		query string
		want  string
	}{
		{"", "queued today yesterday"},
		{"To=" + url.QueryEscape(alice), "today"},
		{"From=" + url.QueryEscape(from), "queued today yesterday"},
		{"From=" + url.QueryEscape(wei), ""},
		{"DateSent=2026-11-22", "yesterday"},
		{"DateSent=2026-11-23T00:00:00Z", "today"},
		{"DateSent%3C=2026-11-22", "yesterday"},
		{"DateSent%3E=2026-11-23", "today"},
		{"DateSent%3E=2026-11-22&To=" + url.QueryEscape(wei), "yesterday"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			if got := decode[listed](t, r.do(http.MethodGet, path+".json?"+tt.query, nil)); got.bodies() != tt.want {
				t.Errorf("listed %q, want %q", got.bodies(), tt.want)
			}
		})
	}
	for _, query := range []string{"PageSize=0", "PageSize=1001", "PageSize=x", "Page=-1", "DateSent=today"} {
		if w := r.do(http.MethodGet, path+".json?"+query, nil); w.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", query, w.Code)
		}
	}
}

func TestOnlyTheLastMessagesAreKept(t *testing.T) {
	r := newRig(t, func(o *phone.Options) { o.Keep = 3 })
	for i := range 10 {
		r.post(wei, strconv.Itoa(i))
	}
	got := decode[listed](t, r.do(http.MethodGet, path+".json", nil))
	if got.bodies() != "9 8 7" || r.Posts() != 10 {
		t.Errorf("listed %q after %d posts, want 9 8 7 after 10", got.bodies(), r.Posts())
	}
}

func TestFaults(t *testing.T) {
	tests := []struct {
		name     string
		fault    phone.Fault
		status   int
		accepted int
	}{
		{"well", phone.Fault{}, 201, 1},
		{"refused", phone.Fault{Refuse: &phone.Refusal{Status: 429, Code: 20429, Message: "Too Many Requests", RetryAfter: "7"}}, 429, 0},
		{"accepted, then 500", phone.Fault{Answer: phone.AnswerFault}, 500, 1},
		{"accepted, then a proxy's page", phone.Fault{Answer: phone.AnswerPage}, 502, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.SetFault(func(q phone.Request) phone.Fault {
				if q.To != wei || q.From != from || q.Body != "K7Q2" || q.N != 1 {
					t.Errorf("the fault is chosen by %+v", q)
				}
				return tt.fault
			})
			w := r.do(http.MethodPost, path+".json", url.Values{"To": {wei}, "From": {from}, "Body": {"K7Q2"}})
			if w.Code != tt.status || len(r.Messages()) != tt.accepted {
				t.Errorf("status %d and %d messages, want %d and %d", w.Code, len(r.Messages()), tt.status, tt.accepted)
			}
			if refused := tt.fault.Refuse; refused != nil && w.Header().Get("Retry-After") != refused.RetryAfter {
				t.Errorf("Retry-After %q, want %q", w.Header().Get("Retry-After"), refused.RetryAfter)
			}
		})
	}
}

// The answers that need a connection to be taken away.
func TestFaultsThatGiveNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name string
		a    phone.Answer
	}{{"cut", phone.AnswerCut}, {"nothing", phone.AnswerNothing}} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			accepted := make(chan struct{})
			r.SetFault(func(phone.Request) phone.Fault { close(accepted); return phone.Fault{Answer: tt.a} })
			srv := httptest.NewServer(r)
			defer srv.Close()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+path+".json",
				strings.NewReader(url.Values{"To": {wei}, "From": {from}, "Body": {"K7Q2"}}.Encode()))
			if err != nil {
				t.Fatalf("build the request: %v", err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.SetBasicAuth(account, token)
			go func() {
				<-accepted
				if tt.a == phone.AnswerNothing {
					srv.CloseClientConnections()
				}
			}()
			resp, err := srv.Client().Transport.RoundTrip(req)
			if err == nil {
				_ = resp.Body.Close()
				t.Errorf("an answer came: %s", resp.Status)
			}
			if n := len(r.Messages()); n != 1 {
				t.Errorf("%d messages were accepted, want 1", n)
			}
		})
	}
}

func TestNewRefusesAnAccountThatIsNone(t *testing.T) {
	for _, o := range []phone.Options{{AccountSID: "AC1", AuthToken: token}, {AccountSID: account}} {
		if _, err := phone.New(o); err == nil {
			t.Errorf("New(%+v) is content", o)
		}
	}
}

// Requests that are in order, and what is answered to them, are as Twilio's
// document describes.
func TestAnswersKeepTheContract(t *testing.T) {
	r := newRig(t, func(o *phone.Options) { o.Segments = func(string) (int, bool) { return 1, true } })
	r.handler = contract.Check(t, contract.Twilio(t))(r.Server)
	r.SetFault(func(q phone.Request) phone.Fault {
		if q.Body == "lost" {
			return phone.Fault{End: "undelivered", Code: 30003}
		}
		return phone.Fault{}
	})
	sids := []string{r.post(wei, "K7Q2"), r.post(wei, "lost")}
	w := r.do(http.MethodPost, path+".json", url.Values{
		"To": {wei}, "MessagingServiceSid": {service}, "Body": {"告警"}, "ValidityPeriod": {"900"}, "StatusCallback": {"https://brimwatch.example.com/hooks/twilio/status"},
	})
	sids = append(sids, decode[struct{ SID string }](t, w).SID)
	for range 5 {
		for _, sid := range sids {
			r.do(http.MethodGet, path+"/"+sid+".json", nil)
		}
		page := decode[listed](t, r.do(http.MethodGet, path+".json?PageSize=1&To="+url.QueryEscape(wei), nil))
		for page.Next != nil {
			page = decode[listed](t, r.do(http.MethodGet, *page.Next, nil))
		}
		r.do(http.MethodGet, path+".json?DateSent=2026-11-22T00:00:00Z&From="+url.QueryEscape(from), nil)
		r.clock.at = r.clock.at.Add(time.Second)
	}
}
