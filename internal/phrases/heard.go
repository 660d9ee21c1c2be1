package phrases

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// saying is a sentence that another package composed in English, and its translation.
// Where it holds something else (a name, a date, an error) both have %s; a number is %d,
// and %v is a saying by itself; %% is a percent sign.
type saying struct{ english, chinese string }

// hearing finds sayings.
type hearing struct {
	exact    map[string]string
	patterns []heardPattern
}

type heardPattern struct {
	before  string // what it begins with
	after   string // what it ends with
	shape   *regexp.Regexp
	chinese string
	sayings []bool // which of the placeholders hold a saying
	weight  int    // signs that must be there: a pattern that says more goes first
}

func newHearing(list []saying) *hearing {
	h := &hearing{exact: make(map[string]string)}
	const percent = "\x00" // stands for %%, so that it is no placeholder
	for _, s := range list {
		s.english = strings.ReplaceAll(s.english, "%%", percent)
		if !strings.Contains(s.english, "%") {
			h.exact[strings.ReplaceAll(s.english, percent, "%")] = strings.ReplaceAll(s.chinese, "%%", "%")
			continue
		}
		shape := strings.NewReplacer("%s", "(.+?)", "%v", "(.+?)", "%d", `([0-9][0-9,.]*)`).Replace(regexp.QuoteMeta(s.english))
		shape = strings.ReplaceAll(shape, percent, "%")
		first, last := strings.Index(s.english, "%"), strings.LastIndex(s.english, "%")
		h.patterns = append(h.patterns, heardPattern{
			before: strings.ReplaceAll(s.english[:first], percent, "%"), after: strings.ReplaceAll(s.english[last+2:], percent, "%"),
			shape: regexp.MustCompile("(?s)^" + shape + "$"), chinese: strings.NewReplacer("%d", "%s", "%v", "%s", "]d", "]s", "]v", "]s").Replace(s.chinese),
			sayings: sayingsIn(s.english), weight: len(strings.NewReplacer("%s", "", "%v", "", "%d", "").Replace(s.english)),
		})
	}
	slices.SortStableFunc(h.patterns, func(a, b heardPattern) int { return cmp.Compare(b.weight, a.weight) })
	return h
}

// sayingsIn tells of each placeholder whether it holds a saying.
func sayingsIn(pattern string) []bool {
	var out []bool
	for i := 0; i+1 < len(pattern); i++ {
		if pattern[i] == '%' {
			out = append(out, pattern[i+1] == 'v')
		}
	}
	return out
}

// deepest bounds how many sayings stand in one another.
const deepest = 4

// quoting writes a part of a sentence that is the same in every language: a name, or,
// where foreign is true, a saying that is in no set.
type quoting func(part string, foreign bool) string

func plainly(part string, _ bool) string { return part }

// find translates a sentence, and what stands in its placeholders where that is a
// saying, too.
func (h *hearing) find(english string, quote quoting, depth int) (string, bool) {
	if text, ok := h.exact[english]; ok {
		return text, true
	}
	if depth > deepest {
		return quote(english, true), false
	}
	for i := range h.patterns {
		p := &h.patterns[i]
		if !strings.HasPrefix(english, p.before) || !strings.HasSuffix(english, p.after) { // much sooner said than by the shape
			continue
		}
		found := p.shape.FindStringSubmatch(english)
		if found == nil {
			continue
		}
		args := make([]any, len(found)-1)
		for j, part := range found[1:] {
			if args[j] = quote(part, false); p.sayings[j] {
				args[j], _ = h.find(part, quote, depth+1)
			}
		}
		return fmt.Sprintf(p.chinese, args...), true
	}
	return quote(english, true), false
}

// Heard writes a sentence that came from another package, or from the journal, where it
// stands in English: why a notice waits, why a reading is missing. known is false for
// what is in no fixed set, such as the answer of a server: that stays as it is.
func (p *Printer) Heard(english string) (text string, known bool) {
	if p.Language() == words.EN || english == "" {
		return english, true
	}
	return p.book.heard.find(english, plainly, 0)
}

// HeardAs is Heard for a page: quote writes the parts that no set has, and names, as the
// page needs them. What stands around them holds no sign that HTML gives a meaning.
func (p *Printer) HeardAs(english string, quote func(part string, foreign bool) string) string {
	if p.Language() == words.EN || english == "" {
		return quote(english, false)
	}
	text, _ := p.book.heard.find(english, quote, 0)
	return text
}
