package fleet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckName says why a text cannot be a name, or any other words that people
// gave: it is shown on pages, in logs, on terminals and in text messages, where
// a line break would begin a line of somebody else's and a bidirectional
// override would turn the words that follow it. The error names the first
// character that is refused, as U+202E, and where it stands, counted from 1.
func CheckName(name string) error {
	at := 0
	for i, c := range name {
		at++
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(name[i:]); size == 1 {
				return fmt.Errorf("character %d is the byte 0x%02X, which is no UTF-8", at, name[i])
			}
		}
		if kind := refusedAs(c); kind != "" {
			return fmt.Errorf("character %d is U+%04X, %s", at, c, kind)
		}
	}
	return nil
}

// refusedAs says what a character is that no name may have; empty for all others.
func refusedAs(c rune) string {
	switch {
	case c == '\n', c == '\r', c == '\v', c == '\f', c == '\u0085', c == '\u2028', c == '\u2029':
		return "a line break"
	case unicode.IsControl(c):
		return "a control sign"
	case unicode.Is(unicode.Bidi_Control, c):
		return "which turns the direction of the text"
	case c == utf8.RuneError:
		return "which stands for what could not be read"
	case unicode.Is(unicode.Cf, c) && !unicode.Is(unicode.Join_Control, c) && !unicode.Is(unicode.Prepended_Concatenation_Mark, c):
		return "which is not seen" // joiners are part of how some scripts and emoji are written
	}
	return ""
}

// PlainName returns a name with each character that CheckName refuses written out
// as <U+202E>, for names that nobody here can mend.
func PlainName(name string) string {
	if CheckName(name) == nil {
		return name
	}
	var b strings.Builder
	for i, c := range name {
		_, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "<0x%02X>", name[i])
		case refusedAs(c) != "":
			fmt.Fprintf(&b, "<U+%04X>", c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
