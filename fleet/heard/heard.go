// Package heard finds sentences again that another package composed in English, and has
// their Chinese: why no data arrives, above all. What a server, a cloud or a provider
// answered is in no list, and stays as it is.
package heard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Saying is a sentence that another package composed in English, and its translation.
// Where it holds something else (a name, a date, an error) both have %s; a number is %d,
// and %v is a saying by itself; %p is an address or a name before what
// is said of it; %% is a percent sign.
type Saying struct{ English, Chinese string }

// Book finds sayings. It does not change after New, and any number of goroutines may read
// it. A nil Book has those of silence, and is made anew each time.
type Book struct {
	exact    map[string]string
	patterns []pattern
}

// New makes a book of sayings.
func New(list []Saying) *Book {
	b := &Book{exact: make(map[string]string, len(list))}
	for _, s := range list {
		if p := patternOf(s); len(p.kinds) > 0 {
			b.patterns = append(b.patterns, p)
		} else {
			b.exact[p.parts[0]] = strings.ReplaceAll(s.Chinese, "%%", "%")
		}
	}
	slices.SortStableFunc(b.patterns, func(a, b pattern) int { return cmp.Compare(b.weight, a.weight) })
	return b
}

// deepest bounds how many sayings stand in one another.
const deepest = 8

// Quoting writes a part of a sentence that is the same in every language: a name, or,
// where foreign is true, a saying that is in no list.
type Quoting func(part string, foreign bool) string

// Plainly writes a part as it is.
func Plainly(part string, _ bool) string { return part }

// Find translates a sentence, and what stands in its placeholders where that is a
// saying, too; false for one that is in no list.
func (b *Book) Find(english string, quote Quoting) (string, bool) {
	if b == nil {
		b = New(OfSilence())
	}
	return b.find(english, quote, 0)
}

func (b *Book) find(english string, quote Quoting, depth int) (string, bool) {
	if text, ok := b.exact[english]; ok {
		return text, true
	}
	if depth > deepest {
		return quote(english, true), false
	}
	for i := range b.patterns {
		p := &b.patterns[i]
		found, ok := p.match(english)
		if !ok {
			continue
		}
		args := make([]any, len(found))
		for j, part := range found {
			if args[j] = quote(part, false); p.kinds[j] == saying {
				args[j], _ = b.find(part, quote, depth+1)
			}
		}
		return fmt.Sprintf(p.chinese, args...), true
	}
	return quote(english, true), false
}
