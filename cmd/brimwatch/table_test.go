package main

import (
	"encoding/csv"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

func TestTableAligns(t *testing.T) {
	var out strings.Builder
	given := table{header: []string{"ID", "TITLE", "USAGE"}, rows: [][]string{
		{"a", "铂金版", "5"},
		{"long-id", "", "12"},
		{"b", "Basic", ""},
	}, bar: 2}
	if err := given.write(&out, nil, terminal.Look{}); err != nil {
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

// TestTableOnATerminal: bars, colours by state, and nothing that a terminal would obey.
func TestTableOnATerminal(t *testing.T) {
	given := instanceTable(wire.Instances{Instances: []wire.Instance{{ID: "a", Name: "x\x1b[2Jy\u202ez", Product: "mqtt", State: "raised", Metrics: map[string]wire.Metric{
		"connections": {Usage: new(45.0), Capacity: new(50.0), Utilization: new(0.9), Threshold: new(0.7), State: "raised"},
	}}}}, figures{})
	for _, c := range []struct {
		name string
		look terminal.Look
		want string
	}{
		{"colours", terminal.Look{Live: true, Color: true, Unicode: true}, "\x1b[31ma   x<U+001B>[2Jy<U+202E>z  mqtt     connections  45     50        ██████████████████░░ 90%  raised\x1b[m"},
		{"NO_COLOR", terminal.Look{Live: true, Unicode: true}, "a   x<U+001B>[2Jy<U+202E>z  mqtt     connections  45     50        ██████████████████░░ 90%  raised"},
		{"the C locale", terminal.Look{Live: true}, "a   x<U+001B>[2Jy<U+202E>z  mqtt     connections  45     50        ##################-- 90%  raised"},
		{"a pipe", terminal.Look{Unicode: true}, "a   x<U+001B>[2Jy<U+202E>z  mqtt     connections  45     50        90%          raised"},
	} {
		var out strings.Builder
		if err := given.write(&out, nil, c.look); err != nil {
			t.Fatal(err)
		}
		_, row, _ := strings.Cut(strings.TrimSuffix(out.String(), "\n"), "\n")
		if diff := cmp.Diff(c.want, row); diff != "" {
			t.Errorf("%s: -want +got:\n%s", c.name, diff)
		}
	}
}

// TestMomentsOfPrograms: CSV has moments by RFC 3339 with their zone, and how far they are in seconds.
func TestMomentsOfPrograms(t *testing.T) {
	at := time.Date(2026, 12, 5, 8, 0, 0, 0, time.FixedZone("", 8*3600))
	f := figures{plain: true}
	if got := f.atIn(at, at.Location()); got != "2026-12-05T08:00:00+08:00" {
		t.Errorf("got %s", got)
	}
	if got := f.until(at, at.Add(time.Hour), "1 h ago"); got != "-3600" {
		t.Errorf("got %s", got)
	}
	if got := f.since(nil) + f.unknown(); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestMomentsAsTyped: what people type for a moment, as the API takes it.
func TestMomentsAsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"": "", "7d": "-7d", "1d12h": "-1d12h", "-2h": "-2h", "now-90m": "now-90m", "1700000000": "1700000000", "2026-11-23T08:00:00Z": "2026-11-23T08:00:00Z", "yesterday": "yesterday",
		"2026-11-23": time.Date(2026, 11, 23, 0, 0, 0, 0, time.Local).Format(time.RFC3339),
	} {
		if got := moment(typed); got != want {
			t.Errorf("moment(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestEmptyTableSaysSo(t *testing.T) {
	var out strings.Builder
	if err := (table{header: []string{"ID"}}).write(&out, nil, terminal.Look{}); err != nil {
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
		"table": func() error { return given.write(brokenPipe{}, nil, terminal.Look{}) },
		"empty": func() error { return table{}.write(brokenPipe{}, nil, terminal.Look{}) },
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
		if got := withBar(given, terminal.Look{Unicode: true}); got != want {
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
		{"rounding up", "message_tps", 99.999, "100", "99.999"},
		{"whole from 100 up", "message_tps", 100.4, "100", "100.4"},
		{"below zero", "message_tps", -2.5, "-2.5", "-2.5"},
		{"memory", "memory_bytes", 2.5 * (1 << 30), "2.5 GiB", "2684354560"},
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
	if diff := cmp.Diff([]string{"87%", "87.4%", "87%", "0.87459", "0.87459", "", "", ""}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
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
		{"nothing was read", wire.Series{Capacity: points(50)}, []string{"m", "no usage was read", "", "", "", ""}},
		{"no capacity is known", wire.Series{Usage: points(2, 4)}, []string{"m", "2", "4", "4", "", ""}},
		{"a capacity of zero tells nothing", wire.Series{Usage: points(2), Capacity: points(0)}, []string{"m", "2", "2", "2", "", ""}},
		{"the newest capacity counts", wire.Series{Usage: points(50, 40), Capacity: points(10, 100)}, []string{"m", "40", "50", "40", "100", "50%"}},
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
