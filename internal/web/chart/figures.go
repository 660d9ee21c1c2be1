package chart

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// figureSize is how large figures in a picture are, in pixels.
const figureSize = 22

// figures writes amounts and moments at the axes of a picture. A nil one writes nothing.
type figures struct{ face font.Face }

func newFigures() (*figures, error) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the font of pictures: %w", err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: figureSize, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("read the font of pictures: %w", err)
	}
	return &figures{face}, nil
}

func (f *figures) close() { _ = f.face.Close() } // it holds memory alone

// amount writes a figure to the left of a line of the grid.
func (f *figures) amount(r *raster, text string, v float64) {
	if f == nil {
		return
	}
	width := font.MeasureString(f.face, text).Ceil()
	f.write(r, text, r.plot.Min.X-figureSize/2-width, int(math.Round(r.frame.y(v)))+figureSize/3)
}

// moment writes when it is below the axis, and a mark at it.
func (f *figures) moment(r *raster, t xTick) {
	x := r.plot.Min.X + int(math.Round(r.frame.x(t.at)))
	r.fill(x, r.plot.Max.Y, r.plot.Max.Y+figureSize/4, figureInk)
	width := font.MeasureString(f.face, t.text).Ceil()
	left := max(0, min(x-width/2, r.Rect.Dx()-width-2))
	f.write(r, t.text, left, r.plot.Max.Y+figureSize+figureSize/3)
}

func (f *figures) write(r *raster, text string, x, y int) {
	d := font.Drawer{Dst: r.Paletted, Src: image.NewUniform(r.Palette[figureInk]), Face: f.face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}
