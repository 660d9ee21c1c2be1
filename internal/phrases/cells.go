package phrases

import (
	"strings"

	"golang.org/x/text/width"
)

// Cells is how many cells of a terminal a text takes: Chinese signs take two.
func Cells(text string) int {
	n := 0
	for _, r := range text {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		case width.Neutral, width.EastAsianAmbiguous, width.EastAsianNarrow, width.EastAsianHalfwidth:
			n++
		}
	}
	return n
}

// Fill puts spaces behind a text until it takes so many cells of a terminal.
func Fill(text string, cells int) string {
	return text + strings.Repeat(" ", max(0, cells-Cells(text)))
}
