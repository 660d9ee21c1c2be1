// Package chart draws the history of one metric of one instance as a line chart:
// the usage, the capacity and the threshold, each with its name and figure. It is
// a pure function from a series to SVG, and it draws whatever it is given: what is
// not a number, or lies outside the time range, is left out.
//
// Colours are left to the style sheet of the page, which knows light from dark; the
// classes are chart, grid, axis, usage, capacity, threshold, hover and note.
package chart

import (
	"bytes"
	"encoding/xml"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// Chart is what is drawn.
type Chart struct {
	Series fleet.Series
	From   time.Time
	To     time.Time
	// Step is the distance of the points. Where two are further apart than one and
	// a half steps nothing was known, and the line has a gap; 0 never breaks it.
	Step time.Duration
	// Threshold is the utilization at which an alarm is raised; 0 where the alarm is off.
	Threshold float64
	// Zone is the time zone of the x axis; nil is UTC.
	Zone *time.Location
	// Say writes its words; nil is English.
	Say *phrases.Printer
}

// The drawing's measures, in user units.
const (
	width, height = 920.0, 240.0
	left, right   = 58.0, 722.0
	above, below  = 14.0, 210.0
	lineDistance  = 14.0 // between the names at the right
	maxHovers     = 120
)

// frame maps moments and amounts to places in the drawing.
type frame struct {
	from, to float64 // Unix seconds
	top      float64 // amount at the upper edge
	zone     *time.Location
}

func (f frame) x(t time.Time) float64 {
	if f.to <= f.from {
		return (left + right) / 2
	}
	return left + (seconds(t)-f.from)/(f.to-f.from)*(right-left)
}

func (f frame) y(v float64) float64 {
	return below - max(0, min(v/f.top, 1))*(below-above)
}

// holds tells whether p can be drawn.
func (f frame) holds(p fleet.Point) bool {
	s := seconds(p.T)
	return s >= f.from && s <= f.to && !math.IsNaN(p.V) && !math.IsInf(p.V, 0)
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// SVG draws the chart as one svg element, to stand inside an HTML page.
func (c Chart) SVG() []byte {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	f := frame{from: seconds(c.From), to: seconds(c.To), zone: c.Zone}
	usage, capacity := c.pick(f, c.Series.Usage), c.pick(f, c.Series.Capacity)
	distance, top := yAxis(c.Series.Metric, c.most(usage, capacity))
	f.top = top

	d := &drawing{}
	d.add(`<svg class="chart" viewBox="0 0 %g %g" role="img" aria-label="%s" xmlns="http://www.w3.org/2000/svg">`, width, height, escape(c.Summary()))
	d.yTicks(c.Series.Metric, f, distance)
	d.xTicks(c, f)
	thresholds := c.thresholds(capacity)
	d.area(f, c.runs(usage))
	d.line("threshold", f, c.runs(thresholds))
	d.line("capacity", f, c.runs(capacity))
	d.line("usage", f, c.runs(usage))
	d.names(c, f, usage, capacity, thresholds)
	d.hovers(c, f, usage, capacity)
	if len(usage) == 0 {
		d.add(`<text class="note" x="%s" y="%s" text-anchor="middle">%s</text>`, num((left+right)/2), num((above+below)/2), escape(c.Say.T("No usage was recorded in this time range")))
	}
	d.add("</svg>\n")
	return d.Bytes()
}

// Summary says in one sentence what the chart shows.
func (c Chart) Summary() string {
	return c.Say.T("%s: %s", words.Heading(c.Series.Metric, c.Say.Language()), c.Figures())
}

// Figures says the same without the name of the metric.
func (c Chart) Figures() string {
	m := c.Series.Metric
	f := frame{from: seconds(c.From), to: seconds(c.To)}
	usage, capacity := c.pick(f, c.Series.Usage), c.pick(f, c.Series.Capacity)
	if len(usage) == 0 {
		return c.Say.T("no usage was recorded in this time range.")
	}
	peak := slices.MaxFunc(usage, byValue)
	text := c.Say.T("newest %s, highest %s", words.Figure(m, usage[len(usage)-1].V), words.Figure(m, peak.V))
	if n := len(capacity); n > 0 {
		text += c.Say.T(", capacity %s", words.Figure(m, capacity[n-1].V))
		if c.hasThreshold() {
			text += c.Say.T(", threshold %s (%s)", words.Figure(m, capacity[n-1].V*c.Threshold), words.Threshold(c.Threshold))
		}
	}
	return c.Say.T("%s.", text)
}

// byValue orders points by their value.
func byValue(a, b fleet.Point) int {
	switch {
	case a.V < b.V:
		return -1
	case a.V > b.V:
		return 1
	}
	return 0
}

// pick returns the points that can be drawn, in order of time.
func (c Chart) pick(f frame, points []fleet.Point) []fleet.Point {
	out := make([]fleet.Point, 0, len(points))
	for _, p := range points {
		if f.holds(p) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b fleet.Point) int { return a.T.Compare(b.T) })
	return out
}

// thresholds returns the threshold at each moment for which a capacity is known.
func (c Chart) thresholds(capacity []fleet.Point) []fleet.Point {
	if !c.hasThreshold() {
		return nil
	}
	out := make([]fleet.Point, 0, len(capacity))
	for _, p := range capacity {
		if v := p.V * c.Threshold; !math.IsInf(v, 0) {
			out = append(out, fleet.Point{T: p.T, V: v})
		}
	}
	return out
}

// hasThreshold tells whether there is a threshold that can be drawn.
func (c Chart) hasThreshold() bool {
	const highest = 1e6 // far above any share that makes sense; NaN compares false
	return c.Threshold > 0 && c.Threshold <= highest
}

// most returns the highest amount to be drawn.
func (c Chart) most(usage, capacity []fleet.Point) float64 {
	most := 0.0
	for _, points := range [...][]fleet.Point{usage, capacity, c.thresholds(capacity)} {
		for _, p := range points {
			most = max(most, p.V)
		}
	}
	return most
}

// runs cuts points where there is a gap.
func (c Chart) runs(points []fleet.Point) [][]fleet.Point {
	var out [][]fleet.Point
	start := 0
	for i := 1; i <= len(points); i++ {
		if i == len(points) || c.Step > 0 && points[i].T.Sub(points[i-1].T) > c.Step+c.Step/2 {
			out = append(out, points[start:i])
			start = i
		}
	}
	return out
}

// escape makes text safe inside an attribute or element.
func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a bytes.Buffer takes everything
	return b.String()
}

// num writes a place in the drawing with at most one decimal.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}
