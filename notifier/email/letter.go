package email

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/card"
)

// letter is what a mail says.
type letter struct {
	*card.Deck
	Page  card.Page
	chart *Chart
	own   notifier.OwnMail // what of it is in somebody's own words
}

// plain writes a letter as plain text.
func (l *letter) plain() string {
	var b strings.Builder
	paragraph := func(text string) {
		if text != "" {
			b.WriteString(text + "\n\n")
		}
	}
	paragraph(l.Doubt())
	if l.own.Text != "" {
		paragraph(l.own.Text)
		paragraph(named(l.ownLinks(), l.Language))
		b.WriteString(l.signature())
		return b.String()
	}
	if l.several() {
		paragraph(l.Heading())
	}
	for i := range l.Page.Full {
		c := &l.Page.Full[i]
		paragraph(c.Title())
		paragraph(c.Bar())
		paragraph(strings.Join(c.Lines, "\n"))
		paragraph(c.Advice)
		paragraph(named(c.Pages(), l.Language))
		paragraph(c.Footer())
		if l.several() {
			paragraph(strings.Repeat("─", 30))
		}
	}
	var brief []string
	for i := range l.Page.Brief {
		brief = append(brief, "• "+l.Page.Brief[i].OneLine())
	}
	paragraph(strings.Join(brief, "\n"))
	if l.Page.Rest > 0 {
		paragraph(l.More(l.Page.Rest))
	}
	b.WriteString(l.signature())
	return b.String()
}

// named writes links with their names, a line each.
func named(links []card.Detail, l words.Language) string {
	var out []string
	for _, p := range links {
		out = append(out, p.Name+l.Choose(": ", "：")+p.Value)
	}
	return strings.Join(out, "\n")
}

// signature is that of RFC 3676: mail programs leave it out of an answer.
func (l *letter) signature() string { return "-- \n" + l.sentBy() + "\n" }

func (l *letter) several() bool { return len(l.Cards) > 1 }

// sentBy says that nobody reads an answer.
func (l *letter) sentBy() string {
	return l.Language.Choose("Brimwatch has sent this mail. Nobody reads answers to it.", "此邮件由 Brimwatch 自动发送，请勿回复。")
}

// page is what the HTML of a letter is written from.
type page struct {
	Lang, Heading, Preview, Doubt, More, List, SentBy string
	Cards                                             []htmlCard
	Brief                                             []string
	Chart                                             *htmlChart
	Own                                               *ownPage // in place of Cards
}

type htmlCard struct {
	card.Card

	Colour string
	Cells  []cell
	Links  []card.Detail
	Foot   string
}

// cell is a part of a bar: so many thousandths of it, in a colour.
type cell struct {
	Permille int
	Colour   string
}

// Width is how wide the cell is, as HTML writes it: 72.5%.
func (c cell) Width() string { return strconv.FormatFloat(float64(c.Permille)/10, 'f', -1, 64) + "%" }

type htmlChart struct {
	Source        template.URL
	Width, Height int
	Caption       string
}

// html writes a letter as HTML.
func (l *letter) html(t *template.Template) (string, error) {
	p := page{Lang: l.Language.Choose("en", "zh-CN"), Preview: l.Brief(), Doubt: l.Doubt(), SentBy: l.sentBy()}
	if l.several() {
		p.Heading = l.Heading()
	}
	if p.Own = l.ownPage(); p.Own != nil {
		p.Preview = p.Own.preview
	}
	for i := range l.Page.Full {
		c := l.Page.Full[i]
		colour := colourOf(c.Tint())
		p.Cards = append(p.Cards, htmlCard{Card: c, Colour: colour, Cells: cells(c.Figures, colour), Links: c.Pages(), Foot: c.Footer()})
	}
	for i := range l.Page.Brief {
		p.Brief = append(p.Brief, l.Page.Brief[i].OneLine())
	}
	if l.Page.Rest > 0 {
		p.More, p.List = l.More(l.Page.Rest), l.List
	}
	if l.chart != nil {
		p.Chart = &htmlChart{Source: "cid:" + chartName, Width: l.chart.Width, Height: l.chart.Height, Caption: l.chart.Caption}
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return "", fmt.Errorf("write the HTML: %w", err)
	}
	return b.String(), nil
}

// The colours of bars beside that of their card.
const (
	free = "#e4e7ec"
	mark = "#101828" // of the threshold
)

// markWidth is how many thousandths of a bar its mark is wide.
const markWidth = 6

// cells are the parts of a bar: what is used, what is free, and between them a mark where
// the threshold is. It is a table: mail programs show no drawings.
func cells(f *card.Figures, colour string) []cell {
	if f == nil || math.IsNaN(f.Share) {
		return nil
	}
	used := int(math.Round(min(max(f.Share, 0), 1) * 1000))
	at := int(math.Round(f.Threshold * 1000))
	if at <= 0 || at >= 1000-markWidth {
		return parts(cell{used, colour}, cell{1000 - used, free})
	}
	if f.Share >= f.Threshold {
		used = max(used, at+markWidth)
		return parts(cell{at, colour}, cell{markWidth, mark}, cell{used - at - markWidth, colour}, cell{1000 - used, free})
	}
	used = min(used, at-1) // however near the threshold, it has not reached it
	return parts(cell{used, colour}, cell{at - used, free}, cell{markWidth, mark}, cell{1000 - at - markWidth, free})
}

// parts leaves out what is empty.
func parts(all ...cell) []cell {
	var out []cell
	for _, c := range all {
		if c.Permille > 0 {
			out = append(out, c)
		}
	}
	return out
}

func colourOf(t card.Tint) string {
	switch t {
	case card.Red:
		return "#b42318"
	case card.Orange:
		return "#b54708"
	case card.Green:
		return "#067647"
	case card.Blue:
		return "#175cd3"
	case card.Grey:
	}
	return "#475467"
}
