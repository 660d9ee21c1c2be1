package main

import (
	"encoding/csv"
	"errors"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/api/wire"
)

func TestTableAligns(t *testing.T) {
	var out strings.Builder
	given := table{header: []string{"ID", "TITLE", "USAGE"}, rows: [][]string{
		{"a", "铂金版", "5"},
		{"long-id", "", "12"},
		{"b", "Basic", ""},
	}, bar: 2}
	if err := given.write(&out, nil); err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		"ID       TITLE   USAGE",
		"a        铂金版  5", // a Chinese sign takes two cells of a terminal
		"long-id          12",
		"b        Basic",
		"",
	}, "\n")
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEmptyTableSaysSo(t *testing.T) {
	var out strings.Builder
	if err := (table{header: []string{"ID"}}).write(&out, nil); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "There is nothing to list.\n" {
		t.Errorf("got %q", got)
	}
}

// brokenPipe refuses what is written, as head does when it has seen enough.
type brokenPipe struct{}

var errBrokenPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errBrokenPipe }

func TestTableTellsThatItCannotBeWritten(t *testing.T) {
	given := table{header: []string{"ID"}, rows: [][]string{{"a"}}}
	for name, write := range map[string]func() error{
		"table": func() error { return given.write(brokenPipe{}, nil) },
		"empty": func() error { return table{}.write(brokenPipe{}, nil) },
		"csv":   func() error { return given.csv(brokenPipe{}) },
		"json":  func() error { return printJSON(brokenPipe{}, wire.Alarms{}) },
	} {
		if err := write(); !errors.Is(err, errBrokenPipe) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWithBar(t *testing.T) {
	for given, want := range map[string]string{
		"0.0%":     strings.Repeat("░", 20) + " 0.0%",
		"2.5%":     "█" + strings.Repeat("░", 19) + " 2.5%",
		"50.0%":    strings.Repeat("█", 10) + strings.Repeat("░", 10) + " 50.0%",
		"100.0%":   strings.Repeat("█", 20) + " 100.0%",
		"250.0%":   strings.Repeat("█", 20) + " 250.0%",
		"1e300%":   strings.Repeat("█", 20) + " 1e300%",
		"NaN%":     "NaN%",
		"+Inf%":    strings.Repeat("█", 20) + " +Inf%",
		"1,250%":   strings.Repeat("█", 20) + " 1,250%",
		"-5.0%":    strings.Repeat("░", 20) + " -5.0%",
		"":         "",
		"no usage": "no usage",
	} {
		if got := withBar(given); got != want {
			t.Errorf("withBar(%q) = %q, want %q", given, got, want)
		}
	}
}

func TestCSVGuardsAgainstFormulas(t *testing.T) {
	var out strings.Builder
	given := table{header: []string{"HIGHEST OF CAPACITY", "B"}, rows: [][]string{
		{"=1+1", "+8613800138000"},
		{"@SUM(A1)", "\tx"},
		{"-1.5%", "a=b"},
		{"-1+cmd|' /C calc'!A0", "\rx"},
		{"=HYPERLINK(\"x\",\"y\")", "two\nlines"},
		{"", "plain"},
	}}
	if err := given.csv(&out); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"highest_of_capacity", "b"},
		{"'=1+1", "'+8613800138000"},
		{"'@SUM(A1)", "'\tx"},
		{"-1.5%", "a=b"}, // a number below zero stays one
		{"'-1+cmd|' /C calc'!A0", "'\rx"},
		{"'=HYPERLINK(\"x\",\"y\")", "two\nlines"},
		{"", "plain"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// No text that comes from outside starts a formula in a spreadsheet, whatever it is.
func TestCSVNeverStartsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-=+@\t\r][-+=@a-zA-Z0-9(|!' ]{0,12}`)).Draw(t, "cell")
		var out strings.Builder
		if err := (table{header: []string{"A", "B"}, rows: [][]string{{cell, "end"}}}).csv(&out); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
		if err != nil {
			t.Fatalf("%q is no CSV: %v", out.String(), err)
		}
		read := got[1][0]
		if startsFormula(read) {
			t.Fatalf("%q was written as %q", cell, read)
		}
	})
}

// startsFormula tells whether a spreadsheet would compute a cell: by OWASP, one
// that begins with = + - @ tab or carriage return, unless it is a plain number.
func startsFormula(cell string) bool {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return false
	}
	return cell[0] != '-' || strings.Trim(cell[1:], "0123456789.%") != ""
}

func TestFigures(t *testing.T) {
	for _, c := range []struct {
		name, metric  string
		given         float64
		people, plain string
	}{
		{"nothing", "connections", 0, "0", "0"},
		{"a count", "connections", 3612, "3,612", "3612"},
		{"a fraction", "message_tps", 5.25, "5.25", "5.25"},
		{"rounding up", "message_tps", 99.999, "100", "100.00"},
		{"whole from 100 up", "message_tps", 100.4, "100", "100"},
		{"below zero", "message_tps", -2.5, "-2.5", "-2.50"},
		{"memory", "memory_bytes", 2.61 * (1 << 30), "2.61 GiB", "2802466161"},
		{"a metric of a newer Brimwatch", "else", 3612, "3612", "3612"},
	} {
		people, plain := figuresOf("table", nil).amount(c.metric, &c.given), figuresOf("csv", nil).amount(c.metric, &c.given)
		if people != c.people || plain != c.plain {
			t.Errorf("%s: %q, and %q in CSV; want %q and %q", c.name, people, plain, c.people, c.plain)
		}
	}
	u, threshold := 0.87459, 0.875
	people, plain := figuresOf("table", nil), figuresOf("csv", nil)
	got := []string{
		people.share(&u), people.shareBeside(&u, &threshold), people.shareBeside(&u, nil), plain.share(&u), plain.shareBeside(&u, &threshold),
		people.amount("connections", nil), people.share(nil), people.shareBeside(nil, &threshold),
	}
	if diff := cmp.Diff([]string{"87%", "87.4%", "87%", "87.5%", "87.5%", "", "", ""}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSparkline(t *testing.T) {
	for _, c := range []struct {
		name   string
		points []wire.Point
		top    float64
		want   string
	}{
		{"rising", []wire.Point{{0, 0}, {1, 25}, {2, 50}, {3, 75}, {4, 100}}, 100, "▁▃▅▇█"},
		{"above its top", []wire.Point{{0, 500}}, 100, "█"},
		{"below zero", []wire.Point{{0, -5}}, 100, "▁"},
		{"nothing at all", nil, 100, ""},
		{"no top", []wire.Point{{0, 0}}, 0, "▁"},
	} {
		if got := sparkline(c.points, c.top); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	// A peak shows, however many points one bar stands for.
	many := make([]wire.Point, 4001)
	many[2000][1] = 100
	if got := sparkline(many, 100); utf8.RuneCountInString(got) != 40 || strings.Count(got, "█") != 1 {
		t.Errorf("4001 points with one peak are %q", got)
	}
}

func TestSummary(t *testing.T) {
	points := func(values ...float64) (out []wire.Point) {
		for i, v := range values {
			out = append(out, wire.Point{float64(i), v})
		}
		return out
	}
	for _, c := range []struct {
		name  string
		given wire.Series
		want  []string
	}{
		{"nothing was read", wire.Series{Capacity: points(50)}, []string{"m", "", "", "", "", "", "no usage was read"}},
		{"no capacity is known", wire.Series{Usage: points(2, 4)}, []string{"m", "2", "4", "4", "", "", "▅█"}},
		{"a capacity of zero tells nothing", wire.Series{Usage: points(2), Capacity: points(0)}, []string{"m", "2", "2", "2", "", "", "█"}},
		{"the newest capacity counts", wire.Series{Usage: points(50, 40), Capacity: points(10, 100)}, []string{"m", "40", "50", "40", "100", "50%", "▅▄"}},
	} {
		if diff := cmp.Diff(c.want, summary("m", c.given, figures{})); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, diff)
		}
	}
}

func TestPointsTable(t *testing.T) {
	got := pointsTable(wire.Statistics{Metrics: map[string]wire.Series{
		"subscriptions": {Usage: []wire.Point{{1700000000, 7}}},
		"connections":   {Usage: []wire.Point{{1700000000, 5}, {1700000060, 6}}, Capacity: []wire.Point{{1700000060, 50}}},
	}})
	want := [][]string{
		{"2023-11-14T22:13:20Z", "connections", "5", ""},
		{"2023-11-14T22:14:20Z", "connections", "6", "50"},
		{"2023-11-14T22:13:20Z", "subscriptions", "7", ""},
	}
	if diff := cmp.Diff(want, got.rows); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestJSONOfNothingIsNoError(t *testing.T) {
	var out strings.Builder
	if err := printJSON(&out, wire.Alarms{Alarms: []wire.Alarm{}}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "{\n  \"alarms\": []\n}\n" {
		t.Errorf("got %q", got)
	}
	if err := printJSON(&out, math.Inf(1)); err == nil {
		t.Error("infinity was written as JSON")
	}
}
