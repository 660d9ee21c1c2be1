package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier/card"
)

// Dialect is how a far side writes Markdown.
type Dialect struct {
	// Escape makes plain text fit to stand in a line.
	Escape func(string) string
	// Heading writes an escaped text as the heading of a card.
	Heading func(tint card.Tint, escaped string) string
	// Break ends a line within a paragraph.
	Break string
	// Quote begins what to do, and Bullet an alarm that has one line.
	Quote, Bullet string
	// Images tells whether pictures are shown.
	Images bool
	// Unlinked leaves the link to its page off an alarm that has one line: it takes the room
	// of another alarm.
	Unlinked bool
}

// Card writes a card: heading, lines, bar, advice, details, links.
func (d *Dialect) Card(c *card.Card) string {
	return d.Heading(c.Tint(), d.Escape(c.Title())) + "\n\n" + d.Rest(c)
}

// Rest writes a card without its heading.
func (d *Dialect) Rest(c *card.Card) string {
	var lines []string
	for _, line := range c.Lines {
		lines = append(lines, d.Escape(line))
	}
	if bar := c.Bar(); bar != "" {
		lines = append(lines, d.Escape(bar))
	}
	parts := []string{strings.Join(lines, d.Break)}
	if c.Advice != "" {
		parts = append(parts, d.Quote+d.Escape(c.Advice))
	}
	last := d.Escape(c.Footer())
	if links := d.links(c); links != "" {
		last += d.Break + links
	}
	parts = append(parts, last)
	if d.Images && c.Links.Picture != "" {
		parts = append(parts, "![]("+c.Links.Picture+")")
	}
	return strings.Join(parts, "\n\n")
}

// links writes where somebody goes from a card.
func (d *Dialect) links(c *card.Card) string {
	pages := c.Pages()
	if d.Images {
		pages = c.PagesBesidePicture()
	}
	var out []string
	for _, p := range pages {
		out = append(out, Linked(p.Name, p.Value))
	}
	return strings.Join(out, " · ")
}

// Linked writes a link. The address is one that card.Link has written.
func Linked(text, address string) string { return "[" + text + "](" + address + ")" }

// Brief writes a card in one line, with its page behind it where there is room for that.
func (d *Dialect) Brief(c *card.Card) string {
	out := d.Bullet + d.Escape(c.OneLine())
	if pages := c.Pages(); len(pages) > 0 && !d.Unlinked {
		out += " " + Linked(pages[0].Name, pages[0].Value)
	}
	return out
}

// Page writes what of a deck has room: cards under a line that counts them, then those in a
// line each, then how many more there are.
func (d *Dialect) Page(deck *card.Deck, p card.Page) string {
	var parts []string
	if len(deck.Cards) > 1 || len(p.Full) == 0 {
		parts = append(parts, "**"+d.Escape(deck.Sum())+"**")
	}
	for i := range p.Full {
		parts = append(parts, d.Card(&p.Full[i]))
	}
	if len(p.Brief) > 0 {
		lines := make([]string, len(p.Brief))
		for i := range p.Brief {
			lines[i] = d.Brief(&p.Brief[i])
		}
		parts = append(parts, strings.Join(lines, "\n"))
	}
	if p.Rest > 0 {
		parts = append(parts, d.More(deck, p.Rest))
	}
	if doubt := deck.Doubt(); doubt != "" {
		parts = append(parts, d.Escape(doubt))
	}
	return strings.Join(parts, "\n\n")
}

// More counts what has no room, with a link to where it is.
func (d *Dialect) More(deck *card.Deck, n int) string {
	bare := *deck
	bare.List = ""
	if deck.List == "" {
		return d.Escape(bare.More(n))
	}
	return Linked(d.Escape(bare.More(n)), deck.List)
}

// Lookalike takes the meaning out of what Markdown and HTML would read, by signs that look
// the same. It is for far sides that do not say how a sign is escaped. What no Markdown reads
// stays: an underscore within a word, the sign of a mail address, an ampersand by itself.
func Lookalike(s string) string {
	var b strings.Builder
	before := ' '
	for i, r := range s {
		after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		b.WriteRune(lookalike(before, r, after))
		before = r
	}
	return Startless(b.String())
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func lookalike(before, r, after rune) rune {
	switch r {
	case '*':
		return '＊'
	case '`':
		return '｀'
	case '[':
		return '［'
	case ']':
		return '］'
	case '<':
		return '＜'
	case '\\':
		return '＼'
	case '~':
		return '～'
	case '_':
		if !inWord(before) || !inWord(after) {
			return '＿'
		}
	case '@':
		if !inWord(before) {
			return '＠'
		}
	case '&':
		if after == '#' || inWord(after) {
			return '＆'
		}
	}
	return r
}

// Startless takes the meaning out of what Markdown reads at the beginning of a line: a
// heading, a quote, a list, a rule.
func Startless(s string) string {
	for sign, like := range map[string]string{"#": "＃", ">": "＞", "- ": "－ ", "+ ": "＋ ", "--": "－-", "==": "＝="} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			return like + rest
		}
	}
	rest := strings.TrimLeft(s, "0123456789")
	if len(rest) < len(s) && (strings.HasPrefix(rest, ". ") || strings.HasPrefix(rest, ") ")) {
		return s[:len(s)-len(rest)] + "．" + rest[1:]
	}
	return s
}
