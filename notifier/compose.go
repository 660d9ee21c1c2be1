package notifier

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/callnames"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Composed is the text of one message for several notices, and what it says of each.
type Composed struct {
	Text string
	// Under is, for each notice, the code under which the text says it: its own, or that
	// of another one whose words say it, too. It is "" for one that the text only counts.
	Under []string
	// Left are the places of notices for which the text has no room, and which are not
	// merely counted: what they tell of has its own date. They go in another message.
	Left []int
}

// Compose writes the text of one text message that tells a target of notices. It is
// empty for a target that gets no texts. Tails are sentences that the text ends with,
// each with the sign before it, as far as there is room.
func (d *Directory) Compose(t Target, notices []Notice, tails ...string) Composed {
	if t.Recipient.Channel != "sms" || len(notices) == 0 {
		return Composed{}
	}
	return d.entries.Words.compose(notices, d.reader(t), tails...)
}

// ComposeLast writes the text that ends a row of messages, of which each said what the one
// before had no room for: this one counts the rest, so that nothing is left. The page and LIST have it.
func (d *Directory) ComposeLast(t Target, notices []Notice, tails ...string) Composed {
	if t.Recipient.Channel != "sms" || len(notices) == 0 {
		return Composed{}
	}
	r := d.reader(t)
	r.last = true
	return d.entries.Words.compose(notices, r, tails...)
}

// reader is who reads a text.
type reader struct {
	l     words.Language
	zone  *time.Location
	last  bool             // no message is to follow: what has no room is counted
	names *callnames.Table // of the configuration
}

func (d *Directory) reader(t Target) reader {
	return reader{l: t.Language, zone: t.Zone, names: d.entries.Words.Names}
}

// counts tells whether a text may count a notice without saying what it is.
func (r reader) counts(n *Notice) bool { return r.last || countable(n) }

// compose writes the text of one text message for notices. Where the text of the gravest
// says all of them, it is that. Else it begins with counts, names the gravest with their
// codes, and says where the others are; all of it is one segment. One notice alone is told by
// the template of its target, if that has one; several are told in the words that are shipped.
func (w Words) compose(notices []Notice, r reader, tails ...string) Composed {
	if len(notices) == 1 && notices[0].Own != "" {
		n := notices[0]
		n.Text = n.Own
		return Composed{Text: alone(&n, r.l, tails), Under: []string{n.Code}}
	}
	if at, some := speaker(notices, r); some {
		n := notices[at]
		n.LeftOut = 0
		for i := range notices {
			n.LeftOut += max(notices[i].LeftOut, 0)
		}
		c := Composed{Text: alone(&n, r.l, tails), Under: make([]string, len(notices))}
		for i := range c.Under {
			c.Under[i] = n.Code
		}
		return c
	}
	return newBundle(notices, r, w.listLink(r.l), tails).composed()
}

// alone is the text of one notice with what it left out, as far as there is room.
func alone(n *Notice, l words.Language, tails []string) string {
	text := n.Text
	if text == "" {
		text = abridged(n, l).String()
	}
	if left := leftOut(n.LeftOut, l); left != "" {
		text = withRoom(text, l.Choose(" ("+left+")", "（"+left+"）"))
	}
	for _, tail := range tails {
		text = withRoom(text, tail)
	}
	return text
}

// withRoom ends a text with a tail, when that does not make it longer by a segment. A
// tail that goes on after a semicolon takes the place of a full stop.
func withRoom(text, tail string) string {
	before, _ := sms.Segments(text)
	out := text + tail
	if strings.HasPrefix(tail, ";") || strings.HasPrefix(tail, "；") {
		out = strings.TrimRight(text, ".。") + tail
	}
	if after, _ := sms.Segments(out); after > max(before, 1) {
		return text
	}
	return out
}

// leftOut says how many changes nobody was told of; "" for none.
func leftOut(n int, l words.Language) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return l.Choose("1 earlier change left out", "略去1条较早变化")
	}
	count := words.Count(n)
	return l.Choose(count+" earlier changes left out", "略去"+count+"条较早变化")
}

// listLink is the address of the page that lists all alarms; "" when a phone cannot
// open it.
func (w Words) listLink(l words.Language) string {
	u, err := url.Parse(w.ExternalURL)
	if err != nil || u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	addr, err := netip.ParseAddr(host)
	link := w.ExternalURL + "/alarms"
	switch {
	case err == nil && (addr.IsLoopback() || addr.IsUnspecified()),
		host == "localhost", strings.HasSuffix(host, ".localhost"),
		l == words.EN && !sms.IsGSM(link):
		return ""
	}
	return link
}

// mostNamed is how many of each kind a text can name at the most.
const mostNamed = 16

// abridgement is a notice in a few words. Its name is whole: how much of it there is room
// for is known when a text is written, and until then nothing is left out of it.
type abridgement struct {
	code, name, what string
	id               string // of the instance; "" for others
}

// abridged takes the Brief of a notice apart. One that was planned before there were
// briefs has its code and its name.
func abridged(n *Notice, l words.Language) abridgement {
	brief := n.Brief
	var known []string
	for _, name := range []string{n.Alert.Labels[labelInstance], n.Alert.Labels[labelID], n.Alert.Labels[labelAccount]} {
		if name != "" {
			known = append(known, name, sms.Plain(words.Clean(name)), words.Clean(name))
		}
	}
	a := abridgement{code: n.Code, id: words.Clean(n.Alert.Labels[labelID])}
	if brief == "" {
		if len(known) > 0 {
			a.name = known[0]
		}
		a.name = words.Clean(a.name)
		if l == words.EN {
			a.name = sms.Plain(a.name)
		}
		return a
	}
	a.what = strings.TrimPrefix(brief, n.Code+" ")
	for _, name := range known {
		if strings.HasPrefix(a.what+" ", name+" ") && len(name) > len(a.name) {
			a.name = name
		}
	}
	a.what = strings.TrimSpace(strings.TrimPrefix(a.what, a.name))
	return a
}

// String writes it with the whole of its name.
func (a abridgement) String() string {
	return strings.Join(slices.DeleteFunc([]string{a.code, a.name, a.what}, func(s string) bool { return s == "" }), " ")
}

// calls returns what a text for several calls what something is about, in about so many
// signs: no other instance of the configuration is called so.
func (r reader) calls(name, id string, most int) string {
	return r.names.Cut(name, id, most, gapOf(name, r.l))
}

// gap stands for what was left out of a name.
const gap = ".."
