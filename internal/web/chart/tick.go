package chart

import (
	"math"
	"strconv"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// tick writes the amount of a y tick, short: 0, 800, 1.5k, 2M, 4 GiB.
func tick(m fleet.Metric, v float64) string {
	if m == fleet.MemoryBytes {
		return words.Figure(m, v)
	}
	units := [...]string{"", "k", "M", "G", "T"}
	i := 0
	for math.Abs(v) >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if math.Abs(v) >= 1e6 {
		return strconv.FormatFloat(v, 'g', 3, 64) + units[i]
	}
	return strconv.FormatFloat(v, 'g', 6, 64) + units[i] // without what is only noise of binary fractions
}
