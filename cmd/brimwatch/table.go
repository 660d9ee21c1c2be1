package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// table is a list, as people read it.
type table struct {
	header []string
	rows   [][]string
	bar    int // column of percentages that get a bar on a terminal; 0 is none
}

// barWidth is how many signs a full bar has.
const barWidth = 20

// write writes the table with aligned columns; on a terminal with bars.
func (t table) write(w io.Writer, say *phrases.Printer) error {
	if len(t.rows) == 0 {
		_, err := fmt.Fprintln(w, say.T("There is nothing to list."))
		return err
	}
	if f, ok := w.(*os.File); ok && t.bar > 0 && term.IsTerminal(int(f.Fd())) {
		for _, row := range t.rows {
			row[t.bar] = withBar(row[t.bar])
		}
	}
	lines := append([][]string{say.SayAll(t.header)}, t.rows...)
	widths := make([]int, len(t.header))
	for _, row := range lines {
		for i, cell := range row {
			widths[i] = max(widths[i], phrases.Cells(cell))
		}
	}
	for _, row := range lines {
		var line strings.Builder
		for i, cell := range row {
			if i+1 < len(row) {
				cell = phrases.Fill(cell, widths[i]+2)
			}
			line.WriteString(cell)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// withBar puts a bar before a percentage.
func withBar(percent string) string {
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(percent, "%"), ",", ""), 64)
	if err != nil || math.IsNaN(v) {
		return percent
	}
	full := int(math.Round(min(max(v, 0), 100) / 100 * barWidth))
	return strings.Repeat("█", full) + strings.Repeat("░", barWidth-full) + " " + percent
}

// csv writes the table by RFC 4180. What a spreadsheet would take for a formula
// is marked as text.
func (t table) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	var english *phrases.Printer
	lines := [][]string{lower(english.SayAll(t.header))}
	for _, row := range t.rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = asText(cell)
		}
		lines = append(lines, safe)
	}
	return out.WriteAll(lines)
}

// asText marks what a spreadsheet would take for a formula. A number below zero
// stays one.
func asText(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return cell
	}
	if cell[0] == '-' && strings.Trim(cell[1:], "0123456789.%") == "" {
		return cell
	}
	return "'" + cell
}

func lower(header []string) []string {
	out := make([]string, len(header))
	for i, h := range header {
		out[i] = strings.ReplaceAll(strings.ToLower(h), " ", "_")
	}
	return out
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// figures writes the amounts of a list: for people as everywhere else, and for CSV
// as numbers without commas and units. What is not known is empty. It has the words of
// the list, too: for people in their language, and for programs always in English.
type figures struct {
	plain bool
	say   *phrases.Printer
}

// figuresOf returns the figures of an output format.
func figuresOf(output string, say *phrases.Printer) figures {
	if output == "csv" {
		return figures{plain: true}
	}
	return figures{say: say}
}

// heard writes what Brimwatch said in English, where it is in a fixed set.
func (f figures) heard(english string) string {
	text, _ := f.say.Heard(english)
	return text
}

// amount writes an amount of a metric, which is given by its name.
func (f figures) amount(metric string, v *float64) string {
	m, known := fleet.ParseMetric(metric)
	switch {
	case v == nil:
		return ""
	case known && !f.plain:
		return words.Figure(m, *v)
	case math.Abs(*v) >= 100 || *v == math.Trunc(*v):
		return strconv.FormatFloat(*v, 'f', 0, 64)
	}
	return strconv.FormatFloat(*v, 'f', 2, 64)
}

// share writes a share of a capacity.
func (f figures) share(v *float64) string {
	switch {
	case v == nil:
		return ""
	case f.plain:
		return strconv.FormatFloat(*v*100, 'f', 1, 64) + "%"
	}
	return words.Share(*v)
}

// shareBeside writes a share of a capacity whose alarm has a threshold.
func (f figures) shareBeside(v, threshold *float64) string {
	if v == nil || threshold == nil || f.plain {
		return f.share(v)
	}
	return words.ShareBeside(*v, *threshold)
}

func local(t time.Time) string { return words.Timestamp(t, time.Local) }

// sparkline draws points as a line of bars, each as high as its share of top.
func sparkline(points []wire.Point, top float64) string {
	const width = 40
	steps := []rune("▁▂▃▄▅▆▇█")
	if top <= 0 {
		top = 1
	}
	var b strings.Builder
	n := min(width, len(points))
	for i := range n {
		high := 0.0
		for _, p := range points[i*len(points)/n : (i+1)*len(points)/n] {
			high = max(high, p[1])
		}
		b.WriteRune(steps[min(int(high/top*float64(len(steps))), len(steps)-1)])
	}
	return b.String()
}
