package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// table is a list, as people read it.
type table struct {
	header []string
	rows   [][]string
	bar    int             // column of percentages that get a bar on a terminal; 0 is none
	tones  []terminal.Tone // of the rows, on a terminal; none where it is shorter
}

// barWidth is how many signs a full bar has.
const barWidth = 20

// write writes the table with aligned columns; on a terminal with bars and colours.
func (t table) write(w io.Writer, say *phrases.Printer, look terminal.Look) error {
	if len(t.rows) == 0 {
		_, err := fmt.Fprintln(w, say.T("There is nothing to list."))
		return err
	}
	lines := [][]string{say.SayAll(t.header)}
	for _, row := range t.rows {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = terminal.Plain(cell)
			if i == t.bar && i > 0 && look.Live {
				line[i] = withBar(line[i], look)
			}
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(t.header))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], phrases.Cells(cell))
		}
	}
	for i, line := range lines {
		var b strings.Builder
		for k, cell := range line {
			if k+1 < len(line) {
				cell = phrases.Fill(cell, widths[k]+2)
			}
			b.WriteString(cell)
		}
		tone := terminal.Strong // of the heads
		if i > 0 {
			tone = t.tone(i - 1)
		}
		if _, err := fmt.Fprintln(w, look.Paint(tone, strings.TrimRight(b.String(), " "))); err != nil {
			return err
		}
	}
	return nil
}

// tone is the colour of a row.
func (t table) tone(row int) terminal.Tone {
	if row >= len(t.tones) {
		return terminal.Usual
	}
	return t.tones[row]
}

// withBar puts a bar before a percentage.
func withBar(percent string, look terminal.Look) string {
	v, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(percent, "%"), ",", ""), 64)
	if err != nil || math.IsNaN(v) {
		return percent
	}
	return look.Meter(v/100, 0, barWidth) + " " + percent
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
	if v == nil {
		return ""
	}
	if m, known := fleet.ParseMetric(metric); known && !f.plain {
		return words.Figure(m, *v)
	}
	return number(*v)
}

// number writes a figure for programs: all of it, without commas and exponents.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// share writes a share of a capacity; for programs as the API does: 0.9.
func (f figures) share(v *float64) string {
	switch {
	case v == nil:
		return ""
	case f.plain:
		return number(*v)
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

// at writes a moment in the zone of this machine; for programs by RFC 3339.
func (f figures) at(t time.Time) string { return f.atIn(t, time.Local) }

// atIn is at in another zone.
func (f figures) atIn(t time.Time, zone *time.Location) string {
	if f.plain {
		return t.In(zone).Format(time.RFC3339)
	}
	return words.Timestamp(t, zone)
}

// since writes a moment that may not have been.
func (f figures) since(t *time.Time) string {
	if t == nil {
		return ""
	}
	return f.at(*t)
}

// until writes how far a moment is, in words of the list; for programs in seconds, which
// are below zero for what has been.
func (f figures) until(t, now time.Time, inWords string) string {
	if f.plain {
		return strconv.FormatInt(int64(t.Sub(now).Round(time.Second)/time.Second), 10)
	}
	return inWords
}

// unknown says that a figure is not known; programs get an empty field.
func (f figures) unknown() string {
	if f.plain {
		return ""
	}
	return f.say.T("figure|not known")
}

func local(t time.Time) string { return words.Timestamp(t, time.Local) }
