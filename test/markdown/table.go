// Package markdown writes the tables of pages whose figures are measured.
package markdown

import "strings"

// Table writes a table, its head first, padded so that it also reads well as text.
func Table(rows [][]string) string {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len([]rune(Cell(cell))))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		for i, cell := range row {
			cell = Cell(cell)
			b.WriteString("| " + cell + strings.Repeat(" ", width[i]-len([]rune(cell))+1))
		}
		b.WriteString("|\n")
		if n == 0 {
			for _, w := range width {
				b.WriteString("|" + strings.Repeat("-", w+2))
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// mostSigns is how long a cell may be.
const mostSigns = 160

// Cell makes a text fit into a cell: one line, not too long, without a bar of its own.
func Cell(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > mostSigns {
		text = string(r[:mostSigns]) + "..."
	}
	return strings.ReplaceAll(text, "|", `\|`)
}
