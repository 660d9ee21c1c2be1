// Package chart draws the history of one metric of one instance as a line chart: the
// highest usage and the average of each step, the capacity, the marks at which alarms are
// raised and cleared, each with its name and figure; and what happened meanwhile: alarms
// as bands, moments as flags, times of which nothing is known. It is a pure function of
// a Chart, and it draws whatever it is given: what is not a number, or lies outside the
// time range, is left out.
//
// An SVG is as wide as the place it stands in: what lies along the time axis is given in
// percent of the width, everything else in pixels, so that texts keep their size and the
// newest part is in sight on a telephone too. Its colours are in Style, which knows light
// from dark, and has a narrow form with fewer names and ticks. The classes are chart, grid,
// axis, bands, lines, usage, average, area, capacity, level, clear, names, flags, hover and note.
package chart

import (
	_ "embed" // the style
	"math"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

//go:embed chart.css
var style []byte

// Style is the style sheet of charts.
func Style() []byte { return slices.Clone(style) }

// Chart is what is drawn.
type Chart struct {
	Series fleet.Series
	From   time.Time
	To     time.Time
	// Now is the moment after which nothing can have been recorded yet; zero is To.
	Now time.Time
	// Step is the distance of the points. Where two are further apart than one and
	// a half steps nothing was known, and the line has a gap; 0 never breaks it.
	Step time.Duration
	// Levels are the utilizations at which alarms are raised and cleared, the lowest first;
	// none where the alarm is off.
	Levels []fleet.Level
	// Top is an amount that the axis reaches at least, so that charts side by side have the
	// same scale; 0 leaves the axis to what is drawn.
	Top   float64
	Bands []Band
	Flags []Flag
	// Zone is the time zone of the x axis; nil is UTC.
	Zone *time.Location
	// Say writes its words; nil is English.
	Say *phrases.Printer
}

// Band is a stretch of time that is marked, such as an alarm from its beginning to its end.
type Band struct {
	Class    string // for the style: warning, critical, unknown
	From, To time.Time
	Text     string
}

// Flag is a moment that is marked.
type Flag struct {
	Class string // for the style: ahead, or nothing
	At    time.Time
	Name  string // a word or two, beside the flag
	Text  string // all of it
}

// frame maps moments and amounts to places in the drawing: along the time from 0 to
// along, and down from above to below.
type frame struct {
	from, to     float64 // Unix seconds
	top          float64 // amount at the upper edge
	along        float64
	above, below float64
	zone         *time.Location
}

func (f frame) x(t time.Time) float64 {
	if f.to <= f.from {
		return f.along / 2
	}
	return (seconds(t) - f.from) / (f.to - f.from) * f.along
}

// clipped is x within the drawing.
func (f frame) clipped(t time.Time) float64 { return max(0, min(f.x(t), f.along)) }

func (f frame) y(v float64) float64 {
	return f.below - max(0, min(v/f.top, 1))*(f.below-f.above)
}

// holds tells whether p can be drawn.
func (f frame) holds(p fleet.Point) bool {
	return f.within(p.T) && !math.IsNaN(p.V) && !math.IsInf(p.V, 0)
}

func (f frame) within(t time.Time) bool {
	s := seconds(t)
	return s >= f.from && s <= f.to
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// lines are the points of a chart that can be drawn, in order of time.
type lines struct {
	usage, average, capacity []fleet.Point
	raise, clear             [][]fleet.Point // of each level that can be drawn
	levels                   []fleet.Level
}

// lines picks what can be drawn.
func (c *Chart) lines(f frame) lines {
	out := lines{usage: pick(f, c.Series.Usage), average: pick(f, c.Series.Average), capacity: pick(f, c.Series.Capacity)}
	for _, l := range c.Levels {
		if !sensible(l.Threshold) {
			continue
		}
		var below []fleet.Point
		if sensible(l.Clear) && l.Clear < l.Threshold {
			below = shareOf(out.capacity, l.Clear)
		}
		out.levels, out.raise, out.clear = append(out.levels, l), append(out.raise, shareOf(out.capacity, l.Threshold)), append(out.clear, below)
	}
	return out
}

// sensible tells whether a share can be drawn: it may be far above all of the capacity, but
// must be a number; NaN compares false.
func sensible(share float64) bool { return share > 0 && share <= 1e6 }

// shareOf returns a share of the capacity at each moment for which one is known.
func shareOf(capacity []fleet.Point, share float64) []fleet.Point {
	out := make([]fleet.Point, 0, len(capacity))
	for _, p := range capacity {
		if v := p.V * share; !math.IsInf(v, 0) {
			out = append(out, fleet.Point{T: p.T, V: v})
		}
	}
	return out
}

// pick returns the points that can be drawn, in order of time.
func pick(f frame, points []fleet.Point) []fleet.Point {
	out := make([]fleet.Point, 0, len(points))
	for _, p := range points {
		if f.holds(p) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b fleet.Point) int { return a.T.Compare(b.T) })
	return out
}

// Most is the highest amount in the chart: the top of the axis is not below it.
func (c *Chart) Most() float64 {
	return c.most(c.lines(frame{from: seconds(c.From), to: seconds(c.To)}))
}

func (c *Chart) most(l lines) float64 {
	most := 0.0
	if sensible(c.Top / 1e300) { // a number above 0 that leaves room
		most = c.Top
	}
	for _, points := range append([][]fleet.Point{l.usage, l.capacity}, l.raise...) {
		for _, p := range points {
			most = max(most, p.V)
		}
	}
	return most
}

// Summary says in one sentence what the chart shows.
func (c *Chart) Summary() string {
	return c.Say.T("%s: %s", words.Heading(c.Series.Metric, c.Say.Language()), c.Figures())
}

// Figures says the same without the name of the metric.
func (c *Chart) Figures() string {
	m := c.Series.Metric
	l := c.lines(frame{from: seconds(c.From), to: seconds(c.To)})
	if len(l.usage) == 0 {
		return c.Say.T("no usage was recorded in this time range.")
	}
	peak := slices.MaxFunc(l.usage, byValue)
	text := c.Say.T("newest %s, highest %s", words.Figure(m, l.usage[len(l.usage)-1].V), words.Figure(m, peak.V))
	if n := len(l.capacity); n > 0 {
		text += c.Say.T(", capacity %s", words.Figure(m, l.capacity[n-1].V))
		if len(l.levels) > 0 {
			text += c.Say.T(", threshold %s (%s)", words.Figure(m, l.capacity[n-1].V*l.levels[0].Threshold), words.Threshold(l.levels[0].Threshold))
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

// runs cuts points where there is a gap.
func (c *Chart) runs(points []fleet.Point) [][]fleet.Point {
	var out [][]fleet.Point
	start := 0
	for i := 1; i <= len(points); i++ {
		if i == len(points) || c.gap(points[i-1].T, points[i].T) {
			out = append(out, points[start:i])
			start = i
		}
	}
	return out
}

// steps are the runs of what holds until it changes, such as a capacity: it does not slope
// up to the next value.
func (c *Chart) steps(points []fleet.Point) [][]fleet.Point {
	out := c.runs(points)
	for i, run := range out {
		held := make([]fleet.Point, 0, len(run)+2)
		for j, p := range run {
			if j > 0 && run[j-1].V != p.V {
				held = append(held, fleet.Point{T: p.T, V: run[j-1].V})
			}
			held = append(held, p)
		}
		out[i] = held
	}
	return out
}

// gap tells whether something is missing between two moments that follow each other.
func (c *Chart) gap(a, b time.Time) bool { return c.Step > 0 && b.Sub(a) > c.Step+c.Step/2 }
