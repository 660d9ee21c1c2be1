// Package feishu posts notices into a Feishu or Lark group by the group's custom bot:
// interactive cards of at most 20 kB, 100 a minute and 5 a second, signed in the body where
// the bot asks for it. What became of a message stands in the body of the answer.
package feishu

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/notifier/httpcall"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// New returns a channel to one bot.
func New(o chat.Options) (*chat.Channel, error) {
	return chat.New(o, &side{secret: o.Secret, dialect: dialect()})
}

type side struct {
	secret  string
	dialect chat.Dialect
}

func (*side) Name() string { return "Feishu" }

// Pace keeps below 5 messages a second and below 100 a minute.
func (*side) Pace() notifier.Pace { return notifier.Pace{Messages: 4, Within: 3 * time.Second} }

// mostBytes is how long a body may be; the far side takes 20 kB.
const mostBytes = 19_500

type body struct {
	Timestamp string      `json:"timestamp,omitempty"`
	Sign      string      `json:"sign,omitempty"`
	MsgType   string      `json:"msg_type"`
	Card      interactive `json:"card"`
}

type interactive struct {
	Config   config    `json:"config"`
	Header   header    `json:"header"`
	Elements []element `json:"elements"`
}

type config struct {
	Wide bool `json:"wide_screen_mode"`
}

type header struct {
	Template string `json:"template"` // the colour
	Title    text   `json:"title"`
}

type text struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
}

// element is a part of a card: Markdown, a rule, buttons, or a note below.
type element struct {
	Tag      string   `json:"tag"`
	Content  string   `json:"content,omitempty"`
	Actions  []button `json:"actions,omitempty"`
	Elements []text   `json:"elements,omitempty"`
}

type button struct {
	Tag  string `json:"tag"`
	Text text   `json:"text"`
	URL  string `json:"url"`
	Type string `json:"type"`
}

// Write makes the body, and signs it.
func (s *side) Write(d *card.Deck, now time.Time) chat.Letter {
	out := body{MsgType: "interactive", Card: interactive{
		Config: config{Wide: true}, Header: header{Template: template(d.Tint()), Title: plain(d.Heading())},
	}}
	out.Timestamp, out.Sign = sign(s.secret, now)
	write := func(p card.Page) body {
		out.Card.Elements = s.elements(d, p)
		return out
	}
	page := card.Fit(d.Cards, func(p card.Page) bool {
		raw, err := post.JSON(write(p))
		return err == nil && len(raw) <= mostBytes
	})
	letter := chat.Letter{Body: write(page)}
	if out.Sign != "" {
		letter.Secrets = []string{out.Sign}
	}
	return letter
}

// sign makes the signature that goes into the body: HMAC-SHA256 of nothing, by the time in
// seconds, a line feed and the secret.
func sign(secret string, now time.Time) (stamp, signature string) {
	if secret == "" {
		return "", ""
	}
	stamp = strconv.FormatInt(now.Unix(), 10)
	return stamp, base64.StdEncoding.EncodeToString(hmac.New(sha256.New, []byte(stamp+"\n"+secret)).Sum(nil))
}

func plain(s string) text { return text{"plain_text", s} }

// elements are what stands below the heading.
func (s *side) elements(d *card.Deck, p card.Page) []element {
	var out []element
	if len(d.Cards) == 1 && len(p.Full) == 1 {
		out = s.alone(&p.Full[0])
	} else {
		out = s.several(d, p)
	}
	if doubt := d.Doubt(); doubt != "" {
		out = append(out, element{Tag: "note", Elements: []text{plain(doubt)}})
	}
	return out
}

// alone is one alarm: what happened, what to do, buttons, and a note with when it began.
func (s *side) alone(c *card.Card) []element {
	var lines []string
	for _, line := range c.Lines {
		lines = append(lines, s.dialect.Escape(line))
	}
	if bar := c.Bar(); bar != "" {
		lines = append(lines, s.dialect.Escape(bar))
	}
	if c.Advice != "" {
		lines = append(lines, s.dialect.Escape(c.Advice))
	}
	var out []element
	if len(lines) > 0 {
		out = append(out, element{Tag: "markdown", Content: strings.Join(lines, "\n")})
	}
	if pages := c.Pages(); len(pages) > 0 {
		actions := element{Tag: "action"}
		for i, p := range pages {
			kind := "default"
			if i == 0 {
				kind = "primary"
			}
			actions.Actions = append(actions.Actions, button{"button", plain(p.Name), p.Value, kind})
		}
		out = append(out, actions)
	}
	return append(out, element{Tag: "note", Elements: []text{plain(c.Footer())}})
}

// several are several alarms, each below a rule, then those in a line each.
func (s *side) several(d *card.Deck, p card.Page) []element {
	var out []element
	for i := range p.Full {
		out = append(out, element{Tag: "markdown", Content: s.dialect.Card(&p.Full[i])}, element{Tag: "hr"})
	}
	var lines []string
	for i := range p.Brief {
		lines = append(lines, s.dialect.Brief(&p.Brief[i]))
	}
	if p.Rest > 0 {
		lines = append(lines, s.dialect.More(d, p.Rest))
	}
	if len(lines) > 0 {
		out = append(out, element{Tag: "markdown", Content: strings.Join(lines, "\n")})
	}
	return append(out, element{Tag: "note", Elements: []text{plain(d.Sum())}})
}

func dialect() chat.Dialect {
	return chat.Dialect{
		Escape: escape, Break: "\n", Bullet: "• ", // cards of this form know neither quotes nor lists
		Heading: func(tint card.Tint, text string) string {
			return `**<font color="` + colour(tint) + `">` + text + `</font>**`
		},
	}
}

// escape writes what Markdown would read by its number, as Feishu's manual advises.
func escape(s string) string {
	var b strings.Builder
	for _, r := range chat.Startless(s) {
		if strings.ContainsRune("&<>*_~`[]\\#!$|@", r) {
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// template is the colour of a heading.
func template(t card.Tint) string {
	switch t {
	case card.Red:
		return "red"
	case card.Orange:
		return "orange"
	case card.Green:
		return "green"
	case card.Grey:
		return "grey"
	case card.Blue:
	}
	return "blue"
}

// colour is one of the three that Markdown has.
func colour(t card.Tint) string {
	switch t {
	case card.Red, card.Orange:
		return "red"
	case card.Green:
		return "green"
	case card.Blue, card.Grey:
	}
	return "grey"
}

// Read reads code and msg; older bots answer with StatusCode and StatusMessage alone.
func (s *side) Read(a *chat.Answer) chat.Verdict {
	code, said, ok := a.Says("code", "msg")
	if !ok {
		if code, said, ok = a.Says("StatusCode", "StatusMessage"); !ok {
			return chat.Verdict{}
		}
	}
	v := chat.Verdict{Meaning: chat.Later, Said: said}
	switch code {
	case 0:
		v.Meaning = chat.Taken
	case 11232, 99991400: // 100 in a minute, 5 in a second, or everybody at full hours
		v.Meaning, v.Wait = chat.NotBefore, wait(a)
		v.WayOut = "Feishu is busy, as at full and half hours, or somebody else uses the bot, too"
	case 9499:
		v.Meaning, v.WayOut = chat.Never, "Feishu cannot read the body or finds it too long, which is a fault of Brimwatch"
	case 19001:
		v.Meaning, v.WayOut = chat.Gone, "there is no such bot: copy the url of one that works"
	case 19021:
		v.Meaning, v.WayOut = chat.Credentials, chat.ClockOrSecret(a)
		if s.secret == "" {
			v.WayOut = "the bot's security settings ask for a signature: give its secret as secret_file"
		}
	case 19022:
		v.WayOut = "add the address from which this machine reaches the internet to the bot's security settings"
	case 19024:
		v.WayOut = "add the keyword Brimwatch to the bot's security settings (each message has it), or use their signature with secret_file"
	}
	return v
}

// busy is how long a bot is left alone that does not say so itself.
const busy = 10 * time.Second

// wait is how long the far side asks to be left alone.
func wait(a *chat.Answer) time.Duration {
	seconds, err := strconv.Atoi(a.Header.Get("x-ogw-ratelimit-reset"))
	if err != nil || seconds < 0 {
		return busy
	}
	return min(time.Duration(seconds)*time.Second, httpcall.LongestWait)
}
