package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// The colours of a PNG, by their place in its palette. Behind them are shades of the ink of
// figures, for the edges of their strokes.
const (
	paper uint8 = iota
	gridInk
	areaInk
	averageInk
	usageInk
	capacityInk
	warningInk
	criticalInk
	clearInk
	warningBand
	criticalBand
	unknownBand
	flagInk
	figureInk
)

// shades is how many there are between paper and the ink of figures.
const shades = 16

func palette() color.Palette {
	p := color.Palette{
		paper: rgb(0xffffff), gridInk: rgb(0xe4e7ec), areaInk: rgb(0xdce9f7), averageInk: rgb(0x74aae0), usageInk: rgb(0x0b5cad), capacityInk: rgb(0x26323e),
		warningInk: rgb(0xb54708), criticalInk: rgb(0xc1271f), clearInk: rgb(0x8b97a5), warningBand: rgb(0xfdeed6), criticalBand: rgb(0xf8dfdd), unknownBand: rgb(0xedeff2),
		flagInk: rgb(0x6941c6), figureInk: rgb(0x556270),
	}
	for i := 1; i < shades; i++ {
		mix := func(ink int) uint8 { return uint8(255 - (255-ink)*i/shades) }
		p = append(p, color.RGBA{mix(0x55), mix(0x62), mix(0x70), 255})
	}
	return p
}

func rgb(v uint32) color.RGBA { return color.RGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255} }

// PNG draws the chart as a picture of so many pixels, for places that show no SVG: mail and
// chat. It has figures at its axes where there is room for them, and no words, which stand
// beside it in the reader's language (Summary): the highest usage is a blue line over the
// average, the capacity a dark one, thresholds are broken lines, clear marks dotted ones.
func (c *Chart) PNG(width, height int) ([]byte, error) {
	r := &raster{Paletted: image.NewPaletted(image.Rect(0, 0, width, height), palette())}
	r.plot = image.Rect(0, margin, width, height-margin)
	var figures *figures
	if width >= 30*figureSize && height >= 10*figureSize {
		var err error
		if figures, err = newFigures(); err != nil {
			return nil, err
		}
		defer figures.close()
		r.plot = image.Rect(4*figureSize, figureSize, width-figureSize, height-2*figureSize)
	}
	f := frame{from: seconds(c.From), to: seconds(c.To), along: float64(r.plot.Dx() - 1), above: float64(r.plot.Min.Y), below: float64(r.plot.Max.Y - 1), zone: c.Zone}
	l := c.lines(f)
	distance, top := yAxis(c.Series.Metric, c.most(l))
	f.top = top
	r.frame = f
	r.bands(c)
	for i := range 12 {
		if v := float64(i) * distance; v <= top*(1+1e-9) {
			r.level(v)
			figures.amount(r, tick(c.Series.Metric, v), v)
		}
	}
	if figures != nil {
		for _, t := range c.pictureTicks() {
			figures.moment(r, t)
		}
	}
	r.lines(c, l)
	for _, fl := range c.Flags[:min(len(c.Flags), maxMarks)] {
		if f.within(fl.At) {
			r.flag(fl)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, r.Paletted); err != nil {
		return nil, fmt.Errorf("write the chart as PNG: %w", err)
	}
	return out.Bytes(), nil
}

// pictureTicks are the moments at the axis of a picture: in figures alone, unless they are
// English.
func (c *Chart) pictureTicks() []xTick {
	l := c.Say.Language()
	out := xTicks(c.From, c.To, zoneOr(c.Zone), l)
	if l != words.EN {
		for i := range out {
			out[i].text = out[i].plain
		}
	}
	return out
}

// raster is a picture that is being drawn. It is drawn for a screen with twice as many
// pixels, on which a step of one is not seen.
type raster struct {
	*image.Paletted

	plot  image.Rectangle
	frame frame
}

const (
	thick  = 3  // pixels of a line
	dash   = 12 // pixels of a dash, and of the gap after it
	dot    = 3  // likewise of a dotted line
	margin = 4  // pixels above and below
)

// lines draws all lines, what matters most last.
func (r *raster) lines(c *Chart, l lines) {
	average := l.average
	if len(average) == 0 {
		average = l.usage
	}
	for _, run := range c.runs(average) {
		r.line(run, areaInk, 0, true)
	}
	for i, level := range l.levels {
		ink := warningInk
		if level.Severity == "critical" {
			ink = criticalInk
		}
		for _, run := range c.steps(l.clear[i]) {
			r.line(run, clearInk, dot, false)
		}
		for _, run := range c.steps(l.raise[i]) {
			r.line(run, ink, dash, false)
		}
	}
	for _, run := range c.steps(l.capacity) {
		r.line(run, capacityInk, 0, false)
	}
	for _, run := range c.runs(l.average) {
		r.line(run, averageInk, 0, false)
	}
	for _, run := range c.runs(l.usage) {
		r.line(run, usageInk, 0, false)
	}
}

// bands draws what lies behind the lines.
func (r *raster) bands(c *Chart) {
	for _, b := range c.Bands[:min(len(c.Bands), maxMarks)] {
		if b.To.Before(c.From) || b.From.After(c.To) || b.To.Before(b.From) {
			continue
		}
		ink := unknownBand
		switch b.Class {
		case "warning":
			ink = warningBand
		case "critical":
			ink = criticalBand
		}
		from, to := r.plot.Min.X+int(r.clip(r.frame.x(b.From))), r.plot.Min.X+int(r.clip(r.frame.x(b.To)))
		for x := from; x <= max(to, from+thick); x++ {
			r.fill(x, r.plot.Min.Y, r.plot.Max.Y-1, ink)
		}
	}
}

// flag draws a moment as a broken line from top to bottom.
func (r *raster) flag(f Flag) {
	x := r.plot.Min.X + int(r.clip(r.frame.x(f.At)))
	for y := r.plot.Min.Y; y < r.plot.Max.Y; y++ {
		if y/dash%2 == 0 {
			r.fill(x, y, y, flagInk)
			r.fill(x+1, y, y, flagInk)
		}
	}
}

func (r *raster) clip(x float64) float64 { return max(0, min(x, r.frame.along)) }

// level draws a line of the grid.
func (r *raster) level(v float64) {
	y := int(math.Round(r.frame.y(v)))
	for x := r.plot.Min.X; x < r.plot.Max.X; x++ {
		r.SetColorIndex(x, y, gridInk)
	}
}

// line draws a run of points, or what lies below it, column by column. One that stands alone
// is a dot.
func (r *raster) line(run []fleet.Point, ink uint8, dashed int, below bool) {
	if len(run) == 1 && !below {
		y := r.frame.y(run[0].V)
		r.column(r.plot.Min.X+int(math.Round(r.frame.x(run[0].T))), y, y, ink)
		return
	}
	for i := 1; i < len(run); i++ {
		x0, y0, x1, y1 := r.frame.x(run[i-1].T), r.frame.y(run[i-1].V), r.frame.x(run[i].T), r.frame.y(run[i].V)
		at := func(x float64) float64 {
			if x1 <= x0 {
				return y1
			}
			return y0 + (y1-y0)*min(max((x-x0)/(x1-x0), 0), 1)
		}
		for x := int(math.Floor(x0)); x <= int(math.Floor(x1)); x++ {
			from, to := at(float64(x)), at(float64(x+1))
			switch {
			case below:
				r.fill(r.plot.Min.X+x, int(math.Round(from)), r.plot.Max.Y-1, ink)
			case dashed == 0 || x/dashed%2 == 0:
				r.column(r.plot.Min.X+x, from, to, ink)
			}
		}
	}
}

// column draws the part of a line that lies in a column of pixels.
func (r *raster) column(x int, from, to float64, ink uint8) {
	if to < from {
		from, to = to, from
	}
	r.fill(x, int(math.Round(from))-thick/2, int(math.Round(to))+thick/2, ink)
}

func (r *raster) fill(x, from, to int, ink uint8) {
	for y := max(from, 0); y <= min(to, r.Rect.Dy()-1); y++ {
		if x >= 0 && x < r.Rect.Dx() {
			r.SetColorIndex(x, y, ink)
		}
	}
}
