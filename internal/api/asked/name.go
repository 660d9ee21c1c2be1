// Package asked reads what requests ask for: moments, durations, names and silences.
// HTTP API and assistants ask in the same words, and hear of the same faults. All of it
// is pure functions: now is a parameter.
package asked

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/brimwatch/brimwatch/fleet"
)

// maxWords bounds a name or comment, in characters.
const maxWords = 200

// TooLong tells that a name or comment is; "" when it is not.
func TooLong(field, text string) string {
	if utf8.RuneCountInString(text) > maxWords {
		return fmt.Sprintf("%s is longer than %d characters", field, maxWords)
	}
	return ""
}

// Garbled tells which characters a name or comment must not have; "" when it has
// none of them. It ends up on pages, in logs and texts.
func Garbled(field, text string) string {
	if err := fleet.CheckName(text); err != nil {
		return field + " must be one line of plain text: " + err.Error()
	}
	return ""
}

// Faults leaves out what is no fault.
func Faults(faults ...string) []string {
	return slices.DeleteFunc(faults, func(f string) bool { return f == "" })
}
