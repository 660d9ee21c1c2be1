// Package wecom posts notices into a WeCom (企业微信) group by the group's robot: Markdown of
// at most 4,096 bytes, 20 messages a minute. What became of a message stands in the body of
// an answer whose status is always 200.
package wecom

import (
	"time"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/chat"
)

// New returns a channel to one robot.
func New(o chat.Options) (*chat.Channel, error) {
	return chat.New(o, &side{dialect()})
}

type side struct{ dialect chat.Dialect }

func (*side) Name() string { return "WeCom" }

// Pace keeps below 20 messages a minute.
func (*side) Pace() notifier.Pace { return notifier.Pace{Messages: 18, Within: time.Minute} }

// mostBytes is how long the text may be, in bytes of UTF-8.
const mostBytes = 4096

type body struct {
	MsgType  string   `json:"msgtype"`
	Markdown markdown `json:"markdown"`
}

type markdown struct {
	Content string `json:"content"`
}

// Write makes the body.
func (s *side) Write(d *card.Deck, _ time.Time) chat.Letter {
	page := card.Fit(d.Cards, func(p card.Page) bool { return len(s.dialect.Page(d, p)) <= mostBytes })
	return chat.Letter{Body: body{MsgType: "markdown", Markdown: markdown{Content: s.dialect.Page(d, page)}}}
}

func dialect() chat.Dialect {
	return chat.Dialect{
		Escape: chat.Lookalike, Break: "\n", Quote: "> ", Bullet: "- ", Unlinked: true,
		Heading: func(tint card.Tint, text string) string {
			return `**<font color="` + colour(tint) + `">` + text + `</font>**`
		},
	}
}

// colour is one of the three that there are.
func colour(t card.Tint) string {
	switch t {
	case card.Red, card.Orange:
		return "warning"
	case card.Green:
		return "info"
	case card.Blue, card.Grey:
	}
	return "comment"
}

// Read reads errcode and errmsg.
func (*side) Read(a *chat.Answer) chat.Verdict {
	code, said, ok := a.Says("errcode", "errmsg")
	if !ok {
		return chat.Verdict{}
	}
	v := chat.Verdict{Meaning: chat.Later, Said: said}
	switch code {
	case 0:
		v.Meaning = chat.Taken
	case 45009, 45033: // more than 20 in a minute
		v.Meaning, v.Wait = chat.NotBefore, time.Minute
		v.WayOut = "the robot has sent more than 20 messages in a minute: let nobody else use it"
	case 93000, 93004, 93008:
		v.Meaning, v.WayOut = chat.Gone, "the robot is no more, switched off, or out of the group, or its key is mistyped: copy the url of one that works"
	case 40008, 40033, 40035, 40058, 44004, 45002:
		v.Meaning, v.WayOut = chat.Never, "this is a fault of Brimwatch"
	case 60020:
		v.WayOut = "WeCom does not take calls from the address of this machine"
	case -1:
		v.WayOut = "WeCom is busy"
	}
	return v
}
