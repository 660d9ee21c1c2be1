package words

import (
	"math"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// Figure writes an amount of a metric, with its unit where the name of the metric
// does not hold it: 3,612, 12.4, 2.61 GiB.
func Figure(m fleet.Metric, v float64) string {
	text, unit := parts(m, v)
	return joined(text, unit)
}

// Of writes a usage and its capacity: 3,612 of 5,000, 2.61 of 4 GiB. The unit
// stands once when both have the same.
func Of(m fleet.Metric, usage, capacity float64, l Language) string {
	used, unit := parts(m, usage)
	most, of := parts(m, capacity)
	if unit == of {
		unit = ""
	}
	return joined(used, unit) + l.Choose(" of ", "/") + joined(most, of)
}

func joined(text, unit string) string {
	if unit == "" {
		return text
	}
	return text + " " + unit
}

// parts writes an amount and its unit; the unit is empty for a count, a rate and
// what is not a number.
func parts(m fleet.Metric, v float64) (text, unit string) {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return Unknown, ""
	case m != fleet.MemoryBytes:
		return number(v), ""
	}
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}
	i := 0
	for math.Abs(rounded(v)) >= 1024 && i < len(units)-1 {
		v /= 1024
		i++
	}
	return number(v), units[i]
}

// number writes a number by the rule for figures.
func number(v float64) string {
	a := math.Abs(v)
	switch {
	case v != math.Trunc(v) && a < 0.01:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case a >= 1e15:
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return grouped(trimZeros(strconv.FormatFloat(v, 'f', decimals(v), 64)))
}

// decimals is how many decimals a figure keeps.
func decimals(v float64) int {
	switch a := math.Abs(v); {
	case a >= 100:
		return 0
	case a >= 10:
		return 1
	}
	return 2
}

// rounded is v as number writes it, where that is with decimals or whole.
func rounded(v float64) float64 {
	scale := math.Pow10(decimals(v))
	return math.Round(v*scale) / scale
}

// trimZeros takes zeros off the end of the decimals.
func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// grouped puts a comma between each three digits of the whole part.
func grouped(s string) string {
	whole, part, dotted := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dotted {
		whole += "." + part
	}
	return sign + whole
}

// Count writes how many there are of something: 10,000.
func Count(n int) string { return grouped(strconv.Itoa(n)) }
