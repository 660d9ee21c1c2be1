package slack_test

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
	"github.com/brimwatch/brimwatch/notifier/chat/slack"
	"github.com/brimwatch/brimwatch/test/golden"
	"github.com/brimwatch/brimwatch/test/robots"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

const (
	key  = "T0AB1CD2E/B0FG3HI4J/abcdefghijklmnopqrstuvwx"
	path = "/services/" + key
)

func open(t *testing.T, base string) *chat.Channel {
	t.Helper()
	ch, err := slack.New(chattest.Options(t, base+path, words.EN))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.CloseIdleConnections)
	return ch
}

// word answers with a word, as Slack does.
func word(status int, s string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, s)
	}
}

func TestConformance(t *testing.T) {
	channeltest.Run(t, channeltest.Subject{
		New:     func(t *testing.T, base string) notifier.Channel { t.Helper(); return open(t, base) },
		Message: cardtest.Raised(t, words.EN),
		Accept:  word(http.StatusOK, "ok"),
		Status:  chattest.Status, RetryAfter: chattest.RetryAfter,
		Lost: channeltest.Doubt, CutBody: channeltest.Doubt,
		Refusals: []channeltest.Refusal{
			{Name: "no service", Answer: word(http.StatusNotFound, "no_service"), Outcome: channeltest.Never, Says: "make another in Slack"},
			{Name: "no channel", Answer: word(http.StatusNotFound, "channel_not_found"), Outcome: channeltest.Never, Says: "make another in Slack"},
			{Name: "no path", Answer: word(http.StatusNotFound, "404 page not found"), Outcome: channeltest.Later, Says: "check the webhook's url"},
			{Name: "archived", Answer: word(http.StatusGone, "channel_is_archived"), Outcome: channeltest.Never, Says: "out of the archive"},
			{Name: "token", Answer: word(http.StatusForbidden, "invalid_token"), Outcome: channeltest.Never, Says: "make another in Slack"},
			{Name: "forbidden", Answer: word(http.StatusForbidden, "action_prohibited"), Outcome: channeltest.Never, Says: "administrator"},
			{Name: "a proxy", Answer: word(http.StatusForbidden, "no"), Outcome: channeltest.Later, Says: "check url and secret"},
			{Name: "blocks", Answer: word(http.StatusBadRequest, "invalid_blocks"), Outcome: channeltest.Never, Says: "fault of Brimwatch"},
			{Name: "too many", Answer: word(http.StatusTooManyRequests, "rate_limited"), Outcome: channeltest.NotBefore, Says: "rate_limited"},
			{Name: "a 200 without ok", Answer: word(http.StatusOK, "accepted"), Outcome: channeltest.Later, Says: "not as Slack answers"},
			{Name: "rollup", Answer: word(http.StatusInternalServerError, "rollup_error"), Outcome: channeltest.Doubt, Says: "rollup_error"},
		},
		Secrets: []string{key, "abcdefghijklmnopqrstuvwx", "B0FG3HI4J"},
	})
}

func TestBodies(t *testing.T) {
	now := chattest.Moment()
	chattest.Goldens(t, robots.Slack(robots.Options{Key: key, Now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}}), path, slack.New)
}

// TestLongLinks: addresses of 400 bytes break no limit.
func TestLongLinks(t *testing.T) {
	now := chattest.Moment()
	chattest.LongLinks(t, robots.Slack(robots.Options{Key: key, Now: func() time.Time {
		now = now.Add(time.Second)
		return now
	}}), path, slack.New)
}

func TestAgainstTheStandIn(t *testing.T) {
	now := chattest.Moment()
	robot := robots.Slack(robots.Options{Key: key, Now: func() time.Time { return now }})
	srv := httptest.NewServer(robot)
	defer srv.Close()
	ch := open(t, srv.URL)
	pace := ch.Pace()
	for range 30 {
		if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN)); err != nil {
			t.Fatal(err)
		}
		now = now.Add(pace.Within / time.Duration(pace.Messages))
	}
	var err error
	for range 10 {
		_, err = ch.Send(t.Context(), cardtest.Raised(t, words.EN))
	}
	if wait, ok := notifier.RetryAfter(err); !ok || wait != time.Second {
		t.Errorf("after ten at once: %v", err)
	}
	robot.Archive()
	if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN)); !notifier.IsAboutRecipient(err) || !strings.Contains(err.Error(), "channel_is_archived") {
		t.Errorf("an archived channel: %v", err)
	}
	other := httptest.NewServer(robots.Slack(robots.Options{Key: "another"}))
	defer other.Close()
	if _, err := open(t, other.URL).Send(t.Context(), cardtest.Raised(t, words.EN)); !notifier.IsAboutRecipient(err) || !strings.Contains(err.Error(), "no_service") {
		t.Errorf("another webhook: %v", err)
	}
}

// TestAPictureThatCannotBeFetched: Slack refuses all of a message for a picture that it cannot
// fetch; the message arrives without it, and so do the next ones, until some time has passed.
func TestAPictureThatCannotBeFetched(t *testing.T) {
	now, fetched := chattest.Moment(), false
	robot := robots.Slack(robots.Options{Key: key, Now: func() time.Time { return now }, Fetches: func(string) bool { return fetched }})
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		robot.ServeHTTP(w, r)
	}))
	defer srv.Close()
	o := chattest.Options(t, srv.URL+path, words.EN)
	o.Now = func() time.Time { return now }
	ch, err := slack.New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer ch.CloseIdleConnections()
	for _, step := range []struct {
		name  string
		after time.Duration
		there bool // the picture can be fetched
		calls int
		shown bool
	}{
		{"the first", 0, false, 2, false},
		{"the next", time.Minute, true, 1, false},
		{"later", 10 * time.Minute, true, 1, true},
	} {
		now, fetched, calls = now.Add(step.after), step.there, 0
		if _, err := ch.Send(t.Context(), cardtest.Raised(t, words.EN)); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		taken := robot.Taken()
		last := string(taken[len(taken)-1])
		if calls != step.calls || strings.Contains(last, `"image_url"`) != step.shown || strings.Contains(last, "|Chart>") == step.shown {
			t.Errorf("%s: %d calls, taken %s", step.name, calls, last)
		}
	}
}

// TestNamesBreakNothing: whatever names hold stands in plain text, where Slack reads no markup
// and mentions nobody; what is markup is our own links.
func TestNamesBreakNothing(t *testing.T) {
	links := regexp.MustCompile(`^<https://b\.example\.com/[a-z/]+\|(Open|查看|\d+ more|另有\d+条)>$`)
	far := robots.Slack(robots.Options{Key: key, Now: func() func() time.Time {
		now := chattest.Moment()
		return func() time.Time { now = now.Add(time.Second); return now }
	}()})
	type text struct{ Type, Text string }
	type block struct {
		Type     string
		Text     *text
		Elements []text
	}
	chattest.Wild(t, slack.Side(), func(t *rapid.T, body []byte) {
		var b struct {
			Text        string
			Mrkdwn      bool
			Blocks      []block
			Attachments []struct{ Blocks []block }
		}
		if err := json.Unmarshal(body, &b); err != nil || b.Mrkdwn || b.Text == "" || strings.ContainsAny(b.Text, "<>") {
			t.Fatalf("error %v, text %q", err, b.Text)
		}
		all := b.Blocks
		for _, a := range b.Attachments {
			all = append(all, a.Blocks...)
		}
		for _, block := range all {
			texts := block.Elements
			if block.Text != nil {
				texts = append(texts, *block.Text)
			}
			for _, s := range texts {
				if s.Type != "plain_text" && !links.MatchString(s.Text) {
					t.Fatalf("%s %q", s.Type, s.Text)
				}
			}
		}
		rec := httptest.NewRecorder()
		far.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(body))))
		if rec.Body.String() != "ok" {
			t.Fatalf("Slack says %s to %s", rec.Body, body)
		}
	})
}
