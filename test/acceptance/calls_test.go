package acceptance_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/internal/demo/phone"
	"github.com/brimwatch/brimwatch/test/server"
)

// behind carries what is posted to the address that people know to where Brimwatch listens, as a
// proxy before it does.
type behind struct{ address string }

func (b behind) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host, in.URL = r.URL.Host, &url.URL{Scheme: "http", Host: b.address, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	return http.DefaultTransport.RoundTrip(in)
}

// TestAKeyAcknowledges: the chat of a receiver refuses an alarm for good, so Wei, who is on call, is
// called; a key that is pressed during the call acknowledges the alarm in Brimwatch.
func TestAKeyAcknowledges(t *testing.T) {
	t.Parallel()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "# TYPE app_clients gauge\napp_clients 97\n")
	}))
	t.Cleanup(page.Close)
	s := &scene{t: t, dir: t.TempDir(), addr: server.FreeAddr(t), hook: newHook(t)}
	s.hook.code = http.StatusGone
	tel, err := phone.New(phone.Options{AccountSID: accountSID, AuthToken: authToken, Pace: 100 * time.Millisecond, Callbacks: behind{s.addr}})
	if err != nil {
		t.Fatal(err)
	}
	tel.SetTaken(func(phone.CallRequest) phone.Taken { return phone.Taken{Key: "1"} })
	s.phone = &telephone{Server: httptest.NewServer(tel), phone: tel}
	t.Cleanup(s.phone.Close)
	s.write("twilio.token", authToken+"\n")
	s.write("hook.key", hookSecret+"\n")
	s.write("brimwatch.yml", fmt.Sprintf(`
server: {listen: %q, external_url: "https://brimwatch.example.com"}
storage: {dir: data}
collect: {interval: 1s, timeout: 1s}
alarms: {notify: [oncall], capacity: {for: 1s, levels: [{severity: critical, threshold: 90%%}]}}
instances:
  - id: mqtt-cn-0pp1abc
    name: Orders
    product: mqtt
    edition: basic
    capacity: {connections: 100}
    source: {type: exposition, url: %q, mapping: {connections: {series: app_clients, kind: gauge}}}
contacts: [{name: wei, phone: "+8613800138000", language: zh, time_zone: Asia/Shanghai}]
oncall: [{name: primary, people: [wei]}]
receivers:
  - name: oncall
    ways: [{webhooks: [{url: "%s/hook", secret_file: hook.key}]}, {voice: [primary]}]
voice:
  providers: [{name: twilio, type: twilio, account_sid: %s, auth_token_file: twilio.token, from: "+15005550006", base_url: %q}]
`, s.addr, page.URL, s.hook.URL, accountSID, s.phone.URL))
	s.start()
	s.eventually("a key was pressed, and the alarm is acknowledged", func() error {
		if err := tel.Notify(t.Context()); err != nil {
			return err
		}
		return s.ackedBy("wei")
	})
	made := tel.Calls()
	if len(made) != 1 || !strings.Contains(made[0].Twiml, "紧急告警，代码") || !strings.Contains(made[0].Heard, "已确认") {
		t.Errorf("calls %+v", made)
	}
	s.eventually("the call is told to be taken", func() error {
		if err := tel.Notify(t.Context()); err != nil {
			return err
		}
		_, body, err := s.get("/api/v1/notices?state=delivered")
		if err == nil && !strings.Contains(body, `"channel":"voice"`) {
			err = fmt.Errorf("delivered are %s", body)
		}
		return err
	})
}

// ackedBy tells whether the only alarm is acknowledged by somebody.
func (s *scene) ackedBy(who string) error {
	_, body, err := s.get("/api/v1/alarms")
	if err != nil {
		return err
	}
	var answer struct {
		Alarms []struct {
			State   string `json:"state"`
			AckedBy string `json:"acked_by"`
		} `json:"alarms"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return fmt.Errorf("%w: %s", err, body)
	}
	if len(answer.Alarms) != 1 || answer.Alarms[0].AckedBy != who {
		return fmt.Errorf("alarms %s", body)
	}
	return nil
}
