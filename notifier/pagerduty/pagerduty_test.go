package pagerduty_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/card/cardtest"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/pagerduty"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/robots"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

const key = "R0123456789abcdef0123456789abcde"

func open(t *testing.T, base string, l words.Language) *pagerduty.Channel {
	t.Helper()
	ch, err := pagerduty.New(pagerduty.Options{
		URL: base + "/v2/enqueue", Receiver: "oncall", RoutingKey: key, Language: l, Zone: cardtest.Zone(t),
		Links: func(n *notifier.Notice, _ notifier.Recipient) card.Links {
			out := card.Links{Acknowledge: cardtest.External + "/ack?c=" + n.Code}
			if n.Alert.Labels["metric"] != "" {
				out.Chart = cardtest.External + "/chart.png"
				out.Picture = out.Chart
			}
			return out
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return open(t, base, words.EN) },
		Message: cardtest.Raised(t, words.EN),
		Accept: func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"status":"success","message":"Event processed","dedup_key":"x"}`)
		},
		Status: func(status int) channeltest.Outcome {
			switch {
			case status == 202:
				return channeltest.Accepted
			case status == 400 || status == 410 || status == 413 || status == 422:
				return channeltest.Never
			case status == 429:
				return channeltest.NotBefore
			case status >= 500:
				return channeltest.Doubt
			}
			return channeltest.Later
		},
		RetryAfter: func(status int) bool { return status != 400 && status != 410 && status != 413 && status != 422 },
		Lost:       channeltest.Doubt, CutBody: channeltest.Accepted,
		Refusals: []channeltest.Refusal{
			{Name: "a wrong key", Answer: refusal(`{"status":"invalid event","message":"Event object is invalid","errors":["Length of 'routing_key' is incorrect (should be 32 characters)"]}`), Outcome: channeltest.Never, Says: "copy the Integration Key"},
			{Name: "a key of nobody", Answer: refusal(`Invalid routing key`), Outcome: channeltest.Never, Says: "copy the Integration Key"},
			{Name: "a fault", Answer: refusal(`{"status":"invalid event","message":"Event object is invalid","errors":["'payload.summary' is missing or blank"]}`), Outcome: channeltest.Never, Says: "fault of Brimwatch"},
			{Name: "a 200 of somebody else", Answer: channeltest.JSON(`{"status":"success"}`), Outcome: channeltest.Later, Says: "PagerDuty answers 202"},
		},
		Secrets: []string{key},
	})
}

func refusal(body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
	}
}

func TestBodies(t *testing.T) {
	robot := robots.PagerDuty(robots.Options{Key: key})
	srv := httptest.NewServer(robot)
	defer srv.Close()
	sent := 0
	for _, l := range []words.Language{words.EN, words.ZH} {
		ch := open(t, srv.URL, l)
		for _, s := range cardtest.Scenes(t, l) {
			t.Run(s.Name+"-"+l.String(), func(t *testing.T) {
				receipt, err := ch.Send(t.Context(), s.Message)
				if err != nil || receipt.Status != notifier.Accepted || !strings.HasPrefix(receipt.ProviderID, "brimwatch/") {
					t.Fatalf("receipt %+v, error %v", receipt, err)
				}
				var got bytes.Buffer
				taken := robot.Taken()
				for _, body := range taken[sent:min(sent+3, len(taken))] { // of a bundle the first three
					if err := json.Indent(&got, body, "", "  "); err != nil {
						t.Fatal(err)
					}
					got.WriteString("\n")
				}
				sent = len(taken)
				golden.Equal(t, s.Name+"-"+l.String()+".json", got.Bytes())
			})
		}
	}
}

// TestOneAlertFromRaiseToEnd: reminders and a higher level go to the alert that is open, the end
// resolves it, and the next episode opens another.
func TestOneAlertFromRaiseToEnd(t *testing.T) {
	robot := robots.PagerDuty(robots.Options{Key: key})
	srv := httptest.NewServer(robot)
	defer srv.Close()
	ch := open(t, srv.URL, words.EN)
	send := func(change func(*notifier.Notice)) map[string]string {
		t.Helper()
		m := cardtest.Raised(t, words.EN)
		change(&m.Notices[0])
		for range 2 { // an attempt in doubt comes again
			if _, err := ch.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
		return robot.Alerts()
	}
	kind := func(k alarm.EventKind) func(*notifier.Notice) {
		return func(n *notifier.Notice) { n.Kind, n.Alert.Resolved = k, notifier.Ends(k) }
	}
	var alert string
	for _, step := range []struct {
		kind  alarm.EventKind
		state string
	}{{alarm.Raised, "triggered"}, {alarm.Reminded, "triggered"}, {alarm.Escalated, "triggered"}, {alarm.Acked, "acknowledged"}, {alarm.Reminded, "acknowledged"}, {alarm.Cleared, "resolved"}} {
		alerts := send(kind(step.kind))
		if len(alerts) != 1 {
			t.Fatalf("%s: alerts %v", step.kind, alerts)
		}
		for name, state := range alerts {
			alert = name
			if state != step.state {
				t.Errorf("%s: the alert is %s", step.kind, state)
			}
		}
	}
	next := send(func(n *notifier.Notice) { n.Code = "M3B4" })
	if len(next) != 2 || next[alert] != "resolved" {
		t.Errorf("the next episode: alerts %v", next)
	}
}

// TestWhatIsNeverOver: a test and a drill open an alert and close it.
func TestWhatIsNeverOver(t *testing.T) {
	robot := robots.PagerDuty(robots.Options{Key: key})
	srv := httptest.NewServer(robot)
	defer srv.Close()
	for _, s := range cardtest.Scenes(t, words.EN) {
		if s.Name != "test" {
			continue
		}
		if _, err := open(t, srv.URL, words.EN).Send(t.Context(), s.Message); err != nil {
			t.Fatal(err)
		}
	}
	alerts := robot.Alerts()
	for name, state := range alerts {
		if state != "resolved" {
			t.Errorf("%s is %s", name, state)
		}
	}
	if len(alerts) != 1 || len(robot.Taken()) != 2 {
		t.Errorf("alerts %v after %d events", alerts, len(robot.Taken()))
	}
}

// TestWithoutAKey: an end for an integration whose key left the configuration says so.
func TestWithoutAKey(t *testing.T) {
	ch, err := pagerduty.New(pagerduty.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ch.Send(t.Context(), cardtest.Raised(t, words.EN))
	if !notifier.IsAboutCredentials(err) || channeltest.OutcomeOf(err) != channeltest.Later || ch.Bundle() != 1 {
		t.Errorf("error %v", err)
	}
	if _, err := ch.Send(t.Context(), notifier.Message{}); !notifier.IsPermanent(err) {
		t.Errorf("a message without notices: %v", err)
	}
}

// TestWildNames: whatever names and texts hold, PagerDuty takes the event.
func TestWildNames(t *testing.T) {
	robot := robots.PagerDuty(robots.Options{Key: key})
	var last []byte
	ch, err := pagerduty.New(pagerduty.Options{URL: "https://events.example.com/v2/enqueue", RoutingKey: key, Transport: roundTripper(func(r *http.Request) *http.Response {
		last, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(last))
		rec := httptest.NewRecorder()
		robot.ServeHTTP(rec, r)
		return rec.Result()
	})})
	if err != nil {
		t.Fatal(err)
	}
	wild := rapid.StringOfN(rapid.SampledFrom([]rune("ab 行\n\u202e\u200b\x00*<>|😀\"\\")), 0, 3000, -1)
	rapid.Check(t, func(rt *rapid.T) {
		long := strings.Repeat(wild.Draw(rt, "long"), rapid.SampledFrom([]int{1, 1, 400}).Draw(rt, "times"))
		n := notifier.Notice{
			Code: wild.Draw(rt, "code"), Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Severity(wild.Draw(rt, "severity")), CreatedAt: time.Now(),
			Alert: notifier.Alert{
				Labels:      map[string]string{"instance_id": wild.Draw(rt, "id"), "metric": wild.Draw(rt, "metric"), "product": wild.Draw(rt, "product"), "own": long},
				Annotations: map[string]string{"summary": wild.Draw(rt, "summary"), "description": long},
			},
		}
		if _, err := ch.Send(t.Context(), notifier.Message{Notices: []notifier.Notice{n}}); err != nil {
			rt.Fatalf("%v\n%.2000s", err, last)
		}
		if !utf8.Valid(last) {
			rt.Fatal("the body is no UTF-8")
		}
	})
}

type roundTripper func(*http.Request) *http.Response

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }
