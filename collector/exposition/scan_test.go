package exposition

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// planFor makes a plan with one cell for each selector.
func planFor(t testing.TB, selectors ...selector) *plan {
	t.Helper()
	p := &plan{}
	for _, s := range selectors {
		if err := s.check(); err != nil {
			t.Fatalf("%v: %v", s, err)
		}
		if err := p.want(s); err != nil {
			t.Fatalf("%v: %v", s, err)
		}
	}
	return p
}

// scan reads a page.
func scan(p *plan, r io.Reader) (page, error) {
	pg := page{plan: p, cells: make([]cell, p.cells), limit: httpget.MaxPage}
	_, err := pg.read(r, make([]byte, windowSize))
	return pg, err
}

func sum(name string, match ...Match) selector { return selector{name: name, match: match} }

func largest(name string) selector { return selector{name: name, max: true} }

func is(name, value string) Match  { return Match{Name: name, Value: value} }
func not(name, value string) Match { return Match{Name: name, Value: value, Not: true} }

func told(n int, v float64) cell { return cell{n: n, value: v, named: n > 0} }

func TestScan(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name      string
		page      string
		series    selector
		want      cell
		malformed int
	}{
		{"plain", "a 5\n", sum("a"), told(1, 5), 0},
		{"no line break at the end", "b 1\na 5", sum("a"), told(1, 5), 0},
		{"carriage returns", "a 5\r\nb{x=\"y\"} 6\r\n\r\n# x\r\n", sum("a"), told(1, 5), 0},
		{"carriage return and labels", "a{x=\"y\"} 5\r\n", sum("a", is("x", "y")), told(1, 5), 0},
		{"carriage return and timestamp", "a 5 1795312705000\r\n", sum("a"), told(1, 5), 0},
		{"several are summed", "a{x=\"1\"} 5\nb 1\na{x=\"2\"} 6.5\n", sum("a"), told(2, 11.5), 0},
		{"the largest", "a{x=\"1\"} 5\na{x=\"2\"} 7\na{x=\"3\"} 6\n", largest("a"), told(3, 7), 0},
		{"the largest is below zero", "a{x=\"1\"} -5\na{x=\"2\"} -7\n", largest("a"), told(2, -5), 0},
		{"the name goes on", "ab 5\na_b 6\na:b 7\na1 8\n", sum("a"), cell{}, 0},
		{"the name is not whole", "abc 5\n", sum("abcd"), cell{}, 0},
		{"a colon in the name", "a:b 5\n", sum("a:b"), told(1, 5), 0},
		{"absent", "b 5\n", sum("a"), cell{}, 0},
		{"blank lines", "\n\n \n\t\na 5\n\n", sum("a"), told(1, 5), 0},
		{"indented", "  a 5\n\tb 6\n", sum("a"), told(1, 5), 0},
		{"indented comment", "  # a 6\na 5\n", sum("a"), told(1, 5), 0},
		{"tabs and spaces", "a\t5\na{x=\"y\"}  \t6  \n", sum("a"), told(2, 11), 0},
		{"no space behind the labels", "a{x=\"y\"}5\n", sum("a"), told(1, 5), 0},
		{"space before the labels", "a {x=\"y\"} 5\n", sum("a", is("x", "y")), told(1, 5), 0},
		{"spaces among labels", "a{ x = \"y\" , z = \"w\" } 5\n", sum("a", is("x", "y"), is("z", "w")), told(1, 5), 0},
		{"comma at the end of labels", "a{x=\"y\",} 5\n", sum("a", is("x", "y")), told(1, 5), 0},
		{"empty labels", "a{} 5\n", sum("a"), told(1, 5), 0},
		{"brace within a value", "a{x=\"}\",z=\"{\"} 5\n", sum("a", is("x", "}")), told(1, 5), 0},
		{"hash and comma within a value", "a{x=\"a # b, c\"} 5\n", sum("a", is("x", "a # b, c")), told(1, 5), 0},
		{"escaped quote", `a{x="say \"}\" 9",z="w"} 5` + "\n", sum("a", is("x", `say "}" 9`)), told(1, 5), 0},
		{"escaped backslash at the end", `a{x="c:\\",z="w"} 5` + "\n", sum("a", is("x", `c:\`)), told(1, 5), 0},
		{"escaped line break", `a{x="1\n2"} 5` + "\n", sum("a", is("x", "1\n2")), told(1, 5), 0},
		{"a backslash before anything else", `a{x="\d\\d"} 5` + "\n", sum("a", is("x", `\d\d`)), told(1, 5), 0},
		{"matcher holds", "a{x=\"y\"} 5\na{x=\"z\"} 6\n", sum("a", is("x", "z")), told(1, 6), 0},
		{"matcher excludes", "a{x=\"y\"} 5\na{x=\"z\"} 6\na 7\n", sum("a", not("x", "z")), told(2, 12), 0},
		{"a label that is absent is empty", "a{x=\"y\"} 5\na 7\n", sum("a", is("x", "")), told(1, 7), 0},
		{"a label has to be there", "a{x=\"y\"} 5\na 7\na{x=\"\"} 8\n", sum("a", not("x", "")), told(1, 5), 0},
		{"two matchers", "a{x=\"y\",z=\"1\"} 5\na{z=\"1\",x=\"n\"} 6\na{x=\"y\",z=\"2\"} 7\n", sum("a", is("x", "y"), not("z", "2")), told(1, 5), 0},
		{"the name is there, no series fits", "a{x=\"y\"} 5\n", sum("a", is("x", "z")), cell{named: true}, 0},
		{"quoted name", `{"a.b",x="y"} 5` + "\n", sum("a.b", is("x", "y")), told(1, 5), 0},
		{"quoted name alone", `{"a.b"} 5` + "\n", sum("a.b"), told(1, 5), 0},
		{"quoted name at the end", `{x="y","a.b"} 5` + "\n", sum("a.b", is("x", "y")), told(1, 5), 0},
		{"quoted name with an escape", `{"a\"b"} 5` + "\n", sum(`a"b`), told(1, 5), 0},
		{"quoted plain name", `{"a"} 5` + "\n", sum("a"), told(1, 5), 0},
		{"quoted label name", `a{"l.m"="y"} 5` + "\n", sum("a", is("l.m", "y")), told(1, 5), 0},
		{"another quoted name", `{"a.c"} 5` + "\n", sum("a.b"), cell{}, 0},
		{"a label value is not a name", `b{x="a"} 5` + "\n", sum("a"), cell{}, 0},
		{"other scripts", `a{x="温度"} 5` + "\n", sum("a", is("x", "温度")), told(1, 5), 0},
		{"timestamp", "a 5 1795312705000\n", sum("a"), told(1, 5), 0},
		{"timestamp below zero", "a 5 -1\n", sum("a"), told(1, 5), 0},
		{"timestamp of OpenMetrics", "a 5 1795312705.5\n", sum("a"), told(1, 5), 0},
		{"exemplar", "a_total 5 # {trace_id=\"x\"} 0.67\n", sum("a_total"), told(1, 5), 0},
		{"timestamp and exemplar", "a_total 5 1.5 # {trace_id=\"x\"} 0.67 1.4\n", sum("a_total"), told(1, 5), 0},
		{"end of OpenMetrics", "a 5\n# EOF\n", sum("a"), told(1, 5), 0},
		{"TYPE before an empty HELP, and a second TYPE", "# TYPE a gauge\n# HELP a\na 5\n# TYPE a counter\n#\n", sum("a"), told(1, 5), 0},
		{"numbers", "a{x=\"1\"} 1e3\na{x=\"2\"} -.5\na{x=\"3\"} +0.25\n", sum("a"), told(3, 999.75), 0},
		{"infinite", "a +Inf\n", sum("a"), told(1, math.Inf(1)), 0},
		{"infinite below zero", "a -Inf\n", sum("a"), told(1, math.Inf(-1)), 0},
		{"not a number", "a{x=\"1\"} 5\na{x=\"2\"} NaN\n", sum("a"), told(2, nan), 0},
		{"not a number is the largest", "a{x=\"1\"} NaN\na{x=\"2\"} 5\n", largest("a"), told(2, nan), 0},
		{"both infinities", "a{x=\"1\"} +Inf\na{x=\"2\"} -Inf\n", sum("a"), told(2, nan), 0},

		{"no value", "b 1\na\n", sum("a"), cell{bad: true}, 1},
		{"no value behind a space", "b 1\na \n", sum("a"), cell{bad: true}, 1},
		{"no value behind labels", "b 1\na{x=\"y\"}\n", sum("a"), cell{bad: true}, 1},
		{"no value, carriage return", "b 1\na\r\n", sum("a"), cell{bad: true}, 1},
		{"not a value", "a five\n", sum("a"), cell{bad: true}, 1},
		{"hexadecimal", "a 0x1p4\n", sum("a"), cell{bad: true}, 1},
		{"underscores", "a 1_000\n", sum("a"), cell{bad: true}, 1},
		{"too large", "a 1e999\n", sum("a"), cell{bad: true}, 1},
		{"words behind the value", "a 5 of 6\n", sum("a"), cell{bad: true}, 1},
		{"words behind the timestamp", "a 5 6 7\n", sum("a"), cell{bad: true}, 1},
		{"labels do not end", "a{x=\"y\" 5\n", sum("a"), cell{bad: true}, 1},
		{"a value does not end", "a{x=\"y} 5\n", sum("a"), cell{bad: true}, 1},
		{"a value ends in an escape", `a{x="y\"} 5` + "\n", sum("a"), cell{bad: true}, 1},
		{"a value without quotes", "a{x=y} 5\n", sum("a"), cell{bad: true}, 1},
		{"a label without a value", "a{x} 5\n", sum("a"), cell{bad: true}, 1},
		{"a label without a name", "a{=\"y\"} 5\n", sum("a"), cell{bad: true}, 1},
		{"two commas", "a{x=\"y\",,} 5\n", sum("a"), cell{bad: true}, 1},
		{"a second name", "a{\"b\"} 5\n", sum("a"), cell{bad: true}, 1},
		{"quoted name, labels do not end", `{"a.b",x="y} 5` + "\n", sum("a.b"), cell{bad: true}, 1},
		{"no name at all", `{x="y"} 5` + "\n", sum("a"), cell{}, 1},
		{"the rest is read on", "a five\na{x=\"1\"} 5\n", sum("a"), cell{n: 1, value: 5, named: true, bad: true}, 1},
		{"a bad line that does not fit spoils nothing", "a{x=\"1\"} 5\na{x=\"2\"} five\n", sum("a", is("x", "1")), told(1, 5), 1},
		{"what nobody wants is not looked at", "a 5\nb five\n", sum("a"), told(1, 5), 0},
		{"until one line has proved the page, all are looked at", "b five\nc 1\nd five\na 5\n", sum("a"), told(1, 5), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := planFor(t, tt.series)
			for way, r := range map[string]io.Reader{
				"whole":     strings.NewReader(tt.page),
				"by byte":   iotest.OneByteReader(strings.NewReader(tt.page)),
				"with EOF":  iotest.DataErrReader(strings.NewReader(tt.page)),
				"in halves": iotest.HalfReader(strings.NewReader(tt.page)),
			} {
				pg, err := scan(p, r)
				if err != nil {
					t.Fatalf("%s: %v", way, err)
				}
				if !sameCell(pg.cells[0], tt.want) {
					t.Errorf("%s: got %+v, want %+v", way, pg.cells[0], tt.want)
				}
				if pg.malformed != tt.malformed {
					t.Errorf("%s: %d malformed lines, want %d", way, pg.malformed, tt.malformed)
				}
			}
		})
	}
}

// sameCell compares cells, NaN being equal to itself.
func sameCell(a, b cell) bool {
	if math.IsNaN(a.value) && math.IsNaN(b.value) {
		a.value, b.value = 0, 0
	}
	return a == b
}

func TestScanOneNameForMany(t *testing.T) {
	p := planFor(t, sum("a", is("x", "1")), sum("a", is("x", "2")), sum("a"), largest("a"), sum("b"))
	pg, err := scan(p, strings.NewReader("a{x=\"1\"} 5\na{x=\"2\"} 6\na{x=\"3\"} 7\nb 8\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []cell{told(1, 5), told(1, 6), told(3, 18), told(3, 7), told(1, 8)}
	if diff := cmp.Diff(want, pg.cells, cmp.AllowUnexported(cell{})); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}

func TestScanLongLines(t *testing.T) {
	p := planFor(t, sum("a", is("x", "y")))
	for _, tt := range []struct {
		name string
		line int // length of the first line
		ok   bool
	}{
		{"as long as the window", windowSize, true},
		{"one more", windowSize + 1, true},
		{"at the cap", maxLine, true},
		{"over the cap", maxLine + 1, false},
		{"far over the cap", 2 * maxLine, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const start, end = `a{z="`, `",x="y"} 5`
			line := start + strings.Repeat("z", tt.line-len(start)-len(end)) + end
			for _, rest := range []string{"\na{x=\"y\"} 6\n", "\n", ""} {
				pg, err := scan(p, strings.NewReader(line+rest))
				if (err == nil) != tt.ok {
					t.Fatalf("error: %v", err)
				}
				if err != nil {
					if !strings.Contains(err.Error(), "longer than 1 MiB") {
						t.Errorf("the error does not name the cap: %v", err)
					}
					continue
				}
				if want := 5 + 6*float64(strings.Count(rest, "6")); pg.cells[0].value != want {
					t.Errorf("got %v, want %v", pg.cells[0].value, want)
				}
			}
		})
	}
}

func TestScanPageCap(t *testing.T) {
	p := planFor(t, sum("a"))
	text := "a 5\n" + strings.Repeat("b 1\n", 1000)
	for _, limit := range []int64{int64(len(text)) - 1, int64(len(text))} {
		pg := page{plan: p, cells: make([]cell, 1), limit: limit}
		_, err := pg.read(strings.NewReader(text), make([]byte, 100))
		if over := limit < int64(len(text)); (err != nil) != over {
			t.Errorf("a page of %d bytes with a limit of %d: %v", len(text), limit, err)
		}
	}
}

// TestScanStops holds a reader that never says anything to an end.
func TestScanStops(t *testing.T) {
	if _, err := scan(planFor(t, sum("a")), mute{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v, want %v", err, io.ErrNoProgress)
	}
}

type mute struct{}

func (mute) Read([]byte) (int, error) { return 0, nil }

// TestScanIsLinear reads lines made to be read again and again; each took hours
// if the time grew with the square of its length.
func TestScanIsLinear(t *testing.T) {
	p := planFor(t, sum("a", is("x", "y"), not("z", "")))
	for _, unit := range []string{`\\`, `\"`, `x="y",`, `x="\\",`, `{`, ` `, `"`} {
		line := `a{q="` + strings.Repeat(unit, maxLine/len(unit)-10) + "\"} 5\n"
		if _, err := scan(p, strings.NewReader(strings.Repeat(line, 2))); err != nil {
			t.Errorf("%q: %v", unit, err)
		}
	}
}

func TestJudgePage(t *testing.T) {
	for _, tt := range []struct {
		name    string
		page    string
		endless bool
		want    error
	}{
		{"empty", "", false, errEmpty},
		{"comments", "# HELP a b\n\n# EOF\n", false, errBare},
		{"blanks", "\n \r\n", false, errBare},
		{"HTML", "\n<!DOCTYPE html>\n<html>\n", false, httpget.ErrHTML},
		{"JSON", "{\"status\": \"UP\"}\n", false, errNotPage},
		{"words", "hello world\nthis is text\n", false, errNotPage},
		{"nothing that is wanted", "b 1\n", false, nil},
		{"torn", "a 1\nb 12", true, errTorn},
		{"not torn", "a 1\nb 12\n", true, nil},
		{"no line break, but its length is known", "a 1\nb 12", false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pg, err := scan(planFor(t, sum("a")), strings.NewReader(tt.page))
			if err != nil {
				t.Fatal(err)
			}
			if got := pg.judge(tt.endless); !errors.Is(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestScanAllocatesNothing reads a page again and again.
func TestScanAllocatesNothing(t *testing.T) {
	text := []byte("# TYPE a gauge\na{x=\"y\",z=\"q\\\"r\"} 5\nb 6.25 1795312705000\nc 7\n{\"a.b\"} 1\n")
	p := planFor(t, sum("a", is("x", "y")), sum("b"), sum("a.b"))
	pg := page{plan: p, cells: make([]cell, p.cells), limit: httpget.MaxPage}
	window, r := make([]byte, windowSize), bytes.NewReader(nil)
	allocs := testing.AllocsPerRun(100, func() {
		r.Reset(text)
		pg.size = 0
		if _, err := pg.read(r, window); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations a page", allocs)
	}
}
