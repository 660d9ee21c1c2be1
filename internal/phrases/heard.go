package phrases

import (
	"github.com/brimwatch/brimwatch/fleet/heard"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// saying is a sentence that another package composed in English, and its translation.
type saying heard.Saying

// heardBook has the sayings of pages and commands, and those of silence and of calls.
func heardBook() *heard.Book {
	list := append(heard.OfSilence(), heard.OfCalls()...)
	for _, s := range allHeard() {
		list = append(list, heard.Saying(s))
	}
	return heard.New(list)
}

// Heard writes a sentence that came from another package, or from the journal, where it
// stands in English: why a notice waits, why a reading is missing. known is false for
// what is in no fixed set, such as the answer of a server: that stays as it is.
func (p *Printer) Heard(english string) (text string, known bool) {
	if p.Language() == words.EN || english == "" {
		return english, true
	}
	return p.book.heard.Find(english, heard.Plainly)
}

// HeardAs is Heard for a page: quote writes the parts that no set has, and names, as the
// page needs them. What stands around them holds no sign that HTML gives a meaning.
func (p *Printer) HeardAs(english string, quote func(part string, foreign bool) string) string {
	if p.Language() == words.EN || english == "" {
		return quote(english, false)
	}
	text, _ := p.book.heard.Find(english, quote)
	return text
}
