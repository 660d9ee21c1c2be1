package chat_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The rest of what chats have in common is tested with each of them.

func TestLookalike(t *testing.T) {
	for in, want := range map[string]string{
		"Orders":                          "Orders",
		"*bold* **x**":                    "＊bold＊ ＊＊x＊＊",
		"prod_orders_eu":                  "prod_orders_eu",
		"_it_ a_ _b":                      "＿it＿ a＿ ＿b",
		"订单_支付":                           "订单_支付",
		"[x](https://e)":                  "［x］(https://e)",
		"<!channel> <font color=\"red\">": "＜!channel> ＜font color=\"red\">",
		"`code`":                          "｀code｀",
		"ops@example.com, @all":           "ops@example.com, ＠all",
		"a & b, &lt; &#42;":               "a & b, ＆lt; ＆#42;",
		`\*`:                              "＼＊",
		"~~x~~":                           "～～x～～",
		"# heading":                       "＃ heading",
		"> quote":                         "＞ quote",
		"- item":                          "－ item",
		"-5%":                             "-5%",
		"--- x":                           "－-- x",
		"1. item":                         "1． item",
		"12) item":                        "12． item",
		"1.5 GiB":                         "1.5 GiB",
		"2026-11-22":                      "2026-11-22",
		"":                                "",
	} {
		if got := chat.Lookalike(in); got != want {
			t.Errorf("Lookalike(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClockOrSecret(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for date, want := range map[string]string{
		"":                              "the clock of this machine or the robot's secret is wrong",
		"soon":                          "the clock of this machine or the robot's secret is wrong",
		"Sun, 22 Nov 2026 10:00:00 GMT": "the clock of this machine is 2 h ahead of theirs: set it",
		"Sun, 22 Nov 2026 13:30:00 GMT": "the clock of this machine is 1 h 30 min behind theirs: set it",
		"Sun, 22 Nov 2026 12:01:00 GMT": "the robot's secret is wrong: copy it from the robot's settings into secret_file (the clock of this machine is right)",
	} {
		if got := chat.ClockOrSecret(&chat.Answer{Header: http.Header{"Date": {date}}, Now: now}); got != want {
			t.Errorf("%q: %s", date, got)
		}
	}
}

// side is a far side that takes nothing.
type side struct{}

func (side) Name() string                            { return "Nobody" }
func (side) Pace() notifier.Pace                     { return notifier.Pace{} }
func (side) Write(*card.Deck, time.Time) chat.Letter { return chat.Letter{Body: func() {}} }
func (side) Read(*chat.Answer) chat.Verdict          { return chat.Verdict{} }

func TestFaults(t *testing.T) {
	if _, err := chat.New(chat.Options{URL: "ftp://h/secret"}, side{}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a URL of another kind: %v", err)
	}
	ch, err := chat.New(chat.Options{URL: "http://127.0.0.1:1/"}, side{})
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]notifier.Message{"no notices": {}, "what is no JSON": {Notices: []notifier.Notice{{}}}} {
		if _, err := ch.Send(t.Context(), m); !notifier.IsPermanent(err) || !strings.Contains(err.Error(), "Nobody") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if ch.Bundle() != 200 {
		t.Errorf("bundle %d", ch.Bundle())
	}
}
