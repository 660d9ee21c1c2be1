package wecom_test

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
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
	"github.com/brimwatch/brimwatch/notifier/chat/wecom"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/robots"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

const (
	key  = "693a91f6-7d2c-4bc4-97a0-0ec2f1a5aaab"
	path = "/cgi-bin/webhook/send?key=" + key
)

func open(t *testing.T, base string) *chat.Channel {
	t.Helper()
	ch, err := wecom.New(chattest.Options(t, base+path, words.ZH))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return open(t, base) },
		Message: cardtest.Raised(t, words.ZH),
		Accept:  channeltest.JSON(`{"errcode":0,"errmsg":"ok"}`),
		Status:  chattest.Status, RetryAfter: chattest.RetryAfter,
		Lost: channeltest.Doubt, CutBody: channeltest.Doubt,
		Refusals: []channeltest.Refusal{
			{Name: "too many", Answer: channeltest.JSON(`{"errcode":45009,"errmsg":"api freq out of limit, hint: [1773643642077182456917975]"}`), Outcome: channeltest.NotBefore, Says: "20 messages in a minute"},
			{Name: "no such robot", Answer: channeltest.JSON(`{"errcode":93000,"errmsg":"invalid webhook url, hint: [1755605200056773468916791]"}`), Outcome: channeltest.Never, Says: "copy the url of one that works"},
			{Name: "switched off", Answer: channeltest.JSON(`{"errcode":93004,"errmsg":"robot is disabled"}`), Outcome: channeltest.Never, Says: "switched off"},
			{Name: "too long", Answer: channeltest.JSON(`{"errcode":40058,"errmsg":"markdown.content exceed max length 4096. invalid Request Parameter"}`), Outcome: channeltest.Never, Says: "fault of Brimwatch"},
			{Name: "nothing in it", Answer: channeltest.JSON(`{"errcode":44004,"errmsg":"text content is empty"}`), Outcome: channeltest.Never, Says: "fault of Brimwatch"},
			{Name: "address", Answer: channeltest.JSON(`{"errcode":60020,"errmsg":"not allow to access from your ip"}`), Outcome: channeltest.Later, Says: "address of this machine"},
			{Name: "busy", Answer: channeltest.JSON(`{"errcode":-1,"errmsg":"system error"}`), Outcome: channeltest.Later, Says: "busy"},
			{Name: "what nobody knows", Answer: channeltest.JSON(`{"errcode":12345,"errmsg":"` + key + `"}`), Outcome: channeltest.Later, Says: "12345"},
		},
		Secrets: []string{key, "key=693a"},
	})
}

func TestBodies(t *testing.T) {
	now := chattest.Moment()
	chattest.Goldens(t, robots.WeCom(robots.Options{Key: key, Now: func() time.Time {
		now = now.Add(time.Minute)
		return now
	}}), path, wecom.New)
}

// TestLongLinks: addresses of 400 bytes break no limit.
func TestLongLinks(t *testing.T) {
	now := chattest.Moment()
	chattest.LongLinks(t, robots.WeCom(robots.Options{Key: key, Now: func() time.Time {
		now = now.Add(time.Minute)
		return now
	}}), path, wecom.New)
}

// TestAgainstTheStandIn: who keeps to the pace is always heard, and who does not waits for a
// minute; another key is nobody's.
func TestAgainstTheStandIn(t *testing.T) {
	now := chattest.Moment()
	srv := httptest.NewServer(robots.WeCom(robots.Options{Key: key, Now: func() time.Time { return now }}))
	defer srv.Close()
	ch := open(t, srv.URL)
	pace := ch.Pace()
	for range 40 {
		if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.ZH)); err != nil {
			t.Fatalf("at %s: %v", now, err)
		}
		now = now.Add(pace.Within / time.Duration(pace.Messages))
	}
	var err error
	for range 25 {
		_, err = ch.Send(t.Context(), cardtest.Raised(t, words.ZH))
	}
	if wait, ok := notifier.RetryAfter(err); !ok || wait != time.Minute {
		t.Errorf("after 25 at once: %v", err)
	}
	other := httptest.NewServer(robots.WeCom(robots.Options{Key: "another"}))
	defer other.Close()
	if _, err := open(t, other.URL).Send(t.Context(), cardtest.Raised(t, words.ZH)); !notifier.IsAboutRecipient(err) {
		t.Errorf("another key: %v", err)
	}
}

func TestNamesBreakNothing(t *testing.T) {
	heading := regexp.MustCompile(`(?m)^\*\*<font color="(?:warning|info|comment)">(.*)</font>\*\*$`)
	counts := regexp.MustCompile(`(?m)^\*\*(Brimwatch.*)\*\*$`)
	chattest.Wild(t, wecom.Side(), func(t *rapid.T, body []byte) {
		var b struct{ Markdown struct{ Content string } }
		if err := json.Unmarshal(body, &b); err != nil || len(b.Markdown.Content) > 4096 || b.Markdown.Content == "" {
			t.Fatalf("%d bytes, error %v", len(b.Markdown.Content), err)
		}
		text := counts.ReplaceAllString(heading.ReplaceAllString(b.Markdown.Content, "$1"), "$1")
		chattest.OnlyOwn(t, text, "*`[]<\\~", chattest.Links(), chattest.Starts())
	})
}
