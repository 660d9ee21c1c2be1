package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/web/chart"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

func start() time.Time { return time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC) }

// line makes points a step apart; NaN leaves one out.
func line(step time.Duration, values ...float64) []fleet.Point {
	var out []fleet.Point
	for i, v := range values {
		if !math.IsNaN(v) {
			out = append(out, fleet.Point{T: start().Add(time.Duration(i) * step), V: v})
		}
	}
	return out
}

func level(step time.Duration, n int, v float64) []fleet.Point {
	values := make([]float64, n)
	for i := range values {
		values[i] = v
	}
	return line(step, values...)
}

// levels are a threshold of some share, with a clear mark five points below.
func levels(thresholds ...float64) []fleet.Level {
	names := []string{"warning", "critical"}
	var out []fleet.Level
	for i, v := range thresholds {
		out = append(out, fleet.Level{Severity: names[min(i, 1)], Threshold: v, Clear: v - 0.05})
	}
	return out
}

func TestGolden(t *testing.T) {
	gap := math.NaN()
	const step = 30 * time.Minute
	for name, c := range map[string]chart.Chart{
		"crossing the threshold": {
			Series: fleet.Series{Metric: fleet.Connections, Usage: line(step, 3100, 3300, 3420, 3612, 3800, 3700, 3350, 3000), Average: line(step, 3000, 3210, 3300, 3500, 3700, 3600, 3200, 2900), Capacity: level(step, 8, 5000)},
			Levels: levels(0.7, 0.9),
			Bands:  []chart.Band{{Class: "warning", From: start().Add(80 * time.Minute), To: start().Add(3 * time.Hour), Text: "K7Q2: connections, <warning>"}},
		},
		"gap and a lone point": {
			Series: fleet.Series{Metric: fleet.SendTPS, Usage: line(step, 10, 12, gap, gap, 9.5, gap, gap, 14)},
		},
		"capacity raised": {
			Series: fleet.Series{Metric: fleet.Subscriptions, Usage: line(step, 9000, 9600, 10100, 10000, 9900, 9950, 10400, 11000), Capacity: line(step, 10000, 10000, 10000, 20000, 20000, 20000, 20000, 20000)}, Levels: levels(0.8),
		},
		"memory": {
			Series: fleet.Series{Metric: fleet.MemoryBytes, Usage: line(step, 1.1*(1<<30), 1.3*(1<<30), 2.9*(1<<30), 3.1*(1<<30)), Capacity: level(step, 8, 4<<30)}, Levels: levels(0.7),
		},
		"names close together": {
			Series: fleet.Series{Metric: fleet.MessageTPS, Usage: line(step, 698, 699, 700, 701, 700, 699, 700, 701), Capacity: level(step, 8, 710)}, Levels: levels(0.99),
		},
		"moments ahead": {
			Series: fleet.Series{Metric: fleet.Connections, Usage: line(step, 10, 11, 12, 13), Capacity: level(step, 4, 20)}, Now: start().Add(3 * step),
			Flags: []chart.Flag{{At: start().Add(time.Hour), Name: "bill overdue", Text: "2026-11-22 22:00:00: bill overdue"}, {Class: "ahead", At: start().Add(3 * time.Hour), Name: "term ends", Text: "2026-11-23 00:00:00: term ends & more"}},
		},
		"empty": {Series: fleet.Series{Metric: fleet.Connections}, Levels: levels(0.7)},
	} {
		t.Run(name, func(t *testing.T) {
			c.From, c.To, c.Step = start(), start().Add(7*step), step
			got := c.SVG()
			wellFormed(t, got)
			golden.Equal(t, strings.ReplaceAll(name, " ", "-")+".svg", got)
			alone := c.StandAlone(`Orders "<&>": Connections`, "from – to")
			wellFormed(t, alone)
			if name == "crossing the threshold" {
				golden.Equal(t, "alone.svg", alone)
			}
		})
	}
}

// wellFormed fails unless svg is one XML element whose places are all numbers
// inside the drawing.
func wellFormed(t interface{ Fatalf(string, ...any) }, svg []byte) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
	}
	for _, bad := range []string{"NaN", "Inf", "%!"} {
		if bytes.Contains(svg, []byte(bad)) {
			t.Fatalf("holds %s:\n%s", bad, svg)
		}
	}
	for _, list := range regexp.MustCompile(` points="([^"]*)"`).FindAllSubmatch(svg, -1) {
		for place := range strings.FieldsSeq(string(list[1])) {
			xs, ys, _ := strings.Cut(place, ",")
			x, errX := strconv.ParseFloat(xs, 64)
			y, errY := strconv.ParseFloat(ys, 64)
			if errX != nil || errY != nil || x < 0 || x > 1000 || y < 0 || y > 240 {
				t.Fatalf("place %q lies outside the drawing", place)
			}
		}
	}
}

func TestAnyInputIsDrawn(t *testing.T) {
	odd := []float64{0, 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 5000, 1e12, 0.1}
	value := rapid.OneOf(rapid.SampledFrom(odd), rapid.Float64())
	word := rapid.SampledFrom([]string{"", "critical", `a"<b>&'`, "\x00\xff", "\u202eאבג", strings.Repeat("界", 200)})
	zones := []*time.Location{nil, time.UTC, time.FixedZone("far", 14*3600), time.FixedZone("odd", -12*3600-1234)}
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.OneOf(rapid.Int64Range(1.7e9, 1.8e9), rapid.Int64Range(-1<<40, 1<<40), rapid.Int64()).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds"))
		})
		point := rapid.Custom(func(t *rapid.T) fleet.Point { return fleet.Point{T: moment.Draw(t, "t"), V: value.Draw(t, "v")} })
		c := chart.Chart{
			Series: fleet.Series{
				Metric:   fleet.Metric(rapid.Uint8().Draw(t, "metric")),
				Usage:    rapid.SliceOfN(point, 0, 20).Draw(t, "usage"),
				Average:  rapid.SliceOfN(point, 0, 20).Draw(t, "average"),
				Capacity: rapid.SliceOfN(point, 0, 20).Draw(t, "capacity"),
			},
			From: moment.Draw(t, "from"), To: moment.Draw(t, "to"), Now: moment.Draw(t, "now"), Top: value.Draw(t, "top"),
			Levels: []fleet.Level{{Severity: word.Draw(t, "severity"), Threshold: value.Draw(t, "threshold"), Clear: value.Draw(t, "clear")}},
			Bands: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) chart.Band {
				return chart.Band{Class: word.Draw(t, "class"), From: moment.Draw(t, "begin"), To: moment.Draw(t, "end"), Text: word.Draw(t, "text")}
			}), 0, 5).Draw(t, "bands"),
			Flags: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) chart.Flag {
				return chart.Flag{Class: word.Draw(t, "class"), At: moment.Draw(t, "at"), Name: word.Draw(t, "name"), Text: word.Draw(t, "text")}
			}), 0, 5).Draw(t, "flags"),
			Step: time.Duration(rapid.Int64().Draw(t, "step")), Zone: rapid.SampledFrom(zones).Draw(t, "zone"),
		}
		svg := c.SVG()
		wellFormed(t, svg)
		wellFormed(t, c.StandAlone(word.Draw(t, "title"), word.Draw(t, "legend")))
		if len(svg) > 64<<10 {
			t.Fatalf("%d bytes for 40 points", len(svg))
		}
	})
}

func TestGapsStayGaps(t *testing.T) {
	c := chart.Chart{From: start(), To: start().Add(10 * time.Minute), Step: time.Minute, Series: fleet.Series{Usage: line(time.Minute, 1, 2, 3, math.NaN(), 4, 5, math.NaN(), 6)}}
	svg := string(c.SVG())
	if lines, dots := strings.Count(svg, "<polyline"), strings.Count(svg, `class="dot"`); lines != 2 || dots != 1 {
		t.Errorf("%d lines and %d dots, want 2 and 1:\n%s", lines, dots, svg)
	}
}

func TestThresholdAndCapacityAreLabelled(t *testing.T) {
	c := chart.Chart{From: start(), To: start().Add(time.Hour), Step: time.Minute, Levels: levels(0.7),
		Series: fleet.Series{Metric: fleet.Connections, Usage: line(time.Minute, 3612), Capacity: level(time.Minute, 60, 5000)}}
	svg := string(c.SVG())
	for _, want := range []string{">capacity 5,000<", ">threshold 70% = 3,500<", ">clear mark 65% = 3,250<", ">usage 3,612<", "2026-11-22 21:00:00  3,612 of 5,000 (72%)"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is missing in\n%s", want, svg)
		}
	}
	c.Levels = levels(0.7, 0.9)
	if svg := string(c.SVG()); !strings.Contains(svg, ">warning 70% = 3,500<") || !strings.Contains(svg, ">critical 90% = 4,500<") {
		t.Errorf("two levels are not told apart by their names:\n%s", svg)
	}
	c.Levels = nil
	if svg := string(c.SVG()); strings.Contains(svg, "threshold") || strings.Contains(svg, "level") || strings.Contains(svg, "clear") {
		t.Error("a threshold is drawn although the alarm is off")
	}
}

// ticks returns the texts of the x ticks or y ticks.
func ticks(svg []byte, group string) []string {
	g := regexp.MustCompile(`(?s)<g class="` + group + `">.*?</g>`).Find(svg)
	var out []string
	for _, m := range regexp.MustCompile(`>([^<>]+)</text>`).FindAllSubmatch(g, -1) {
		out = append(out, string(m[1]))
	}
	return out
}

func TestTimeTicks(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from   string
		length time.Duration
		zone   *time.Location
		want   string
	}{
		"an hour":             {"2026-11-23T02:12:04Z", time.Hour, nil, "02:20 02:30 02:40 02:50 03:00 03:10"},
		"six hours":           {"2026-11-22T21:12:00Z", 6 * time.Hour, nil, "22:00 23:00 23 Nov 01:00 02:00 03:00"},
		"a day":               {"2026-11-22T03:12:00Z", 24 * time.Hour, nil, "06:00 09:00 12:00 15:00 18:00 21:00 23 Nov 03:00"},
		"a day elsewhere":     {"2026-11-22T03:12:00Z", 24 * time.Hour, berlin, "06:00 09:00 12:00 15:00 18:00 21:00 23 Nov 03:00"},
		"summer time ends":    {"2026-10-24T22:00:00Z", 12 * time.Hour, berlin, "25 Oct 02:00 04:00 06:00 08:00 10:00"},
		"summer time begins":  {"2026-03-28T23:00:00Z", 6 * time.Hour, berlin, "29 Mar 01:00 03:00 04:00 05:00 06:00 07:00"},
		"a week":              {"2026-11-16T03:12:00Z", 7 * 24 * time.Hour, nil, "17 Nov 18 Nov 19 Nov 20 Nov 21 Nov 22 Nov 23 Nov"},
		"a month, on Mondays": {"2026-10-24T00:00:00Z", 40 * 24 * time.Hour, nil, "26 Oct 2 Nov 9 Nov 16 Nov 23 Nov 30 Nov"},
		"a year":              {"2025-11-23T00:00:00Z", 365 * 24 * time.Hour, nil, "Jan 2026 Mar 2026 May 2026 Jul 2026 Sep 2026 Nov 2026"},
		"ten years":           {"2016-11-23T00:00:00Z", 3652 * 24 * time.Hour, nil, "2018 2020 2022 2024 2026"},
	} {
		t.Run(name, func(t *testing.T) {
			from, err := time.Parse(time.RFC3339, c.from)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(ticks((&chart.Chart{From: from, To: from.Add(c.length), Zone: c.zone}).SVG(), "axis"), " ")
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAmountTicks(t *testing.T) {
	for _, c := range []struct {
		metric fleet.Metric
		most   float64
		want   string
	}{
		{fleet.Connections, 5000, "0 1k 2k 3k 4k 5k"},
		{fleet.Connections, 3, "0 1 2 3"},
		{fleet.MessageTPS, 0.3, "0 0.1 0.2 0.3"},
		{fleet.MessageTPS, 1200, "0 500 1k 1.5k"},
		{fleet.CommandsTPS, 7.3e6, "0 2M 4M 6M 8M"},
		{fleet.MemoryBytes, 4 << 30, "0 B 1 GiB 2 GiB 3 GiB 4 GiB"},
		{fleet.MemoryBytes, 700 << 20, "0 B 256 MiB 512 MiB 768 MiB"},
		{fleet.Connections, 0, "0 1"},
	} {
		s := chart.Chart{From: start(), To: start().Add(time.Hour), Series: fleet.Series{Metric: c.metric, Usage: line(time.Minute, c.most)}}
		if got := strings.Join(ticks(s.SVG(), "grid"), " "); got != c.want {
			t.Errorf("%v up to %g: got %s, want %s", c.metric, c.most, got, c.want)
		}
	}
}

// TestValues: the script of the page is told each point with its place and its text.
func TestValues(t *testing.T) {
	c := chart.Chart{From: start(), To: start().Add(2 * time.Minute), Step: time.Minute, Levels: levels(0.7), Series: fleet.Series{
		Metric: fleet.Connections, Usage: line(time.Minute, 0, 2500, 5000), Average: line(time.Minute, 0, 2000, 5000), Capacity: level(time.Minute, 3, 5000),
	}}
	got := html.UnescapeString(regexp.MustCompile(`data-values="([^"]*)"`).FindStringSubmatch(string(c.SVG()))[1])
	want := "0 208 208 1795381200 2026-11-22 21:00:00  0 of 5,000 (0%)|500 114 132.8 1795381260 2026-11-22 21:01:00  2,500 of 5,000 (50%), average 2,000|1000 20 20 1795381320 2026-11-22 21:02:00  5,000 of 5,000 (100%)"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestGapsAreMarked: times of which nothing is known, also at the ends, but not what lies ahead.
func TestGapsAreMarked(t *testing.T) {
	c := chart.Chart{From: start(), To: start().Add(10 * time.Hour), Now: start().Add(9 * time.Hour), Step: time.Hour, Series: fleet.Series{Usage: []fleet.Point{
		{T: start().Add(2 * time.Hour), V: 1}, {T: start().Add(3 * time.Hour), V: 1}, {T: start().Add(6 * time.Hour), V: 1},
	}}}
	var got []string
	for _, m := range regexp.MustCompile(`<g class="gap"><title>Nothing is known from \d{4}-\d\d-\d\d ([^<]*)</title>`).FindAllStringSubmatch(string(c.SVG()), -1) {
		got = append(got, m[1])
	}
	want := []string{"21:00:00 to 2026-11-22 23:00:00", "00:00:00 to 2026-11-23 03:00:00", "03:00:00 to 2026-11-23 06:00:00"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestCapacityIsSteps: a capacity changes at a moment, and does not slope up to it.
func TestCapacityIsSteps(t *testing.T) {
	c := chart.Chart{From: start(), To: start().Add(3 * time.Hour), Step: time.Hour, Series: fleet.Series{Metric: fleet.Connections, Capacity: line(time.Hour, 10, 10, 20, 20)}}
	if svg := string(c.SVG()); !strings.Contains(svg, `points="0,114 666.7,114 666.7,20 1000,20"`) {
		t.Errorf("the capacity is no step:\n%s", svg)
	}
}
