// Package card lays a notice out for channels that have room for more than a text message:
// chats, mail. A Card is made from a notice's alert and nothing else, so that it says what
// was decided, in the words that the lexicons wrote; nothing is judged here. Each channel
// writes cards in its own markup, and asks Fit for as many as its limits hold.
//
// All of it is pure functions.
package card

import (
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/facts"
	"github.com/brimwatch/brimwatch/notifier/lexicon"
)

// Card is one notice, laid out. Its texts are plain: one line each, without signs that
// nobody sees, of bounded length, and in no markup.
type Card struct {
	Language words.Language
	Code     string
	Rule     alarm.RuleName
	Severity alarm.Severity
	Stage    facts.Stage
	Word     string   // how grave it is, or that it is over: WARNING, STILL CRITICAL, ENDED
	Subject  string   // what it is about: Orders and 2 more of acme
	About    string   // product and edition; "" where there are none
	Summary  string   // subject and what happened, in one line
	Lines    []string // what happened and what follows
	Figures  *Figures // nil for what is not a figure
	Advice   string   // what to do; "" when there is nothing to say
	Details  []Detail // when it began and ended, and the labels that an operator gave
	Links    Links
}

// Figures is a usage beside its capacity. What is not known is not a number.
type Figures struct {
	Share     float64
	Threshold float64 // 0 is none
	Text      string  // the share as it is written: 72%
}

// Detail is a name with a value.
type Detail struct{ Name, Value string }

// Links are where somebody goes from a card; "" is nowhere.
type Links struct {
	Page        string // of the instance, with its chart
	Acknowledge string
	Silence     string
	Chart       string // a picture of it, which people open
	Picture     string // the same, where the servers of chats can fetch it to show it
}

// Bounds of what a card says, in signs, so that one card fits into any message.
const (
	mostName    = 100
	mostSummary = 240
	mostLine    = 900
	mostLines   = 24
	mostAdvice  = 600
	mostDetail  = 80
	mostDetails = 10
	mostLink    = 1000
)

// Of makes the card of a notice in a language, with times in a zone. Links that are empty
// are those that the alert knows: the page of the instance.
func Of(n *notifier.Notice, l words.Language, zone *time.Location, links Links) Card {
	a := &n.Alert
	tone := facts.ToneOf(&alarm.Event{Kind: n.Kind, Severity: n.Severity})
	c := Card{
		Language: l, Code: clip(n.Code, mostName), Rule: n.Rule, Severity: n.Severity, Stage: tone.Stage,
		Word: clip(a.Story.Word, mostName), Subject: clip(a.Story.Subject, mostName), About: clip(a.Story.About, mostName),
		Summary: clip(a.Annotations["summary"], mostSummary), Advice: clip(a.Annotations["advice"], mostAdvice),
		Figures: figures(a), Details: details(n, l, zone), Links: linksOf(a, links),
	}
	if a.Resolved && c.Stage != facts.Withdrawn {
		c.Stage = facts.Ended
	}
	if c.Word == "" {
		c.Word = lexicon.For(l, &lexicon.Reader{}).Tone(facts.Tone{Severity: n.Severity, Stage: c.Stage})
	}
	if c.Subject == "" {
		c.Subject = subject(a)
	}
	c.Lines = lines(a, l)
	if c.Summary == "" {
		c.Summary = c.Subject
	}
	return c
}

// subject is what an alert is about, by its labels.
func subject(a *notifier.Alert) string {
	for _, name := range []string{"instance", "instance_id", "account"} {
		if v := clip(a.Labels[name], mostName); v != "" {
			return v
		}
	}
	return "Brimwatch"
}

// lines are the sentences of an alert, with why it is told to whom it is told. One that an
// older version wrote has a description only, which ends with the advice.
func lines(a *notifier.Alert, l words.Language) []string {
	said := a.Story.Lines
	if len(said) == 0 {
		whole := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(a.Annotations["description"]), a.Annotations["advice"]))
		said = []string{whole}
	}
	stop := l.Choose(".", "。")
	for _, name := range []string{"escalation", "failover"} {
		if why := a.Annotations[name]; why != "" {
			said = append(slices.Clone(said), words.Capital(why)+stop)
		}
	}
	if why := a.Annotations["not_recorded"]; why != "" && len(a.Story.Lines) > 0 {
		said = append(slices.Clone(said), why)
	}
	out := make([]string, 0, len(said))
	for _, s := range said {
		if s = clip(s, mostLine); s != "" && len(out) < mostLines {
			out = append(out, s)
		}
	}
	return out
}

// figures reads the figures of an alert; nil where it has none.
func figures(a *notifier.Alert) *Figures {
	usage, err := strconv.ParseFloat(a.Annotations["usage"], 64)
	if err != nil {
		return nil
	}
	f := &Figures{Share: math.NaN(), Text: clip(a.Annotations["utilization"], mostDetail)}
	if capacity, err := strconv.ParseFloat(a.Annotations["capacity"], 64); err == nil && capacity > 0 {
		f.Share = usage / capacity
	}
	if percent, err := strconv.ParseFloat(strings.TrimSuffix(a.Annotations["threshold"], "%"), 64); err == nil && percent > 0 {
		f.Threshold = percent / 100
	}
	if f.Text == "" || math.IsNaN(f.Share) {
		f.Text = words.Share(f.Share)
	}
	return f
}

// details are when it began and ended, and the labels that an operator gave.
func details(n *notifier.Notice, l words.Language, zone *time.Location) []Detail {
	a := &n.Alert
	var out []Detail
	add := func(name, value string) {
		name, value = clip(name, mostDetail), clip(value, mostDetail)
		if name != "" && value != "" && len(out) < mostDetails {
			out = append(out, Detail{name, value})
		}
	}
	add(l.Choose("since", "开始"), words.Moment(a.StartsAt, zone))
	if a.Resolved {
		ended := a.EndsAt
		if ended.IsZero() {
			ended = n.CreatedAt
		}
		add(l.Choose("ended", "结束"), words.Moment(ended, zone))
	}
	add(l.Choose("account", "账号"), a.Labels["account"])
	var own []string
	for name := range a.Labels {
		if OperatorsOwn(name) {
			own = append(own, name)
		}
	}
	slices.Sort(own)
	for _, name := range own {
		add(name, a.Labels[name])
	}
	return out
}

// OperatorsOwn tells whether a label of an alert is one that an operator gave the instance.
func OperatorsOwn(label string) bool {
	switch label {
	case "alertname", "instance_id", "instance", "product", "edition", "account", "metric", "severity", "subject":
		return false
	}
	return true
}

// Said tells whether an annotation of an alert is one of those that a card says by itself.
func Said(annotation string) bool {
	switch annotation {
	case "code", "summary", "description", "advice", "usage", "capacity", "utilization", "threshold", "account":
		return true
	}
	return false
}

// linksOf keeps what may be opened from a chat.
func linksOf(a *notifier.Alert, l Links) Links {
	if l.Page == "" {
		l.Page = a.GeneratorURL
	}
	for _, link := range []*string{&l.Page, &l.Acknowledge, &l.Silence, &l.Chart, &l.Picture} {
		*link = Link(*link)
	}
	return l
}

// Link returns an address as it may stand in any markup, and "" for one that nobody else
// can open: a path, or an address of this machine only.
func Link(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || len(address) > mostLink {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if addr, err := netip.ParseAddr(host); err == nil && (addr.IsLoopback() || addr.IsUnspecified()) {
		return ""
	}
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(address) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"'()*<>[]\\^`{|}~", c) >= 0 && (c != '[' && c != ']' || !strings.Contains(u.Host, "[")) {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)+0x100, 16)[1:]))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Title is what stands above the lines: WARNING Orders (MQTT Basic).
func (c *Card) Title() string {
	title := c.Word + " " + c.Subject
	if c.About != "" {
		signs := lexicon.For(c.Language, &lexicon.Reader{}).Signs()
		title += signs.Open + c.About + signs.Shut
	}
	return title
}

// OneLine is all of it in one line: K7Q2 WARNING Orders: connections 3,612 of 5,000 (72%).
// A word that stands there already, as in a test, stands there once.
func (c *Card) OneLine() string {
	var parts []string
	summary := c.Summary
	for _, s := range []string{c.Code, c.Word} {
		if s == "" || len(parts) > 0 && parts[0] == s {
			continue
		}
		parts, summary = append(parts, s), strings.TrimPrefix(summary, s+" ")
	}
	return strings.Join(append(parts, summary), " ")
}

// Begins tells whether somebody hears of it for the first time, or that it is worse: people
// who are mentioned by name are mentioned for that alone.
func (c *Card) Begins() bool { return c.Stage == facts.Begun }

// Over tells whether there is nothing left to do.
func (c *Card) Over() bool { return c.Stage == facts.Ended || c.Stage == facts.Withdrawn }

// Tint is the colour of a card.
type Tint uint8

// The tints.
const (
	Red Tint = iota
	Orange
	Blue
	Green
	Grey
)

// Tint is how a card is coloured: red when it is critical, green when it is over.
func (c *Card) Tint() Tint {
	switch {
	case c.Stage == facts.Ended:
		return Green
	case c.Stage == facts.Withdrawn:
		return Grey
	case c.Severity == alarm.Critical:
		return Red
	case c.Severity == alarm.Warning:
		return Orange
	}
	return Blue
}

// Footer is the details in one line, behind the code.
func (c *Card) Footer() string {
	parts := []string{strings.TrimSpace("Brimwatch " + c.Code)}
	for _, d := range c.Details {
		parts = append(parts, d.Name+" "+d.Value)
	}
	return strings.Join(parts, " · ")
}

// clip makes a text one line of at most so many signs.
func clip(s string, most int) string {
	s = words.Clean(s)
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most-1 && utf8.RuneCountInString(s[i:]) > 1 {
			return strings.TrimSpace(s[:i]) + "…"
		}
		n++
	}
	return s
}
