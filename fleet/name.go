package fleet

import (
	"fmt"
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
	}
	return ""
}
