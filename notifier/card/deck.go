package card

import (
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier"
)

// Linker gives the links of a notice to whoever gets it.
type Linker func(*notifier.Notice, notifier.Recipient) Links

// Reader is for whom cards are made.
type Reader struct {
	Language words.Language
	Zone     *time.Location // nil is UTC
	Links    Linker         // nil knows the page of the instance only
	List     string         // where all alarms are listed; "" is nowhere
}

// Deck is what one message shows.
type Deck struct {
	Language words.Language
	Cards    []Card // the gravest first
	List     string // where all alarms are listed; "" is nowhere
	Repeat   bool   // the message may have arrived before
}

// Deal makes the cards of a message.
func (r *Reader) Deal(m *notifier.Message) Deck {
	d := Deck{Language: r.Language, List: Link(r.List), Repeat: m.InDoubt, Cards: make([]Card, 0, len(m.Notices))}
	order := make([]int, len(m.Notices))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := &m.Notices[a], &m.Notices[b]
		return notifier.Weight(x.Severity, x.Kind) - notifier.Weight(y.Severity, y.Kind)
	})
	for _, i := range order {
		n := &m.Notices[i]
		var links Links
		if r.Links != nil {
			links = r.Links(n, m.Recipient)
		}
		d.Cards = append(d.Cards, Of(n, r.Language, r.Zone, links))
	}
	return d
}

// WithoutPictures takes the pictures out of all cards, and leaves links to them. It tells
// whether there were any.
func (d *Deck) WithoutPictures() bool {
	had := false
	for i := range d.Cards {
		l := &d.Cards[i].Links
		had, l.Picture = had || l.Picture != "", ""
	}
	return had
}

// Heading is what a message is about in one line: of one card that, of several how many
// there are of what.
func (d *Deck) Heading() string {
	if len(d.Cards) == 1 {
		return d.Cards[0].Title()
	}
	return d.Sum()
}

// Sum says who tells how many alarms: Brimwatch: 3 alarms, 1 critical; 2 ended.
func (d *Deck) Sum() string { return "Brimwatch" + d.Language.Choose(": ", "：") + d.Counts() }

// Brief is what a message is about where there is room for one line only, such as on a
// locked screen.
func (d *Deck) Brief() string {
	if len(d.Cards) == 1 {
		return d.Cards[0].OneLine()
	}
	return d.Heading() + d.Language.Choose(". ", "。") + d.Cards[0].OneLine()
}

// Counts says how many alarms there are, and how many of them are over.
func (d *Deck) Counts() string {
	var all, critical, ended int
	for i := range d.Cards {
		switch c := &d.Cards[i]; {
		case c.Over():
			ended++
		case c.Severity == alarm.Critical:
			critical++
			all++
		default:
			all++
		}
	}
	l := d.Language
	var said []string
	if all > 0 {
		s := words.Count(all) + l.Choose(plural(all, " alarm"), "条告警")
		if critical > 0 {
			s += l.Choose(", ", "，") + words.Count(critical) + l.Choose(" critical", "条紧急")
		}
		said = append(said, s)
	}
	if ended > 0 {
		said = append(said, words.Count(ended)+l.Choose(" ended", "条恢复"))
	}
	return strings.Join(said, l.Choose("; ", "；"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// More counts what a message has no room for, and says where it is: 12 more:
// https://brimwatch.example.com/alarms.
func (d *Deck) More(n int) string {
	out := d.Language.Choose(words.Count(n)+" more", "另有"+words.Count(n)+"条")
	if d.List == "" {
		return out
	}
	return out + d.Language.Choose(": ", "：") + d.List
}

// Doubt says that a message may have come before; "" where it has not.
func (d *Deck) Doubt() string {
	if !d.Repeat {
		return ""
	}
	return d.Language.Choose("This may be a repeat: nobody answered the first time.", "可能重复：首次发送没有得到应答。")
}

// Tint is that of the gravest card.
func (d *Deck) Tint() Tint {
	out := Grey
	for i := range d.Cards {
		out = min(out, d.Cards[i].Tint())
	}
	return out
}

// PagesBesidePicture is Pages where a picture of the chart is shown, which needs no link to it.
func (c *Card) PagesBesidePicture() []Detail {
	if c.Links.Picture == "" {
		return c.Pages()
	}
	beside := *c
	beside.Links.Chart = ""
	return beside.Pages()
}

// Pages names the links of a card, in the order in which they are shown.
func (c *Card) Pages() []Detail {
	l := c.Language
	var out []Detail
	for _, d := range []Detail{
		{l.Choose("Open", "查看"), c.Links.Page}, {l.Choose("Acknowledge", "确认"), c.Links.Acknowledge},
		{l.Choose("Silence", "静默"), c.Links.Silence}, {l.Choose("Chart", "图表"), c.Links.Chart},
	} {
		if d.Value != "" {
			out = append(out, d)
		}
	}
	return out
}
