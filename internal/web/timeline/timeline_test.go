package timeline_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/web/timeline"
	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

func start() time.Time { return time.Date(2026, 11, 23, 3, 12, 4, 0, time.UTC) }

func kinds() []timeline.Kind {
	return []timeline.Kind{{Name: "expires", Shape: timeline.Ring}, {Name: "suspended", Shape: timeline.Square}, {Name: "released", Shape: timeline.Cross}}
}

func line(days int, lanes ...timeline.Lane) *timeline.Line {
	return &timeline.Line{From: start(), To: start().AddDate(0, 0, days), Kinds: kinds(), Lanes: lanes, Label: "What happens <soon>"}
}

func sign(day, kind int, text string) timeline.Sign {
	return timeline.Sign{At: start().AddDate(0, 0, day), Kind: kind, Text: text}
}

func TestGolden(t *testing.T) {
	got := line(90,
		timeline.Lane{Name: "acme & sons", Signs: []timeline.Sign{sign(40, 1, "Orders is suspended"), sign(4, 0, "Orders expires"), sign(5, 0, "Lab <b> expires")}},
		timeline.Lane{Name: "beta", Signs: []timeline.Sign{sign(90, 2, "Old is released")}},
	).SVG()
	got = strings.ReplaceAll(got, "><", ">\n<") + "\n"
	golden.Equal(t, "two-accounts.svg", []byte(got))
}

// TestGoldenOfSpans: what lasts is a bar, cut where the time line ends, with now as a
// line through all.
func TestGoldenOfSpans(t *testing.T) {
	at := func(day int) time.Time { return start().AddDate(0, 0, day) }
	l := line(28,
		timeline.Lane{Name: "wei", Spans: []timeline.Span{{From: at(-5), To: at(5), Kind: "turn", Text: "wei is on call"}, {From: at(19), To: at(40), Kind: "turn", Text: "wei is on call"}}},
		timeline.Lane{Name: "li & co", Spans: []timeline.Span{{From: at(5), To: at(12), Kind: "override", Text: "li & co, by an override"}}},
		timeline.Lane{Name: "nobody", Spans: []timeline.Span{{From: at(12), To: at(19), Kind: "gap", Text: "nobody is on call"}, {From: at(60), To: at(70), Kind: "gap", Text: "beyond"}}},
	)
	l.Now = at(2)
	golden.Equal(t, "spans.svg", []byte(strings.ReplaceAll(l.SVG(), "><", ">\n<")+"\n"))
}

// dates are what the axis says.
func dates(svg string) string {
	axis, _, _ := strings.Cut(svg[strings.Index(svg, `<g class="dates">`):], "</g>")
	var out []string
	for _, m := range regexp.MustCompile(`>([^<>]+)</text>`).FindAllStringSubmatch(axis, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, ", ")
}

func TestDates(t *testing.T) {
	for days, want := range map[int]string{
		30:  "30 Nov, 7 Dec, 14 Dec, 21 Dec",
		90:  "Dec, 2027, Feb",
		365: "Dec, 2027, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov",
	} {
		if got := dates(line(days).SVG()); got != want {
			t.Errorf("%d days: %s", days, got)
		}
	}
	shanghai := time.FixedZone("", 8*3600)
	l := line(30)
	l.From, l.Zone = time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC), shanghai // Monday there already
	if got := dates(l.SVG()); got != "30 Nov, 7 Dec, 14 Dec, 21 Dec" {
		t.Error(got)
	}
}

func TestCloseMarksBecomeOne(t *testing.T) {
	var signs []timeline.Sign
	for i := range 40 {
		signs = append(signs, timeline.Sign{At: start().Add(time.Duration(i) * time.Hour), Kind: i % 2, Text: fmt.Sprintf("No. %d", i)})
	}
	svg := line(90, timeline.Lane{Name: "acme", Signs: append(signs, sign(60, 0, "Alone"))}).SVG()
	if n := strings.Count(svg, "<use "); n != 2 {
		t.Errorf("%d signs are drawn, want one for those that are close and one alone", n)
	}
	for _, want := range []string{`<g class="sign suspended">`, `>40</text>`, "2026-11-23 03:12 No. 0", "and 28 more until 2026-11-24 18:12", "Alone</title>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is missing in\n%s", want, svg)
		}
	}
}

// TestAnyLine draws lines and holds each against what a browser needs.
func TestAnyLine(t *testing.T) {
	place := regexp.MustCompile(` x[12]?="([0-9.-]+)%"`)
	rapid.Check(t, func(t *rapid.T) {
		l := line(rapid.SampledFrom([]int{0, 1, 30, 90, 365, 3650}).Draw(t, "days"))
		l.Label = rapid.String().Draw(t, "label")
		for range rapid.IntRange(0, 3).Draw(t, "lanes") {
			lane := timeline.Lane{Name: rapid.String().Draw(t, "name")}
			for range rapid.IntRange(0, 20).Draw(t, "signs") {
				lane.Signs = append(lane.Signs, sign(rapid.IntRange(-10, 4000).Draw(t, "day"), rapid.IntRange(0, 2).Draw(t, "kind"), rapid.String().Draw(t, "text")))
			}
			for range rapid.IntRange(0, 5).Draw(t, "spans") {
				from := rapid.IntRange(-10, 4000).Draw(t, "from")
				to := from + rapid.IntRange(0, 4000).Draw(t, "long")
				lane.Spans = append(lane.Spans, timeline.Span{From: start().AddDate(0, 0, from), To: start().AddDate(0, 0, to), Kind: "turn", Text: rapid.String().Draw(t, "span")})
			}
			l.Lanes = append(l.Lanes, lane)
		}
		svg := l.SVG()
		dec := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("not XML: %v\n%s", err, svg)
			}
		}
		for _, m := range place.FindAllStringSubmatch(svg, -1) {
			if x, err := strconv.ParseFloat(m[1], 64); err != nil || !(x >= 0 && x <= 100) {
				t.Fatalf("a place of %s %%\n%s", m[1], svg)
			}
		}
	})
}
