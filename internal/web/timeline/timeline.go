// Package timeline draws what happens when as a line for each account or
// instance: an SVG that is as wide as its place, whose texts keep their size.
// Each kind of sign has a shape of its own, so that colour alone never tells them apart.
package timeline

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Kind is a kind of sign. It is also its class in the style sheet.
type Kind struct {
	Name  string // released; made of small letters
	Shape Shape
}

// Shape is what a sign looks like.
type Shape string

// The shapes. Each is drawn around 0,0, about 10 wide.
const (
	Ring     Shape = "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"
	Dot      Shape = "M-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0 -3 0zM-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z"
	Square   Shape = "M-4.5 -4.5h9v9h-9z"
	Diamond  Shape = "M0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z"
	Cross    Shape = "M-5 -5l10 10M-5 5l10 -10"
	Triangle Shape = "M-5.5 4.5h11l-5.5 -9.5z"
	Bar      Shape = "M0 -5.5v11"
)

// Sign is something that happens.
type Sign struct {
	At   time.Time
	Kind int    // index into the time line's kinds
	Text string // Orders expires
}

// Span is something that lasts. Its kind is its class in the style sheet.
type Span struct {
	From, To time.Time
	Kind     string // turn; made of small letters
	Text     string // wei is on call
}

// Lane is one line. Its signs and spans may come in any order.
type Lane struct {
	Name  string
	Signs []Sign
	Spans []Span
}

// Line is a time line.
type Line struct {
	From, To time.Time
	Now      time.Time      // marked with a line of its own; zero is not
	Zone     *time.Location // nil is UTC
	Kinds    []Kind         // the gravest last
	Lanes    []Lane
	Say      *phrases.Printer // nil speaks English
	Label    string           // the whole of it in a sentence, for who does not see it
}

// Sizes in pixels, and places in percent of the width.
const (
	laneHeight = 46
	nameAt     = 15 // of a lane's name, below its top
	axisAt     = 33 // of a lane's line, below its top
	headHeight = 22
	spanHeight = 14
	margin     = 4.0 // left and right of the span
	// lastMiddle is up to where, in percent, a date is written with its middle at its place.
	lastMiddle = 94.0
	// nearest is how close signs may come, of the span: closer ones become one
	// with their number. On a screen of 400 pixels that is 14 of them.
	nearest = 0.04
	// maxTexts is how many things the tooltip of one sign lists.
	maxTexts = 12
)

// SVG draws the line. Everything in it is escaped.
func (l *Line) SVG() string {
	var b strings.Builder
	height := headHeight + len(l.Lanes)*laneHeight
	fmt.Fprintf(&b, `<svg class="timeline" width="100%%" height="%d" role="img" aria-label="%s"><defs>`, height, escape(l.Label))
	for _, k := range l.Kinds {
		fmt.Fprintf(&b, `<path id="sign-%s" d="%s"/>`, k.Name, k.Shape)
	}
	b.WriteString(`</defs>`)
	l.axis(&b, height)
	for i := range l.Lanes {
		l.lane(&b, &l.Lanes[i], headHeight+i*laneHeight)
	}
	if !l.Now.IsZero() {
		x := l.place(l.Now)
		fmt.Fprintf(&b, `<line class="now" x1="%s" x2="%s" y1="%d" y2="%d"><title>%s</title></line>`, x, x, headHeight-6, height, escape(l.Say.T("at this moment|now")))
	}
	b.WriteString(`</svg>`)
	return b.String()
}

// escape writes a text as XML. What XML has no way to write becomes a sign for it.
func escape(s string) string {
	return html.EscapeString(strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0xfffe || c == 0xffff {
			return utf8.RuneError
		}
		return c
	}, s))
}

// zone is where the days begin.
func (l *Line) zone() *time.Location { return cmp.Or(l.Zone, time.UTC) }

// place is where a moment lies, in percent of the width.
func (l *Line) place(at time.Time) string { return percent(l.percent(at)) }

func (l *Line) percent(at time.Time) float64 {
	share := at.Sub(l.From).Seconds() / max(1, l.To.Sub(l.From).Seconds())
	return margin + min(max(share, 0), 1)*(100-2*margin)
}

func percent(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) + "%" }

// tick is a date on the axis.
type tick struct {
	at   time.Time
	text string
}

// ticks are the days that are written: Mondays of up to six weeks, else the first
// of the months.
func (l *Line) ticks() []tick {
	const day = 24 * time.Hour
	from := l.From.In(l.zone())
	var out []tick
	y, m, d := from.Date()
	weeks := l.To.Sub(l.From) <= 45*day
	for n := 0; ; n++ {
		at := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, l.zone())
		text := at.Format(l.Say.Language().Choose("Jan", "1月"))
		if weeks {
			at = time.Date(y, m, d+n, 0, 0, 0, 0, l.zone())
			text = words.BriefDate(at, l.zone(), l.Say.Language())
		} else if at.Month() == time.January {
			text = at.Format(l.Say.Language().Choose("2006", "2006年"))
		}
		if !at.Before(l.To) {
			return out
		}
		if at.After(l.From) && (!weeks || at.Weekday() == time.Monday) {
			out = append(out, tick{at: at, text: text})
		}
	}
}

func (l *Line) axis(b *strings.Builder, height int) {
	b.WriteString(`<g class="dates">`)
	for _, t := range l.ticks() {
		x, anchor := l.place(t.at), "middle"
		if l.percent(t.at) > lastMiddle {
			anchor = "end" // half of it would lie outside
		}
		fmt.Fprintf(b, `<line x1="%s" x2="%s" y1="%d" y2="%d"/><text x="%s" y="12" text-anchor="%s">%s</text>`, x, x, headHeight-6, height, x, anchor, t.text)
	}
	b.WriteString(`</g>`)
}

// cluster is a sign as it is drawn: one thing, or several that are close.
type cluster struct {
	first, last time.Time
	kind        int // the gravest
	texts       []string
	n           int
}

// clusters puts signs together that would lie upon each other.
func (l *Line) clusters(signs []Sign) []cluster {
	signs = slices.Clone(signs)
	slices.SortStableFunc(signs, func(a, b Sign) int { return a.At.Compare(b.At) })
	apart := time.Duration(float64(l.To.Sub(l.From)) * nearest)
	var out []cluster
	for _, m := range signs {
		if len(out) == 0 || m.At.Sub(out[len(out)-1].first) >= apart {
			out = append(out, cluster{first: m.At, kind: m.Kind})
		}
		c := &out[len(out)-1]
		c.last, c.kind = m.At, max(c.kind, m.Kind)
		if c.n++; c.n <= maxTexts {
			c.texts = append(c.texts, m.At.In(l.zone()).Format("2006-01-02 15:04")+" "+m.Text)
		}
	}
	return out
}

func (l *Line) lane(b *strings.Builder, lane *Lane, top int) {
	from, to := l.place(l.From), l.place(l.To)
	fmt.Fprintf(b, `<g class="lane"><text class="who" x="%s" y="%d">%s</text><line x1="%s" x2="%s" y1="%d" y2="%d"/>`,
		from, top+nameAt, escape(lane.Name), from, to, top+axisAt, top+axisAt)
	for _, s := range lane.Spans {
		l.span(b, s, top+axisAt)
	}
	for _, c := range l.clusters(lane.Signs) {
		texts := c.texts
		if c.n > len(texts) {
			texts = append(texts, l.Say.T("and %d more until %s", c.n-len(texts), c.last.In(l.zone()).Format("2006-01-02 15:04")))
		}
		x, name := l.place(c.first), l.Kinds[c.kind].Name
		fmt.Fprintf(b, `<g class="sign %s"><title>%s</title><use href="#sign-%s" x="%s" y="%d"/>`, name, escape(strings.Join(texts, "\n")), name, x, top+axisAt)
		if c.n > 1 {
			fmt.Fprintf(b, `<text x="%s" y="%d" text-anchor="middle">%d</text>`, x, top+axisAt-9, c.n)
		}
		b.WriteString(`</g>`)
	}
	b.WriteString(`</g>`)
}

// day writes a moment with its day of the week.
func (l *Line) day(at time.Time) string {
	local := at.In(l.zone())
	weekday, _ := l.Say.Heard(local.Format("Mon"))
	return weekday + " " + local.Format("2006-01-02 15:04")
}

// span draws what lasts as a bar on the line of its lane, as much of it as the time line
// shows.
func (l *Line) span(b *strings.Builder, s Span, y int) {
	from, to := l.percent(s.From), l.percent(s.To)
	title := s.Text + "\n" + l.Say.T("%s to %s", l.day(s.From), l.day(s.To))
	fmt.Fprintf(b, `<rect class="span %s" x="%s" y="%d" width="%s" height="%d"><title>%s</title></rect>`,
		s.Kind, percent(from), y-spanHeight/2, percent(max(0, to-from)), spanHeight, escape(title))
}
