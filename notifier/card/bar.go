package card

import (
	"math"
	"strings"
)

// The signs of a bar.
const (
	full    = "█"
	empty   = "░"
	mark    = "┃" // where the threshold is
	over    = "▶" // goes on beyond the capacity
	unknown = "┄"
)

// Bar draws a share of a capacity in so many signs, with a mark at the threshold: it reaches
// the mark when the share has reached the threshold, and is full when the capacity is. A
// share beyond the capacity goes on with an arrow. One that is not known has neither. A
// threshold of 0 has no mark.
func Bar(share, threshold float64, width int) string {
	if width <= 0 {
		return ""
	}
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return strings.Repeat(unknown, width)
	}
	at := width + 1 // beyond the end: no mark
	if threshold > 0 && threshold < 1 {
		at = min(max(int(math.Round(threshold*float64(width))), 1), max(width-1, 1))
	}
	filled := min(max(int(math.Floor(share*float64(width)+1e-9)), 0), width)
	switch {
	case share < 1:
		filled = min(filled, width-1) // it is full when nothing is left
	case share >= 1:
		filled = width
	}
	if share > 0 && filled == 0 && width > 1 {
		filled = 1 // something is used
	}
	if at <= width {
		if share >= threshold {
			filled = max(filled, at)
		} else {
			filled = min(filled, at-1)
		}
	}
	var b strings.Builder
	for i := range width {
		if i == at {
			b.WriteString(mark)
		}
		if i < filled {
			b.WriteString(full)
		} else {
			b.WriteString(empty)
		}
	}
	if at == width {
		b.WriteString(mark)
	}
	if share > 1 {
		b.WriteString(over)
	}
	return b.String()
}

// barWidth is how wide the bar of a card is: it fits on a telephone beside the share.
const barWidth = 20

// Bar is the bar of a card with its share: ██████████████┃█░░░░░ 72%. It is empty where there
// are no figures.
func (c *Card) Bar() string {
	if c.Figures == nil {
		return ""
	}
	return Bar(c.Figures.Share, c.Figures.Threshold, barWidth) + " " + c.Figures.Text
}
