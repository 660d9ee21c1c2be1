package receivers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
)

// gatewayOfPage makes the channel of a provider as docs/receivers/http-sms.md shows it,
// with a stand-in in place of the gateway.
func gatewayOfPage(t *testing.T, name, host string, standIn http.Handler) notifier.Channel {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "receivers", "http-sms.md"))
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		if strings.Contains(m[1], "name: "+name+"\n") {
			text = m[1]
		}
	}
	srv := httptest.NewServer(standIn)
	t.Cleanup(srv.Close)
	if !strings.Contains(text, host) {
		t.Fatalf("the page shows no %s at %s", name, host)
	}
	dir := t.TempDir()
	for _, m := range regexp.MustCompile(`_file: ([a-z.]+)`).FindAllStringSubmatch(text, -1) {
		if err := os.WriteFile(filepath.Join(dir, m[1]), []byte(`secret "of" the=page`+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "brimwatch.yml")
	text = strings.ReplaceAll(text, host, srv.URL) + `
contacts: [{name: wei, phone: "+8613800138000"}]
receivers: [{name: oncall, sms: [wei]}]
instances: [{id: a, product: mqtt}]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range s.Warnings {
		if strings.HasPrefix(w.Path, "sms.") {
			t.Errorf("check warns: %s", w.Error())
		}
	}
	d, err := Directory(s, "test")
	if err != nil {
		t.Fatal(err)
	}
	target, ok := d.Find("oncall", "sms/wei")
	if !ok {
		t.Fatal("wei is not reached")
	}
	t.Cleanup(target.Channel.(interface{ CloseIdleConnections() }).CloseIdleConnections) //nolint:errcheck // it has the method
	return target.Channel
}

const pageSecret = `secret "of" the=page`

// textTo is a text message with an id of its own.
func textTo(phone, text string, n int) notifier.Message {
	return notifier.Message{
		ID: fmt.Sprintf("msg_2kq7c5nt3vb6ezh4aywmrx%02d", n), Text: text, Attempt: 1,
		Recipient: notifier.Recipient{Channel: "sms", Name: "sms/wei", Address: phone, Display: "wei"},
	}
}

// reply writes an answer of a stand-in.
func reply(w http.ResponseWriter, status int, kind string, body any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	if text, ok := body.(string); ok {
		_, _ = io.WriteString(w, text)
		return
	}
	_ = json.NewEncoder(w).Encode(body)
}

// chuanglan keeps the published contract of Chuanglan's domestic text messages: JSON in,
// 200 and a code out.
type chuanglan struct {
	password string
	busy     bool
	uids     []string
}

func (c *chuanglan) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	say := func(code, why string) {
		reply(w, http.StatusOK, "application/json;charset=UTF-8", map[string]string{"code": code, "msgId": "23112218040700018290", "time": "20261122180407", "errorMsg": why})
	}
	var in struct{ Account, Password, Msg, Phone, UID, Report string }
	err := json.NewDecoder(r.Body).Decode(&in)
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/msg/v1/send/json" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		reply(w, http.StatusNotFound, "text/html", "<html>404</html>")
	case err != nil:
		say("129", "JSON格式错误")
	case in.Account != "N1234567":
		say("101", "无此用户")
	case in.Password != c.password:
		say("102", "密码错误")
	case in.Msg == "" || in.Phone == "" || len(in.UID) > 64 || in.Report != "true":
		say("130", "请求参数错误")
	case !regexp.MustCompile(`^1\d{10}$`).MatchString(in.Phone):
		say("107", "包含错误的手机号码")
	case !strings.HasPrefix(in.Msg, "【订单监控】"):
		say("116", "签名不合法，未带签名或其他签名错误情况")
	case strings.Contains(in.Msg, "敏感"):
		say("105", "敏感短信")
	case c.busy:
		say("103", "提交过快")
	default:
		c.uids = append(c.uids, in.UID)
		say("0", "")
	}
}

func TestChuanglanAsThePageShowsIt(t *testing.T) {
	far := &chuanglan{password: pageSecret}
	ch := gatewayOfPage(t, "chuanglan", "https://smssh1.253.com", far)
	send := func(phone, text string, n int) (notifier.Receipt, error) {
		return ch.Send(t.Context(), textTo(phone, text, n))
	}
	r, err := send("+8613800138000", `K7Q2 警告 订单 "A"：连接数3,612/5,000（72%）`, 1)
	if err != nil || r.ProviderID != "23112218040700018290" || len(far.uids) != 1 || far.uids[0] != "msg_2kq7c5nt3vb6ezh4aywmrx01" {
		t.Fatalf("%+v, %v, %v", r, err, far.uids)
	}
	if _, ok := ch.(notifier.Finder); ok {
		t.Error("it finds messages, though the gateway cannot be asked")
	}
	for _, tt := range []struct {
		name, phone, text string
		set               func()
		want              channeltest.Outcome
		says              string
	}{
		{"a number that is none", "+861380013800", "K7Q2", func() {}, channeltest.Never, "包含错误的手机号码; correct phone of this contact"},
		{"a text that is refused", "+8613800138000", "敏感", func() {}, channeltest.Never, "refuses this message: HTTP 200 OK: 敏感短信"},
		{"too fast", "+8613800138000", "K7Q2", func() { far.busy = true }, channeltest.NotBefore, "提交过快"},
		{"another password", "+8613800138000", "K7Q2", func() { far.password = "other" }, channeltest.NotBefore, "密码错误; mend it there"},
	} {
		tt.set()
		_, err := send(tt.phone, tt.text, 2)
		if got := channeltest.OutcomeOf(err); got != tt.want || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %q, %v; want %q, %q", tt.name, got, err, tt.want, tt.says)
		}
	}
}

// seven keeps the published contract of seven.io: a form in, a code out, and a journal.
type seven struct {
	key     string
	credit  bool
	lose    bool // the answer to a message gets lost
	journal []map[string]any
}

func (s *seven) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Api-Key") != s.key {
		reply(w, http.StatusOK, "text/plain", "900")
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /api/sms":
		s.send(w, r)
	case "GET /api/journal/outbound":
		list := []map[string]any{}
		for _, m := range s.journal {
			if id := r.URL.Query().Get("id"); id != "" && id != m["id"] {
				continue
			}
			if to := r.URL.Query().Get("to"); to != "" && strings.TrimPrefix(to, "+") != m["to"] {
				continue
			}
			list = append(list, m)
		}
		reply(w, http.StatusOK, "application/json", list)
	default:
		reply(w, http.StatusNotFound, "text/html", "<html>404</html>")
	}
}

func (s *seven) send(w http.ResponseWriter, r *http.Request) {
	to, text, from := r.PostFormValue("to"), r.PostFormValue("text"), r.PostFormValue("from")
	foreign := r.PostFormValue("foreign_id")
	code := "100"
	switch {
	case !regexp.MustCompile(`^\+\d{7,15}$`).MatchString(to):
		code = "202"
	case text == "":
		code = "305"
	case len(from) > 11:
		code = "201"
	case !regexp.MustCompile(`^[a-zA-Z0-9.\-_@]{1,64}$`).MatchString(foreign), r.Header.Get("Accept") != "application/json":
		code = "700"
	case !s.credit:
		code = "500"
	}
	if code != "100" {
		reply(w, http.StatusOK, "application/json", map[string]any{"success": code, "messages": []any{}})
		return
	}
	id := strconv.Itoa(77231715575 + len(s.journal))
	s.journal = append([]map[string]any{{"id": id, "to": strings.TrimPrefix(to, "+"), "from": from, "text": text, "dlr": "TRANSMITTED", "foreign_id": foreign, "price": "0.0750"}}, s.journal...)
	if s.lose {
		panic(http.ErrAbortHandler)
	}
	reply(w, http.StatusOK, "application/json", map[string]any{
		"success": "100", "total_price": 0.075, "balance": 593.994, "debug": "false", "sms_type": "direct",
		"messages": []any{map[string]any{"id": id, "sender": from, "recipient": strings.TrimPrefix(to, "+"), "text": text, "encoding": "gsm", "parts": 1, "price": 0.075, "success": true, "error": nil}},
	})
}

func TestSevenAsThePageShowsIt(t *testing.T) {
	far := &seven{key: pageSecret, credit: true}
	ch := gatewayOfPage(t, "seven", "https://gateway.seven.io", far)
	finder, tracker := ch.(notifier.Finder), ch.(notifier.Tracker) //nolint:errcheck // a panic fails the test
	r, err := ch.Send(t.Context(), textTo("+4915112345678", "K7Q2 WARNING Orders & Stock: 72%", 1))
	if err != nil || r.ProviderID != "77231715575" || far.journal[0]["text"] != "K7Q2 WARNING Orders & Stock: 72%" {
		t.Fatalf("%+v, %v, %v", r, err, far.journal)
	}
	if r, err := tracker.Track(t.Context(), notifier.SentMessage{ProviderID: r.ProviderID}); err != nil || r.Status != notifier.Accepted {
		t.Errorf("on its way: %+v, %v", r, err)
	}
	far.journal[0]["dlr"] = "DELIVERED"
	if r, err := tracker.Track(t.Context(), notifier.SentMessage{ProviderID: r.ProviderID}); err != nil || r.Status != notifier.Delivered {
		t.Errorf("delivered: %+v, %v", r, err)
	}
	// The answer gets lost: the message is found, and one that never arrived is not.
	far.lose = true
	lost := textTo("+4915112345678", "K7Q2 CRITICAL Orders", 2)
	if _, err := ch.Send(t.Context(), lost); channeltest.OutcomeOf(err) != channeltest.Doubt {
		t.Errorf("the answer got lost: %v", err)
	}
	if r, found, err := finder.Find(t.Context(), lost); !found || err != nil || r.ProviderID != "77231715576" || r.Status != notifier.Accepted {
		t.Errorf("found %v, %+v, %v", found, r, err)
	}
	if _, found, err := finder.Find(t.Context(), textTo("+4915112345678", "K7Q2", 3)); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	far.lose, far.credit = false, false
	for _, tt := range []struct {
		name, phone string
		set         func()
		want        channeltest.Outcome
		says        string
	}{
		{"no money is left", "+4915112345678", func() {}, channeltest.NotBefore, "mend it there"},
		{"a number that is none", "+49151", func() {}, channeltest.Never, "correct phone of this contact"},
		{"another key", "+4915112345678", func() { far.key = "other" }, channeltest.NotBefore, "does not take messages from this account: HTTP 200 OK: 900"},
	} {
		tt.set()
		_, err := ch.Send(t.Context(), textTo(tt.phone, "K7Q2", 4))
		if got := channeltest.OutcomeOf(err); got != tt.want || err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %q, %v; want %q, %q", tt.name, got, err, tt.want, tt.says)
		}
	}
	if _, _, err := finder.Find(t.Context(), lost); !notifier.IsUndecidable(err) {
		t.Errorf("a look-up with another key: %v", err)
	}
}

// androidPhone keeps the published contract of SMS Gateway for Android in local mode.
type androidPhone struct {
	password string
	lose     bool
	messages map[string]map[string]any
}

func (a *androidPhone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); user != "sms" || password != a.password {
		w.Header().Set("WWW-Authenticate", `Basic realm="Access to SMS Gateway"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	id, one := strings.CutPrefix(r.URL.Path, "/messages/")
	switch {
	case r.Method == http.MethodGet && one && a.messages[id] == nil:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet && one:
		reply(w, http.StatusOK, "application/json", a.messages[id])
	case r.Method == http.MethodPost && r.URL.Path == "/messages":
		a.post(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (a *androidPhone) post(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID           string
		TextMessage  struct{ Text string }
		PhoneNumbers []string
		TTL          int
	}
	bad := func(why string) {
		reply(w, http.StatusBadRequest, "application/json", map[string]string{"message": why})
	}
	switch err := json.NewDecoder(r.Body).Decode(&in); {
	case err != nil || in.TTL <= 0:
		bad("cannot be read")
	case in.TextMessage.Text == "":
		bad("Text message is empty")
	case len(in.PhoneNumbers) == 0:
		bad("phoneNumbers is empty")
	case a.messages[in.ID] != nil:
		reply(w, http.StatusInternalServerError, "application/json", map[string]string{"message": "UNIQUE constraint failed: Message.id"})
	default:
		a.messages[in.ID] = map[string]any{
			"id": in.ID, "state": "Pending", "isEncrypted": false,
			"recipients": []any{map[string]any{"phoneNumber": in.PhoneNumbers[0], "state": "Pending", "error": nil}},
		}
		if a.lose {
			panic(http.ErrAbortHandler)
		}
		reply(w, http.StatusAccepted, "application/json", a.messages[in.ID])
	}
}

func TestATelephoneAsThePageShowsIt(t *testing.T) {
	far := &androidPhone{password: pageSecret, messages: make(map[string]map[string]any)}
	ch := gatewayOfPage(t, "phone", "http://192.168.1.20:8080", far)
	finder, tracker := ch.(notifier.Finder), ch.(notifier.Tracker) //nolint:errcheck // a panic fails the test
	m := textTo("+8613800138000", "K7Q2 警告 订单", 1)
	r, err := ch.Send(t.Context(), m)
	if err != nil || r.ProviderID != m.ID {
		t.Fatalf("%+v, %v", r, err)
	}
	far.messages[m.ID]["state"] = "Delivered"
	if r, err := tracker.Track(t.Context(), notifier.SentMessage{ProviderID: m.ID}); err != nil || r.Status != notifier.Delivered {
		t.Errorf("delivered: %+v, %v", r, err)
	}
	far.lose = true
	lost := textTo("+8613800138000", "K7Q2 紧急 订单", 2)
	if _, err := ch.Send(t.Context(), lost); channeltest.OutcomeOf(err) != channeltest.Doubt {
		t.Errorf("the answer got lost: %v", err)
	}
	if r, found, err := finder.Find(t.Context(), lost); !found || err != nil || r.ProviderID != lost.ID {
		t.Errorf("found %v, %+v, %v", found, r, err)
	}
	if _, found, err := finder.Find(t.Context(), textTo("+8613800138000", "K7Q2", 3)); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	far.lose = false
	if _, err := ch.Send(t.Context(), lost); channeltest.OutcomeOf(err) != channeltest.Doubt {
		t.Errorf("the same id once more is in doubt, and then found: %v", err)
	}
	far.messages[lost.ID]["state"] = "Failed"
	if r, found, _ := finder.Find(t.Context(), lost); !found || r.Status != notifier.Failed {
		t.Errorf("it failed: %v, %+v", found, r)
	}
	far.password = "other"
	if _, err := ch.Send(t.Context(), textTo("+8613800138000", "K7Q2", 4)); !notifier.IsAboutCredentials(err) || strings.Contains(err.Error(), "secret") && strings.Contains(err.Error(), "page") {
		t.Errorf("another password: %v", err)
	}
}
