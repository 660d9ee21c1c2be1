package email

import (
	"html/template"
	"strings"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// ownOf is a message in somebody's own words: one that tells of a single notice. A template
// that knows one notice cannot word several.
func ownOf(m *notifier.Message) notifier.OwnMail {
	if len(m.Notices) != 1 {
		return notifier.OwnMail{}
	}
	return m.Notices[0].Mail()
}

// ownLinks are what can be done from a mail in somebody's own words. They are signed for the
// recipient when the mail is sent, so that no template can write them.
func (l *letter) ownLinks() []card.Detail {
	of := l.Cards[0]
	of.Links = card.Links{Acknowledge: of.Links.Acknowledge, Silence: of.Links.Silence}
	return of.Pages()
}

// ownPage is the HTML of a mail in somebody's own words.
type ownPage struct {
	Colour     string
	HTML       template.HTML // by a template that escapes what it prints
	Paragraphs [][]string    // the lines of each, where there is no HTML
	Links      []card.Detail
	preview    string
}

// ownPage is nil where the words are those that are shipped.
func (l *letter) ownPage() *ownPage {
	if l.own.Text == "" {
		return nil
	}
	all := paragraphs(l.own.Text)
	p := &ownPage{Colour: colourOf(l.Cards[0].Tint()), Links: l.ownLinks(), preview: clip(l.own.Text, mostSubject)}
	if l.own.HTML != "" {
		p.HTML = template.HTML(l.own.HTML) //nolint:gosec // html/template wrote it: what stands there unescaped is the operator's
	} else {
		p.Paragraphs = all
	}
	return p
}

// paragraphs takes a text apart at its empty lines. Indentation stays, in blanks that HTML
// does not join.
func paragraphs(text string) [][]string {
	var out [][]string
	var lines []string
	for line := range strings.SplitSeq(text+"\n", "\n") {
		line = strings.TrimRight(line, " \t")
		if line != "" {
			rest := strings.TrimLeft(line, " \t")
			lines = append(lines, strings.Repeat("\u00a0", len(line)-len(rest))+rest)
			continue
		}
		if lines != nil {
			out, lines = append(out, lines), nil
		}
	}
	return out
}
