package figures

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The kept figures stand in docs/performance.md between a begin and an end mark
// for each kind, as two tables: where and how it was measured, and the figures.

const (
	wholeKind = "whole"
	microKind = "micro"

	notMeasured = "Not measured yet."
)

func beginMark(kind string) string {
	return "<!-- bench " + kind + ": written by go run ./test/bench " + kind + " -keep -->"
}

func endMark(kind string) string { return "<!-- bench " + kind + ": end -->" }

// part returns what stands between the marks of a kind, and where.
func part(page, kind string) (text string, from, to int, err error) {
	begin, end := beginMark(kind), endMark(kind)
	if strings.Count(page, begin) != 1 || strings.Count(page, end) != 1 {
		return "", 0, 0, fmt.Errorf("the page must have each of the lines %q and %q once", begin, end)
	}
	from = strings.Index(page, begin) + len(begin)
	to = strings.Index(page, end)
	if to < from {
		return "", 0, 0, fmt.Errorf("the line %q stands before %q", end, begin)
	}
	return page[from:to], from, to, nil
}

func replacePart(page, kind, text string) (string, error) {
	_, from, to, err := part(page, kind)
	if err != nil {
		return "", err
	}
	return page[:from] + "\n\n" + text + "\n" + page[to:], nil
}

// keptTables returns the two tables of a kind; false when nothing is kept.
func keptTables(page, kind string) (about, figures table, ok bool, err error) {
	text, _, _, err := part(page, kind)
	if err != nil || strings.TrimSpace(text) == notMeasured {
		return nil, nil, false, err
	}
	found := tables(text)
	if len(found) != 2 {
		return nil, nil, false, fmt.Errorf("the kept figures of bench %s are %d tables, not 2", kind, len(found))
	}
	return found[0], found[1], true, nil
}

// Markdown writes the tables of a report, with a verdict beside each figure that
// has a mark.
func (r WholeReport) Markdown() string {
	about := table{{"", ""}}
	for _, p := range append(r.Machine.pairs(), [2]string{"interval", r.Interval.String()},
		[2]string{"warm-up", r.Warmup.String()}, [2]string{"window", r.Window.String()}) {
		about = append(about, p[:])
	}
	return about.markdown() + "\n" + r.figures().markdown()
}

func (r WholeReport) figures() table {
	head := []string{"figure", "mark"}
	for i := range r.Runs {
		head = append(head, r.Runs[i].Title())
	}
	t := table{head}
	for _, f := range wholeFigures() {
		row := []string{f.label, f.markText()}
		for i := range r.Runs {
			row = append(row, strings.TrimSpace(f.text(&r.Runs[i])+" "+f.verdict(&r.Runs[i])))
		}
		t = append(t, row)
	}
	return t
}

// KeepWhole returns the page with a report in the place of the kept figures.
func KeepWhole(page string, r WholeReport) (string, error) {
	return replacePart(page, wholeKind, r.Markdown())
}

// KeptWhole reads the kept figures of a page; false when none are kept.
func KeptWhole(page string) (r WholeReport, ok bool, err error) {
	about, figures, ok, err := keptTables(page, wholeKind)
	if err != nil || !ok {
		return WholeReport{}, false, err
	}
	pairs := about.pairs()
	if r.Machine, err = machineOf(pairs); err != nil {
		return WholeReport{}, false, fmt.Errorf("read the kept figures: %w", err)
	}
	for name, d := range map[string]*Duration{"interval": &r.Interval, "warm-up": &r.Warmup, "window": &r.Window} {
		v, err := time.ParseDuration(pairs[name])
		if err != nil {
			return WholeReport{}, false, fmt.Errorf("read the kept figures: %s: %w", name, err)
		}
		*d = Duration(v)
	}
	if r.Runs, err = runsOf(figures); err != nil {
		return WholeReport{}, false, fmt.Errorf("read the kept figures: %w", err)
	}
	return r, true, nil
}

// runsOf reads the columns of the table of figures. A figure that is new since
// they were kept is 0; one that is no more is left out.
func runsOf(t table) ([]Whole, error) {
	if len(t[0]) < 2 {
		return nil, errors.New("the table of figures has no column for a run")
	}
	runs := make([]Whole, len(t[0])-2)
	for i, title := range t[0][2:] {
		n, page, ok := strings.Cut(title, " ")
		instances, err := strconv.Atoi(strings.ReplaceAll(n, ",", ""))
		if !ok || err != nil {
			return nil, fmt.Errorf("%q names no run: it is instances and page", title)
		}
		runs[i].Instances, runs[i].Page = instances, page
	}
	figures := make(map[string]figure)
	for _, f := range wholeFigures() {
		figures[f.label] = f
	}
	for _, row := range t[1:] {
		f, ok := figures[row[0]]
		if !ok {
			continue
		}
		for i, cell := range row[2:] {
			text, _, _ := strings.Cut(cell, " ")
			if err := f.set(&runs[i], text); err != nil {
				return nil, fmt.Errorf("%s of %s: %w", f.label, t[0][i+2], err)
			}
		}
	}
	return runs, nil
}

// Markdown writes the tables of a report, with a verdict beside each figure that
// has a mark.
func (r MicroReport) Markdown() string {
	about := table{{"", ""}}
	for _, p := range append(r.Machine.pairs(), [2]string{"runs of each", strconv.Itoa(r.Count)}) {
		about = append(about, p[:])
	}
	t := table{{"package", "benchmark", "ns", "bytes allocated", "allocations", "more", "mark", ""}}
	for _, m := range r.Results {
		text := ""
		if mark := markOf(m); mark != nil {
			text = mark.text
		}
		t = append(t, []string{m.Package, m.Name, number(m.Nanos), number(m.Bytes), number(m.Allocs), m.othersText(), text, m.verdict()})
	}
	return about.markdown() + "\n" + t.markdown()
}

// KeepMicro returns the page with a report in the place of the kept figures.
func KeepMicro(page string, r MicroReport) (string, error) {
	return replacePart(page, microKind, r.Markdown())
}

// KeptMicro reads the kept figures of a page; false when none are kept.
func KeptMicro(page string) (r MicroReport, ok bool, err error) {
	about, figures, ok, err := keptTables(page, microKind)
	if err != nil || !ok {
		return MicroReport{}, false, err
	}
	pairs := about.pairs()
	if r.Machine, err = machineOf(pairs); err != nil {
		return MicroReport{}, false, fmt.Errorf("read the kept figures: %w", err)
	}
	if r.Count, err = strconv.Atoi(pairs["runs of each"]); err != nil {
		return MicroReport{}, false, fmt.Errorf("read the kept figures: runs of each: %w", err)
	}
	for _, row := range figures[1:] {
		m, err := microOf(row)
		if err != nil {
			return MicroReport{}, false, fmt.Errorf("read the kept figures: %w", err)
		}
		r.Results = append(r.Results, m)
	}
	return r, true, nil
}

func microOf(row []string) (Micro, error) {
	if len(row) < 6 {
		return Micro{}, fmt.Errorf("the row %q is too short", row)
	}
	m := Micro{Package: row[0], Name: row[1]}
	for i, p := range []*float64{&m.Nanos, &m.Bytes, &m.Allocs} {
		v, err := strconv.ParseFloat(row[2+i], 64)
		if err != nil {
			return Micro{}, fmt.Errorf("%s %s: %w", m.Package, m.Name, err)
		}
		*p = v
	}
	if row[5] == "" {
		return m, nil
	}
	for _, other := range strings.Split(row[5], ", ") {
		number, unit, _ := strings.Cut(other, " ")
		v, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return Micro{}, fmt.Errorf("%s %s: %w", m.Package, m.Name, err)
		}
		m.Others = append(m.Others, Other{Unit: unit, Value: v})
	}
	return m, nil
}
