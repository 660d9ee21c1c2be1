// Package blockchart draws a metric's history as blocks of text: columns of usage, with
// the capacity and the threshold as lines behind them. It is a function of what it is
// given: no terminal, no clock.
//
// A column stands for a stretch of time, and is as high as the highest usage in it, so
// that no peak is lost however long the range is. A stretch of which nothing is known
// stays empty, without the ground below it: it is not zero. A line is drawn in each column that does not reach it; one
// that does covers it, by a sliver at least. So what is below its threshold is never drawn
// as if it had reached it.
package blockchart

import (
	"math"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// Point is a moment and the value at it.
type Point struct {
	At    time.Time
	Value float64
}

// Chart is what is drawn.
type Chart struct {
	From, To  time.Time
	Step      time.Duration // a point of the usage speaks for the step that ends at it
	Usage     []Point
	Capacity  []Point // in force at its moments; empty: it is not known
	Threshold float64 // share of the capacity; 0 is none

	Width, Height int                    // cells in all; lines of the columns, below which are two more
	Figure        func(v float64) string // writes a value beside the axis
	Moment        func(t time.Time) string
	Look          terminal.Look
}

const (
	leastColumns = 10
	leastHeight  = 3
	eighths      = 8 // of a cell
)

// column is a stretch of time. NaN is not known.
type column struct {
	usage, capacity float64
}

// plot is a chart that is worked out: what remains is to write it.
type plot struct {
	*Chart

	columns   []column
	top       float64 // value of the upper edge
	capacity  float64 // the newest; 0 is not known
	capRow    int     // rows are counted from the ground; -1 is none
	markRow   int
	labelWide int
}

// Lines draws the chart.
func (c *Chart) Lines() []string {
	p := c.plan()
	out := make([]string, 0, p.Height+2)
	for row := p.Height - 1; row >= 0; row-- {
		out = append(out, strings.TrimRight(p.axis(row)+p.cells(row), " "))
	}
	return append(out, p.ground(), strings.TrimRight(p.moments(), " "))
}

// plan finds the scale, the rows of the lines and the width of the labels.
func (c *Chart) plan() *plot {
	of := *c
	of.Height = max(of.Height, leastHeight)
	p := &plot{Chart: &of, capRow: -1, markRow: -1}
	high := 0.0
	for _, one := range c.Usage {
		high = max(high, one.Value)
	}
	p.top = high
	for _, one := range c.Capacity {
		p.top = max(p.top, one.Value)
		p.capacity = one.Value
	}
	if !(p.top > 0) || math.IsInf(p.top, 0) {
		p.top = 1
	}
	if p.capacity > 0 {
		p.capRow = p.row(p.capacity)
		if c.Threshold > 0 && c.Threshold < 1 {
			p.markRow = p.row(c.Threshold * p.capacity)
		}
		if p.markRow == p.capRow {
			p.markRow-- // -1 where there is no room for it
		}
	}
	for row := range p.Height {
		p.labelWide = max(p.labelWide, phrases.Cells(p.label(row)))
	}
	p.columns = p.spread(max(c.Width-p.labelWide-2, leastColumns))
	return p
}

// row is where a value lies.
func (p *plot) row(v float64) int {
	return min(int(v/p.top*float64(p.Height)), p.Height-1)
}

// label is what stands beside a row.
func (p *plot) label(row int) string {
	switch row {
	case p.capRow:
		return p.Figure(p.capacity)
	case p.markRow:
		return p.Figure(p.Threshold * p.capacity)
	case p.Height - 1:
		return p.Figure(p.top)
	case 0:
		return "0"
	}
	return ""
}

// spread puts the points into columns.
func (p *plot) spread(n int) []column {
	out := make([]column, n)
	for i := range out {
		out[i] = column{usage: math.NaN(), capacity: math.NaN()}
	}
	span := p.To.Sub(p.From)
	if span <= 0 {
		return out
	}
	place := func(t time.Time) float64 { return float64(t.Sub(p.From)) / float64(span) * float64(n) }
	over := func(one Point, set func(c *column)) {
		first, last := int(math.Floor(place(one.At.Add(-p.Step)))), int(math.Ceil(place(one.At)))-1
		if one.At.Before(p.From) || first >= n {
			return
		}
		for i := max(first, 0); i <= min(max(last, 0), n-1); i++ {
			set(&out[i])
		}
	}
	for _, one := range p.Usage {
		over(one, func(c *column) { c.usage = most(c.usage, one.Value) })
	}
	for _, one := range p.Capacity {
		over(one, func(c *column) { c.capacity = one.Value })
	}
	return out
}

func most(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return max(a, b)
}

// signs are what a chart is made of.
type signs struct {
	steps                      []string // an eighth to eight eighths
	capacity, mark             string
	tick, wall, corner, ground string
}

func (p *plot) signs() signs {
	if p.Look.Unicode {
		return signs{[]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "━", "╌", "┤", "│", "└", "─"}
	}
	return signs{[]string{".", ".", ".", ":", ":", "#", "#", "#"}, "=", "-", "+", "|", "+", "-"}
}

func (p *plot) axis(row int) string {
	s, label := p.signs(), p.label(row)
	edge := s.wall
	if label != "" {
		edge = s.tick
	}
	return p.Look.FitRight(label, p.labelWide) + " " + edge
}

// cells writes one row of the columns, with a colour only where it changes.
func (p *plot) cells(row int) string {
	var b, run strings.Builder
	tone := terminal.Usual
	for i := range p.columns {
		sign, t := p.cell(row, &p.columns[i])
		if sign == " " {
			t = tone // a space has no colour
		}
		if t != tone {
			b.WriteString(p.Look.Paint(tone, run.String()))
			run.Reset()
			tone = t
		}
		run.WriteString(sign)
	}
	b.WriteString(p.Look.Paint(tone, run.String()))
	return b.String()
}

// cell is one cell: a part of the column, or a line behind it.
func (p *plot) cell(row int, c *column) (string, terminal.Tone) {
	s := p.signs()
	capRow, line := -1, math.NaN()
	if !math.IsNaN(c.capacity) && p.capacity > 0 {
		capRow = p.capRow
		if c.capacity != p.capacity { // it was another one then
			capRow = p.row(c.capacity)
		}
		line = p.Threshold * c.capacity
	}
	markRow := -1
	if capRow >= 0 && p.markRow >= 0 {
		if markRow = p.markRow; c.capacity != p.capacity {
			markRow = p.row(line)
		}
		if markRow == capRow {
			markRow--
		}
	}
	full := int(math.Floor(c.usage / p.top * float64(p.Height) * eighths)) // NaN is below all
	part := min(full-row*eighths, eighths)
	if c.usage > 0 && row == 0 {
		part = max(part, 1) // little is not nothing
	}
	if math.IsNaN(c.usage) {
		part = 0
	}
	tone := terminal.Good
	switch {
	case capRow < 0 || p.Threshold <= 0:
		tone = terminal.Usual
	case c.usage >= line:
		tone = terminal.Bad
	}
	switch {
	case row == capRow && !(c.usage >= c.capacity):
		return s.capacity, terminal.Strong
	case row == markRow && !(c.usage >= line):
		return s.mark, terminal.Warned
	case row == capRow || row == markRow:
		part = max(part, 1)
	}
	if part < 1 {
		return " ", terminal.Usual
	}
	return s.steps[part-1], tone
}

func (p *plot) ground() string {
	s := p.signs()
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", p.labelWide+1) + s.corner)
	for i := range p.columns {
		if math.IsNaN(p.columns[i].usage) {
			b.WriteString(" ")
		} else {
			b.WriteString(s.ground)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// moments writes the beginning, the middle and the end below the ground, as far as there
// is room.
func (p *plot) moments() string {
	n := len(p.columns)
	from, to := p.Moment(p.From), p.Moment(p.To)
	middle := p.Moment(p.From.Add(p.To.Sub(p.From) / 2))
	a, m, z := phrases.Cells(from), phrases.Cells(middle), phrases.Cells(to)
	line := strings.Repeat(" ", p.labelWide+2) + from
	if n < a+z+2 {
		return line
	}
	between := n - a - z
	if between >= m+4 {
		left := max((n-m)/2-a, 1)
		line += strings.Repeat(" ", left) + middle
		between -= left + m
	}
	return line + strings.Repeat(" ", between) + to
}
