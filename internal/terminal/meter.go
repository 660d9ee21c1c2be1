package terminal

import (
	"math"
	"strings"
)

// Meter draws a share of a capacity as a bar that is so many cells long, with a mark at
// the threshold where the bar does not reach it. A threshold of 0 is none. A share that
// is not known is NaN and has an empty bar.
func (l Look) Meter(share, threshold float64, cells int) string {
	if cells < 1 {
		return ""
	}
	full, rest, mark := "█", "░", "│"
	if !l.Unicode {
		full, rest, mark = "#", "-", "|"
	}
	at := -1
	if threshold > 0 && threshold <= 1 {
		at = min(int(threshold*float64(cells)), cells-1)
	}
	n := 0
	if !math.IsNaN(share) {
		n = int(math.Round(min(max(share, 0), 1) * float64(cells)))
	}
	// What is below its threshold never reads as if it had reached it, nor the other way.
	if at >= 0 && !math.IsNaN(share) {
		if share < threshold {
			n = min(n, at)
		} else {
			n = max(n, at+1)
		}
	}
	var b strings.Builder
	for i := range cells {
		switch {
		case i < n:
			b.WriteString(full)
		case i == at:
			b.WriteString(mark)
		default:
			b.WriteString(rest)
		}
	}
	return b.String()
}
