package words

import (
	"strings"
	"unicode"
)

// Clean takes out of a name or a reason what nobody sees and what would change how the
// text around it is read: control signs, line feeds, marks and overrides of direction,
// signs without a width, private and unassigned ones. Blanks of all kinds become one.
func Clean(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case !seen(r):
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// clean tells whether there is nothing to take out: hardly any name has something.
func clean(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < 0x21 && (c != ' ' || i == 0 || i == len(s)-1 || s[i+1] == ' ') || c >= 0x7f {
			return false
		}
	}
	return true
}

// seen tells whether a sign can be seen where it stands, and leaves others where they
// are. A joiner of emoji is one that holds others together: without it they stand apart.
func seen(r rune) bool {
	switch {
	case r == unicode.ReplacementChar:
		return false
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Cs, r):
		return false
	case unicode.Is(unicode.Variation_Selector, r):
		return false
	}
	return unicode.IsGraphic(r)
}
