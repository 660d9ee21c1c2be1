package markdown_test

import (
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/markdown"
)

func TestTable(t *testing.T) {
	got := markdown.Table([][]string{{"what", "figure"}, {"a | b", "1\n2"}})
	want := "| what   | figure |\n|--------|--------|\n| a \\| b | 1 2    |\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if long := markdown.Cell(strings.Repeat("长", 500)); len([]rune(long)) != 163 || !strings.HasSuffix(long, "...") {
		t.Errorf("a long cell has %d signs", len([]rune(long)))
	}
}
