package alarm

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// Setting is what somebody sets for the capacity alarm of one metric. What it
// leaves out stays as it is.
type Setting struct {
	Threshold string // a share as people write it, such as 80%; ParseShare reads it. "" leaves it as it is.
	Clear     string // likewise, below which it is over; Follows lets it follow the threshold
	For       string // how long at or above the threshold, such as 2m; "" leaves it as it is
	Enabled   *bool
}

// Follows is a clear threshold that lies as far below the threshold as it does where none is given.
const Follows = "auto"

// ParseShare reads a share of a capacity, 70% or 70, as a fraction. A number
// below 1 without a sign is refused: 0.7 was most probably meant to be 70%. The
// configuration, the API and the pages read shares by this.
func ParseShare(text string) (float64, error) {
	number, sign := strings.CutSuffix(strings.TrimSpace(text), "%")
	number = strings.TrimSpace(number)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.Trim(number, "0123456789.-") != "" {
		return 0, fmt.Errorf("a share is wanted here, such as 70%%, not %q", clip(text))
	}
	switch {
	case v > 0 && v < 1 && !sign:
		return 0, fmt.Errorf("%s is read as a percentage; write %s if that is what you mean", clip(number), words.Threshold(v))
	case v < 0 || v > 1000:
		return 0, fmt.Errorf("a share lies between 0%% and 1000%%, not at %q", clip(text))
	}
	return v / 100, nil
}

// clip shortens what an error repeats.
func clip(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
