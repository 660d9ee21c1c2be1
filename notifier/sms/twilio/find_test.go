package twilio_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/internal/demo/phone/contract"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

// rig is a channel with the telephone it sends to, and its clock.
type rig struct {
	*phone.Server
	ch  *twilio.Channel
	now time.Time
}

func newRig(t *testing.T, wrap ...func(http.Handler) http.Handler) *rig {
	t.Helper()
	r := &rig{now: time.Date(2026, 11, 22, 14, 3, 21, 0, time.UTC)}
	var err error
	r.Server, err = phone.New(phone.Options{AccountSID: accountSID, AuthToken: authToken, Now: func() time.Time { return r.now }})
	if err != nil {
		t.Fatalf("make the phone: %v", err)
	}
	var h http.Handler = r.Server
	for _, f := range wrap {
		h = f(h)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	r.ch = newChannel(t, srv.URL)
	return r
}

// send sends a text without looking at what comes of it.
func (r *rig) send(t *testing.T, text string) {
	t.Helper()
	if _, err := r.ch.Send(t.Context(), message(text)); err != nil {
		t.Fatalf("send: %v", err)
	}
}

// In every way in which the answer of an accepted message gets lost, the
// message is in doubt and then found; it is not sent twice.
func TestLostAnswerIsFound(t *testing.T) {
	for name, fault := range map[string]phone.Answer{
		"500": phone.AnswerFault, "a proxy's page": phone.AnswerPage, "cut": phone.AnswerCut, "nothing": phone.AnswerNothing,
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r.SetFault(func(phone.Request) phone.Fault {
				if fault == phone.AnswerNothing {
					cancel()
				}
				return phone.Fault{Answer: fault}
			})
			m := message(raiseText)
			_, err := r.ch.Send(ctx, m)
			if channeltest.OutcomeOf(err) != channeltest.Doubt {
				t.Fatalf("send: %v, want an unknown outcome", err)
			}
			m.InDoubt, m.Attempt = true, 2
			receipt, found, err := r.ch.Find(t.Context(), m)
			if err != nil || !found || receipt.ProviderID != r.Messages()[0].SID || receipt.Status != notifier.Accepted {
				t.Errorf("find: %+v, %t, %v", receipt, found, err)
			}
		})
	}
}

func TestFind(t *testing.T) {
	m := message(raiseText)
	first := time.Date(2026, 11, 22, 14, 3, 20, 0, time.UTC)
	tests := []struct {
		name  string
		setup func(t *testing.T, r *rig)
		found bool
		want  notifier.ReceiptStatus
	}{
		{"nothing was sent", func(*testing.T, *rig) {}, false, ""},
		{"it was sent", func(t *testing.T, r *rig) { t.Helper(); r.send(t, raiseText) }, true, notifier.Accepted},
		{"only the end of the same episode", func(t *testing.T, r *rig) { t.Helper(); r.send(t, endText) }, false, ""},
		{"a reminder of the same episode", func(t *testing.T, r *rig) {
			t.Helper()
			r.send(t, strings.Replace(raiseText, "WARNING", "STILL WARNING", 1))
		}, false, ""},
		{"the same text, long before", func(t *testing.T, r *rig) {
			t.Helper()
			r.now = first.Add(-3 * time.Minute)
			r.send(t, raiseText)
			r.now = first
		}, false, ""},
		{"at a machine of Twilio whose clock is a minute behind", func(t *testing.T, r *rig) {
			t.Helper()
			r.now = first.Add(-time.Minute)
			r.send(t, raiseText)
			r.now = first
		}, true, notifier.Delivered},
		{"behind a trial account's sentence", func(t *testing.T, r *rig) {
			t.Helper()
			r.send(t, "Sent from your Twilio trial account - "+raiseText)
		}, true, notifier.Accepted},
		{"encoded by a messaging service", func(t *testing.T, r *rig) {
			t.Helper()
			r.send(t, strings.NewReplacer(",", "‚", "%", "٪", "(", "[", ")", "]").Replace(raiseText))
		}, true, notifier.Accepted},
		{"delivered meanwhile", func(t *testing.T, r *rig) {
			t.Helper()
			r.send(t, raiseText)
			r.now = r.now.Add(time.Minute)
		}, true, notifier.Delivered},
		{"not delivered", func(t *testing.T, r *rig) {
			t.Helper()
			r.SetFault(func(phone.Request) phone.Fault { return phone.Fault{End: "undelivered", Code: 30005} })
			r.send(t, raiseText)
			r.now = r.now.Add(time.Minute)
		}, true, notifier.Failed},
		{"once not delivered and once delivered", func(t *testing.T, r *rig) {
			t.Helper()
			r.send(t, raiseText)
			r.SetFault(func(phone.Request) phone.Fault { return phone.Fault{End: "failed", Code: 30008} })
			r.send(t, raiseText)
			r.now = r.now.Add(time.Minute)
		}, true, notifier.Delivered},
		{"on the fourth page", func(t *testing.T, r *rig) {
			t.Helper()
			r.send(t, raiseText)
			for i := range 320 {
				r.send(t, fmt.Sprintf("Q%03d ENDED Orders", i))
			}
		}, true, notifier.Accepted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			tt.setup(t, r)
			receipt, found, err := r.ch.Find(t.Context(), m)
			if err != nil || found != tt.found || receipt.Status != tt.want || (receipt.ProviderID != "") != found {
				t.Errorf("Find = %+v, %t, %v; want %t, %q", receipt, found, err, tt.found, tt.want)
			}
		})
	}
}

// list is a page of messages as Twilio writes it.
func list(next string, messages ...string) string {
	return `{"messages": [` + strings.Join(messages, ",") + `], "next_page_uri": ` + next + `}`
}

const weisMessage = `{"sid": "` + sid + `", "direction": "outbound-api", "status": "sent", "body": "` + raiseText + `", "date_created": "Sun, 22 Nov 2026 14:03:21 +0000"}`

func TestFindReadsWhatIsOdd(t *testing.T) {
	tests := []struct {
		name  string
		body  string
		found bool
		fault string
	}{
		{"as usual", list("null", weisMessage), true, ""},
		{"no list", `{}`, false, "no list of messages"},
		{"empty", list("null"), false, ""},
		{"an answer of the recipient", list("null", strings.Replace(weisMessage, "outbound-api", "inbound", 1)), false, ""},
		{"no date", list("null", strings.Replace(weisMessage, "Sun, 22 Nov 2026 14:03:21 +0000", "", 1)), true, ""},
		{"nulls", list("null", `{"sid": null, "body": null, "date_created": null, "status": null, "direction": null}`), false, ""},
		{"redacted", list("null", strings.Replace(weisMessage, raiseText, "", 1)), false, ""},
		{"next page without a name", list(`"/2010-04-01"`), false, "without saying which"},
		{"next page that cannot be read", list(`"/x?%zz"`), false, "cannot be read"},
		{"pages without end", list(`"/x?Page=1&PageToken=PA1"`), false, "more than 1000 messages to wei"},
		{"older ones without end", list(`"/x?Page=1&PageToken=PA1"`, strings.Replace(weisMessage, "22 Nov 2026", "21 Nov 2026", 1)), false, ""},
		{"not JSON", "<html>", false, "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			srv := newAnswers(t, http.StatusOK, tt.body)
			srv.header.Set("Date", "Sun, 22 Nov 2026 14:03:22 GMT")
			_, found, err := newChannel(t, srv.URL).Find(t.Context(), message(raiseText))
			if never := tt.name == "pages without end"; notifier.IsUndecidable(err) != never {
				t.Errorf("error %v, undecidable %t", err, !never)
			}
			switch {
			case found != tt.found || (err != nil) != (tt.fault != ""):
				t.Errorf("Find = %t, %v; want %t, %q", found, err, tt.found, tt.fault)
			case err != nil && !strings.Contains(err.Error(), tt.fault):
				t.Errorf("error %v, want one about %q", err, tt.fault)
			}
			if len(srv.asked) > 10 {
				t.Errorf("%d pages were asked for", len(srv.asked))
			}
			if q := srv.asked[0].URL.Query(); q.Get("To") != weiPhone || q.Has("DateSent") || q.Has("From") {
				t.Errorf("asked for %v", q)
			}
		})
	}
}

// A look-up and a tracking that fail tell nothing, send nothing and hold no
// secret.
func TestLookupsThatFail(t *testing.T) {
	for status := 300; status <= 599; status++ {
		srv := newAnswers(t, status, fmt.Sprintf(`{"code": 20003, "message": "said of %s with %s", "status": %d}`, weiPhone, authToken, status))
		srv.header.Set("Retry-After", "9")
		ch := newChannel(t, srv.URL)
		receipt, found, err := ch.Find(t.Context(), message(raiseText))
		if err == nil || found || receipt != (notifier.Receipt{}) {
			t.Errorf("status %d: Find = %+v, %t, %v", status, receipt, found, err)
		}
		_, trackErr := ch.Track(t.Context(), notifier.SentMessage{ProviderID: sid})
		passes := status < 400 || status > 499 && status != 501 || status == 407 || status == 408 || status == 425 || status == 429
		for _, err := range []error{err, trackErr} {
			wait, asked := notifier.RetryAfter(err)
			if asked != passes || passes && wait != 9*time.Second || notifier.IsUndecidable(err) == passes || notifier.IsUnknown(err) || notifier.IsPermanent(err) {
				t.Errorf("status %d: %v waits %s (%t), undecidable %t", status, err, wait, asked, notifier.IsUndecidable(err))
			}
			if strings.Contains(err.Error(), authToken) {
				t.Errorf("status %d: the error holds the token: %v", status, err)
			}
		}
		ch.CloseIdleConnections()
		srv.Close()
	}
}

// A key that may send and not read cannot look anything up, however often.
func TestKeyThatMayNotRead(t *testing.T) {
	r := newRig(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"code": 70051, "message": "Authorization Error", "status": 401}`)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	r.send(t, raiseText)
	_, found, err := r.ch.Find(t.Context(), message(raiseText))
	if found || !notifier.IsUndecidable(err) || !strings.Contains(err.Error(), "give the API key the permissions to read and list messages") {
		t.Errorf("Find = %t, %v", found, err)
	}
}

func TestTrack(t *testing.T) {
	tests := []struct {
		status, code string
		want         notifier.Receipt
	}{
		{"queued", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says queued"}},
		{"accepted", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says accepted"}},
		{"scheduled", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says scheduled"}},
		{"sending", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says sending"}},
		{"sent", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says sent"}},
		{"partially_delivered", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says partially_delivered"}},
		{"something new", "null", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says something new"}},
		{"delivered", "null", notifier.Receipt{Status: notifier.Delivered, Detail: "Twilio says delivered"}},
		{"read", "null", notifier.Receipt{Status: notifier.Delivered, Detail: "Twilio says read"}},
		{"canceled", "null", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says canceled"}},
		{"undelivered", "30003", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says undelivered (30003): the handset could not be reached; it is off or has no signal", Again: true}},
		{"undelivered", "30008", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says undelivered (30008): the carrier gave no reason", Again: true}},
		{"failed", "30001", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says failed (30001): the sender's queue was full", Again: true}},
		{"undelivered", "30005", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says undelivered (30005): nobody has this number; correct phone of this contact", AboutRecipient: true}},
		{"undelivered", "30007", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says undelivered (30007): the carrier took it for spam"}},
		{"sent", "30003", notifier.Receipt{Status: notifier.Accepted, Detail: "Twilio says sent (30003): the handset could not be reached; it is off or has no signal"}},
		{"failed", "39999", notifier.Receipt{Status: notifier.Failed, Detail: "Twilio says failed (39999): said of the recipient"}},
	}
	for _, tt := range tests {
		t.Run(tt.status+" "+tt.code, func(t *testing.T) {
			srv := newAnswers(t, http.StatusOK, fmt.Sprintf(`{"sid": %q, "to": %q, "status": %q, "error_code": %s, "error_message": "said of %s."}`,
				sid, weiPhone, tt.status, tt.code, weiPhone))
			tt.want.ProviderID = sid
			got, err := newChannel(t, srv.URL).Track(t.Context(), notifier.SentMessage{ProviderID: sid})
			if err != nil || got != tt.want {
				t.Errorf("Track = %+v, %v; want %+v", got, err, tt.want)
			}
			if want := "/2010-04-01/Accounts/" + accountSID + "/Messages/" + sid + ".json"; srv.asked[0].URL.Path != want {
				t.Errorf("asked %s, want %s", srv.asked[0].URL.Path, want)
			}
		})
	}
}

func TestTrackRefusesWhatIsNoMessage(t *testing.T) {
	srv := newAnswers(t, http.StatusOK, `{"sid": "SM99999999999999999999999999999999", "status": "delivered"}`)
	ch := newChannel(t, srv.URL)
	for _, id := range []string{"", "SM1", "../../Accounts", "AC" + sid[2:]} {
		if _, err := ch.Track(t.Context(), notifier.SentMessage{ProviderID: id}); err == nil {
			t.Errorf("Track(%q) is content", id)
		}
	}
	if len(srv.asked) != 0 {
		t.Errorf("Twilio was asked %d times", len(srv.asked))
	}
	if _, err := ch.Track(t.Context(), notifier.SentMessage{ProviderID: sid}); err == nil || !strings.Contains(err.Error(), "another one") {
		t.Errorf("error %v, want one about another message", err)
	}
}

// What the channel asks, and what the telephone answers, is as Twilio's document
// describes.
func TestKeepsTheContract(t *testing.T) {
	r := newRig(t, contract.Check(t, contract.Twilio(t)))
	r.send(t, raiseText)
	r.send(t, "K7Q2 恢复 Orders")
	for range 150 {
		r.send(t, "Q111 ENDED Orders")
	}
	receipt, found, err := r.ch.Find(t.Context(), message(raiseText))
	if err != nil || !found {
		t.Fatalf("find: %+v, %t, %v", receipt, found, err)
	}
	r.now = r.now.Add(time.Minute)
	if receipt, err = r.ch.Track(t.Context(), notifier.SentMessage{ProviderID: receipt.ProviderID}); err != nil || receipt.Status != notifier.Delivered {
		t.Errorf("track: %+v, %v", receipt, err)
	}
}
