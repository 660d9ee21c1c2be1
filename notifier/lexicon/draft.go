package lexicon

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/notifier/facts"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// Draft is what one text message is to say. Fit finds what of it there is room for.
type Draft struct {
	Signs Signs
	Code  string
	Word  string // CRITICAL
	// Name returns what the subject is called, in at most so many signs where that can
	// be; 0 is all of them.
	Name  func(most int) string
	More  string // after the name: " and 2 more of acme"
	Few   string // the same in fewer words: " and 2 more"
	Facts []Part
	About string   // product and edition; "" is none
	Steps []string // what to do, the best first: one of them is said
}

// Part is a fact of a text message.
type Part struct {
	Phrase

	Weight facts.Weight
}

// The widths to which a name is cut: before facts go, and where nothing else can.
const (
	fairName  = 16
	leastName = 7
)

// roomy is about as long as a text message.
const roomy = 160

// form is how a fact is said in a draft.
type form uint8

const (
	whole form = iota
	tight
	brief // of the gravest
	gone  // of others
)

// fitting is a draft with what of it is said.
type fitting struct {
	*Draft

	forms []form
	name  string
	more  string
	about string
	step  string
	said  string // the text that was tried last
}

// Fit returns the text that says as much as there is room for in one segment: 160 signs
// of GSM-7 or 70 of UCS-2 (3GPP TS 23.038). What has no room goes in this order: facts that
// matter least, what to do, product and edition, the middle of the name, other facts by
// their weight. The gravest fact and the code are always there. Then what has room after
// all comes back.
func (d *Draft) Fit() string {
	f := fitting{Draft: d, forms: make([]form, len(d.Facts)), name: d.Name(0), more: d.More, about: d.About}
	for _, step := range d.Steps {
		if f.step = step; f.fits() {
			return f.said
		}
	}
	f.reduce()
	if !f.fits() {
		return sms.Cut(f.text())
	}
	f.restore()
	return f.text()
}

// reduce leaves out until the rest fits.
func (f *fitting) reduce() {
	f.shed(facts.Aside)
	if f.fits() {
		return
	}
	f.step = ""
	if f.fits() {
		return
	}
	f.about = ""
	if f.fits() {
		return
	}
	if f.narrow(fairName) {
		return
	}
	for _, w := range []facts.Weight{facts.Plain, facts.Grave} {
		if f.shed(w); f.fits() {
			return
		}
	}
	if f.narrow(leastName) {
		return
	}
	if f.more = f.Few; f.fits() {
		return
	}
	f.shed(facts.Gravest)
}

// shed says the facts of a weight in ever fewer words, from the last, until all fits.
func (f *fitting) shed(w facts.Weight) {
	to := []form{tight, gone}
	if w == facts.Gravest {
		to = []form{tight, brief}
	}
	for _, next := range to {
		for i := len(f.Facts) - 1; i >= 0; i-- {
			if f.Facts[i].Weight != w {
				continue
			}
			if f.fits() {
				return
			}
			f.forms[i] = next
		}
	}
}

// narrow cuts the name as little as is needed, to no fewer signs than least.
func (f *fitting) narrow(least int) bool {
	full := f.Name(0)
	f.name = full
	// So much has to go at least, when each sign is one unit; else restore brings back
	// what is left over.
	from := utf8.RuneCountInString(full) + min(sms.Room(f.text()), 0) + 2
	for w := min(from, utf8.RuneCountInString(full)); w >= least; w-- {
		if f.name = f.Name(w); f.fits() {
			return true
		}
	}
	f.name = f.Name(least)
	return false
}

// restore brings back what there is room for after all: the name, facts from the
// gravest, product and edition, what to do.
func (f *fitting) restore() {
	for _, w := range []facts.Weight{facts.Gravest, facts.Grave, facts.Plain} {
		f.bringBack(w)
	}
	if f.more != f.More {
		f.try(func() { f.more = f.More }, func() { f.more = f.Few })
	}
	f.widen()
	if f.about == "" {
		f.try(func() { f.about = f.About }, func() { f.about = "" })
	}
	for _, step := range f.Steps {
		if f.step == "" {
			f.try(func() { f.step = step }, func() { f.step = "" })
		}
	}
	f.bringBack(facts.Aside)
}

// bringBack says the facts of a weight in as many words as there is room for.
func (f *fitting) bringBack(w facts.Weight) {
	for i := range f.Facts {
		if f.Facts[i].Weight != w {
			continue
		}
		for f.forms[i] != whole {
			was := f.forms[i]
			next := whole
			if was == gone || was == brief {
				next = tight
			}
			if f.try(func() { f.forms[i] = next }, func() { f.forms[i] = was }); f.forms[i] == was {
				break
			}
		}
	}
}

// widen makes the name as long as there is room for.
func (f *fitting) widen() {
	full := f.Name(0)
	if f.name == full {
		return
	}
	most := utf8.RuneCountInString(f.name) + max(sms.Room(f.text()), 0)
	for w := min(utf8.RuneCountInString(full), most); ; w-- {
		wider, was := f.Name(w), f.name
		if utf8.RuneCountInString(wider) <= utf8.RuneCountInString(was) {
			return
		}
		if f.name = wider; f.fits() {
			return
		}
		f.name = was
	}
}

// try makes a change, and takes it back when the text does not fit with it.
func (f *fitting) try(change, back func()) {
	if change(); !f.fits() {
		back()
	}
}

func (f *fitting) fits() bool {
	f.said = f.text()
	n, _ := sms.Segments(f.said)
	return n <= 1
}

// text writes what is said.
func (f *fitting) text() string {
	var b strings.Builder
	b.Grow(2 * roomy)
	for _, s := range [...]string{f.Code, " ", f.Word, " ", f.name, f.more, f.Signs.Colon} {
		b.WriteString(s)
	}
	said := false
	for i := range f.Facts {
		p := &f.Facts[i]
		if p.Weight == facts.Full {
			continue
		}
		words := p.in(f.forms[i])
		if words == "" {
			continue
		}
		if said && !joins(words) {
			b.WriteString(f.Signs.Comma)
		}
		b.WriteString(words)
		said = true
	}
	if f.about != "" {
		b.WriteString(f.Signs.Comma)
		b.WriteString(f.about)
	}
	b.WriteString(f.Signs.Stop)
	if f.step != "" {
		b.WriteString(f.Signs.Blank)
		b.WriteString(f.step)
	}
	return b.String()
}

// in is the phrase in a form.
func (p *Phrase) in(f form) string {
	switch f {
	case gone:
		return ""
	case tight:
		return cmp.Or(p.Tight, p.Message)
	case brief:
		return cmp.Or(p.Brief, p.Tight, p.Message)
	case whole:
	}
	return p.Message
}

// joins tells whether words go on without a comma.
func joins(words string) bool {
	r, _ := utf8.DecodeRuneInString(words)
	return strings.ContainsRune(" ;:,（；：，", r)
}

// Joined writes phrases one after the other, as a text message does.
func Joined(s Signs, phrases []string) string {
	var b strings.Builder
	for i, p := range phrases {
		if i > 0 && !joins(p) {
			b.WriteString(s.Comma)
		}
		b.WriteString(p)
	}
	return b.String()
}
