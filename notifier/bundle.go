package notifier

import (
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// extras are the parts of a text that can be left out.
type extras struct {
	link  bool // the address of the page, when not all are named
	reply bool // what to answer, when not all are named and there is no address
	left  bool // how many changes were left out
	tails int  // how many of the tails, the first ones
}

// ways are the choices of parts, from the best. The page is named only where there is
// room for it beside the gravest.
func (b *bundle) ways() []extras {
	n := len(b.tails)
	var out []extras
	if b.link != "" {
		out = append(out, extras{link: true, left: true, tails: n})
	}
	out = append(out, extras{reply: true, left: true, tails: n})
	for ; n > 0; n-- {
		out = append(out, extras{reply: true, tails: n})
	}
	return append(out, extras{reply: true, left: true}, extras{reply: true}, extras{})
}

// text is the best text that fits into one segment.
func (b *bundle) text() string {
	ways := b.ways()
	for _, x := range ways {
		if text, ok := b.fitting(x); ok {
			return text
		}
	}
	return cut(b.write(1, b.least(), ways[len(ways)-1]))
}

// fair and least are the widths to which names may be shortened: so that another one
// can be named, and where all of them or the gravest would have no room else.
func (b *bundle) fair() int {
	if b.l == words.ZH {
		return 8
	}
	return 14
}

func (b *bundle) least() int {
	if b.l == words.ZH {
		return 5
	}
	return 8
}

// fitting names as many as it can, with names as long as they can be.
func (b *bundle) fitting(x extras) (string, bool) {
	all := len(b.begins) + len(b.ends)
	for named := min(all, mostNamed); named > 0; named-- {
		width := b.fair()
		if named == b.alarms+b.ended || named == 1 && !x.link {
			width = b.least()
		}
		text := b.write(named, width, x)
		if !inOne(text) {
			continue
		}
		for {
			width++
			wider := b.write(named, width, x)
			if !inOne(wider) {
				return text, true
			}
			if text = wider; width > b.widest() {
				return text, true
			}
		}
	}
	return "", false
}

// widest is the width at which no name is shortened.
func (b *bundle) widest() int {
	w := 0
	for _, list := range [][]abridgement{b.begins, b.ends} {
		for _, a := range list {
			w = max(w, len([]rune(a.name)))
		}
	}
	return w
}

func inOne(text string) bool {
	n, _ := sms.Segments(text)
	return n <= 1
}

// write names the first so many, with names of at most a width.
func (b *bundle) write(named, width int, x extras) string {
	begins, ends := b.share(named)
	var parts []string
	if b.alarms > 0 {
		parts = append(parts, b.counted()+b.list(b.begins[:begins], width))
	}
	if b.ended > 0 {
		count := words.Count(b.ended)
		parts = append(parts, b.l.Choose(count+" ended", count+"条已结束")+b.list(b.ends[:ends], width))
	}
	if rest := b.alarms + b.ended - begins - ends; rest > 0 {
		if where := b.where(rest, b.ended > 0 && ends == 0 && b.alarms > 0, x); where != "" {
			parts = append(parts, where)
		}
	}
	if x.left && b.left != "" {
		parts = append(parts, b.left)
	}
	return strings.Join(parts, b.l.Choose("; ", "；")) + strings.Join(b.tails[:x.tails], "")
}

// share divides the named ones: beginnings go first, and one end is named as soon
// as three are.
func (b *bundle) share(named int) (begins, ends int) {
	begins = min(named, len(b.begins))
	if len(b.ends) > 0 && begins == named && named > 2 {
		begins--
	}
	return begins, min(named-begins, len(b.ends))
}

// counted counts the alarms.
func (b *bundle) counted() string {
	n := words.Count(b.alarms)
	out := b.l.Choose(n+" alarms", n+"条告警")
	if b.alarms == 1 {
		out = b.l.Choose("1 alarm", "1条告警")
	}
	switch still := words.Count(b.still); {
	case b.still == b.alarms:
		out += b.l.Choose(" still on", "持续中")
	case b.still > 0:
		out += b.l.Choose(" ("+still+" still on)", "（"+still+"条持续）")
	}
	if b.critical > 0 {
		n := words.Count(b.critical)
		out += b.l.Choose(", "+n+" critical", "，"+n+"条紧急")
	}
	return out
}

// list names some behind their count.
func (b *bundle) list(named []abridgement, width int) string {
	if len(named) == 0 {
		return ""
	}
	var out []string
	for _, a := range named {
		out = append(out, a.at(width))
	}
	return b.l.Choose(": ", "：") + strings.Join(out, b.l.Choose(", ", "，"))
}

// where says where those are that the text does not name. They are counted, unless
// the text has counted some of them by themselves.
func (b *bundle) where(rest int, apart bool, x extras) string {
	n := words.Count(rest)
	switch {
	case x.link && apart:
		return b.l.Choose("all: ", "全部：") + b.link
	case x.link:
		return b.l.Choose(n+" more: ", "另有"+n+"条：") + b.link
	case x.reply:
		return b.l.Choose("all: reply LIST", "全部：回复LIST")
	}
	return ""
}
