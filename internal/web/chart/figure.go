package chart

import (
	"math"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// Name returns what people call a metric.
func Name(m fleet.Metric) string {
	switch m {
	case fleet.MessageTPS:
		return "Message TPS"
	case fleet.SendTPS:
		return "Send TPS"
	case fleet.ReceiveTPS:
		return "Receive TPS"
	case fleet.Subscriptions:
		return "Subscriptions"
	case fleet.Connections:
		return "Connections"
	case fleet.CommandsTPS:
		return "Command TPS"
	case fleet.MemoryBytes:
		return "Memory"
	}
	return m.String()
}

// Figure writes an amount of metric m for people: 3,612 or 12.4 or 1.46 GiB. What
// is not a number is written as a dash.
func Figure(m fleet.Metric, v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "–"
	case m == fleet.MemoryBytes:
		n, unit := scale(v, 1024, []string{" B", " KiB", " MiB", " GiB", " TiB", " PiB"})
		return significant(n) + unit
	case math.Abs(v) >= 1e15:
		return strconv.FormatFloat(v, 'g', 4, 64)
	case math.Abs(v) >= 100 || v == math.Trunc(v):
		return commas(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return significant(v)
}

// Percent writes a utilization: 72 %, and below ten with one decimal.
func Percent(u float64) string {
	p := u * 100
	switch {
	case math.IsNaN(p) || math.IsInf(p, 0):
		return "–"
	case math.Abs(p) >= 1e6:
		return strconv.FormatFloat(p, 'g', 3, 64) + " %"
	case math.Abs(p) >= 9.95 || p == 0:
		return commas(strconv.FormatFloat(p, 'f', 0, 64)) + " %"
	}
	return trimZeros(strconv.FormatFloat(p, 'f', 1, 64)) + " %"
}

// Mark writes a raise mark, a share that people chose: 70 %, 87.5 %.
func Mark(u float64) string { return Share(u) + " %" }

// Share writes a utilization as the number of percent, without the sign and with
// at most three decimals.
func Share(u float64) string {
	return trimZeros(strconv.FormatFloat(u*100, 'f', 3, 64))
}

// tick writes the amount of a y tick, short: 0, 800, 1.5k, 2M, 4 GiB.
func tick(m fleet.Metric, v float64) string {
	if m == fleet.MemoryBytes {
		n, unit := scale(v, 1024, []string{" B", " KiB", " MiB", " GiB", " TiB", " PiB"})
		return short(n) + unit
	}
	n, unit := scale(v, 1000, []string{"", "k", "M", "G", "T"})
	return short(n) + unit
}

// scale divides v down until it is below base, or the units are used up.
func scale(v, base float64, units []string) (float64, string) {
	i := 0
	for math.Abs(v) >= base && i < len(units)-1 {
		v /= base
		i++
	}
	return v, units[i]
}

// short writes a tick without figures that are only noise of binary fractions.
func short(v float64) string {
	if math.Abs(v) >= 1e6 {
		return strconv.FormatFloat(v, 'g', 3, 64)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// significant writes about three significant figures.
func significant(v float64) string {
	if v != 0 && math.Abs(v) < 0.01 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	decimals := 2
	switch a := math.Abs(v); {
	case a >= 1e9:
		return strconv.FormatFloat(v, 'g', 4, 64)
	case a >= 100:
		decimals = 0
	case a >= 10:
		decimals = 1
	}
	return trimZeros(commas(strconv.FormatFloat(v, 'f', decimals, 64)))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// commas puts a comma between each three digits of the whole part.
func commas(s string) string {
	whole, rest, dotted := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if dotted {
		b.WriteString("." + rest)
	}
	return sign + b.String()
}
