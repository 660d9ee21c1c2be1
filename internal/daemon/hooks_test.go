package daemon

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/notifier/sms/twilio"
)

const texting = `server: {listen: "127.0.0.1:0", external_url: "https://brimwatch.example.com/monitor"}
storage: {dir: "DIR/data", retention: 1d}
instances:
  - {id: a, product: mqtt, capacity: {connections: 10}, source: {type: mosquitto, url: "mqtt://127.0.0.1:1"}}
alarms: {capacity: {for: 0s}}
contacts:
  - {name: wei, phone: "+8613800138000", language: zh}
  - {name: alice, phone: "+14155550100"}
receivers: [{name: oncall, sms: [wei, alice]}]
sms: {providers: [{name: t, type: twilio, account_sid: AC0123456789abcdef0123456789abcdef, auth_token: hush-hush, from: "+15005550006", base_url: "http://127.0.0.1:1"}]}
`

// call posts a form as Twilio does, signed with a token.
func call(t *testing.T, d *Daemon, path, token string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	form.Set("AccountSid", "AC0123456789abcdef0123456789abcdef")
	text := "https://brimwatch.example.com/monitor" + path
	for _, name := range slices.Sorted(mapsKeys(form)) {
		text += name + form.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://brimwatch.example.com"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return ask(t, d, r)
}

func mapsKeys(form url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range form {
			if !yield(name) {
				return
			}
		}
	}
}

// raised lets the daemon of texting raise an alarm, and returns its code.
func raised(t *testing.T, d *Daemon) string {
	t.Helper()
	r := &fleet.Reading{Instance: "a", At: time.Now().UTC(), Up: true, Known: fleet.MetricSet(0).With(fleet.Connections)}
	r.Usage[fleet.Connections] = 9
	d.engine.Observe([]*fleet.Reading{r})
	guard := time.NewTimer(patience)
	defer guard.Stop()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		episodes, err := d.outbox.Episodes(t.Context(), alarm.EpisodeFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range episodes {
			if e.Key.Rule == alarm.Capacity {
				return e.Code
			}
		}
		select {
		case <-again.C:
		case <-guard.C:
			t.Fatal("no alarm was raised")
		}
	}
}

func TestAckByTextMessage(t *testing.T) {
	d := judging(t, writeConfig(t, texting, nil))
	code := raised(t, d)
	acked := func() string {
		episodes, err := d.outbox.Episodes(t.Context(), alarm.EpisodeFilter{})
		if err != nil || len(episodes) == 0 {
			t.Fatalf("%v, %v", episodes, err)
		}
		return episodes[0].AckedBy
	}
	n := 0
	text := func(from, body string) string {
		n++
		w := call(t, d, twilio.InboundPath, "hush-hush", url.Values{"From": {from}, "Body": {body}, "MessageSid": {fmt.Sprintf("SM%032x", n)}})
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/xml") {
			t.Errorf("answered %d %v", w.Code, w.Header())
		}
		return w.Body.String()
	}
	if got := text("+19995550123", code); !strings.HasSuffix(got, "<Response></Response>") || acked() != "" {
		t.Errorf("a stranger was told %q, acknowledged by %q", got, acked())
	}
	if got := text("+14155550100", "what <is> it?"); !strings.Contains(got, "<Message>Not understood, nothing was changed.") || acked() != "" {
		t.Errorf("got %q, acknowledged by %q", got, acked())
	}
	if got := text("+8613800138000", "ok, "+strings.ToLower(code)+"!"); !strings.Contains(got, "已确认告警 "+code) || acked() != "wei" {
		t.Errorf("got %q, acknowledged by %q", got, acked())
	}
	if got := text("+14155550100", code); !strings.Contains(got, code+" is acknowledged") || acked() != "wei" {
		t.Errorf("got %q, acknowledged by %q", got, acked())
	}
	n--
	if got := text("+14155550100", code); !strings.HasSuffix(got, "<Response></Response>") {
		t.Errorf("what came again was told %q", got)
	}
	if got := text("+14155550100", "MUTE "+code+" 1h"); !strings.Contains(got, code+" is muted until ") {
		t.Errorf("got %q", got)
	}
	silences, err := d.outbox.Silences(t.Context())
	if want := map[string]string{"alertname": "capacity", "instance_id": "a", "metric": "connections"}; err != nil || len(silences) != 1 || !maps.Equal(silences[0].Matchers, want) || silences[0].By != "alice" {
		t.Errorf("silences %+v, %v", silences, err)
	}
	if got := text("+14155550100", "list"); !strings.Contains(got, code+" warning a: connections 90%, acknowledged") {
		t.Errorf("got %q", got)
	}
	if got := text("+14155550100", "STOP"); !strings.HasSuffix(got, "<Response></Response>") {
		t.Errorf("STOP was told %q", got)
	}
	if stopped, err := d.outbox.Optouts(t.Context()); err != nil || len(stopped) != 1 || stopped[0].Name != "alice" {
		t.Errorf("stopped %+v, %v", stopped, err)
	}
}

func TestHooksWantASignature(t *testing.T) {
	d := judging(t, writeConfig(t, texting, nil))
	for _, path := range []string{twilio.StatusPath, twilio.InboundPath, twilio.KeyPath} {
		if w := call(t, d, path, "guessed", url.Values{"From": {"+14155550100"}, "Body": {"A2BC"}}); w.Code != http.StatusForbidden {
			t.Errorf("%s: a forged callback was answered %d", path, w.Code)
		}
		if w := call(t, d, path, "hush-hush", url.Values{"Body": {strings.Repeat("x", 64<<10)}}); w.Code != http.StatusBadRequest {
			t.Errorf("%s: a form without end was answered %d", path, w.Code)
		}
	}
	if w := call(t, d, twilio.StatusPath, "hush-hush", url.Values{"MessageSid": {"nonsense"}}); w.Code != http.StatusBadRequest {
		t.Errorf("nonsense was answered %d", w.Code)
	}
	if w := call(t, d, twilio.StatusPath, "hush-hush", url.Values{"MessageSid": {"SM0123456789abcdef0123456789abcdef"}, "MessageStatus": {"delivered"}}); w.Code != http.StatusNoContent {
		t.Errorf("a receipt was answered %d %s", w.Code, w.Body)
	}
}
