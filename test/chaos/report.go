package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/scenario"
	"github.com/brimwatch/brimwatch/test/markdown"
)

// table is a Markdown table: its head, then its rows.
type table [][]string

// markdown writes the table, padded so that it also reads well as text.
func (t table) markdown() string {
	return markdown.Table(t)
}

// ledgers is the table of what the ledgers say.
func ledgers(results []scenario.Result) table {
	t := table{{"scenario", "took", "alarms", "owed", "told", "lost", "wrong", "doubled", "repeated, as it says", "late"}}
	for i := range results {
		r := &results[i]
		if r.Left != "" || r.Took == 0 {
			continue // it was not run
		}
		l := &r.Ledger
		t = append(t, []string{
			r.Name, fmt.Sprintf("%.0f s", r.Took.Seconds()), strconv.Itoa(l.Episodes), strconv.Itoa(l.Owed), strconv.Itoa(l.Told),
			strconv.Itoa(l.Count(ledger.Lost)), strconv.Itoa(l.Count(ledger.Wrong)), strconv.Itoa(l.Count(ledger.Doubled)),
			strconv.Itoa(l.Count(ledger.Repeated)), strconv.Itoa(l.Count(ledger.Late)),
		})
	}
	return t
}

// marks is the table of figures against their marks.
func marks(results []scenario.Result) table {
	t := table{{"scenario", "what", "mark", "measured", ""}}
	for i := range results {
		if results[i].Left != "" {
			t = append(t, []string{results[i].Name, "left out: " + results[i].Left, "", "", ""})
		}
		for _, f := range results[i].Figures {
			verdict := "ok"
			if !f.OK {
				verdict = "missed"
			}
			t = append(t, []string{results[i].Name, f.What, f.Mark, f.Got, verdict})
		}
	}
	return t
}

// faults is everything that must not be, one a line; "" is nothing.
func faults(results []scenario.Result) string {
	var b strings.Builder
	for i := range results {
		r := &results[i]
		found := r.Ledger.Faults()
		const most = 20
		for n, f := range found {
			if n == most {
				fmt.Fprintf(&b, "%s: and %d more\n", r.Name, len(found)-most)
				break
			}
			fmt.Fprintf(&b, "%s: %s\n", r.Name, f)
		}
		for _, f := range r.Missed(true) {
			fmt.Fprintf(&b, "%s: %s: %s, the mark is %s\n", r.Name, f.What, markdown.Cell(f.Got), f.Mark)
		}
	}
	return b.String()
}

// The kept figures stand in docs/reliability.md between these lines.
const (
	keptPage  = "docs/reliability.md"
	keptBegin = "<!-- chaos: written by go run ./test/chaos -keep -->"
	keptEnd   = "<!-- chaos: end -->"
)

// keepIn returns a page with other figures.
func keepIn(page, text string) (string, error) {
	before, rest, ok := strings.Cut(page, keptBegin)
	_, after, ok2 := strings.Cut(rest, keptEnd)
	if !ok || !ok2 {
		return "", fmt.Errorf("%s must have the lines %q and %q", keptPage, keptBegin, keptEnd)
	}
	return before + keptBegin + "\n\n" + text + "\n" + keptEnd + after, nil
}
