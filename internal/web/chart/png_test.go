package chart

import (
	"bytes"
	"image"
	"image/png"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// drawn is a chart as a picture that was read again.
func drawn(t interface {
	Helper()
	Fatal(args ...any)
}, c Chart,
) *image.Paletted {
	t.Helper()
	data, err := c.PNG(400, 100) // too small for figures
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := decoded.(*image.Paletted)
	if !ok || p.Rect.Dx() != 400 || p.Rect.Dy() != 100 {
		t.Fatal("it is a picture of another kind, or size")
	}
	return p
}

// highest is the row in which a colour is first met in a column; -1 is nowhere.
func highest(p *image.Paletted, x int, ink uint8) int {
	for y := range p.Rect.Dy() {
		if p.ColorIndexAt(x, y) == ink {
			return y
		}
	}
	return -1
}

func TestPNG(t *testing.T) {
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	c := Chart{From: from, To: from.Add(4 * time.Hour), Step: time.Hour, Levels: []fleet.Level{{Severity: "warning", Threshold: 0.7, Clear: 0.6}}}
	c.Series.Metric = fleet.Connections
	for i, v := range []float64{1000, 2000, 3000, 4000, 5000} {
		at := from.Add(time.Duration(i) * time.Hour)
		c.Series.Usage = append(c.Series.Usage, fleet.Point{T: at, V: v})
		c.Series.Capacity = append(c.Series.Capacity, fleet.Point{T: at, V: 5000})
	}
	p := drawn(t, c)
	early, late := highest(p, 20, usageInk), highest(p, 380, usageInk)
	if early < 0 || late < 0 || late > early-50 {
		t.Errorf("the usage grows, and is at %d early and at %d late", early, late)
	}
	if limit, mark := highest(p, 20, capacityInk), highest(p, 5, warningInk); limit < 0 || mark <= limit || mark > early {
		t.Errorf("the capacity is at %d, the threshold at %d", limit, mark)
	}
	if p.ColorIndexAt(380, 95) != areaInk {
		t.Error("nothing is filled below the usage")
	}
	c.Levels, c.Series.Capacity = nil, nil
	p = drawn(t, c)
	for x := range 400 {
		if highest(p, x, warningInk) >= 0 || highest(p, x, capacityInk) >= 0 {
			t.Fatal("it shows what is not known")
		}
	}
	c.Series.Usage = nil
	if highest(drawn(t, c), 200, usageInk) >= 0 {
		t.Error("it shows a usage that nobody knows")
	}
}

// Whatever is drawn, it can be drawn.
func TestPNGOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "from"), 0)
		c := Chart{From: from, To: from.Add(time.Duration(rapid.Int64Range(-1e12, 1e15).Draw(t, "length"))), Levels: []fleet.Level{{Threshold: rapid.Float64().Draw(t, "threshold"), Clear: rapid.Float64().Draw(t, "clear")}}}
		for range rapid.IntRange(0, 20).Draw(t, "points") {
			at := from.Add(time.Duration(rapid.Int64Range(-1e12, 1e15).Draw(t, "at")))
			v := rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(1))).Draw(t, "v")
			c.Series.Usage = append(c.Series.Usage, fleet.Point{T: at, V: v})
			c.Series.Capacity = append(c.Series.Capacity, fleet.Point{T: at, V: -v})
		}
		drawn(t, c)
	})
}

// TestFiguresOfAPNG: a picture with room has figures at its axes, in every language.
func TestFiguresOfAPNG(t *testing.T) {
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	c := Chart{From: from, To: from.Add(48 * time.Hour), Step: time.Hour, Say: phrases.New().In(words.ZH)}
	c.Series = fleet.Series{Metric: fleet.Connections, Usage: []fleet.Point{{T: from, V: 5000}}}
	data, err := c.PNG(1120, 300)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := decoded.(*image.Paletted)
	if !ok {
		t.Fatalf("it is a %T", decoded)
	}
	left, below := 0, 0
	for y := range 300 {
		for x := range 1120 {
			if p.ColorIndexAt(x, y) >= figureInk {
				if x < 4*figureSize-figureSize/2 && y < 300-2*figureSize {
					left++
				}
				if y > 300-2*figureSize+figureSize/4 {
					below++
				}
			}
		}
	}
	if left < 200 || below < 200 {
		t.Errorf("%d pixels of figures at the left, %d below", left, below)
	}
	for _, tick := range c.pictureTicks() {
		for _, r := range tick.text {
			if r > 127 {
				t.Errorf("the font has no sign for %q", tick.text)
			}
		}
	}
}
