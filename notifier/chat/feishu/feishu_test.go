package feishu_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card/cardtest"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/notifier/chat/chattest"
	"github.com/brimwatch/brimwatch/notifier/chat/feishu"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/robots"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

const (
	key    = "f19a8c3e-4b2d-4a6f-9e1c-7d5b3a2c1e0f"
	secret = "zs0Tq7Wm2Yx9Lk4Vb6"
	path   = "/open-apis/bot/v2/hook/" + key
)

func open(t *testing.T, base, secret string) *chat.Channel {
	t.Helper()
	o := chattest.Options(t, base+path, words.EN)
	o.Secret = secret
	ch, err := feishu.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return open(t, base, secret) },
		Message: cardtest.Raised(t, words.EN),
		Accept:  channeltest.JSON(`{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}`),
		Status:  chattest.Status, RetryAfter: chattest.RetryAfter,
		Lost: channeltest.Doubt, CutBody: channeltest.Doubt,
		Refusals: []channeltest.Refusal{
			{Name: "busy", Answer: channeltest.JSON(`{"code":11232,"msg":"frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}`), Outcome: channeltest.NotBefore, Says: "full and half hours"},
			{Name: "signature", Answer: channeltest.JSON(`{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour from current time"}`), Outcome: channeltest.Later, Says: "behind theirs"},
			{Name: "no keyword", Answer: channeltest.JSON(`{"code":19024,"msg":"Key Words Not Found"}`), Outcome: channeltest.Later, Says: "add the keyword Brimwatch"},
			{Name: "address", Answer: channeltest.JSON(`{"code":19022,"msg":"Ip Not Allowed"}`), Outcome: channeltest.Later, Says: "add the address"},
			{Name: "no such bot", Answer: channeltest.JSON(`{"code":19001,"data":{},"msg":"param invalid: incoming webhook access token invalid"}`), Outcome: channeltest.Never, Says: "copy the url of one that works"},
			{Name: "too long", Answer: channeltest.JSON(`{"code":9499,"msg":"Bad Request","data":{}}`), Outcome: channeltest.Never, Says: "fault of Brimwatch"},
			{Name: "an older bot", Answer: channeltest.JSON(`{"StatusCode":19001,"StatusMessage":"param invalid"}`), Outcome: channeltest.Never, Says: "19001"},
			{Name: "what nobody knows", Answer: channeltest.JSON(`{"code":12345,"msg":"` + key + " " + secret + `"}`), Outcome: channeltest.Later, Says: "12345"},
		},
		Secrets: []string{key, secret},
	})
}

func TestBodies(t *testing.T) {
	now := chattest.Moment()
	chattest.Goldens(t, robots.Feishu(robots.Options{Key: key, Keywords: []string{"Brimwatch"}, Now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}}), path, feishu.New)
}

// TestLongLinks: addresses of 400 bytes break no limit.
func TestLongLinks(t *testing.T) {
	now := chattest.Moment()
	chattest.LongLinks(t, robots.Feishu(robots.Options{Key: key, Keywords: []string{"Brimwatch"}, Now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}}), path, feishu.New)
}

// TestSignature: the sign is that of an independent program:
//
//	printf '' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '%s\n%s' 1795320005 $SECRET | xxd -p) -binary | base64
func TestSignature(t *testing.T) {
	var b struct{ Timestamp, Sign string }
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &b)
		channeltest.JSON(`{"code":0}`)(w)
	}))
	defer srv.Close()
	if _, err := open(t, srv.URL, secret).Send(t.Context(), cardtest.Raised(t, words.EN)); err != nil {
		t.Fatal(err)
	}
	if b.Timestamp != "1795320005" || b.Sign != "HUSe2OD77XlZ8dOYZvMyWX4qL04WW6JGF+VhnVDLtQY=" {
		t.Errorf("signed %+v", b)
	}
}

// TestAgainstTheStandIn: what the bot checks, as somebody sets it up wrongly.
func TestAgainstTheStandIn(t *testing.T) {
	for name, tt := range map[string]struct {
		robot  robots.Options
		secret string
		off    time.Duration
		want   channeltest.Outcome
		says   string
	}{
		"in order":            {robots.Options{Key: key, Secret: secret, Keywords: []string{"Brimwatch"}}, secret, 0, channeltest.Accepted, ""},
		"another secret":      {robots.Options{Key: key, Secret: secret}, "other-secret", 0, channeltest.Later, "the robot's secret is wrong"},
		"no secret":           {robots.Options{Key: key, Secret: secret}, "", 0, channeltest.Later, "give its secret as secret_file"},
		"our clock is behind": {robots.Options{Key: key, Secret: secret}, secret, 90 * time.Minute, channeltest.Later, "the clock of this machine is 1 h 30 min behind theirs"},
		"another keyword":     {robots.Options{Key: key, Keywords: []string{"业务报警"}}, "", 0, channeltest.Later, "add the keyword Brimwatch"},
		"another bot":         {robots.Options{Key: "another"}, "", 0, channeltest.Never, "19001"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.robot.Now = func() time.Time { return chattest.Moment().Add(tt.off) }
			robot := robots.Feishu(tt.robot)
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", tt.robot.Now().UTC().Format(http.TimeFormat))
				robot.ServeHTTP(w, r)
			}))
			defer srv.Close()
			_, err := open(t, srv.URL, tt.secret).Send(t.Context(), cardtest.Raised(t, words.EN))
			if channeltest.OutcomeOf(err) != tt.want || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("outcome %s, error %v", channeltest.OutcomeOf(err), err)
			}
		})
	}
}

// TestPace: who keeps to the pace is always heard.
func TestPace(t *testing.T) {
	now := chattest.Moment()
	srv := httptest.NewServer(robots.Feishu(robots.Options{Key: key, Now: func() time.Time { return now }}))
	defer srv.Close()
	ch := open(t, srv.URL, "")
	pace := ch.Pace()
	for i := range 200 {
		if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN)); err != nil {
			t.Fatalf("message %d: %v", i+1, err)
		}
		if (i+1)%pace.Messages == 0 { // at once as many as it says
			now = now.Add(pace.Within)
		}
	}
	for range pace.Messages + 2 {
		_, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN))
		if err != nil && !strings.Contains(err.Error(), "11232") {
			t.Fatal(err)
		}
	}
}

// TestAskedToWait: the header in which the gate says how long is honoured, and bounded.
func TestAskedToWait(t *testing.T) {
	for header, want := range map[string]time.Duration{"52": 52 * time.Second, "": 10 * time.Second, "soon": 10 * time.Second, "-1": 10 * time.Second, "999999": time.Hour} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("x-ogw-ratelimit-reset", header)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"code": 99991400, "msg": "request trigger frequency limit"}`)
		}))
		_, err := open(t, srv.URL, "").Send(t.Context(), cardtest.Raised(t, words.EN))
		if wait, ok := notifier.RetryAfter(err); !ok || wait != want {
			t.Errorf("%q: %v", header, err)
		}
		srv.Close()
	}
}

func TestNamesBreakNothing(t *testing.T) {
	heading := regexp.MustCompile(`(?m)^\*\*<font color="(?:red|green|grey)">(.*)</font>\*\*$`)
	chattest.Wild(t, feishu.Side(), func(t *rapid.T, body []byte) {
		var b struct {
			Card struct {
				Header   struct{ Title struct{ Tag, Content string } }
				Elements []struct {
					Tag, Content string
					Elements     []struct{ Tag, Content string }
					Actions      []struct {
						Text struct{ Tag, Content string }
						URL  string
					}
				}
			}
		}
		if err := json.Unmarshal(body, &b); err != nil || len(body) > 20_000 || b.Card.Header.Title.Tag != "plain_text" || b.Card.Header.Title.Content == "" {
			t.Fatalf("%d bytes, error %v", len(body), err)
		}
		for _, e := range b.Card.Elements {
			if e.Tag == "markdown" {
				chattest.OnlyOwn(t, heading.ReplaceAllString(e.Content, "$1"), "*`[]<\\~@$", chattest.Links(), chattest.Starts())
			}
			for _, sub := range e.Elements {
				if sub.Tag != "plain_text" {
					t.Fatalf("a note is %s", sub.Tag)
				}
			}
			for _, a := range e.Actions {
				if a.Text.Tag != "plain_text" || !strings.HasPrefix(a.URL, "https://b.example.com/") {
					t.Fatalf("a button is %+v", a)
				}
			}
		}
	})
}
