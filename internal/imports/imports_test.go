package imports_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/brimwatch/brimwatch/"

// row is one row of the table in docs/architecture.md.
type row struct {
	floor   string // 1 is the ground; - is beside the house
	imports []string
}

// table reads the rows of docs/architecture.md, by folder.
func table(t *testing.T) map[string]row {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile("(?m)^\\| ([0-9-]) \\| `([^`]+)` \\| [^|]+ \\|([^|]*)\\|$")
	name := regexp.MustCompile("`([^`]+)`")
	rows := make(map[string]row)
	for _, m := range line.FindAllStringSubmatch(string(page), -1) {
		folder, r := m[2], row{floor: m[1]}
		if _, twice := rows[folder]; twice {
			t.Errorf("%s has two rows", folder)
		}
		for _, i := range name.FindAllStringSubmatch(m[3], -1) {
			r.imports = append(r.imports, i[1])
		}
		if !slices.IsSorted(r.imports) {
			t.Errorf("the imports of %s are not in order", folder)
		}
		rows[folder] = r
	}
	if len(rows) < 10 {
		t.Fatalf("only %d rows were read", len(rows))
	}
	return rows
}

// code lists our imports of each of our packages, test files left out.
func code(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := make(map[string][]string)
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		var ours []string
		for _, i := range p.Imports {
			if name, ok := strings.CutPrefix(i, module); ok {
				ours = append(ours, name)
			}
		}
		found[strings.TrimPrefix(p.ImportPath, module)] = ours
	}
	return found
}

// TestCodeAndTableAgree: whatever the code imports is in the table, and whatever is
// in the table the code imports.
func TestCodeAndTableAgree(t *testing.T) {
	rows, packages := table(t), code(t)
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		r, ok := rows[folder]
		if !ok {
			t.Errorf("%s has no row in docs/architecture.md", folder)
			continue
		}
		for _, i := range packages[folder] {
			if !slices.Contains(r.imports, i) {
				t.Errorf("%s imports %s, which its row in docs/architecture.md does not name", folder, i)
			}
		}
		for _, i := range r.imports {
			if !slices.Contains(packages[folder], i) {
				t.Errorf("%s does not import %s, which its row in docs/architecture.md names", folder, i)
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(rows)) {
		if _, ok := packages[folder]; !ok {
			t.Errorf("docs/architecture.md has a row for %s, which is no package", folder)
		}
	}
}

// TestImportsFall: no row of the table names a folder of a higher floor, and nothing
// in the house names what only tests start.
func TestImportsFall(t *testing.T) {
	rows := table(t)
	for _, folder := range slices.Sorted(maps.Keys(rows)) {
		from := rows[folder]
		for _, i := range from.imports {
			if to := rows[i]; from.floor != "-" && (to.floor == "-" || to.floor > from.floor) {
				t.Errorf("%s on floor %s imports %s on floor %s", folder, from.floor, i, to.floor)
			}
		}
		if room, _, _ := strings.Cut(folder, "/"); (room == "alarm" || room == "collector") && slices.ContainsFunc(from.imports, func(i string) bool {
			other, _, _ := strings.Cut(i, "/")
			return other != room && (other == "alarm" || other == "collector")
		}) {
			t.Errorf("%s imports from the other room of its floor: who decides and who reads know nothing of each other", folder)
		}
	}
}
