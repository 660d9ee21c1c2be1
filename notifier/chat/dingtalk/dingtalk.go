// Package dingtalk posts notices into a DingTalk group by the group's custom robot: Markdown
// of at most 20,000 bytes, 20 messages a minute, signed where the robot asks for it. What
// became of a message stands in the body of an answer whose status is always 200.
package dingtalk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// New returns a channel to one robot. At are the mobile numbers of members of the group who
// are mentioned when something critical begins.
func New(o chat.Options) (*chat.Channel, error) {
	return chat.New(o, &side{secret: o.Secret, at: o.At, dialect: dialect()})
}

type side struct {
	secret  string
	at      []string
	dialect chat.Dialect
}

func (*side) Name() string { return "DingTalk" }

// Pace keeps below 20 messages a minute: who sends more is not heard for ten minutes.
func (*side) Pace() notifier.Pace { return notifier.Pace{Messages: 18, Within: time.Minute} }

// mostBytes is how long a body may be; the far side takes 20,000 bytes.
const mostBytes = 19_500

type body struct {
	MsgType  string   `json:"msgtype"`
	Markdown markdown `json:"markdown"`
	At       mentions `json:"at"`
}

type markdown struct {
	Title string `json:"title"` // what a telephone shows of the message
	Text  string `json:"text"`
}

type mentions struct {
	Mobiles []string `json:"atMobiles"`
	All     bool     `json:"isAtAll"`
}

// Write makes the body, and signs it.
func (s *side) Write(d *card.Deck, now time.Time) chat.Letter {
	out := body{MsgType: "markdown", Markdown: markdown{Title: d.Brief()}, At: mentions{Mobiles: []string{}}}
	tail := ""
	if len(s.at) > 0 && slices.ContainsFunc(d.Cards, grave) {
		out.At.Mobiles = s.at
		tail = "\n\n@" + strings.Join(s.at, " @") // who is mentioned has to stand in the text, too
	}
	write := func(p card.Page) body {
		out.Markdown.Text = s.dialect.Page(d, p) + tail
		return out
	}
	page := card.Fit(d.Cards, func(p card.Page) bool {
		raw, err := post.JSON(write(p))
		return err == nil && len(raw) <= mostBytes
	})
	return chat.Letter{Body: write(page), Query: sign(s.secret, now)}
}

// grave tells whether a card is worth to call somebody by name.
func grave(c card.Card) bool { return c.Severity == alarm.Critical && c.Begins() }

// sign makes the signature that goes into the address: HMAC-SHA256 of the time in
// milliseconds, a line feed and the secret, by the secret.
func sign(secret string, now time.Time) url.Values {
	if secret == "" {
		return nil
	}
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "\n" + secret))
	return url.Values{"timestamp": {stamp}, "sign": {base64.StdEncoding.EncodeToString(mac.Sum(nil))}}
}

func dialect() chat.Dialect {
	return chat.Dialect{
		Escape: chat.Lookalike, Break: "  \n", Quote: "> ", Bullet: "- ", Images: true,
		Heading: func(tint card.Tint, text string) string {
			return `#### <font color="` + colour(tint) + `">` + text + `</font>`
		},
	}
}

func colour(t card.Tint) string {
	switch t {
	case card.Red:
		return "#d93025"
	case card.Orange:
		return "#e37400"
	case card.Green:
		return "#188038"
	case card.Grey:
		return "#5f6368"
	case card.Blue:
	}
	return "#1a73e8"
}

// blocked is how long a robot is not heard that sent more than it may.
const blocked = 10 * time.Minute

// Read reads errcode and errmsg.
func (s *side) Read(a *chat.Answer) chat.Verdict {
	code, said, ok := a.Says("errcode", "errmsg")
	if !ok {
		return chat.Verdict{}
	}
	v := chat.Verdict{Meaning: chat.Later, Said: said}
	switch code {
	case 0:
		v.Meaning = chat.Taken
	case 130101, 410100: // more than 20 in a minute
		v.Meaning, v.Wait = chat.NotBefore, blocked
		v.WayOut = "the robot has sent more than 20 messages in a minute and is not heard for ten: let nobody else use it"
	case 310000:
		return s.unsafe(a, v)
	case 300001, 300005, 400013, 400101, 400102, 400106:
		v.Meaning, v.WayOut = chat.Gone, "the robot or its group is no more, or the robot is switched off: copy the url of one that works"
	case 40035, 43004, 400105, 101002, 460101:
		v.Meaning, v.WayOut = chat.Never, "this is a fault of Brimwatch"
	case 430101, 430102, 430103, 430104:
		v.Meaning, v.WayOut = chat.Never, "DingTalk takes something in the text for unsuitable: a name, a label, or the link to Brimwatch"
	case -1:
		v.WayOut = "DingTalk is busy"
	}
	return v
}

// unsafe is what 310000 means, by its words: the security settings of the robot let nothing
// of this through.
func (s *side) unsafe(a *chat.Answer, v chat.Verdict) chat.Verdict {
	said := strings.ToLower(v.Said)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	switch {
	case has("keyword", "关键词", "关键字"):
		v.WayOut = "add the keyword Brimwatch to the robot's security settings (each message has it), or use their signature with secret_file"
	case has("sign", "timestamp", "签名", "时间戳"):
		v.Meaning, v.WayOut = chat.Credentials, chat.ClockOrSecret(a)
		if s.secret == "" {
			v.WayOut = "the robot's security settings ask for a signature: give its secret as secret_file"
		}
	case has("ip", "白名单"):
		v.WayOut = "add the address from which this machine reaches the internet to the robot's security settings"
	default:
		v.WayOut = "look at the robot's security settings: keywords, signature, addresses"
	}
	return v
}
