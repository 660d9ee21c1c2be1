package card_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestOf(t *testing.T) {
	n := raised()
	c := card.Of(&n, words.EN, shanghai(t), card.Links{Acknowledge: "https://brimwatch.example.com/ack?c=K7Q2"})
	if got := c.Title(); got != "WARNING Orders (MQTT Basic)" {
		t.Errorf("title %q", got)
	}
	if got := c.OneLine(); got != "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%)" {
		t.Errorf("one line %q", got)
	}
	if got := c.Bar(); got != "██████████████┃░░░░░░ 72%" {
		t.Errorf("bar %q", got)
	}
	if got := c.Footer(); got != "Brimwatch K7Q2 · since 2026-11-22 22:03 UTC+8 · account acme · team orders" {
		t.Errorf("footer %q", got)
	}
	if diff := cmp.Diff([]string{"Connections 3,612 of 5,000 (72%, threshold 70%)."}, c.Lines); diff != "" || c.Advice != "Upgrade." {
		t.Errorf("lines %s, advice %q", diff, c.Advice)
	}
	want := []card.Detail{{Name: "Open", Value: "https://brimwatch.example.com/instances/mqtt-1"}, {Name: "Acknowledge", Value: "https://brimwatch.example.com/ack?c=K7Q2"}}
	if diff := cmp.Diff(want, c.Pages()); diff != "" {
		t.Errorf("pages: %s", diff)
	}
}

func TestOfChinese(t *testing.T) {
	n := raised()
	n.Alert.Story.Word, n.Alert.Story.About = "警告", "MQTT 基础版"
	c := card.Of(&n, words.ZH, shanghai(t), card.Links{})
	if got := c.Title(); got != "警告 Orders（MQTT 基础版）" {
		t.Errorf("title %q", got)
	}
	if got := c.Footer(); got != "Brimwatch K7Q2 · 开始 2026-11-22 22:03 UTC+8 · 账号 acme · team orders" {
		t.Errorf("footer %q", got)
	}
	if got := c.Pages()[0].Name; got != "查看" {
		t.Errorf("page %q", got)
	}
}

// TestOfWithoutAStory: a notice that an older version decided has no parts, and is told in
// those words that it has.
func TestOfWithoutAStory(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*notifier.Notice)
		title  string
		lines  []string
	}{
		"capacity": {func(*notifier.Notice) {}, "WARNING Orders", []string{"K7Q2 WARNING Orders (MQTT Basic): Connections 3,612 of 5,000 (72%, threshold 70%)."}},
		"reminder": {func(n *notifier.Notice) { n.Kind = alarm.Reminded }, "STILL WARNING Orders", []string{"K7Q2 WARNING Orders (MQTT Basic): Connections 3,612 of 5,000 (72%, threshold 70%)."}},
		"an account": {func(n *notifier.Notice) {
			n.Alert.Labels = map[string]string{"account": "acme"}
			n.Alert.Annotations = map[string]string{"description": "It is overdue."}
		}, "WARNING acme", []string{"It is overdue."}},
		"nothing": {func(n *notifier.Notice) { n.Alert = notifier.Alert{} }, "WARNING Brimwatch", []string{}},
	} {
		n := raised()
		n.Alert.Story = notifier.Story{}
		tt.change(&n)
		c := card.Of(&n, words.EN, nil, card.Links{})
		if c.Title() != tt.title || !slices.Equal(c.Lines, tt.lines) {
			t.Errorf("%s: title %q, lines %q", name, c.Title(), c.Lines)
		}
	}
}

// TestWhyItIsTold: an escalation says so, and what is not recorded does.
func TestWhyItIsTold(t *testing.T) {
	n := raised()
	n.Alert.Annotations["escalation"] = "nobody acknowledged within 15 min"
	n.Alert.Annotations["failover"] = "SMS not confirmed"
	n.Alert.Annotations["not_recorded"] = "Not recorded (disk full)."
	c := card.Of(&n, words.EN, nil, card.Links{})
	if got := strings.Join(c.Lines[1:], " "); got != "Nobody acknowledged within 15 min. SMS not confirmed. Not recorded (disk full)." {
		t.Errorf("lines %q", c.Lines)
	}
	if len(n.Alert.Story.Lines) != 1 {
		t.Error("the notice itself was changed")
	}
}

func TestTint(t *testing.T) {
	for _, tt := range []struct {
		kind     alarm.EventKind
		severity alarm.Severity
		resolved bool
		want     card.Tint
		over     bool
	}{
		{alarm.Raised, alarm.Critical, false, card.Red, false},
		{alarm.Reminded, alarm.Warning, false, card.Orange, false},
		{alarm.Raised, alarm.Info, false, card.Blue, false},
		{alarm.Cleared, alarm.Critical, true, card.Green, true},
		{alarm.Withdrawn, alarm.Critical, true, card.Grey, true},
		{alarm.Raised, alarm.Warning, true, card.Green, true}, // the last way says so by the alert alone
	} {
		n := raised()
		n.Kind, n.Severity, n.Alert.Resolved = tt.kind, tt.severity, tt.resolved
		c := card.Of(&n, words.EN, nil, card.Links{})
		if c.Tint() != tt.want || c.Over() != tt.over || c.Begins() != (tt.kind == alarm.Raised && !tt.resolved) {
			t.Errorf("%s %s: tint %d, over %t, begins %t", tt.kind, tt.severity, c.Tint(), c.Over(), c.Begins())
		}
	}
}

func TestBar(t *testing.T) {
	for _, tt := range []struct {
		share, threshold float64
		width            int
		want             string
	}{
		{0.72, 0.7, 10, "███████┃░░░"},
		{0.69, 0.7, 10, "██████░┃░░░"},
		{0.7, 0.7, 10, "███████┃░░░"},
		{0.97, 0.9, 10, "█████████┃░"},
		{1, 0.9, 10, "█████████┃█"},
		{1.3, 0.9, 10, "█████████┃█▶"},
		{0, 0.7, 10, "░░░░░░░┃░░░"},
		{0.001, 0, 10, "█░░░░░░░░░"},
		{0.5, 0, 4, "██░░"},
		{-1, 0.5, 4, "░░┃░░"},
		{math.NaN(), 0.7, 6, "┄┄┄┄┄┄"},
		{math.Inf(1), 0.7, 3, "┄┄┄"},
		{0.5, 0.7, 0, ""},
		{0.999, 0.99, 10, "█████████┃░"},
		{0.5, 1.5, 4, "██░░"},
	} {
		if got := card.Bar(tt.share, tt.threshold, tt.width); got != tt.want {
			t.Errorf("Bar(%v, %v, %d) = %s, want %s", tt.share, tt.threshold, tt.width, got, tt.want)
		}
	}
}

// TestBarReachesTheMark: a bar says of a threshold what is so, however it is rounded.
func TestBarReachesTheMark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share, threshold := rapid.Float64Range(0, 2).Draw(t, "share"), rapid.Float64Range(0.01, 0.99).Draw(t, "threshold")
		width := rapid.IntRange(2, 60).Draw(t, "width")
		bar := card.Bar(share, threshold, width)
		before, after, marked := strings.Cut(bar, "┃")
		if !marked || strings.Contains(before, "░") == (share >= threshold) {
			t.Fatalf("%v of %v: %s", share, threshold, bar)
		}
		if strings.HasSuffix(bar, "▶") != (share > 1) || (share >= 1) == strings.Contains(bar, "░") {
			t.Fatalf("%v: %s", share, bar)
		}
		if n := strings.Count(before+after, "█") + strings.Count(before+after, "░"); n != width {
			t.Fatalf("%d signs, want %d: %s", n, width, bar)
		}
	})
}

func TestLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://brimwatch.example.com/instances/a%20b": "https://brimwatch.example.com/instances/a%20b",
		"http://10.0.0.7:9740/x?y=1&z=2":                "http://10.0.0.7:9740/x?y=1&z=2",
		"http://[2001:db8::1]:9740/x":                   "http://[2001:db8::1]:9740/x",
		"https://h/a)b(c|d>e<f\"g'h`i*j":                "https://h/a%29b%28c%7Cd%3Ee%3Cf%22g%27h%60i%2Aj",
		"https://h/订":                                   "https://h/%E8%AE%A2",
		"":                                              "",
		"/instances/a":                                  "",
		"http://127.0.0.1:9740/instances/a":             "",
		"http://localhost:9740/":                        "",
		"http://[::1]/":                                 "",
		"http://0.0.0.0:9740/":                          "",
		"javascript:alert(1)":                           "",
		"https://user:secret@h/":                        "",
		"https://h/" + strings.Repeat("x", 2000):        "",
	} {
		if got := card.Link(in); got != want {
			t.Errorf("Link(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDeck(t *testing.T) {
	message := func(kinds ...alarm.EventKind) *notifier.Message {
		m := &notifier.Message{}
		for _, k := range kinds {
			n := raised()
			n.Kind = k
			n.Alert.Resolved = notifier.Ends(k)
			m.Notices = append(m.Notices, n)
		}
		return m
	}
	one, many := message(alarm.Raised), message(alarm.Cleared, alarm.Reminded, alarm.Raised)
	many.Notices[1].Severity = alarm.Critical
	many.InDoubt = true
	for _, tt := range []struct {
		l                           words.Language
		m                           *notifier.Message
		heading, brief, more, doubt string
	}{
		{words.EN, one, "WARNING Orders (MQTT Basic)", "K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%)", "12 more: https://b.example.com/alarms", ""},
		{words.EN, many, "Brimwatch: 2 alarms, 1 critical; 1 ended",
			"Brimwatch: 2 alarms, 1 critical; 1 ended. K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%)",
			"12 more: https://b.example.com/alarms", "This may be a repeat: nobody answered the first time."},
		{words.ZH, many, "Brimwatch：2条告警，1条紧急；1条恢复",
			"Brimwatch：2条告警，1条紧急；1条恢复。K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%, threshold 70%)",
			"另有12条：https://b.example.com/alarms", "可能重复：首次发送没有得到应答。"},
	} {
		r := card.Reader{Language: tt.l, List: "https://b.example.com/alarms"}
		d := r.Deal(tt.m)
		if d.Heading() != tt.heading || d.Brief() != tt.brief || d.More(12) != tt.more || d.Doubt() != tt.doubt {
			t.Errorf("%s:\nheading %q\nbrief %q\nmore %q\ndoubt %q", tt.l, d.Heading(), d.Brief(), d.More(12), d.Doubt())
		}
	}
	r := card.Reader{List: "http://127.0.0.1/alarms"}
	if d := r.Deal(many); d.More(1) != "1 more" || d.Tint() != card.Red || d.Cards[0].Severity != alarm.Critical || !d.Cards[2].Over() {
		t.Errorf("more %q, tint %d, order %v", d.More(1), d.Tint(), d.Cards)
	}
}

// TestFit: what fits is as many cards as possible, in full as far as possible; what is left
// out is counted; and each card stands at one place.
func TestFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cards := make([]card.Card, rapid.IntRange(1, 120).Draw(t, "cards"))
		sizes := make(map[string]int)
		for i := range cards {
			cards[i].Code = strings.Repeat("x", i+1)
			cards[i].Lines = []string{strings.Repeat("行", rapid.IntRange(1, 900).Draw(t, "line"))}
			sizes[cards[i].Code] = rapid.IntRange(20, 60).Draw(t, "brief")
		}
		size := func(p card.Page) int {
			n := 12
			for _, c := range p.Full {
				n += sizes[c.Code] + len(strings.Join(c.Lines, "\n"))
			}
			for _, c := range p.Brief {
				n += sizes[c.Code]
			}
			return n
		}
		limit := rapid.IntRange(12, 20_000).Draw(t, "limit")
		fits := func(p card.Page) bool { return size(p) <= limit }
		p := card.Fit(cards, fits)
		if !fits(p) {
			t.Fatalf("%d bytes of %d", size(p), limit)
		}
		if len(p.Full)+len(p.Brief)+p.Rest != len(cards) {
			t.Fatalf("%d in full, %d in brief, %d counted of %d", len(p.Full), len(p.Brief), p.Rest, len(cards))
		}
		for i, c := range slices.Concat(p.Full, p.Brief) {
			if c.Code != cards[i].Code {
				t.Fatalf("card %d is another one", i)
			}
			for _, line := range c.Lines {
				if !utf8.ValidString(line) {
					t.Fatalf("a line is cut within a sign: %q", line)
				}
			}
		}
		named := len(p.Full) + len(p.Brief)
		gravest := card.Page{Full: cards[:1], Rest: len(cards) - 1}
		switch {
		case fits(gravest) && (len(p.Full) == 0 || len(p.Full[0].Lines[0]) < len(cards[0].Lines[0])):
			t.Fatalf("the gravest fits, and is not there in full")
		case named < len(cards) && fits(gravest) && fits(card.Page{Full: cards[:1], Brief: cards[1 : named+1], Rest: len(cards) - named - 1}):
			t.Fatalf("%d are named, and another one fits", named)
		}
	})
}

// TestCardsAreBounded: whatever a notice says, its card is plain lines of bounded length.
func TestCardsAreBounded(t *testing.T) {
	wild := rapid.StringOfN(rapid.SampledFrom([]rune("ab 行\n\r\t\u202e\u200b\x00*_`<>|[]()&@\\😀\ufeff")), 0, 400, -1)
	rapid.Check(t, func(t *rapid.T) {
		n := raised()
		n.Kind, n.Code = kindOf(t), wild.Draw(t, "code")
		n.Alert.Story = notifier.Story{Word: wild.Draw(t, "word"), Subject: wild.Draw(t, "subject"), About: wild.Draw(t, "about")}
		for range rapid.IntRange(0, 60).Draw(t, "lines") {
			n.Alert.Story.Lines = append(n.Alert.Story.Lines, strings.Repeat(wild.Draw(t, "line"), 5))
		}
		for _, name := range []string{"summary", "advice", "usage", "capacity", "utilization", "threshold", "escalation"} {
			n.Alert.Annotations[name] = wild.Draw(t, name)
		}
		for range 20 {
			n.Alert.Labels[wild.Draw(t, "label")] = wild.Draw(t, "value")
		}
		c := card.Of(&n, words.ZH, time.UTC, card.Links{})
		all := append([]string{c.Title(), c.OneLine(), c.Footer(), c.Bar(), c.Advice}, c.Lines...)
		total := 0
		for _, s := range all {
			total += utf8.RuneCountInString(s)
			if s != words.Clean(s) {
				t.Fatalf("%q is not plain", s)
			}
		}
		if total > 30_000 || utf8.RuneCountInString(c.OneLine()) > 500 {
			t.Fatalf("%d signs, the line has %d", total, utf8.RuneCountInString(c.OneLine()))
		}
	})
}
