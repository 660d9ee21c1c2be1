package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/brimwatch/brimwatch/fleet"
)

// The colours of a PNG, by their place in its palette.
const (
	paper uint8 = iota
	gridInk
	areaInk
	usageInk
	capacityInk
	thresholdInk
)

func palette() color.Palette {
	return color.Palette{
		paper: color.RGBA{255, 255, 255, 255}, gridInk: color.RGBA{228, 231, 236, 255}, areaInk: color.RGBA{209, 224, 255, 255},
		usageInk: color.RGBA{21, 94, 239, 255}, capacityInk: color.RGBA{52, 64, 84, 255}, thresholdInk: color.RGBA{220, 104, 3, 255},
	}
}

// PNG draws the chart as a picture of so many pixels, for places that show no SVG: mail. It
// has no words, which stand beside it in the reader's language (Summary): the usage is a blue
// line over its area, the capacity a dark one, the threshold a broken one.
func (c Chart) PNG(width, height int) ([]byte, error) {
	f := frame{from: seconds(c.From), to: seconds(c.To)}
	usage, capacity := c.pick(f, c.Series.Usage), c.pick(f, c.Series.Capacity)
	distance, top := yAxis(c.Series.Metric, c.most(usage, capacity))
	f.top = top
	r := &raster{Paletted: image.NewPaletted(image.Rect(0, 0, width, height), palette()), frame: f}
	for i := range 12 {
		if v := float64(i) * distance; v <= top*(1+1e-9) {
			r.level(v)
		}
	}
	for _, run := range c.runs(usage) {
		r.line(run, areaInk, 0, true)
	}
	for _, run := range c.runs(c.thresholds(capacity)) {
		r.line(run, thresholdInk, dash, false)
	}
	for _, run := range c.runs(capacity) {
		r.line(run, capacityInk, 0, false)
	}
	for _, run := range c.runs(usage) {
		r.line(run, usageInk, 0, false)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, r.Paletted); err != nil {
		return nil, fmt.Errorf("write the chart as PNG: %w", err)
	}
	return out.Bytes(), nil
}

// raster is a picture that is being drawn. It is drawn for a screen with twice as many
// pixels, on which a step of one is not seen.
type raster struct {
	*image.Paletted

	frame frame
}

const (
	thick  = 3  // pixels of a line
	dash   = 12 // pixels of a dash, and of the gap after it
	margin = 4  // pixels above and below
)

// x and y are where a moment and an amount are drawn.
func (r *raster) x(p fleet.Point) float64 {
	if r.frame.to <= r.frame.from {
		return 0
	}
	return (seconds(p.T) - r.frame.from) / (r.frame.to - r.frame.from) * float64(r.Rect.Dx()-1)
}

func (r *raster) y(v float64) float64 {
	h := float64(r.Rect.Dy() - 1 - 2*margin)
	return margin + h - max(0, min(v/r.frame.top, 1))*h
}

// level draws a line of the grid.
func (r *raster) level(v float64) {
	y := int(math.Round(r.y(v)))
	for x := range r.Rect.Dx() {
		r.SetColorIndex(x, y, gridInk)
	}
}

// line draws a run of points, or what lies below it, column by column. One that stands alone
// is a dot.
func (r *raster) line(run []fleet.Point, ink uint8, dashed int, below bool) {
	if len(run) == 1 && !below {
		r.column(int(math.Round(r.x(run[0]))), r.y(run[0].V), r.y(run[0].V), ink)
		return
	}
	for i := 1; i < len(run); i++ {
		x0, y0, x1, y1 := r.x(run[i-1]), r.y(run[i-1].V), r.x(run[i]), r.y(run[i].V)
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
				r.fill(x, int(math.Round(from)), r.Rect.Dy()-1-margin, ink)
			case dashed == 0 || x/dashed%2 == 0:
				r.column(x, from, to, ink)
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
