package web

import (
	"math"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/readers"
)

// spark is the last day of one metric as a small line: the highest utilization of each half hour.
// It is drawn on a field of readers.Halves-1 by 100, of which 0 is the top and full.
type spark struct {
	Path  string
	Label string // what it shows, for who does not see it
}

// sparklines draws the last day of an instance into its meters.
func (p *pages) sparklines(meters []meter, id string) {
	if p.LastDay == nil {
		return
	}
	day, known := p.LastDay.LastDay(id, p.Now())
	if !known {
		return
	}
	for i := range meters {
		if m, ok := fleet.ParseMetric(meters[i].Metric); ok {
			meters[i].Spark = p.spark(&day[m])
		}
	}
}

// spark draws one metric; nil where there is no line to draw.
func (p *pages) spark(of *[readers.Halves]float32) *spark {
	lowest, highest, known := float32(math.MaxFloat32), float32(-1), 0
	for _, u := range of {
		if u >= 0 {
			lowest, highest, known = min(lowest, u), max(highest, u), known+1
		}
	}
	if known < 2 {
		return nil
	}
	return &spark{Path: sparkPath(of), Label: p.say.T("last 24 hours: %s to %s", words.Share(float64(lowest)), words.Share(float64(highest)))}
}

// sparkPath is the line: broken where nothing is known, and a dot where one half hour stands alone.
func sparkPath(of *[readers.Halves]float32) string {
	const field = 100
	var out strings.Builder
	drawn, last := false, 0
	for x, u := range of {
		if u < 0 {
			drawn = false
			continue
		}
		y := field - int(math.Round(float64(min(u, 1))*field))
		if !drawn {
			out.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "h0")
		} else {
			out.WriteString("l1 " + strconv.Itoa(y-last))
		}
		drawn, last = true, y
	}
	return out.String()
}
