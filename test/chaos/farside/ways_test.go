package farside_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"github.com/brimwatch/brimwatch/test/chaos/farside"
	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/robots"
)

// post sends a body to a far side.
func post(t *testing.T, h http.Handler, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestChats: what the product posts is read, in the writing of each chat, and what a robot
// refuses is kept apart.
func TestChats(t *testing.T) {
	for name, chat := range map[string]struct {
		robot *robots.Robot
		path  string
	}{
		"slack":    {robots.Slack(robots.Options{Key: "k"}), "/services/k"},
		"dingtalk": {robots.DingTalk(robots.Options{Key: "k"}), "/robot/send?access_token=k"},
		"feishu":   {robots.Feishu(robots.Options{Key: "k"}), "/open-apis/bot/v2/hook/k"},
		"wecom":    {robots.WeCom(robots.Options{Key: "k"}), "/cgi-bin/webhook/send?key=k"},
	} {
		t.Run(name, func(t *testing.T) {
			c := farside.NewChat("webhook/"+name, chat.robot)
			for _, kind := range []string{"raised-en", "ended-en", "bundle-en"} {
				body, err := os.ReadFile(filepath.Join("..", "..", "..", "notifier", "chat", name, "testdata", kind+".json"))
				if err != nil {
					t.Fatal(err)
				}
				post(t, c, chat.path, string(body))
			}
			post(t, c, chat.path, "no body")
			if posts := c.Posts(); len(posts) != 3 || posts[2].Alarms != 61 || posts[2].Ended != 9 || len(posts[2].Said) < 40 {
				t.Fatalf("%d messages: %+v", len(posts), posts)
			}
			if got := c.Refused(); len(got) != 1 {
				t.Errorf("refused %q", got)
			}
			all := c.Arrivals()
			first, second := all[0], all[1]
			if first.Kind != ledger.Begin || first.Value == 0 || first.Key.Metric != "connections" || first.Code != "K7Q2" || second.Kind != ledger.End || second.Message == first.Message {
				t.Errorf("%+v\n%+v", first, second)
			}
		})
	}
}

// TestPagerDuty: events of one dedup_key are one alert, and one that is opened again is told.
func TestPagerDuty(t *testing.T) {
	p := farside.NewPagerDuty("pd")
	trigger := `{"routing_key":"` + farside.RoutingKey + `","event_action":"trigger","dedup_key":"d1","payload":{"summary":"s","source":"i1","severity":"warning","component":"connections","class":"capacity","custom_details":{"usage":"80012","code":"K7Q2"}}}`
	resolve := `{"routing_key":"` + farside.RoutingKey + `","event_action":"resolve","dedup_key":"d1"}`
	for _, body := range []string{resolve, trigger, trigger, strings.ReplaceAll(trigger, farside.RoutingKey, "another"), resolve, resolve} {
		post(t, p, "/v2/enqueue", body)
	}
	got := p.Arrivals()
	if len(got) != 2 || got[0].Kind != ledger.Begin || got[0].Value != 80012 || got[0].Key != (ledger.Key{Instance: "i1", Metric: "connections"}) || got[1].Kind != ledger.End || got[1].Code != "K7Q2" {
		t.Fatalf("%+v", got)
	}
	post(t, p, "/v2/enqueue", trigger)
	if got := p.Arrivals(); len(got) != 3 || got[2].Message == got[0].Message || len(p.Open()) != 1 {
		t.Errorf("an alert that is opened again: %+v", got)
	}
}

// TestAlertmanager: what is repeated changes nothing, the next episode ends the one before, and
// what nobody repeats ends.
func TestAlertmanager(t *testing.T) {
	m := farside.NewAlertmanager("am")
	now := time.Now()
	starts := map[string]time.Time{"K7Q2": now.Add(-2 * time.Hour), "M3B4": now.Add(-time.Hour), "Q5RT": now.Add(-time.Minute)}
	alert := func(code string, ends time.Time) string {
		return fmt.Sprintf(`[{"labels":{"alertname":"capacity","instance_id":"i1","metric":"connections","severity":"warning"},"annotations":{"code":%q,"usage":"80012"},"startsAt":%q,"endsAt":%q}]`,
			code, starts[code].Format(time.RFC3339Nano), ends.Format(time.RFC3339Nano))
	}
	for _, body := range []string{
		alert("K7Q2", now.Add(-time.Minute)), // an end of what never fired
		alert("K7Q2", now.Add(time.Minute)), alert("K7Q2", now.Add(2*time.Minute)),
		alert("M3B4", now.Add(time.Minute)), alert("K7Q2", now.Add(time.Minute)), alert("M3B4", now.Add(-time.Second)), alert("M3B4", now.Add(-time.Second)),
	} {
		if w := post(t, m, "/api/v2/alerts", body); w.Code != http.StatusOK {
			t.Errorf("HTTP %d %s", w.Code, w.Body)
		}
	}
	var got []string
	for _, a := range m.Arrivals() {
		got = append(got, string(a.Kind)+" "+a.Code)
	}
	if want := "begin K7Q2, end K7Q2, begin M3B4, end M3B4"; strings.Join(got, ", ") != want {
		t.Errorf("%q, want %s", got, want)
	}
	post(t, m, "/api/v2/alerts", alert("Q5RT", time.Now().Add(20*time.Millisecond)))
	if len(m.Open()) != 1 {
		t.Error("it does not fire")
	}
	for len(m.Open()) > 0 { // it ends by itself
		if t.Context().Err() != nil {
			return
		}
	}
	for _, bad := range []string{"{}", `[{"labels":{}}]`} {
		if w := post(t, m, "/api/v2/alerts", bad); w.Code != http.StatusBadRequest {
			t.Errorf("%s: HTTP %d", bad, w.Code)
		}
	}
}

// TestGateway: a message is known again by the id of its sender, and by that of the gateway.
func TestGateway(t *testing.T) {
	g := farside.NewGateway()
	if w := post(t, g, "/send", "to=%2B33600000001&text=hello&ref=msg_1"); !strings.Contains(w.Body.String(), "900") || len(g.Texts()) != 0 {
		t.Errorf("without its key: %s", w.Body)
	}
	key := []string{"X-Api-Key", farside.GatewayKey, "Content-Type", "application/x-www-form-urlencoded"}
	post(t, g, "/send", "to=%2B33600000001&text=hello&ref=msg_1", key...)
	if w := post(t, g, "/send", "to=1", key...); !strings.Contains(w.Body.String(), "305") {
		t.Errorf("half a message: %s", w.Body)
	}
	for path, status := range map[string]int{"/messages/msg_1": 200, "/messages/G1": 200, "/messages/G2": 404} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
		r.Header.Set("X-Api-Key", farside.GatewayKey)
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("%s: HTTP %d", path, w.Code)
		}
	}
}

// letter is a mail as the product writes one.
const letter = "From: a@example.com\r\nTo: b@example.com\r\nMessage-ID: <m1@example.com>\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nWARNING i00007 (MQTT Basic)\r\n\r\nConnections 80,012 of 100,000 (80%).\r\n\r\nBrimwatch K7Q2 =C2=B7 since now\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<p>WARNING i00008</p>\r\n--b--\r\n"

// TestMailFates lets one mail go wrong in each way.
func TestMailFates(t *testing.T) {
	m := farside.NewMail()
	port, err := m.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for _, tt := range []struct {
		name  string
		fate  farside.MailFate
		code  int // of the reply that refuses; 0 is none
		cut   bool
		taken int
	}{
		{name: "well", taken: 1},
		{name: "greylisted", fate: farside.MailFate{Way: farside.Refuse, Code: 451}, code: 451},
		{name: "the sender is refused", fate: farside.MailFate{Way: farside.Refuse, Stage: farside.AtSender, Code: 421}, code: 421},
		{name: "refused at the end", fate: farside.MailFate{Way: farside.Refuse, Stage: farside.AtEnd, Code: 554}, code: 554},
		{name: "no STARTTLS", fate: farside.MailFate{Plain: true}, cut: true},
		{name: "cut before", fate: farside.MailFate{Way: farside.CutBefore}, cut: true},
		{name: "cut after the end", fate: farside.MailFate{Way: farside.CutUnaccepted}, cut: true},
		{name: "taken, and cut", fate: farside.MailFate{Way: farside.AcceptThenCut}, cut: true, taken: 1},
		{name: "taken, and refused", fate: farside.MailFate{Way: farside.AcceptThenFail, Code: 452}, code: 452, taken: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := len(m.Letters())
			m.Set(func() farside.MailFate { return tt.fate })
			err := hand(t, m, port)
			said, _ := errors.AsType[*textproto.Error](err)
			switch {
			case tt.code != 0 && (said == nil || said.Code != tt.code):
				t.Errorf("it says %v, want %d", err, tt.code)
			case tt.cut && (err == nil || said != nil):
				t.Errorf("it says %v, want an end", err)
			case tt.code == 0 && !tt.cut && err != nil:
				t.Error(err)
			}
			if got := len(m.Letters()) - before; got != tt.taken {
				t.Errorf("%d mails are taken", got)
			}
		})
	}
	got := m.Arrivals()
	want := ledger.Arrival{Recipient: "email/b@example.com", Message: "<m1@example.com>", Key: ledger.Key{Instance: "i00007", Metric: "connections"}, Code: "K7Q2", Kind: ledger.Begin, Event: "raised", Value: 80_012}
	if len(got) != 3 {
		t.Fatalf("%+v", got)
	}
	if got[0].At = (time.Time{}); got[0] != want {
		t.Errorf("%+v", got[0])
	}
}

// hand hands the mail over as the product does.
func hand(t *testing.T, m *farside.Mail, port int) error {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(m.Root()) {
		t.Fatal("the root is no certificate")
	}
	wire, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	defer func() { _ = wire.Close() }()
	c, err := smtp.NewClient(wire, "127.0.0.1")
	if err != nil {
		return err
	}
	if offered, _ := c.Extension("STARTTLS"); !offered {
		return errors.New("no STARTTLS")
	}
	steps := []func() error{
		func() error {
			return c.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12})
		},
		func() error { return c.Mail("<a@example.com>") },
		func() error { return c.Rcpt("<b@example.com>") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(letter)); err != nil {
		return err
	}
	return w.Close()
}
