package dingtalk_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card/cardtest"
	"github.com/brimwatch/brimwatch/notifier/channeltest"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/notifier/chat/chattest"
	"github.com/brimwatch/brimwatch/notifier/chat/dingtalk"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/robots"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

const (
	key    = "5e1f0c2a9b7d4c3f8a6e0d1b2c3f4a5e6d7c8b9a0f1e2d3c4b5a697887766554"
	secret = "SEC0123456789abcdef0123456789abcdef"
	path   = "/robot/send?access_token=" + key
)

func options(t *testing.T, base string) chat.Options {
	o := chattest.Options(t, base+path, words.EN)
	o.Secret = secret
	return o
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New: func(t *testing.T, base string) notifier.Channel {
			t.Helper()
			ch, err := dingtalk.New(options(t, base))
			if err != nil {
				t.Fatal(err)
			}
			return ch
		},
		Message: cardtest.Raised(t, words.EN),
		Accept:  channeltest.JSON(`{"errcode":0,"errmsg":"ok"}`),
		Status:  chattest.Status, RetryAfter: chattest.RetryAfter,
		Lost: channeltest.Doubt, CutBody: channeltest.Doubt,
		Refusals: []channeltest.Refusal{
			{Name: "too many", Answer: channeltest.JSON(`{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`), Outcome: channeltest.NotBefore, Says: "not heard for ten"},
			{Name: "too many, by the gate", Answer: channeltest.JSON(`{"status":1111,"wait":5,"source":"x5","punish":"deny","errcode":410100,"errmsg":"too fast"}`), Outcome: channeltest.NotBefore, Says: "410100"},
			{Name: "no keyword", Answer: channeltest.JSON(`{"errcode":310000,"errmsg":"keywords not in content, more: [https://ding-doc.dingtalk.com]"}`), Outcome: channeltest.Later, Says: "add the keyword Brimwatch"},
			{Name: "no keyword, in Chinese", Answer: channeltest.JSON(`{"errcode":310000,"errmsg":"description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词"}`), Outcome: channeltest.Later, Says: "add the keyword Brimwatch"},
			{Name: "signature", Answer: channeltest.JSON(`{"errcode":310000,"errmsg":"sign not match"}`), Outcome: channeltest.Later, Says: "behind theirs"},
			{Name: "signature, in Chinese", Answer: channeltest.JSON(`{"errcode":310000,"errmsg":"description:机器人发送签名不匹配"}`), Outcome: channeltest.Later, Says: "behind theirs"},
			{Name: "address", Answer: channeltest.JSON(`{"errcode":310000,"errmsg":"ip 203.0.113.7 not in whitelist"}`), Outcome: channeltest.Later, Says: "add the address"},
			{Name: "something of the settings", Answer: channeltest.JSON(`{"errcode":310000,"errmsg":"?"}`), Outcome: channeltest.Later, Says: "security settings"},
			{Name: "no such robot", Answer: channeltest.JSON(`{"errcode":300005,"errmsg":"token is not exist"}`), Outcome: channeltest.Never, Says: "copy the url of one that works"},
			{Name: "switched off", Answer: channeltest.JSON(`{"errcode":400102,"errmsg":"机器人已停用"}`), Outcome: channeltest.Never, Says: "switched off"},
			{Name: "too long", Answer: channeltest.JSON(`{"errcode":460101,"errmsg":"message too long, exceed 20000 bytes"}`), Outcome: channeltest.Never, Says: "fault of Brimwatch"},
			{Name: "unsuitable", Answer: channeltest.JSON(`{"errcode":430101,"errmsg":"含有不安全的外链"}`), Outcome: channeltest.Never, Says: "unsuitable"},
			{Name: "busy", Answer: channeltest.JSON(`{"errcode":-1,"errmsg":"系统繁忙"}`), Outcome: channeltest.Later, Says: "busy"},
			{Name: "what nobody knows", Answer: channeltest.JSON(`{"errcode":12345,"errmsg":"<b>` + key + `</b>"}`), Outcome: channeltest.Later, Says: "12345"},
		},
		Secrets: []string{key, secret, "access_token=5e1f"},
	})
}

func TestBodies(t *testing.T) {
	chattest.Goldens(t, robots.DingTalk(robots.Options{Key: key, Keywords: []string{"Brimwatch"}, Now: clock()}), path, dingtalk.New)
}

// TestLongLinks: addresses of 400 bytes break no limit.
func TestLongLinks(t *testing.T) {
	chattest.LongLinks(t, robots.DingTalk(robots.Options{Key: key, Keywords: []string{"Brimwatch"}, Now: clock()}), path, dingtalk.New)
}

// clock goes on by a minute with each look, so that nobody is too fast.
func clock() func() time.Time {
	now := chattest.Moment()
	return func() time.Time {
		now = now.Add(time.Minute)
		return now
	}
}

// TestSignature: the sign is that of an independent program:
//
//	printf '%s\n%s' 1795320005000 $SECRET | openssl dgst -sha256 -hmac $SECRET -binary | base64
func TestSignature(t *testing.T) {
	var query map[string][]string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query()
		channeltest.JSON(`{"errcode":0}`)(w)
	}))
	defer srv.Close()
	ch, err := dingtalk.New(options(t, srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer ch.CloseIdleConnections()
	if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN)); err != nil {
		t.Fatal(err)
	}
	if query["timestamp"][0] != "1795320005000" || query["sign"][0] != "IyJLZS3l5vqgkuYYq95c3htiYlnRObG3STmTQ08DlkA=" || query["access_token"][0] != key {
		t.Errorf("query %v", query)
	}
}

// TestAgainstTheStandIn: what the robot checks, as somebody sets it up wrongly.
func TestAgainstTheStandIn(t *testing.T) {
	for name, tt := range map[string]struct {
		robot  robots.Options
		secret string
		want   channeltest.Outcome
		says   string
	}{
		"in order":            {robots.Options{Key: key, Secret: secret, Keywords: []string{"Brimwatch"}}, secret, channeltest.Accepted, ""},
		"another secret":      {robots.Options{Key: key, Secret: secret}, "SECother", channeltest.Later, "the robot's secret is wrong"},
		"no secret":           {robots.Options{Key: key, Secret: secret}, "", channeltest.Later, "give its secret as secret_file"},
		"our clock is behind": {robots.Options{Key: key, Secret: secret, Now: later(2 * time.Hour)}, secret, channeltest.Later, "310000 invalid timestamp"},
		"our clock is ahead":  {robots.Options{Key: key, Secret: secret, Now: later(-2 * time.Hour)}, secret, channeltest.Later, "the clock of this machine is 2 h ahead of theirs"},
		"half an hour":        {robots.Options{Key: key, Secret: secret, Now: later(30 * time.Minute)}, secret, channeltest.Accepted, ""},
		"another keyword":     {robots.Options{Key: key, Keywords: []string{"业务报警"}}, "", channeltest.Later, "add the keyword Brimwatch"},
		"another robot":       {robots.Options{Key: "another"}, "", channeltest.Never, "300005 token is not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.robot.Now == nil {
				tt.robot.Now = chattest.Moment
			}
			robot := robots.DingTalk(tt.robot)
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", tt.robot.Now().UTC().Format(http.TimeFormat))
				robot.ServeHTTP(w, r)
			}))
			defer srv.Close()
			o := options(t, srv.URL)
			o.Secret = tt.secret
			ch, err := dingtalk.New(o)
			if err != nil {
				t.Fatal(err)
			}
			defer ch.CloseIdleConnections()
			_, err = ch.Send(t.Context(), cardtest.Raised(t, words.EN))
			if channeltest.OutcomeOf(err) != tt.want || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("outcome %s, error %v", channeltest.OutcomeOf(err), err)
			}
			if notifier.IsAboutCredentials(err) != (strings.Contains(tt.says, "secret") || strings.Contains(tt.says, "clock") || strings.Contains(tt.says, "timestamp")) {
				t.Errorf("about credentials %t: %v", notifier.IsAboutCredentials(err), err)
			}
			if notifier.IsAboutRecipient(err) != (tt.want == channeltest.Never) {
				t.Errorf("about the recipient %t: %v", notifier.IsAboutRecipient(err), err)
			}
		})
	}
}

func later(d time.Duration) func() time.Time {
	return func() time.Time { return chattest.Moment().Add(d) }
}

// TestPace: who keeps to the pace is always heard; one more in the minute, and nobody is for
// ten.
func TestPace(t *testing.T) {
	now := chattest.Moment()
	robot := robots.DingTalk(robots.Options{Key: key, Now: func() time.Time { return now }})
	srv := httptest.NewServer(robot)
	defer srv.Close()
	ch, err := dingtalk.New(chattest.Options(t, srv.URL+path, words.EN))
	if err != nil {
		t.Fatal(err)
	}
	defer ch.CloseIdleConnections()
	pace := ch.Pace()
	for range 60 {
		if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN)); err != nil {
			t.Fatalf("at %s: %v", now, err)
		}
		now = now.Add(pace.Within / time.Duration(pace.Messages))
	}
	for range 25 {
		_, err = ch.Send(t.Context(), cardtest.Raised(t, words.EN))
	}
	if wait, ok := notifier.RetryAfter(err); !ok || wait != 10*time.Minute {
		t.Errorf("after 25 at once: %v", err)
	}
}

// TestMentions: who is named is mentioned when something critical begins, and not else.
func TestMentions(t *testing.T) {
	robot := robots.DingTalk(robots.Options{Key: key, Now: clock()})
	srv := httptest.NewServer(robot)
	defer srv.Close()
	o := chattest.Options(t, srv.URL+path, words.EN)
	o.At = []string{"13800138000", "+49-1700000000"}
	ch, err := dingtalk.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer ch.CloseIdleConnections()
	for _, s := range cardtest.Scenes(t, words.EN) {
		if _, err := ch.Send(t.Context(), s.Message); err != nil {
			t.Fatal(err)
		}
		taken := robot.Taken()
		var b struct {
			Markdown struct{ Text string }
			At       struct {
				AtMobiles []string
				IsAtAll   bool
			}
		}
		if err := json.Unmarshal(taken[len(taken)-1], &b); err != nil {
			t.Fatal(err)
		}
		want := false
		for _, n := range s.Message.Notices {
			want = want || n.Severity == alarm.Critical && notifier.Begins(n.Kind) && n.Kind != alarm.Reminded
		}
		if got := strings.HasSuffix(b.Markdown.Text, "\n\n@13800138000 @+49-1700000000"); got != want || (len(b.At.AtMobiles) == 2) != want || b.At.IsAtAll {
			t.Errorf("%s: mentions %v in %q", s.Name, b.At, b.Markdown.Text)
		}
	}
}

func TestNamesBreakNothing(t *testing.T) {
	heading := regexp.MustCompile(`(?m)^#### <font color="#[0-9a-f]{6}">(.*)</font>$`)
	counts := regexp.MustCompile(`(?m)^\*\*(Brimwatch.*)\*\*$`)
	chattest.Wild(t, dingtalk.Side(), func(t *rapid.T, body []byte) {
		var b struct {
			Markdown struct{ Title, Text string }
			At       struct{ IsAtAll bool }
		}
		if err := json.Unmarshal(body, &b); err != nil || len(body) > 20_000 || b.Markdown.Title == "" || b.At.IsAtAll {
			t.Fatalf("%d bytes, title %q, everybody %t, error %v", len(body), b.Markdown.Title, b.At.IsAtAll, err)
		}
		text := counts.ReplaceAllString(heading.ReplaceAllString(b.Markdown.Text, "$1"), "$1")
		chattest.OnlyOwn(t, text, "*`[]<\\~", chattest.Links(), chattest.Starts())
	})
}
