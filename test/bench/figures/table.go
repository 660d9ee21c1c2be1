package figures

import (
	"strings"

	"github.com/brimwatch/brimwatch/test/markdown"
)

// table is a Markdown table: its head, then its rows. Cells have no line breaks.
type table [][]string

// markdown writes the table, padded so that it also reads well as text.
func (t table) markdown() string {
	return markdown.Table(t)
}

// tables finds the tables of a text. Rows shorter than their head are filled up.
func tables(text string) []table {
	var out []table
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		underHead := inside && len(out[len(out)-1]) == 1
		if underHead && strings.Contains(line, "-") && strings.Trim(line, "|-: ") == "" {
			continue // it only marks the head as one
		}
		row := cells(line)
		if !inside {
			out = append(out, table{row})
			inside = true
			continue
		}
		t := &out[len(out)-1]
		for len(row) < len((*t)[0]) {
			row = append(row, "")
		}
		*t = append(*t, row[:len((*t)[0])])
	}
	return out
}

// cells splits a line at each bar that is not escaped.
func cells(line string) []string {
	line = strings.TrimPrefix(line, "|")
	var out []string
	var cell strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == '|':
			cell.WriteByte('|')
			i++
		case line[i] == '|':
			out = append(out, strings.TrimSpace(cell.String()))
			cell.Reset()
		default:
			cell.WriteByte(line[i])
		}
	}
	if rest := strings.TrimSpace(cell.String()); rest != "" || len(out) == 0 {
		out = append(out, rest)
	}
	return out
}

// pairs reads a table of two columns as names and values.
func (t table) pairs() map[string]string {
	out := make(map[string]string)
	for _, row := range t {
		if len(row) == 2 {
			out[row[0]] = row[1]
		}
	}
	return out
}
