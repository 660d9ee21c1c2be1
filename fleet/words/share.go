package words

import (
	"math"
	"strconv"
	"strings"
)

// Share writes a share of a capacity: 72%, and below ten with one decimal, 3.1%.
func Share(u float64) string { return share(u, 0) }

// ShareBeside writes a share that stands beside a threshold: with as many decimals
// as the threshold has, so that 87.4% never reads as if it had reached 87.5%, nor
// 87.6% as if it had not.
func ShareBeside(u, threshold float64) string {
	_, part, _ := strings.Cut(strings.TrimSuffix(Threshold(threshold), "%"), ".")
	return share(u, len(part))
}

// Threshold writes a share that somebody chose: 70%, 87.5%.
func Threshold(u float64) string {
	if p := u * 100; math.IsNaN(p) || math.IsInf(p, 0) {
		return Unknown
	}
	return trimZeros(strconv.FormatFloat(u*100, 'f', 3, 64)) + "%"
}

// share cuts u to percent with the decimals that its size gives it, and at least as
// many as asked for. It cuts the shortest decimal that is u, and not the binary
// fraction, by which 0.29 were 28.999…%.
func share(u float64, least int) string {
	a := math.Abs(u)
	switch {
	case math.IsNaN(u) || math.IsInf(u*100, 0):
		return Unknown
	case a >= 1e13:
		return strconv.FormatFloat(u*100, 'g', 4, 64) + "%"
	}
	keep := least
	if a < 0.1 {
		keep = max(keep, 1)
	}
	whole, part, _ := strings.Cut(strconv.FormatFloat(a, 'f', -1, 64), ".")
	part = (part + strings.Repeat("0", 2+keep))[:2+keep]
	whole = strings.TrimLeft(whole+part[:2], "0")
	if whole == "" {
		whole = "0"
	}
	text := grouped(trimZeros(whole + "." + part[2:]))
	if u < 0 && text != "0" {
		text = "-" + text
	}
	return text + "%"
}
