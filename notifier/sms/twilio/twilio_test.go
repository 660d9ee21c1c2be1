package twilio_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

const service = "MG0123456789abcdef0123456789abcdef"

// answers is a server that gives one answer to all, and keeps what it was asked.
type answers struct {
	*httptest.Server
	status int
	header http.Header
	body   string
	asked  []*http.Request // with the form read
}

func newAnswers(t *testing.T, status int, body string) *answers {
	t.Helper()
	a := &answers{status: status, body: body, header: http.Header{"Content-Type": {"application/json"}}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Errorf("read the form: %v", err)
		}
		a.asked = append(a.asked, r)
		for name, values := range a.header {
			w.Header()[name] = values
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(a.Close)
	return a
}

const queued = `{"sid": "` + sid + `", "status": "queued"}`

func TestSendAsks(t *testing.T) {
	tests := []struct {
		name   string
		change func(*twilio.Options)
		want   url.Values
		user   string
	}{
		{
			"number", func(*twilio.Options) {},
			url.Values{"From": {from}, "ValidityPeriod": {"900"}}, accountSID,
		},
		{
			"messaging service", func(o *twilio.Options) { o.From, o.MessagingServiceSID = "", service },
			url.Values{"MessagingServiceSid": {service}, "ValidityPeriod": {"900"}}, accountSID,
		},
		{
			"sender of a pool", func(o *twilio.Options) { o.MessagingServiceSID = service },
			url.Values{"From": {from}, "MessagingServiceSid": {service}, "ValidityPeriod": {"900"}}, accountSID,
		},
		{
			"name, validity and callback", func(o *twilio.Options) {
				o.From, o.Validity, o.StatusCallback = "Brimwatch", time.Hour, "https://brimwatch.example.com/hooks/twilio/status"
			},
			url.Values{"From": {"Brimwatch"}, "ValidityPeriod": {"3600"}, "StatusCallback": {"https://brimwatch.example.com/hooks/twilio/status"}}, accountSID,
		},
		{
			"API key", func(o *twilio.Options) { o.APIKeySID, o.APIKeySecret = "SK1", "a-key" },
			url.Values{"From": {from}, "ValidityPeriod": {"900"}}, "SK1",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := newAnswers(t, http.StatusCreated, queued)
			receipt, err := newChannel(t, srv.URL+"/proxy/", tt.change).Send(t.Context(), message(raiseText))
			if err != nil {
				t.Fatalf("send: %v", err)
			}
			if want := (notifier.Receipt{ProviderID: sid, Status: notifier.Accepted, Detail: "Twilio says queued"}); receipt != want {
				t.Errorf("receipt %+v, want %+v", receipt, want)
			}
			tt.want.Set("To", weiPhone)
			tt.want.Set("Body", raiseText)
			r := srv.asked[0]
			if diff := cmp.Diff(tt.want, r.PostForm); diff != "" {
				t.Errorf("form (-want +got):\n%s", diff)
			}
			if want := "/proxy/2010-04-01/Accounts/" + accountSID + "/Messages.json"; r.URL.Path != want || r.Method != http.MethodPost {
				t.Errorf("asked %s %s, want POST %s", r.Method, r.URL.Path, want)
			}
			if user, password, _ := r.BasicAuth(); user != tt.user || password == "" {
				t.Errorf("signed in as %q with %q, want %q", user, password, tt.user)
			}
			if agent := r.Header.Get("User-Agent"); !strings.HasPrefix(agent, "brimwatch twilio-go/") {
				t.Errorf("User-Agent %q", agent)
			}
		})
	}
}

// twilio-go splices these into the host's name; a test server or proxy would
// be missed.
func TestEnvironmentDoesNotMatter(t *testing.T) {
	t.Setenv("TWILIO_REGION", "au1")
	t.Setenv("TWILIO_EDGE", "sydney")
	t.Setenv("TWILIO_ACCOUNT_SID", "ACother")
	var host string
	ch := newChannel(t, "https://api.twilio.com", func(o *twilio.Options) {
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			host = r.URL.Host
			return &http.Response{StatusCode: http.StatusCreated, Body: io.NopCloser(strings.NewReader(queued))}, nil
		})
	})
	if _, err := ch.Send(t.Context(), message(raiseText)); err != nil {
		t.Fatalf("send: %v", err)
	}
	if host != "api.twilio.com" {
		t.Errorf("called %s, want api.twilio.com", host)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestSendInDoubtSaysThatItMayRepeat(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"English", raiseText, raiseText + " (may be a repeat)"},
		{"Chinese", "K7Q2 恢复", "K7Q2 恢复（可能重复）"},
		{"no room in its segment", strings.Repeat("a", 160), strings.Repeat("a", 160)},
		{"no room in its Chinese segment", strings.Repeat("告", 69), strings.Repeat("告", 69)},
		{"room in its last segment", strings.Repeat("a", 161), strings.Repeat("a", 161) + " (may be a repeat)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := newAnswers(t, http.StatusCreated, queued)
			m := message(tt.text)
			m.InDoubt = true
			if _, err := newChannel(t, srv.URL).Send(t.Context(), m); err != nil {
				t.Fatalf("send: %v", err)
			}
			got := srv.asked[0].PostForm.Get("Body")
			if got != tt.want {
				t.Errorf("text %q, want %q", got, tt.want)
			}
			before, _ := sms.Segments(tt.text)
			if after, _ := sms.Segments(got); after != before {
				t.Errorf("%d segments instead of %d", after, before)
			}
		})
	}
}

func TestSendRefusesWhatIsNoText(t *testing.T) {
	srv := newAnswers(t, http.StatusCreated, queued)
	for _, m := range []notifier.Message{{}, message("")} {
		if _, err := newChannel(t, srv.URL).Send(t.Context(), m); channeltest.OutcomeOf(err) != channeltest.Never {
			t.Errorf("%d notices: error %v, want a permanent one", len(m.Notices), err)
		}
	}
	if len(srv.asked) != 0 {
		t.Error("Twilio was called")
	}
}

// One text speaks for all that somebody is told at once.
func TestSendForManyNotices(t *testing.T) {
	srv := newAnswers(t, http.StatusCreated, queued)
	m := message("2 alarms: K7Q2 Orders connections 72%, M3B4 Chat no data")
	m.Notices = append(m.Notices, message("another").Notices...)
	ch := newChannel(t, srv.URL)
	if _, err := ch.Send(t.Context(), m); err != nil {
		t.Fatalf("send: %v", err)
	}
	if got := srv.asked[0].PostForm.Get("Body"); got != m.Text || len(srv.asked) != 1 {
		t.Errorf("%d messages, the first says %q", len(srv.asked), got)
	}
	var bundler notifier.Bundler = ch
	if most := bundler.Bundle(); most < 10_000 {
		t.Errorf("a message speaks for %d notices at the most", most)
	}
}

// A send that got no answer in time is in doubt and says why, so that the look-up that
// decides can wait for Twilio to accept it late.
func TestTimeoutIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := newChannel(t, "https://api.twilio.com", func(o *twilio.Options) {
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
		})
		_, err := ch.Send(t.Context(), message(raiseText))
		if channeltest.OutcomeOf(err) != channeltest.Doubt || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer within 10s") {
			t.Errorf("error %v", err)
		}
	})
}

// What asks to be left alone for a while is asked again when it said, however short.
func TestRetryAfterIsPassedOnAsItIs(t *testing.T) {
	for _, status := range []int{302, 400, 401, 408, 425, 429, 500, 503} {
		srv := newAnswers(t, status, `{"code": 99999, "message": "later", "status": 400}`)
		srv.header.Set("Retry-After", "1")
		_, err := newChannel(t, srv.URL).Send(t.Context(), message(raiseText))
		if wait, asked := notifier.RetryAfter(err); !asked || wait != time.Second {
			t.Errorf("status %d: waits %s (%t), want a second", status, wait, asked)
		}
	}
}

// Codes choose between what is wrong with one recipient and what is wrong with
// the account, and the words.
func TestCodes(t *testing.T) {
	aboutTheRecipient := []int{21211, 21217, 21614, 21635, 21408, 21610, 21612, 21608, 30004, 30005, 30006}
	tests := []struct {
		status, code, attempt int
		want                  channeltest.Outcome
		says                  string
	}{
		{400, 21211, 1, channeltest.Never, "the number of wei is not a phone number; correct phone"},
		{400, 21217, 1, channeltest.Never, "not a phone number"},
		{400, 21614, 1, channeltest.Never, "cannot receive text messages; give this contact a mobile number"},
		{400, 21408, 1, channeltest.Never, "Geo permissions"},
		{403, 21408, 1, channeltest.Never, "Geo permissions"},
		{400, 21610, 1, channeltest.Never, "wei unsubscribed (texted STOP); ask them to text START to " + from},
		{400, 21612, 1, channeltest.Never, "use another sender for this country"},
		{400, 21608, 1, channeltest.Never, "trial account"},
		{400, 30006, 1, channeltest.Never, "text messages do not reach wei: a landline"},
		{400, 21617, 1, channeltest.Never, "longer than the 1,600 signs"},
		{400, 21602, 1, channeltest.Never, "empty"},
		{401, 20003, 1, channeltest.NotBefore, "check account_sid with auth_token"},
		{401, 20003, 50, channeltest.NotBefore, "check account_sid with auth_token"},
		{403, 20003, 1, channeltest.NotBefore, "suspended"},
		{404, 20404, 1, channeltest.NotBefore, "no such account"},
		{400, 21603, 1, channeltest.NotBefore, "check from"},
		{400, 21606, 1, channeltest.NotBefore, "check from"},
		{400, 21212, 1, channeltest.NotBefore, "check from"},
		{400, 21659, 1, channeltest.NotBefore, "check from"},
		{400, 21703, 1, channeltest.NotBefore, "check messaging_service_sid"},
		{400, 30034, 1, channeltest.NotBefore, "A2P 10DLC"},
		{400, 30453, 1, channeltest.NotBefore, "SMS pumping"},
		{400, 21611, 1, channeltest.NotBefore, "queue of this sender is full"},
		{400, 99999, 1, channeltest.NotBefore, "refused by Twilio"},
		{400, 99999, 5, channeltest.NotBefore, "refused by Twilio"},
		{400, 99999, 6, channeltest.Never, "refused by Twilio 6 times"},
		{429, 20429, 1, channeltest.NotBefore, "asked too often"},
		{500, 20500, 1, channeltest.Doubt, "may have been accepted"},
		{503, 20503, 1, channeltest.Doubt, "may have been accepted"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d/%d/%d", tt.status, tt.code, tt.attempt), func(t *testing.T) {
			srv := newAnswers(t, tt.status, fmt.Sprintf(
				`{"code": %d, "message": "said of %s", "more_info": "https://www.twilio.com/docs/errors/%d", "status": %d}`, tt.code, weiPhone, tt.code, tt.status))
			m := message(raiseText)
			m.Attempt = tt.attempt
			_, err := newChannel(t, srv.URL).Send(t.Context(), m)
			if got := channeltest.OutcomeOf(err); got != tt.want {
				t.Fatalf("outcome %q, want %q: %v", got, tt.want, err)
			}
			for _, part := range []string{tt.says, strconv.Itoa(tt.code), "said of wei"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the error does not say %q: %v", part, err)
				}
			}
			if about := slices.Contains(aboutTheRecipient, tt.code); notifier.IsAboutRecipient(err) != about {
				t.Errorf("it is about the recipient: %t, want %t", !about, about)
			}
			if d, ok := notifier.RetryAfter(err); tt.status == 401 && (!ok || d < time.Minute) {
				t.Errorf("credentials that were refused are tried again after %s", d)
			}
		})
	}
}

// Twilio writes numbers with and without the plus; none is shown.
func TestNumbersAreNotShown(t *testing.T) {
	srv := newAnswers(t, http.StatusBadRequest, `{"code": 21211, "message": "Invalid 'To' Phone Number: `+weiPhone[1:]+` of `+weiPhone+`", "status": 400}`)
	_, err := newChannel(t, srv.URL).Send(t.Context(), message(raiseText))
	if err == nil || strings.Contains(err.Error(), weiPhone[1:]) || !strings.Contains(err.Error(), "Phone Number: wei of wei") {
		t.Errorf("error %v", err)
	}
}

// The text names the number to text START to only where it is known.
func TestUnsubscribedFromAMessagingService(t *testing.T) {
	srv := newAnswers(t, http.StatusBadRequest, `{"code": 21610, "message": "unsubscribed", "status": 400}`)
	ch := newChannel(t, srv.URL, func(o *twilio.Options) { o.From, o.MessagingServiceSID = "", service })
	if _, err := ch.Send(t.Context(), message(raiseText)); err == nil || !strings.Contains(err.Error(), "to the number the messages came from") {
		t.Errorf("error %v", err)
	}
}

func TestSuccessThatIsNoMessage(t *testing.T) {
	for _, body := range []string{"", "{}", "[]", "null", `{"sid": ""}`, `{"sid": 7}`, `"SM"`, "<html>", queued[:10]} {
		srv := newAnswers(t, http.StatusCreated, body)
		if _, err := newChannel(t, srv.URL).Send(t.Context(), message(raiseText)); channeltest.OutcomeOf(err) != channeltest.Doubt {
			t.Errorf("%q: error %v, want an unknown outcome", body, err)
		}
	}
}

func TestNewNamesEveryFault(t *testing.T) {
	good := twilio.Options{AccountSID: accountSID, AuthToken: authToken, From: from}
	tests := []struct {
		name   string
		change func(*twilio.Options)
		faults []string // none: content
	}{
		{"in order", func(*twilio.Options) {}, nil},
		{"short code", func(o *twilio.Options) { o.From = "12345" }, nil},
		{"name", func(o *twilio.Options) { o.From = "Brim Watch 1" }, []string{"from"}},
		{"name that fits", func(o *twilio.Options) { o.From = "Brim Watch" }, nil},
		{"name with a sign", func(o *twilio.Options) { o.From = "Brim-Watch" }, []string{"from"}},
		{"number without plus", func(o *twilio.Options) { o.From = "15005550006" }, []string{"from"}},
		{"nothing", func(o *twilio.Options) { *o = twilio.Options{} }, []string{"account_sid", "auth_token", "from"}},
		{"key without secret", func(o *twilio.Options) { o.APIKeySID = "SK1" }, []string{"auth_token"}},
		{"account that is none", func(o *twilio.Options) { o.AccountSID = "AC/../../etc" }, []string{"account_sid"}},
		{"service that is none", func(o *twilio.Options) { o.MessagingServiceSID = "MG1" }, []string{"messaging_service_sid"}},
		{"validity too long", func(o *twilio.Options) { o.Validity = 11 * time.Hour }, []string{"validity"}},
		{"validity too short", func(o *twilio.Options) { o.Validity = time.Millisecond }, []string{"validity"}},
		{"base with a password", func(o *twilio.Options) { o.BaseURL = "https://u:" + authToken + "@h" }, []string{"base_url"}},
		{"base that is broken", func(o *twilio.Options) { o.BaseURL = "https://" + authToken + "%zz" }, []string{"base_url"}},
		{"base of another kind", func(o *twilio.Options) { o.BaseURL = "ftp://h" }, []string{"base_url"}},
		{"callback to nowhere", func(o *twilio.Options) { o.StatusCallback = "/hooks" }, []string{"status_callback"}},
		{"negative timeout", func(o *twilio.Options) { o.Timeout = -1 }, []string{"timeout"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			tt.change(&o)
			_, err := twilio.New(o)
			if (err != nil) != (len(tt.faults) > 0) {
				t.Fatalf("error %v, want faults %v", err, tt.faults)
			}
			if err == nil {
				return
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(tt.faults) {
				t.Errorf("%d faults, want %d: %v", len(lines), len(tt.faults), err)
			}
			for _, f := range tt.faults {
				if !strings.Contains(err.Error(), f+": ") {
					t.Errorf("no fault of %s in %v", f, err)
				}
			}
			if strings.Contains(err.Error(), authToken) {
				t.Errorf("the error holds the auth token: %v", err)
			}
		})
	}
}
