package alertmanager_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/alertmanager"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
)

const password = "a-password-of-an-alertmanager"

func TestConformance(t *testing.T) {
	status := func(status int) channeltest.Outcome {
		switch status {
		case 400, 413, 422:
			return channeltest.Never
		case 429:
			return channeltest.NotBefore
		}
		switch {
		case status < 300:
			return channeltest.Accepted
		case status >= 500: // some of it may have been taken before something failed
			return channeltest.Doubt
		}
		return channeltest.Later
	}
	channeltest.Run(t, channeltest.Subject{
		New: func(t *testing.T, base string) notifier.Channel {
			t.Helper()
			return newChannel(t, alertmanager.Options{URL: base + "/T0K3N-of-the-path", Username: "brim", Password: password})
		},
		Message: message(raised("mqtt-1")),
		Accept:  func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		Status:  status,
		Page: func(code int) channeltest.Outcome {
			if code < 300 && code != 204 { // which has no body
				return channeltest.Later // no Alertmanager answers with a page
			}
			return status(code)
		},
		RetryAfter: func(status int) bool { return status != 400 && status != 413 && status != 422 },
		Lost:       channeltest.Doubt,
		CutBody:    channeltest.Accepted,
		Secrets:    []string{password, "T0K3N-of", "YnJpbTph"}, // the last is how brim:a begins in base64
	})
}

func newChannel(t *testing.T, o alertmanager.Options) *alertmanager.Channel {
	t.Helper()
	ch, err := alertmanager.New(o)
	if err != nil {
		t.Fatalf("make the channel: %v", err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

// message carries notices under a fixed ID.
func message(notices ...notifier.Notice) notifier.Message {
	return notifier.Message{
		ID:        "msg_2kq7",
		Recipient: notifier.Recipient{Channel: "alertmanager", Name: "alertmanager/oncall", Address: "http://127.0.0.1:9093", Display: "http://127.0.0.1:9093"},
		Notices:   notices,
		Attempt:   1,
	}
}

// raised is the beginning of a capacity alarm of an instance, a minute ago.
func raised(id string) notifier.Notice {
	start := time.Now().Add(-time.Minute).UTC().Truncate(time.Millisecond)
	return notifier.Notice{
		ID: "ntc_" + id, Code: "K7Q2", Kind: alarm.Raised, Rule: alarm.Capacity, Severity: alarm.Warning, Receiver: "oncall", Channel: "alertmanager", CreatedAt: start,
		Alert: notifier.Alert{
			Labels:       map[string]string{"alertname": "capacity", "instance_id": id, "metric": "connections", "severity": "warning", "team": ""},
			Annotations:  map[string]string{"code": "K7Q2", "summary": "Orders: connections 3,612 of 5,000 (72%, threshold 70%)"},
			StartsAt:     start,
			GeneratorURL: "https://brimwatch.example.com/instances/" + id,
			Fingerprint:  "9a1f0c55d2e7b310",
		},
	}
}

// ended is the end of an alarm that was raised by a notice.
func ended(n notifier.Notice) notifier.Notice {
	n.ID, n.Kind = n.ID+"_end", alarm.Cleared
	n.Alert.Resolved, n.Alert.EndsAt = true, n.Alert.StartsAt.Add(30*time.Second)
	return n
}

// posted is an alert as it arrives.
type posted struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
	GeneratorURL        string
}

// manager is a far side that takes everything and remembers it.
type manager struct {
	*httptest.Server
	clock  func() time.Time // nil is ours
	bodies [][]posted
}

func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != "/am/api/v2/alerts" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %s", r.Method, r.URL.Path, r.Header.Get("Content-Type"))
		}
		body, err := io.ReadAll(r.Body)
		var alerts []posted
		if err == nil {
			err = json.Unmarshal(body, &alerts)
		}
		if err != nil {
			t.Errorf("read the body: %v", err)
		}
		m.bodies = append(m.bodies, alerts)
		if m.clock != nil {
			w.Header().Set("Date", m.clock().UTC().Format(http.TimeFormat))
		}
	}))
	t.Cleanup(m.Close)
	return m
}

func send(t *testing.T, ch *alertmanager.Channel, m notifier.Message) notifier.Receipt {
	t.Helper()
	r, err := ch.Send(t.Context(), m)
	if err != nil {
		t.Fatalf("send: %v", err)
	}
	return r
}

func TestAlerts(t *testing.T) {
	self, happened := raised("mqtt-1"), raised("mqtt-1")
	self.Rule, happened.Rule = notifier.LimitsRule, notifier.StoreRule
	unrecorded := raised("mqtt-1")
	unrecorded.Alert.Annotations["not_recorded"] = "This could not be recorded."
	endless := ended(raised("mqtt-1"))
	endless.Alert.EndsAt = time.Time{}
	endless.CreatedAt = endless.Alert.StartsAt.Add(20 * time.Second)
	future := ended(raised("mqtt-1"))
	future.Alert.EndsAt = time.Now().Add(time.Hour)
	for _, tt := range []struct {
		name   string
		notice notifier.Notice
		fires  time.Duration // from now on, or how long ago it ended
	}{
		{"an alarm fires for some minutes, within which it is repeated", raised("mqtt-1"), 5 * time.Minute},
		{"what Brimwatch tells of itself and what has an end is repeated until then", self, 5 * time.Minute},
		{"what Brimwatch tells of itself and what has no end fires for an hour", happened, time.Hour},
		{"what could not be stored fires for long: nobody repeats it", unrecorded, 4 * time.Hour},
		{"an end", ended(raised("mqtt-1")), -30 * time.Second},
		{"an end that does not say when", endless, -40 * time.Second},
		{"an end that our clock says is still to come", future, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := newManager(t)
			send(t, newChannel(t, alertmanager.Options{URL: m.URL + "/am"}), message(tt.notice))
			a := m.bodies[0][0]
			if off := a.EndsAt.Sub(time.Now().Add(tt.fires)); off.Abs() > 10*time.Second {
				t.Errorf("it ends at %s, which is %s off", a.EndsAt, off)
			}
			if a.Labels["severity"] != "warning" || a.Annotations["code"] != "K7Q2" || a.GeneratorURL == "" || a.StartsAt.After(a.EndsAt) {
				t.Errorf("alert %+v", a)
			}
		})
	}
}

// An Alertmanager whose clock is ahead by more than an alert lasts would take what fires for
// something that is over.
func TestClocksThatAreOff(t *testing.T) {
	for _, off := range []time.Duration{-20 * time.Minute, 20 * time.Minute} {
		t.Run(off.String(), func(t *testing.T) {
			m := newManager(t)
			theirs := func() time.Time { return time.Now().Add(off) }
			m.clock = theirs
			ch := newChannel(t, alertmanager.Options{URL: m.URL + "/am"})
			for range 2 { // the first answer says what its clock shows
				send(t, ch, message(raised("mqtt-1")))
			}
			if a := m.bodies[1][0]; a.EndsAt.Before(theirs().Add(4*time.Minute)) || a.EndsAt.After(theirs().Add(6*time.Minute)) {
				t.Errorf("it fires until %s, when it is %s there", a.EndsAt, theirs())
			}
			send(t, ch, message(ended(raised("mqtt-1"))))
			if a := m.bodies[2][0]; a.EndsAt.After(theirs().Add(time.Second)) || a.StartsAt.After(a.EndsAt) {
				t.Errorf("it ended at %s, when it is %s there, and began at %s", a.EndsAt, theirs(), a.StartsAt)
			}
		})
	}
}

// An alarm that is raised again has the labels that it had before: the end of the time before
// does not end it, in whatever order they come.
func TestALateEndEndsNothingNew(t *testing.T) {
	before := raised("mqtt-1")
	before.Alert.StartsAt = before.Alert.StartsAt.Add(-time.Hour)
	over, again := ended(before), raised("mqtt-1")
	for name, messages := range map[string][]notifier.Message{
		"in one message":          {message(again, over)},
		"before it":               {message(again), message(over)},
		"behind a late beginning": {message(again), message(before), message(over)},
		"with other ones":         {message(again), message(over, raised("mqtt-2"))},
		"and once it ends":        {message(again), message(over), message(ended(again))},
	} {
		t.Run(name, func(t *testing.T) {
			m := newManager(t)
			ch := newChannel(t, alertmanager.Options{URL: m.URL + "/am"})
			var last string
			for _, one := range messages {
				last = send(t, ch, one).Detail
			}
			ends := 0
			for _, body := range m.bodies {
				for _, a := range body {
					if a.EndsAt.Before(time.Now()) {
						ends++
					}
				}
			}
			want := 0
			if name == "and once it ends" {
				want = 1
			}
			if ends != want {
				t.Errorf("%d ends were posted, want %d", ends, want)
			}
			if name == "before it" && !strings.Contains(last, "nothing was posted") {
				t.Errorf("the journal says %q", last)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	status, body, kind := 0, "", ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	defer srv.Close()
	ch := newChannel(t, alertmanager.Options{URL: srv.URL})
	for _, tt := range []struct {
		status     int
		kind, body string
		says       string
	}{
		{400, "application/json", `"invalid label set: invalid name \"0\""`, `HTTP 400 Bad Request: invalid label set: invalid name "0"; the Alertmanager does not take this alert`},
		{401, "text/plain", "", "check username and password"},
		{404, "text/plain", "404 page not found", "no Alertmanager with the API v2 at this url"},
		{200, "text/html; charset=utf-8", "<html>sign in</html>", "what answers there is no Alertmanager"},
		{503, "text/plain", "", "posted again, which changes nothing there"},
	} {
		t.Run(strconv.Itoa(tt.status), func(t *testing.T) {
			status, body, kind = tt.status, tt.body, tt.kind
			_, err := ch.Send(t.Context(), message(raised("mqtt-1")))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want it to say %q", err, tt.says)
			}
			if notifier.IsAboutCredentials(err) != (tt.status == 401) {
				t.Errorf("%v: about credentials %t", err, notifier.IsAboutCredentials(err))
			}
		})
	}
}

func TestFaultsOfOptions(t *testing.T) {
	for name, o := range map[string]alertmanager.Options{
		"no URL": {}, "another scheme": {URL: "ftp://h"}, "no host": {URL: "http:///x"}, "a user in it": {URL: "http://u:p@h"}, "a query": {URL: "http://h?x=1"},
		"metadata": {URL: "http://169.254.169.254"}, "user and token": {URL: "http://h", Username: "u", Bearer: "t"}, "time below none": {URL: "http://h", Timeout: -1},
		"unreadable": {URL: "http://%zz"},
	} {
		if _, err := alertmanager.New(o); err == nil {
			t.Errorf("%s: it was taken", name)
		}
	}
	if _, err := newChannel(t, alertmanager.Options{URL: "http://h"}).Send(t.Context(), notifier.Message{}); !notifier.IsPermanent(err) {
		t.Errorf("a message without notices: %v", err)
	}
}
