package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// The measures of a drawing in pixels; along the time axis a line has thousandths of the width.
const (
	height       = 234.0
	above, below = 20.0, 208.0
	thousandths  = 1000.0
	lineDistance = 14.0 // between the names of lines
)

// drawing is an SVG that is being written.
type drawing struct{ bytes.Buffer }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.Buffer, format, args...) }

// SVG draws the chart as one svg element, to stand inside an HTML page that has Style.
func (c *Chart) SVG() []byte {
	d := &drawing{}
	d.add(`<svg class="chart" width="100%%" height="%g" role="img" aria-label="%s" xmlns="http://www.w3.org/2000/svg"`, height, escape(c.Summary()))
	c.body(d, true)
	return d.Bytes()
}

// StandAlone draws the chart as a document of its own, with its style, a title above it, and
// what its lines mean below.
func (c *Chart) StandAlone(title, legend string) []byte {
	const wide, gutter, names = 960.0, 60.0, 210.0
	d := &drawing{}
	d.add(`<svg class="chart alone" width="%g" height="%g" viewBox="0 0 %g %g" role="img" aria-label="%s" xmlns="http://www.w3.org/2000/svg">`+"\n",
		wide, height+66, wide, height+66, escape(title+". "+c.Summary()))
	d.add("<style>%s</style>\n", bytes.TrimSpace(style))
	d.add(`<rect class="paper" width="100%%" height="100%%"/><text class="title" x="16" y="26">%s</text><text class="legend" x="16" y="%g">%s</text>`+"\n", escape(title), height+54, escape(legend))
	d.add(`<svg x="%g" y="36" width="%g" height="%g" overflow="visible"`, gutter, wide-gutter-names, height)
	c.body(d, false)
	d.add("</svg>\n")
	return d.Bytes()
}

// body writes what is inside the svg element whose tag is still open.
func (c *Chart) body(d *drawing, values bool) {
	f := frame{from: seconds(c.From), to: seconds(c.To), along: thousandths, above: above, below: below, zone: zoneOr(c.Zone)}
	l := c.lines(f)
	distance, top := yAxis(c.Series.Metric, c.most(l))
	f.top = top
	if values {
		d.add(` data-values="%s"`, escape(c.values(f, l)))
	}
	d.add(">\n")
	d.bands(c, f, l)
	d.yTicks(c.Series.Metric, f, distance)
	d.xTicks(c, f)
	d.flags(c, f)
	d.add(`<svg class="lines" y="%g" width="100%%" height="%g" viewBox="0 %g %g %g" preserveAspectRatio="none">`+"\n", above, below-above, above, thousandths, below-above)
	average := l.average
	if len(average) == 0 {
		average = l.usage
	}
	d.area(f, c.runs(average))
	for i, level := range l.levels {
		d.line("clear", f, c.steps(l.clear[i]))
		d.line("level "+level.Severity, f, c.steps(l.raise[i]))
	}
	d.line("capacity", f, c.steps(l.capacity))
	if !slices.EqualFunc(l.average, l.usage, func(a, b fleet.Point) bool { return a.V == b.V }) {
		d.line("average", f, c.runs(l.average))
	}
	d.line("usage", f, c.runs(l.usage))
	d.add("</svg>\n")
	d.names(c, f, l)
	d.hovers(c, f, l)
	if len(l.usage) == 0 {
		d.add(`<text class="note" x="50%%" y="%s" text-anchor="middle">%s</text>`, num((above+below)/2), escape(c.Say.T("No usage was recorded in this time range")))
	}
	d.add("</svg>\n")
}

func (d *drawing) yTicks(m fleet.Metric, f frame, distance float64) {
	d.add(`<g class="grid">`)
	for i := range 12 {
		v := float64(i) * distance
		if v > f.top*(1+1e-9) {
			break
		}
		y := num(f.y(v))
		d.add(`<line x2="100%%" y1="%s" y2="%s"/><text dx="-8" y="%s" dy="4" text-anchor="end">%s</text>`, y, y, y, tick(m, v))
	}
	d.add("</g>\n")
}

// xTicks writes the moments below the axis. Where there is little room every second one goes;
// those that stay are those with dates among them.
func (d *drawing) xTicks(c *Chart, f frame) {
	d.add(`<g class="axis"><line x2="100%%" y1="%s" y2="%s"/>`, num(below), num(below))
	ticks := xTicks(c.From, c.To, f.zone, c.Say.Language())
	kept := max(0, slices.IndexFunc(ticks, func(t xTick) bool { return t.day })) % 2
	for i, t := range ticks {
		class := ""
		if t.day {
			class = "day"
		}
		if len(ticks) > 5 && i%2 != kept {
			class += " spare"
		}
		x := percent(f.x(t.at))
		d.add(`<line x1="%s" x2="%s" y1="%s" y2="%s"/><text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`,
			x, x, num(below), num(below+4), class, x, num(below+18), anchor(f.x(t.at)), t.text)
	}
	d.add("</g>\n")
}

// anchor keeps a text inside the drawing.
func anchor(x float64) string {
	if x > 0.97*thousandths {
		return "end"
	}
	return "middle"
}

// line draws each run of points; one that stands alone is a dot.
func (d *drawing) line(class string, f frame, runs [][]fleet.Point) {
	if len(runs) == 0 {
		return
	}
	d.add(`<g class="%s">`, escape(class))
	for _, run := range runs {
		if len(run) == 1 {
			d.add(`<path class="dot" d="M%s,%sh.01"/>`, num(f.x(run[0].T)), num(f.y(run[0].V)))
			continue
		}
		d.add(`<polyline fill="none" points="`)
		d.points(f, run)
		d.add(`"/>`)
	}
	d.add("</g>\n")
}

// area fills what lies below the average.
func (d *drawing) area(f frame, runs [][]fleet.Point) {
	for _, run := range runs {
		if len(run) < 2 {
			continue
		}
		d.add(`<polygon class="area" points="%s,%s `, num(f.x(run[0].T)), num(below))
		d.points(f, run)
		d.add(` %s,%s"/>`+"\n", num(f.x(run[len(run)-1].T)), num(below))
	}
}

// points writes the corners of a run. Inside a level stretch a point says nothing
// and is left out: a capacity is a line with two ends.
func (d *drawing) points(f frame, run []fleet.Point) {
	for i, p := range run {
		if i > 0 && i < len(run)-1 && run[i-1].V == p.V && run[i+1].V == p.V {
			continue
		}
		if i > 0 {
			d.WriteByte(' ')
		}
		d.add("%s,%s", num(f.x(p.T)), num(f.y(p.V)))
	}
}

// zoneOr is the zone of a chart.
func zoneOr(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
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

// percent writes a place along the time axis as a share of the width.
func percent(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/100, 'f', -1, 64) + "%"
}
