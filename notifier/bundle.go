package notifier

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// bundle is what one text message says of several notices.
type bundle struct {
	reader
	notices      []Notice
	begins, ends []entry // the gravest first
	counted      tally   // beginnings that the text counts, named or not
	left         int     // how many changes these and the ends left out
	ended        int
	link         string // where all alarms are listed; "" for nowhere
	tails        []string
}

// tally counts beginnings, with reminders.
type tally struct{ all, critical, still int }

// add counts a notice.
func (t *tally) add(n *Notice) {
	t.all++
	if n.Severity == alarm.Critical {
		t.critical++
	}
	if n.Kind == alarm.Reminded {
		t.still++
	}
}

func newBundle(notices []Notice, r reader, link string, tails []string) *bundle {
	b := &bundle{reader: r, notices: notices, link: link, tails: tails}
	var begins, ends []int
	for i := range notices {
		n := &notices[i]
		if Ends(n.Kind) {
			ends = append(ends, i)
		} else {
			begins = append(begins, i)
		}
		switch {
		case !r.counts(n):
			continue
		case Ends(n.Kind):
			b.ended++
		default:
			b.counted.add(n)
		}
		b.left += max(n.LeftOut, 0)
	}
	b.begins, b.ends = entriesOf(notices, begins, r), entriesOf(notices, ends, r)
	return b
}

// of is the bundle with its entries put together.
func (b *bundle) of(together func([]entry) []entry) *bundle {
	out := *b
	out.begins, out.ends = together(b.begins), together(b.ends)
	return &out
}

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

// composed is the best text that fits into one segment: it names all, or else it lets
// some speak for others. What has to be said and is not said waits for the next.
func (b *bundle) composed() Composed {
	each := b.of(merged)
	if all := len(each.begins) + len(each.ends); all <= mostNamed {
		x, names := b.ways()[0], each.choose(all)
		if text := each.write(names, b.fair(), x); inOne(text) {
			text, names = each.explained(text, names, b.fair(), x)
			return each.saying(each.wider(text, names, b.fair(), x), names)
		}
	}
	return b.of(func(list []entry) []entry { return merged(grouped(list)) }).best()
}

// best names as many as it can.
func (b *bundle) best() Composed {
	ways := b.ways()
	for _, x := range ways {
		if text, names, ok := b.fitting(x); ok {
			return b.saying(text, names)
		}
	}
	if b.divide() {
		return b.best()
	}
	names := b.choose(1)
	return b.saying(sms.Cut(b.write(names, b.least(), ways[len(ways)-1])), names)
}

// divide takes the first one apart where it says several things; false where it does not.
func (b *bundle) divide() bool {
	if len(b.begins) == 0 || len(b.begins[0].what) < 2 {
		return false
	}
	b.begins = append(b.begins[0].apart(b.notices, b.reader), b.begins[1:]...)
	return true
}

// saying tells what a text says of each notice.
func (b *bundle) saying(text string, names named) Composed {
	c := Composed{Under: make([]string, len(b.notices))}
	for _, list := range [][]entry{names.begins, names.ends} {
		for i := range list {
			for _, at := range list[i].notices {
				c.Under[at] = list[i].code
			}
		}
	}
	for i := range b.notices {
		if c.Under[i] == "" && !b.counts(&b.notices[i]) {
			c.Left = append(c.Left, i)
		}
	}
	if n := words.Count(len(c.Left)); len(c.Left) > 0 {
		text = withRoom(text, b.l.Choose("; "+n+" more follow", "；另"+n+"条随后"))
	}
	c.Text = text
	return c
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

// named are those that a text names.
type named struct{ begins, ends []entry }

// fitting names as many as it can, with names as long as they can be.
func (b *bundle) fitting(x extras) (text string, names named, ok bool) {
	all := len(b.begins) + len(b.ends)
	for n := min(all, mostNamed); n > 0; n-- {
		widths := []int{b.fair()}
		if n == all || n == 1 && !x.link {
			widths = []int{b.least(), b.fair()} // a name that is another's when it is short may be longer as an ID
		}
		if names = b.choose(n); b.signs(names) > b.room() {
			continue
		}
		width := b.fitsAt(names, widths, x)
		if width == 0 {
			continue
		}
		if text = b.write(names, width, x); n < all {
			text, names = b.filled(text, names, x)
		}
		text, names = b.explained(text, names, width, x)
		return b.wider(text, names, width, x), names, true
	}
	return "", named{}, false
}

// fitsAt returns the first width of names at which a text is one segment; 0 for none.
func (b *bundle) fitsAt(names named, widths []int, x extras) int {
	for _, width := range widths {
		if inOne(b.write(names, width, x)) {
			return width
		}
	}
	return 0
}

// filled names further ones that have to be said, where they fit: shorter ones than the
// next.
func (b *bundle) filled(text string, names named, x extras) (string, named) {
	has := utf8.RuneCountInString(text)
	for i := range b.begins {
		e := &b.begins[i]
		if !e.must || has+e.signs() > b.room()+mostSpared || slices.ContainsFunc(names.begins, func(o entry) bool { return o.notices[0] == e.notices[0] }) {
			continue
		}
		more := named{append(slices.Clone(names.begins), *e), names.ends}
		if longer := b.write(more, b.fair(), x); inOne(longer) {
			text, names = longer, more
			has = utf8.RuneCountInString(text)
		}
	}
	return text, names
}

// mostSpared is by how much the rest of a text may become shorter when it names one more.
const mostSpared = 16

// room is how many signs fit into one segment at the most. Chinese leaves less.
func (b *bundle) room() int {
	if b.l == words.ZH {
		return 70
	}
	return 160
}

// signs is how many signs a text has at least that names some: to write one takes long, and
// most of them have no room for as many.
func (b *bundle) signs(names named) int {
	n := 0
	for _, list := range [][]entry{names.begins, names.ends} {
		for i := range list {
			n += list[i].signs()
		}
	}
	return n
}

// signs is how many signs an entry takes at least, whatever becomes of its name.
func (e *entry) signs() int {
	n := utf8.RuneCountInString(e.code)
	for _, what := range e.what {
		n += utf8.RuneCountInString(what)
	}
	return n
}

// explained says of the ends that are named why they are over, of as many as there is room for.
func (b *bundle) explained(text string, names named, width int, x extras) (string, named) {
	for i := range names.ends {
		if names.ends[i].why == "" {
			continue
		}
		more := named{names.begins, slices.Clone(names.ends)}
		more.ends[i].tells = true
		if longer := b.write(more, width, x); inOne(longer) {
			text, names = longer, more
		}
	}
	return text, names
}

// wider lets the names in a text be as long as they can be.
func (b *bundle) wider(text string, names named, width int, x extras) string {
	for width <= b.widest() {
		width++
		wider := b.write(names, width, x)
		if !inOne(wider) {
			break
		}
		text = wider
	}
	return text
}

// widest is the width at which no name is shortened.
func (b *bundle) widest() int {
	w := 0
	for _, list := range [][]entry{b.begins, b.ends} {
		for i := range list {
			w = max(w, len([]rune(list[i].name)))
		}
	}
	return w
}

func inOne(text string) bool {
	n, _ := sms.Segments(text)
	return n <= 1
}

// write names some, with names of about a width.
func (b *bundle) write(names named, width int, x extras) string {
	alarms, ended, left, rest, groups := b.counted, b.ended, b.left, b.counted.all+b.ended, false
	for i := range names.begins {
		e := &names.begins[i]
		groups = groups || e.more > 0
		if !e.must {
			rest -= len(e.notices)
			continue
		}
		for _, at := range e.notices {
			alarms.add(&b.notices[at])
			left += max(b.notices[at].LeftOut, 0)
		}
	}
	for i := range names.ends {
		e := &names.ends[i]
		groups = groups || e.more > 0
		if e.must {
			ended += len(e.notices)
		} else {
			rest -= len(e.notices)
		}
	}
	var parts []string
	if alarms.all > 0 {
		parts = append(parts, b.count(alarms)+b.list(names.begins, width))
	}
	if ended > 0 {
		count := words.Count(ended)
		parts = append(parts, b.l.Choose(count+" ended", count+"条已结束")+b.list(names.ends, width))
	}
	if rest > 0 || groups {
		if where := b.where(rest, rest == 0 || ended > 0 && len(names.ends) == 0 && alarms.all > 0, x); where != "" {
			parts = append(parts, where)
		}
	}
	if said := leftOut(left, b.l); x.left && said != "" {
		parts = append(parts, said)
	}
	return strings.Join(parts, b.l.Choose("; ", "；")) + strings.Join(b.tails[:x.tails], "")
}

// choose divides places among those that are named: beginnings go first, and one end
// has a place as soon as there are three. What cannot be counted gets the last place of
// the beginnings where it has none before: a storm of others must not keep it waiting.
func (b *bundle) choose(places int) named {
	n := min(places, len(b.begins))
	if len(b.ends) > 0 && n == places && places > 2 {
		n--
	}
	names := named{b.begins[:n], b.ends[:min(places-n, len(b.ends))]}
	if at := slices.IndexFunc(b.begins, func(e entry) bool { return e.must }); n > 1 && at >= n {
		names.begins = append(slices.Clone(names.begins[:n-1]), b.begins[at])
	}
	return names
}

// count counts alarms.
func (b *bundle) count(alarms tally) string {
	n := words.Count(alarms.all)
	out := b.l.Choose(n+" alarms", n+"条告警")
	if alarms.all == 1 {
		out = b.l.Choose("1 alarm", "1条告警")
	}
	switch still := words.Count(alarms.still); {
	case alarms.still == alarms.all:
		out += b.l.Choose(" still on", "持续中")
	case alarms.still > 0:
		out += b.l.Choose(" ("+still+" still on)", "（"+still+"条持续）")
	}
	if alarms.critical > 0 {
		n := words.Count(alarms.critical)
		out += b.l.Choose(", "+n+" critical", "，"+n+"条紧急")
	}
	return out
}

// list names some behind their count.
func (b *bundle) list(list []entry, width int) string {
	if len(list) == 0 {
		return ""
	}
	var out []string
	for i := range list {
		out = append(out, list[i].at(width, b.reader))
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
