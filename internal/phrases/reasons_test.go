package phrases

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/fleet/words"
)

// TestReasonsOfAlarmsAreHeard: the reasons of the calendar's alarms, as the test of package alarm
// lists them, are Chinese from the first sign to the last.
func TestReasonsOfAlarmsAreHeard(t *testing.T) {
	code, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "alarm", "reason_test.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, d := range code.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "TestReasonsOfTheCalendar" {
			continue
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if said, err := strconv.Unquote(lit.Value); err == nil && strings.Count(said, " ") > 2 && !strings.Contains(said, "%") && said != "so it stands" {
					reasons = append(reasons, said)
				}
			}
			return true
		})
	}
	if len(reasons) < 10 {
		t.Fatalf("only %d reasons were found: %q", len(reasons), reasons)
	}
	say := New().In(words.ZH)
	for _, reason := range slices.Compact(reasons) {
		if text, known := say.Heard(reason); !known || strings.ContainsAny(text, "abcdefghijklmnopqrstuvwxyz") {
			t.Errorf("%q is said as %q, known: %v", reason, text, known)
		}
	}
}
