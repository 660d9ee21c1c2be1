package webhook_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/webhook"
	"github.com/brimwatch/brimwatch/test/golden"
)

// receiver is an endpoint that gives one answer and keeps what it was sent.
type receiver struct {
	*httptest.Server
	status  int
	header  http.Header
	answer  string
	headers []http.Header
	bodies  [][]byte
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusOK, header: http.Header{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Errorf("read the body: %v", err)
		}
		r.headers, r.bodies = append(r.headers, req.Header), append(r.bodies, body)
		for name, values := range r.header {
			w.Header()[name] = values
		}
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

func newChannel(t *testing.T, o webhook.Options) *webhook.Channel {
	t.Helper()
	if o.Receiver == "" {
		o.Receiver = "oncall"
	}
	o.ExternalURL = "https://brimwatch.example.com"
	ch, err := webhook.New(o)
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

func send(t *testing.T, ch *webhook.Channel, m notifier.Message) {
	t.Helper()
	if _, err := ch.Send(t.Context(), m); err != nil {
		t.Fatalf("send: %v", err)
	}
}

func TestBody(t *testing.T) {
	other := raised("mqtt-2")
	other.Alert.Labels["instance"], other.Alert.Labels["severity"] = "Sessions", "critical"
	other.Alert.Annotations["code"], other.Alert.Fingerprint = "M3XP", "0c4be7715ad98e21"
	endless := ended("mqtt-1")
	endless.Alert.EndsAt = time.Time{}
	endless.CreatedAt = endless.Alert.StartsAt.Add(time.Hour)
	tests := []struct {
		name    string
		notices []notifier.Notice
	}{
		{"raised", []notifier.Notice{raised("mqtt-1")}},
		{"ended", []notifier.Notice{ended("mqtt-1")}},
		{"bundle", []notifier.Notice{ended("mqtt-1"), other}},
		{"bare", []notifier.Notice{{ID: "ntc_1"}}},
		{"ended-without-end", []notifier.Notice{endless}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t)
			send(t, newChannel(t, webhook.Options{URL: r.URL}), message(tt.notices...))
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, r.bodies[0], "", "  "); err != nil {
				t.Fatalf("the body is not JSON: %v", err)
			}
			golden.Equal(t, tt.name+".json", append(pretty.Bytes(), '\n'))
		})
	}
}

// The manual shows the body as it is, under headers that verify.
func TestManualShowsTheMessage(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join("..", "..", "docs", "receivers", "webhook.md"))
	if err != nil {
		t.Fatalf("read the manual: %v", err)
	}
	body, err := os.ReadFile(filepath.Join("testdata", "raised.json"))
	if err != nil {
		t.Fatalf("read the golden file: %v", err)
	}
	if !bytes.Contains(manual, body) {
		t.Error("docs/receivers/webhook.md does not show the body of testdata/raised.json")
	}
	const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	h := http.Header{}
	for line := range strings.Lines(string(manual)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && strings.HasPrefix(name, "webhook-") {
			h.Set(name, value)
		}
	}
	v, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatalf("take the secret: %v", err)
	}
	var sent bytes.Buffer
	if err := json.Compact(&sent, body); err != nil {
		t.Fatalf("the golden file is not JSON: %v", err)
	}
	if err := v.VerifyIgnoringTimestamp(sent.Bytes(), h); err != nil || !bytes.Contains(manual, []byte(secret)) {
		t.Errorf("the manual's headers do not verify with its secret: %v", err)
	}
}

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

// A receiver that opens one incident for each groupKey closes the same one.
func TestGroupKeyStaysFromRaiseToEnd(t *testing.T) {
	r := newReceiver(t)
	ch := newChannel(t, webhook.Options{URL: r.URL})
	send(t, ch, message(raised("mqtt-1")))
	send(t, ch, message(ended("mqtt-1")))
	send(t, ch, message(raised("mqtt-2")))
	for _, account := range []string{"acme", "other"} {
		n := raised("")
		n.Alert.Labels = map[string]string{"alertname": "overdue", "account": account}
		send(t, ch, message(n))
	}
	for _, subject := range []string{"day", "month"} { // what Brimwatch tells of itself
		n := raised("")
		n.Alert.Labels = map[string]string{"alertname": "limits", "subject": subject}
		send(t, ch, message(n))
	}
	var keys []string
	for _, b := range r.bodies {
		var p struct{ GroupKey string }
		if err := json.Unmarshal(b, &p); err != nil {
			t.Fatalf("the body is not JSON: %v", err)
		}
		keys = append(keys, p.GroupKey)
	}
	if keys[0] != keys[1] || keys[0] == keys[2] || keys[3] == keys[4] || keys[5] == keys[6] {
		t.Errorf("group keys %q", keys)
	}
}

func TestHeaders(t *testing.T) {
	r := newReceiver(t)
	ch := newChannel(t, webhook.Options{URL: r.URL, Version: "1.2.3"})
	before := time.Now().Unix()
	send(t, ch, message(raised("mqtt-1")))
	h := r.headers[0]
	for name, want := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "brimwatch/1.2.3", "Webhook-Id": "msg_2kq7", "Webhook-Signature": "", "Authorization": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	stamp, err := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64)
	if err != nil || stamp < before || stamp > time.Now().Unix() {
		t.Errorf("webhook-timestamp %q is not the moment of the attempt", h.Get("Webhook-Timestamp"))
	}
}

func TestCredentials(t *testing.T) {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("brim:pass word"))
	tests := []struct {
		name string
		o    webhook.Options
		user string // in the URL
		want string
	}{
		{"none", webhook.Options{}, "", ""},
		{"bearer", webhook.Options{Bearer: "t0k3n"}, "", "Bearer t0k3n"},
		{"user", webhook.Options{Username: "brim", Password: "pass word"}, "", basic},
		{"user in the URL", webhook.Options{}, "brim:pass%20word@", basic},
		{"user beside the URL's", webhook.Options{Username: "brim", Password: "pass word"}, "x:y@", basic},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newReceiver(t)
			tt.o.URL = strings.Replace(r.URL, "http://", "http://"+tt.user, 1)
			send(t, newChannel(t, tt.o), message(raised("mqtt-1")))
			if got := r.headers[0].Get("Authorization"); got != tt.want {
				t.Errorf("Authorization %q, want %q", got, tt.want)
			}
		})
	}
}

// The library of the specification verifies what we sign, with each secret.
func TestSignaturesVerify(t *testing.T) {
	encoded := "whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef01234567"))
	const raw = "a raw secret: ünï"
	r := newReceiver(t)
	send(t, newChannel(t, webhook.Options{URL: r.URL, Secrets: []string{encoded, strings.TrimRight(encoded, "="), raw}}), message(raised("mqtt-1")))
	h, body := r.headers[0], r.bodies[0]
	if n := len(strings.Split(h.Get("Webhook-Signature"), " ")); n != 3 {
		t.Errorf("%d signatures, want 3", n)
	}
	byEncoded, err := standardwebhooks.NewWebhook(encoded)
	if err != nil {
		t.Fatalf("take the secret: %v", err)
	}
	byRaw, err := standardwebhooks.NewWebhookRaw([]byte(raw))
	if err != nil {
		t.Fatalf("take the raw secret: %v", err)
	}
	stranger, err := standardwebhooks.NewWebhookRaw([]byte("another"))
	if err != nil {
		t.Fatalf("take another secret: %v", err)
	}
	for name, v := range map[string]*standardwebhooks.Webhook{"whsec_": byEncoded, "raw": byRaw} {
		if err := v.Verify(body, h); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := v.Verify(append(bytes.Clone(body), ' '), h); err == nil {
			t.Errorf("%s: a changed body is accepted", name)
		}
		changed := h.Clone()
		changed.Set("Webhook-Id", "msg_other")
		if err := v.Verify(body, changed); err == nil {
			t.Errorf("%s: a changed id is accepted", name)
		}
	}
	if err := stranger.Verify(body, h); err == nil {
		t.Error("a foreign secret is accepted")
	}
}

// A repeated attempt has the same id and body, under its own time.
func TestRetryRepeatsIDAndBody(t *testing.T) {
	r := newReceiver(t)
	ch := newChannel(t, webhook.Options{URL: r.URL, Secrets: []string{"a-secret"}})
	m := message(raised("mqtt-1"), raised("mqtt-2"))
	send(t, ch, m)
	m.Attempt, m.InDoubt = 2, true
	send(t, ch, m)
	if !bytes.Equal(r.bodies[0], r.bodies[1]) || r.headers[0].Get("Webhook-Id") != r.headers[1].Get("Webhook-Id") {
		t.Error("the second attempt is another message")
	}
}

func TestErrorsSayTheWayOut(t *testing.T) {
	tests := []struct {
		status int
		kind   string
		answer string
		says   []string
		hides  string
	}{
		{404, "text/plain", "no such hook\n", []string{"404 Not Found", "no such hook", "check the path"}, ""},
		{401, "application/json; charset=utf-8", `{"error": "bad token"}`, []string{"401 Unauthorized", "bad token", "check the secret and the credentials"}, ""},
		{410, "text/plain", "", []string{"410 Gone", "take it out of receiver oncall"}, ""},
		{422, "text/plain", "no alerts field", []string{"no alerts field", "Alertmanager's webhook"}, ""},
		{502, "text/html", "<html>nginx</html>", []string{"502 Bad Gateway", "it may have arrived, and is sent again under the same webhook-id"}, "nginx"},
		{599, "text/plain", "", []string{"HTTP 599"}, ""},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			r := newReceiver(t)
			r.status, r.answer = tt.status, tt.answer
			r.header.Set("Content-Type", tt.kind)
			_, err := newChannel(t, webhook.Options{URL: r.URL + "/path"}).Send(t.Context(), message(raised("mqtt-1")))
			if err == nil {
				t.Fatal("no error")
			}
			for _, part := range append(tt.says, "post to "+r.URL) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in: %v", part, err)
				}
			}
			if notifier.IsAboutRecipient(err) != (tt.status == http.StatusGone) || notifier.IsUnknown(err) != (tt.status >= 500) {
				t.Errorf("about the recipient %t, unknown %t: %v", notifier.IsAboutRecipient(err), notifier.IsUnknown(err), err)
			}
			if notifier.IsAboutCredentials(err) != (tt.status == http.StatusUnauthorized) {
				t.Errorf("about credentials %t: %v", notifier.IsAboutCredentials(err), err)
			}
			if tt.hides != "" && strings.Contains(err.Error(), tt.hides) {
				t.Errorf("%q is in: %v", tt.hides, err)
			}
		})
	}
}

func TestTooManyRequestsWaits(t *testing.T) {
	r := newReceiver(t)
	r.status = http.StatusTooManyRequests
	_, err := newChannel(t, webhook.Options{URL: r.URL}).Send(t.Context(), message(raised("mqtt-1")))
	if d, ok := notifier.RetryAfter(err); !ok || d != 30*time.Second {
		t.Errorf("error %v waits %s, want 30s", err, d)
	}
}

// A receiver that was too slow may have taken the message all the same.
func TestTimeoutIsInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := newChannel(t, webhook.Options{URL: "https://example.com/hook", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})})
		_, err := ch.Send(t.Context(), message(raised("mqtt-1")))
		if !notifier.IsUnknown(err) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer within 15s") {
			t.Errorf("error %v", err)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestSendsOverTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	srv.Config.ErrorLog = nil
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(srv.Certificate())
	receipt, err := newChannel(t, webhook.Options{URL: srv.URL, TLS: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}).Send(t.Context(), message(raised("mqtt-1")))
	if want := (notifier.Receipt{Status: notifier.Accepted, Detail: "204 No Content"}); err != nil || receipt != want {
		t.Errorf("receipt %+v, error %v; want %+v", receipt, err, want)
	}
	_, err = newChannel(t, webhook.Options{URL: srv.URL}).Send(t.Context(), message(raised("mqtt-1")))
	if channeltest.OutcomeOf(err) != channeltest.Later || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody known: error %v", err)
	}
}

func TestNoNoticesIsNoMessage(t *testing.T) {
	r := newReceiver(t)
	if _, err := newChannel(t, webhook.Options{URL: r.URL}).Send(t.Context(), notifier.Message{}); channeltest.OutcomeOf(err) != channeltest.Never || len(r.bodies) > 0 {
		t.Errorf("error %v after %d calls", err, len(r.bodies))
	}
}

func TestBundle(t *testing.T) {
	for bundle, want := range map[int]int{0: 64, 1: 1, 200: 200} {
		var ch notifier.Bundler = newChannel(t, webhook.Options{URL: "http://127.0.0.1/", Bundle: bundle})
		if got := ch.Bundle(); got != want {
			t.Errorf("Bundle %d: %d, want %d", bundle, got, want)
		}
	}
}

func TestNewNamesEveryFault(t *testing.T) {
	const hidden = "T0K3N"
	tests := []struct {
		name   string
		o      webhook.Options
		faults []string
	}{
		{"in order", webhook.Options{URL: "https://example.com/hook"}, nil},
		{"private", webhook.Options{URL: "http://10.0.0.7:8080/hook"}, nil},
		{"nothing", webhook.Options{}, []string{"url: "}},
		{"broken", webhook.Options{URL: "http://h/%zz" + hidden}, []string{"url: "}},
		{"no host", webhook.Options{URL: "http:///" + hidden}, []string{"url: "}},
		{"other kind", webhook.Options{URL: "ftp://h/" + hidden}, []string{"url: "}},
		{"metadata", webhook.Options{URL: "http://169.254.169.254/" + hidden}, []string{"url: 169.254.169.254 is a link-local"}},
		{"Alibaba Cloud's metadata", webhook.Options{URL: "http://100.100.100.200/"}, []string{"url: 100.100.100.200"}},
		{"link-local with zone", webhook.Options{URL: "http://[fe80::1%25eth0]/"}, []string{"url: fe80::1"}},
		{"link-local, allowed", webhook.Options{URL: "http://169.254.7.7/", AllowLinkLocal: true}, nil},
		{"empty secret", webhook.Options{URL: "http://h", Secrets: []string{"fine", ""}}, []string{"secret 2: is empty"}},
		{"secret that is not base64", webhook.Options{URL: "http://h", Secrets: []string{"whsec_" + hidden + "!"}}, []string{"secret 1: begins with whsec_"}},
		{"secret without a key", webhook.Options{URL: "http://h", Secrets: []string{"whsec_"}}, []string{"secret 1: "}},
		{"both credentials", webhook.Options{URL: "http://h", Bearer: hidden, Username: "u"}, []string{"bearer: "}},
		{"user in the URL and bearer", webhook.Options{URL: "http://u:" + hidden + "@h", Bearer: hidden}, []string{"bearer: "}},
		{"negative", webhook.Options{URL: "http://h", Timeout: -1, Bundle: -1}, []string{"timeout: ", "bundle: "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := webhook.New(tt.o)
			if (err != nil) != (len(tt.faults) > 0) {
				t.Fatalf("error %v, want faults %v", err, tt.faults)
			}
			if err == nil {
				return
			}
			if n := len(strings.Split(err.Error(), "\n")); n != len(tt.faults) {
				t.Errorf("%d faults, want %d: %v", n, len(tt.faults), err)
			}
			for _, f := range tt.faults {
				if !strings.Contains(err.Error(), f) {
					t.Errorf("%q is not in %v", f, err)
				}
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
}

// Loopback is where many receivers live, by number or by name.
func TestLocalhostIsAllowed(t *testing.T) {
	r := newReceiver(t)
	send(t, newChannel(t, webhook.Options{URL: strings.Replace(r.URL, "127.0.0.1", "localhost", 1)}), message(raised("mqtt-1")))
}

// TestOwnWords: a webhook with a template posts each notice by itself in its words, signed
// and told apart as every other, and one without words of its own in the shape that is shipped.
func TestOwnWords(t *testing.T) {
	r := newReceiver(t)
	ch := newChannel(t, webhook.Options{URL: r.URL, Receiver: "oncall", Secrets: []string{"a-secret"}, Templated: true, ContentType: "text/plain; charset=utf-8"})
	if ch.Bundle() != 1 {
		t.Errorf("%d notices go together", ch.Bundle())
	}
	n := raised("mqtt-1")
	n.Own = "in our own words: K7Q2"
	if _, err := ch.Send(t.Context(), message(n)); err != nil {
		t.Fatal(err)
	}
	if got := string(r.bodies[0]); got != n.Own || r.headers[0].Get("Content-Type") != "text/plain; charset=utf-8" || r.headers[0].Get("webhook-signature") == "" {
		t.Errorf("%q, %v", got, r.headers[0])
	}
	n.Own = ""
	if _, err := ch.Send(t.Context(), message(n)); err != nil {
		t.Fatal(err)
	}
	if got := string(r.bodies[1]); !strings.Contains(got, `"version":"4"`) || r.headers[1].Get("Content-Type") != "application/json" {
		t.Errorf("%q, %v", got, r.headers[1])
	}
}
