// Package slack posts notices into a Slack channel by an incoming webhook: blocks with the
// colour of the severity beside them, and a text where blocks are not shown. Slack takes a
// message a second, and answers ok.
package slack

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
	"github.com/brimwatch/brimwatch/notifier/chat"
	"github.com/brimwatch/brimwatch/notifier/post"
)

// New returns a channel to one incoming webhook.
func New(o chat.Options) (*chat.Channel, error) { return chat.New(o, side{}) }

type side struct{}

func (side) Name() string { return "Slack" }

// Pace is a message a second.
func (side) Pace() notifier.Pace { return notifier.Pace{Messages: 1, Within: time.Second} }

// Slack's limits. It refuses blocks that are longer than some 13,000 signs together, and does
// not say where exactly that begins.
const (
	mostBytes   = 12_000
	mostSection = 3000 // signs of a text in a section
	mostHeader  = 150
	mostContext = 2000
)

type body struct {
	Text        string       `json:"text"` // for lists and locked screens
	Markdown    bool         `json:"mrkdwn"`
	Blocks      []block      `json:"blocks"`
	Attachments []attachment `json:"attachments,omitempty"`
}

type attachment struct {
	Colour string  `json:"color"`
	Blocks []block `json:"blocks"`
}

// block is a heading, a section, or small text below it. All of what Brimwatch did not write
// itself is plain text, in which Slack reads no markup and mentions nobody.
type block struct {
	Type     string `json:"type"`
	Text     *text  `json:"text,omitempty"`
	Elements []text `json:"elements,omitempty"`
	Image    string `json:"image_url,omitempty"`
	Alt      string `json:"alt_text,omitempty"`
}

type text struct {
	Type  string `json:"type"`
	Text  string `json:"text"`
	Emoji *bool  `json:"emoji,omitempty"` // of plain text: whether :name: is drawn
}

// Write makes the body.
func (s side) Write(d *card.Deck, _ time.Time) chat.Letter {
	page := card.Fit(d.Cards, func(p card.Page) bool {
		raw, err := post.JSON(s.body(d, p))
		return err == nil && len(raw) <= mostBytes
	})
	return chat.Letter{Body: s.body(d, page)}
}

func (s side) body(d *card.Deck, p card.Page) body {
	out := body{Text: escape(d.Brief()), Blocks: []block{heading(d.Heading())}}
	alone := len(d.Cards) == 1
	for i := range p.Full {
		c := &p.Full[i]
		var blocks []block
		if !alone {
			blocks = append(blocks, heading(c.Title()))
		}
		out.Attachments = append(out.Attachments, attachment{colour(c.Tint()), append(blocks, told(c)...)})
	}
	if rest := listed(d, p); len(rest) > 0 {
		out.Attachments = append(out.Attachments, attachment{colour(card.Grey), rest})
	}
	if doubt := d.Doubt(); doubt != "" {
		out.Blocks = append(out.Blocks, small(plain(doubt, mostContext)))
	}
	return out
}

// told is what stands below the heading of a card.
func told(c *card.Card) []block {
	lines := c.Lines
	if bar := c.Bar(); bar != "" {
		lines = append(lines[:len(lines):len(lines)], bar)
	}
	var out []block
	for _, part := range []string{strings.Join(lines, "\n"), c.Advice} {
		if part != "" {
			out = append(out, section(part))
		}
	}
	below := []text{plain(c.Footer(), mostContext)}
	if links := links(c); links != "" {
		below = append(below, text{Type: "mrkdwn", Text: links})
	}
	out = append(out, small(below...))
	if c.Links.Picture != "" {
		out = append(out, block{Type: "image", Image: c.Links.Picture, Alt: clip(c.Summary, mostContext)})
	}
	return out
}

// listed are the cards in a line each, as many to a section as it holds, and how many more
// there are.
func listed(d *card.Deck, p card.Page) []block {
	var out []block
	lines := ""
	for i := range p.Brief {
		line := p.Brief[i].OneLine()
		if utf8.RuneCountInString(lines)+utf8.RuneCountInString(line) >= mostSection {
			out, lines = append(out, section(lines)), ""
		}
		lines = strings.TrimPrefix(lines+"\n"+line, "\n")
	}
	if lines != "" {
		out = append(out, section(lines))
	}
	switch {
	case p.Rest == 0:
	case d.List == "":
		out = append(out, small(plain(d.More(p.Rest), mostContext)))
	default:
		bare := *d
		bare.List = ""
		out = append(out, small(text{Type: "mrkdwn", Text: "<" + d.List + "|" + escape(bare.More(p.Rest)) + ">"}))
	}
	return out
}

// links writes where somebody goes from a card. The words are our own, and the addresses are
// those that card.Link has written.
func links(c *card.Card) string {
	var out []string
	for _, p := range c.PagesBesidePicture() {
		out = append(out, "<"+p.Value+"|"+p.Name+">")
	}
	return strings.Join(out, " · ")
}

func heading(s string) block {
	t := plain(s, mostHeader)
	return block{Type: "header", Text: &t}
}

func section(s string) block {
	t := plain(s, mostSection)
	return block{Type: "section", Text: &t}
}

func small(parts ...text) block { return block{Type: "context", Elements: parts} }

func plain(s string, most int) text {
	off := false
	return text{Type: "plain_text", Text: clip(s, most), Emoji: &off}
}

// clip shortens a text to so many signs.
func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}

// escape takes the meaning out of the three signs that Slack reads in every text.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
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
		return "#9aa0a6"
	case card.Blue:
	}
	return "#1a73e8"
}

// Read reads the one word that Slack answers. An error has one, too, with a status of 4xx.
func (side) Read(a *chat.Answer) chat.Verdict {
	word := strings.TrimSpace(string(a.Body))
	if a.Status < 300 {
		if word == "ok" {
			return chat.Verdict{Meaning: chat.Taken}
		}
		return chat.Verdict{}
	}
	switch word {
	case "no_service", "no_service_id", "no_team", "no_active_hooks", "invalid_token", "token_revoked", "channel_not_found", "team_disabled", "user_not_found":
		return chat.Verdict{Meaning: chat.Gone, Said: word, WayOut: "the webhook is no more, or its channel is: make another in Slack and copy its url"}
	case "channel_is_archived":
		return chat.Verdict{Meaning: chat.Gone, Said: word, WayOut: "take the channel out of the archive, or make a webhook for another"}
	case "action_prohibited", "posting_to_general_channel_denied":
		return chat.Verdict{Meaning: chat.Gone, Said: word, WayOut: "an administrator of the workspace has forbidden the webhook to post there"}
	case "rate_limited":
		return chat.Verdict{Meaning: chat.NotBefore, Said: word, Wait: 30 * time.Second}
	case "invalid_blocks", "invalid_attachments": // of a picture that it cannot fetch it says no more
		return chat.Verdict{Meaning: chat.Never, Said: word, WayOut: "this is a fault of Brimwatch", Pictures: true}
	case "no_text", "invalid_payload", "invalid_blocks_format", "too_many_attachments", "msg_blocks_too_long", "missing_text_or_fallback_or_attachments":
		return chat.Verdict{Meaning: chat.Never, Said: word, WayOut: "this is a fault of Brimwatch"}
	}
	return chat.Verdict{}
}
