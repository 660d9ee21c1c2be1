package blockchart

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	goleak.VerifyTestMain(m)
}

// day is where the charts of these tests begin.
func day() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }

// hourly makes points an hour apart, the first at the end of the first hour. NaN is left out.
func hourly(values ...float64) []Point {
	var out []Point
	for i, v := range values {
		if !math.IsNaN(v) {
			out = append(out, Point{day().Add(time.Duration(i+1) * time.Hour), v})
		}
	}
	return out
}

func always(v float64, hours int) []Point {
	out := make([]Point, hours)
	for i := range out {
		out[i] = Point{day().Add(time.Duration(i+1) * time.Hour), v}
	}
	return out
}

// wave is a day that is low at night and high at noon.
func wave(low, high float64) []float64 {
	out := make([]float64, 24)
	for i := range out {
		out[i] = low + (high-low)*(1-math.Cos(2*math.Pi*float64(i)/24))/2
	}
	return out
}

func chartOf(usage, capacity []Point, hours int, look terminal.Look) *Chart {
	return &Chart{
		From: day(), To: day().Add(time.Duration(hours) * time.Hour), Step: time.Hour, Usage: usage, Capacity: capacity, Threshold: 0.7, Width: 60, Height: 10, Look: look,
		Figure: func(v float64) string { return strconv.FormatFloat(math.Round(v), 'f', -1, 64) },
		Moment: func(t time.Time) string { return t.Format("01-02 15:04") },
	}
}

// TestCharts draws what there may be to draw.
func TestCharts(t *testing.T) {
	unicode := terminal.Look{Unicode: true}
	none := math.NaN()
	tests := []struct {
		name  string
		chart *Chart
	}{
		{"below its threshold", chartOf(hourly(wave(1000, 3000)...), always(5000, 24), 24, unicode)},
		{"over its threshold", chartOf(hourly(wave(1000, 4800)...), always(5000, 24), 24, unicode)},
		{"over its capacity", chartOf(hourly(wave(1000, 6500)...), always(5000, 24), 24, unicode)},
		{"in ASCII", chartOf(hourly(wave(1000, 4800)...), always(5000, 24), 24, terminal.Look{})},
		{"in colours", chartOf(hourly(wave(1000, 4800)...), always(5000, 24), 24, terminal.Look{Unicode: true, Color: true})},
		{"a silence of six hours", chartOf(hourly(2000, 2100, 2200, none, none, none, none, none, none, 2300, 2400, 2500), always(5000, 12), 12, unicode)},
		{"no capacity is known", chartOf(hourly(wave(10, 70)...), nil, 24, unicode)},
		{"the edition was changed", chartOf(hourly(wave(1000, 3000)...), append(always(2000, 12), always(5000, 24)[12:]...), 24, unicode)},
		{"nothing is known", chartOf(nil, nil, 24, unicode)},
		{"nothing is used", chartOf(hourly(0, 0, 0, 0), always(100, 4), 4, unicode)},
		{"hardly anything is used", chartOf(hourly(1, 0, 1, 1), always(1_000_000, 4), 4, unicode)},
		{"one point short of its threshold, and at it", chartOf(hourly(3499, 3500), always(5000, 2), 2, unicode)},
	}
	var all strings.Builder
	for _, tt := range tests {
		all.WriteString("== " + tt.name + "\n")
		for _, line := range tt.chart.Lines() {
			all.WriteString(strings.ReplaceAll(line, "\x1b", "^") + "\n")
		}
	}
	golden.Equal(t, "charts.txt", []byte(all.String()))
}

// TestAnyChartHolds draws whatever there may be: it has its lines and width, in ASCII nothing but
// ASCII, and a column has its threshold covered exactly when it has reached it.
func TestAnyChartHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 12000), 1, 40).Draw(t, "usage")
		capacity := rapid.SampledFrom([]float64{0, 1, 500, 5000, 1e12}).Draw(t, "capacity")
		look := terminal.Look{Unicode: rapid.Bool().Draw(t, "unicode")}
		var limits []Point
		if capacity > 0 {
			limits = always(capacity, len(values))
		}
		c := chartOf(hourly(values...), limits, len(values), look)
		c.Width, c.Height = rapid.IntRange(-3, 200).Draw(t, "width"), rapid.IntRange(-3, 30).Draw(t, "height")
		c.Threshold = rapid.SampledFrom([]float64{0, 0.1, 0.7, 0.95, 1, 3}).Draw(t, "threshold")
		lines := c.Lines()
		if want := max(c.Height, leastHeight) + 2; len(lines) != want {
			t.Fatalf("%d lines, want %d", len(lines), want)
		}
		p := c.plan()
		for _, line := range lines {
			if got := phrases.Cells(line); got > max(c.Width, p.labelWide+2+leastColumns, p.labelWide+2+phrases.Cells("01-02 15:04")) {
				t.Fatalf("%d cells in %d: %s", got, c.Width, line)
			}
			if !look.Unicode && strings.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
				t.Fatalf("not ASCII: %s", line)
			}
		}
		if p.markRow < 0 {
			return
		}
		for i := range p.columns {
			column := &p.columns[i]
			sign, _ := p.cell(p.markRow, column)
			if reached := column.usage >= c.Threshold*capacity; reached == (sign == p.signs().mark) {
				t.Fatalf("column %d has %v of %v, and %q at the threshold", i, column.usage, capacity, sign)
			}
		}
	})
}
