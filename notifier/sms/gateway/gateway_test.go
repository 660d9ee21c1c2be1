package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway"
	"github.com/brimwatch/brimwatch/notifier/sms/gateway/contract"
)

// farSide answers each call as it is told to, and keeps the last one.
type farSide struct {
	*httptest.Server

	status int
	kind   string
	body   string
	header http.Header
	got    *http.Request
	sent   string
}

func newFarSide(t *testing.T) *farSide {
	t.Helper()
	f := &farSide{status: http.StatusOK, kind: "application/json"}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.got, f.sent = r, string(body)
		w.Header().Set("Content-Type", f.kind)
		for name, values := range f.header {
			w.Header()[name] = values
		}
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, f.body)
	}))
	t.Cleanup(f.Close)
	return f
}

// TestWhatAnswersMean goes through the rules in their order.
func TestWhatAnswersMean(t *testing.T) {
	f := newFarSide(t)
	ch := newChannel(t, jsonTerms(f.URL))
	for _, tt := range []struct {
		name    string
		status  int
		body    string
		attempt int
		want    channeltest.Outcome
		says    string
	}{
		{"taken", 200, `{"code": "0", "msgId": "23112218040700018290"}`, 1, channeltest.Accepted, ""},
		{"taken, and the code is a figure", 200, `{"code": 0, "msgId": 23112218040700018290}`, 1, channeltest.Accepted, ""},
		{"taken, behind the mark of a byte order", 200, "\ufeff" + `{"code": 0}`, 1, channeltest.Accepted, ""},
		{"the number is wrong", 200, `{"code": "107", "errorMsg": "包含错误的手机号码"}`, 1, channeltest.Never, "gw refuses the number of wei: HTTP 200 OK: 包含错误的手机号码; correct phone of this contact"},
		{"the text is refused", 200, `{"code": "105", "errorMsg": "敏感词"}`, 1, channeltest.Never, "gw refuses this message: HTTP 200 OK: 敏感词"},
		{"no money is left", 200, `{"code": "109", "errorMsg": "无发送额度"}`, 1, channeltest.NotBefore, "does not take messages from this account: HTTP 200 OK: 无发送额度; mend it there"},
		{"no money is left, for a long time", 200, `{"code": "109"}`, 50, channeltest.NotBefore, "mend it there"},
		{"too fast", 200, `{"code": "103", "errorMsg": "提交过快"}`, 1, channeltest.NotBefore, "did not take the message now"},
		{"a code that no rule knows", 200, `{"code": "999"}`, 1, channeltest.Doubt, "fits no rule of this provider"},
		{"a captive portal", 200, `<html><body>Sign in</body></html>`, 1, channeltest.Doubt, "HTTP 200 OK, which fits no rule"},
		{"two documents", 200, `{"code": "0"}{"code": "1"}`, 1, channeltest.Doubt, "fits no rule"},
		{"a rule goes before the status", 500, `{"code": "107"}`, 1, channeltest.Never, "refuses the number"},
		{"a fault of theirs", 500, `{"code": "x"}`, 1, channeltest.Doubt, "it is sent again as a possible repeat"},
		{"not found", 404, ``, 1, channeltest.NotBefore, "check url and method of the provider"},
		{"the key is wrong", 401, ``, 1, channeltest.NotBefore, "check the secrets of the provider"},
		{"refused for no known reason", 400, ``, 1, channeltest.NotBefore, "refused by gw: HTTP 400"},
		{"refused for the sixth time", 400, ``, 6, channeltest.Never, "refused by gw 6 times: HTTP 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.status, f.body, f.kind = tt.status, tt.body, "application/json"
			if strings.HasPrefix(tt.body, "<") {
				f.kind = "text/html"
			}
			_, err := ch.Send(t.Context(), message(func(m *notifier.Message) { m.Attempt = tt.attempt }))
			if got := channeltest.OutcomeOf(err); got != tt.want {
				t.Errorf("outcome %q, want %q: %v", got, tt.want, err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q does not say %q", err, tt.says)
			}
			if about := notifier.IsAboutRecipient(err); about != strings.Contains(tt.name, "number") && tt.status == 200 {
				t.Errorf("it is about the recipient: %v", about)
			}
		})
	}
	f.status, f.body = 200, `{"code": "103"}`
	_, err := ch.Send(t.Context(), message())
	if wait, _ := notifier.RetryAfter(err); wait != 10*time.Second {
		t.Errorf("it waits %s, want the 10s of the rule", wait)
	}
}

// TestWhatIsSent: the call as the gateway gets it.
func TestWhatIsSent(t *testing.T) {
	f := newFarSide(t)
	f.body = `{"code": "0", "msgId": "23112218040700018290", "success": "100", "messages": [{"id": 77231715575123456789}]}`
	again := func(m *notifier.Message) { m.InDoubt = true }
	receipt, err := newChannel(t, jsonTerms(f.URL)).Send(t.Context(), message(again))
	if err != nil || receipt.ProviderID != "23112218040700018290" || receipt.Status != notifier.Accepted {
		t.Fatalf("%+v, %v", receipt, err)
	}
	want := fmt.Sprintf(`{"account": "N1234567", "password": %q, "phone": "13800138000", "msg": %q, "uid": "msg_2kq7c5nt3vb6ezh4aywmrx8d"}`, password, raiseText+" (may be a repeat)")
	if f.sent != want || f.got.Header.Get("Content-Type") != "application/json" || f.got.Method != http.MethodPost {
		t.Errorf("%s %v\n%s; want\n%s", f.got.Method, f.got.Header, f.sent, want)
	}
	receipt, err = newChannel(t, formTerms(f.URL)).Send(t.Context(), message())
	if err != nil || receipt.ProviderID != "77231715575123456789" {
		t.Fatalf("%+v, %v", receipt, err)
	}
	const form = "foreign_id=msg_2kq7c5nt3vb6ezh4aywmrx8d&text=K7Q2+WARNING+Orders%3A+connections+3%2C612+of+5%2C000+%2872%25%2C+threshold+70%25%29.&to=%2B8613800138000"
	if f.sent != form || f.got.Header.Get("X-Api-Key") != apiKey || f.got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || f.got.ContentLength != int64(len(form)) {
		t.Errorf("%v\n%s; want\n%s", f.got.Header, f.sent, form)
	}
}

// TestFind: a list in which the message may be.
func TestFind(t *testing.T) {
	f := newFarSide(t)
	finder, ok := newChannel(t, formTerms(f.URL)).(notifier.Finder)
	if !ok {
		t.Fatal("the channel finds nothing")
	}
	const ours, others = `{"id": "772", "foreign_id": "msg_2kq7c5nt3vb6ezh4aywmrx8d", "dlr": "%s"}`, `{"id": "771", "foreign_id": null, "dlr": "FAILED"}`
	for _, tt := range []struct {
		name   string
		status int
		body   string
		found  bool
		became notifier.ReceiptStatus
		fails  string // "" , "later" or "never"
	}{
		{"an empty list", 200, `[]`, false, "", ""},
		{"others only", 200, `[` + others + `]`, false, "", ""},
		{"it is there", 200, `[` + others + `,` + fmt.Sprintf(ours, "TRANSMITTED") + `]`, true, notifier.Accepted, ""},
		{"it is there, and was delivered", 200, `[` + fmt.Sprintf(ours, "DELIVERED") + `]`, true, notifier.Delivered, ""},
		{"it is there, and failed", 200, `[` + fmt.Sprintf(ours, "EXPIRED") + `]`, true, notifier.Failed, ""},
		{"no list", 200, `{"error": "x"}`, false, "", "never"},
		{"half of a list", 200, `[` + others + `,`, false, "", "never"},
		{"a page", 200, `<html></html>`, false, "", "never"},
		{"refused", 403, `[]`, false, "", "never"},
		{"not there", 404, `[]`, false, "", "never"},
		{"busy", 503, `[]`, false, "", "later"},
		{"too often", 429, `[]`, false, "", "later"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.status, f.body = tt.status, tt.body
			r, found, err := finder.Find(t.Context(), message(func(m *notifier.Message) { m.Age = time.Hour }))
			if found != tt.found || r.Status != tt.became || found && r.ProviderID != "772" {
				t.Errorf("found %v as %+v", found, r)
			}
			if (err != nil) != (tt.fails != "") || err != nil && notifier.IsUndecidable(err) != (tt.fails == "never") {
				t.Errorf("error %v, want %q", err, tt.fails)
			}
			if err != nil && strings.Contains(err.Error(), weiPhone[3:]) {
				t.Errorf("the error holds the number: %v", err)
			}
		})
	}
	if q := f.got.URL.Query(); q.Get("to") != weiPhone || len(q.Get("date_from")) != len("2026-11-30") || f.got.Method != http.MethodGet {
		t.Errorf("%s %s", f.got.Method, f.got.URL)
	}
}

// TestFindOne: an answer that is about the message alone.
func TestFindOne(t *testing.T) {
	f := newFarSide(t)
	terms := jsonTerms(f.URL)
	terms.LookUp = &contract.LookUp{
		Call:    contract.Call{URL: f.URL + "/messages/{{pathescape .ID}}"},
		Found:   []contract.Condition{{JSON: "id", Equals: []string{"{{.ID}}"}}},
		Becomes: contract.Becomes{NumberFailed: []contract.Condition{{JSON: "reason", Equals: []string{"no such number"}}}},
	}
	finder, ok := newChannel(t, terms).(notifier.Finder)
	if !ok {
		t.Fatal("the channel finds nothing")
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		found  bool
		about  bool
		fails  bool
	}{
		{"it is there", 200, `{"id": "msg_2kq7c5nt3vb6ezh4aywmrx8d"}`, true, false, false},
		{"it is there, and nobody has the number", 200, `{"id": "msg_2kq7c5nt3vb6ezh4aywmrx8d", "reason": "no such number"}`, true, true, false},
		{"it is not there", 404, ``, false, false, false},
		{"another one is there", 200, `{"id": "msg_1"}`, false, false, true},
		{"a fault of theirs", 500, `{"id": "msg_1"}`, false, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.status, f.body = tt.status, tt.body
			r, found, err := finder.Find(t.Context(), message())
			if found != tt.found || r.AboutRecipient != tt.about || (err != nil) != tt.fails {
				t.Errorf("found %v as %+v, %v", found, r, err)
			}
		})
	}
	if f.got.URL.Path != "/messages/msg_2kq7c5nt3vb6ezh4aywmrx8d" {
		t.Errorf("it asked for %s", f.got.URL.Path)
	}
}

func TestTrack(t *testing.T) {
	f := newFarSide(t)
	tracker, ok := newChannel(t, formTerms(f.URL)).(notifier.Tracker)
	if !ok {
		t.Fatal("the channel tracks nothing")
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   notifier.ReceiptStatus
		about  bool
	}{
		{"delivered", 200, `[{"id": "772", "dlr": "DELIVERED"}]`, notifier.Delivered, false},
		{"nobody has the number", 200, `[{"id": "772", "dlr": "NOTDELIVERED"}]`, notifier.Failed, true},
		{"on its way", 200, `[{"id": "772", "dlr": "BUFFERED"}]`, notifier.Accepted, false},
		{"nothing is known yet", 200, `[]`, notifier.Accepted, false},
		{"refused", 401, `[]`, "", false},
		{"a fault of theirs", 500, ``, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.status, f.body = tt.status, tt.body
			r, err := tracker.Track(t.Context(), notifier.SentMessage{ProviderID: "772"})
			if r.Status != tt.want || r.AboutRecipient != tt.about || (err != nil) != (tt.want == "") {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	if f.got.URL.Query().Get("id") != "772" {
		t.Errorf("it asked for %s", f.got.URL)
	}
}

// TestPowers: a channel has the powers that its terms have, and no others: the outbox
// goes by them.
func TestPowers(t *testing.T) {
	for _, finds := range []bool{false, true} {
		for _, tracks := range []bool{false, true} {
			terms := formTerms("http://127.0.0.1:1")
			if !finds {
				terms.LookUp = nil
			}
			if !tracks {
				terms.Receipt = nil
			}
			ch := newChannel(t, terms)
			_, isFinder := ch.(notifier.Finder)
			_, isTracker := ch.(notifier.Tracker)
			_, isBundler := ch.(notifier.Bundler)
			_, isPacer := ch.(notifier.Pacer)
			if isFinder != finds || isTracker != tracks || !isBundler || !isPacer {
				t.Errorf("finder %v, tracker %v, bundler %v, pacer %v", isFinder, isTracker, isBundler, isPacer)
			}
		}
	}
}

// TestSecretsOfASignature: a gateway that signs gets what it computes itself, and no error
// shows the key.
func TestSecretsOfASignature(t *testing.T) {
	f := newFarSide(t)
	terms := contract.Terms{
		Send: contract.Call{
			URL:     f.URL + "/send",
			Headers: map[string]string{"X-Sign": `{{hmacSHA256 .Secrets.key (print .Number .Text) | base64}}`, "X-Time": `{{date "0102150405" "Asia/Shanghai" .Unix}}`},
			Form:    map[string]string{"to": "{{.Number}}", "hex": "{{ucs2 .Text}}"},
		},
		Secrets: map[string]string{"key": "Jefe-is-a-key"}, Accepted: []contract.Condition{{Contains: []string{"+CMGS:"}}},
	}
	ch := newChannel(t, terms)
	f.kind, f.body = "text/plain", "OK +CMGS: 17"
	if _, err := ch.Send(t.Context(), message(func(m *notifier.Message) { m.Text = "告警" })); err != nil {
		t.Fatal(err)
	}
	if got := f.got.Header.Get("X-Sign"); got != "1++oocayosOvxY9iBAnOb7DpcAG1LyMasgGABr1cR0Y=" {
		t.Errorf("signature %q", got)
	}
	if !strings.Contains(f.sent, "hex=544A8B66") || len(f.got.Header.Get("X-Time")) != 10 {
		t.Errorf("%s %v", f.sent, f.got.Header)
	}
	f.status, f.body = 400, "wrong key Jefe-is-a-key"
	if _, err := ch.Send(t.Context(), message()); err == nil || strings.Contains(err.Error(), "Jefe") {
		t.Errorf("%v", err)
	}
}

// TestNoText is a fault of ours, and no call.
func TestNoText(t *testing.T) {
	f := newFarSide(t)
	_, err := newChannel(t, jsonTerms(f.URL)).Send(t.Context(), message(func(m *notifier.Message) { m.Text = "" }))
	if !notifier.IsPermanent(err) || f.got != nil {
		t.Errorf("%v, %v", err, f.got)
	}
}

// TestOptions: what cannot work is no channel.
func TestOptions(t *testing.T) {
	bad := jsonTerms("https://gw.example.com")
	bad.Send.Body = `{"msg": "{{.Text}}"}`
	for name, o := range map[string]gateway.Options{
		"body: this is no JSON":       {Name: "gw", Terms: bad},
		"give one of both":            {Name: "gw", Terms: jsonTerms("https://gw.example.com"), Bearer: "x", Username: "y"},
		"timeout: -1s is negative":    {Name: "gw", Terms: jsonTerms("https://gw.example.com"), Timeout: -time.Second},
		"go into the same header":     {Name: "gw", Bearer: "x", Terms: contract.Terms{Headers: map[string]string{"authorization": "x"}, Send: jsonTerms("https://h").Send}},
		"is a link-local or metadata": {Name: "gw", Terms: jsonTerms("http://169.254.169.254")},
	} {
		if _, err := gateway.New(o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want %q", err, name)
		}
	}
}
