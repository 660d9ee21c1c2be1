package imports_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/brimwatch/brimwatch/"

// allowed says which of our packages a package may import, test files left out.
// A name that ends in /... speaks for the folders below it; the longest that
// fits counts. The table is the one of docs/architecture.md.
func allowed() map[string][]string {
	return map[string][]string{
		"fleet":                    {},
		"configs":                  {},
		"internal/atomicfile":      {},
		"collector":                {"fleet"},
		"collector/...":            {"fleet", "collector", "collector/httpget", "collector/exposition", "collector/collectortest"},
		"collector/aliyun":         {"fleet", "collector", "collector/httpget", "internal/atomicfile"},
		"collector/aliyun/...":     {"fleet", "collector", "collector/httpget", "collector/aliyun", "internal/atomicfile"},
		"collector/httpget":        {},
		"collector/exposition/...": {"fleet", "collector", "collector/httpget", "collector/exposition/..."},
		"alarm":                    {"fleet"},
		"notifier":                 {"fleet", "alarm", "notifier/sms"},
		"notifier/sms":             {},
		"notifier/...":             {"fleet", "alarm", "notifier", "notifier/sms", "notifier/httpcall", "notifier/channeltest"},
		"notifier/outbox":          {"fleet", "alarm", "notifier"},
		"internal/statistics":      {"fleet", "internal/statistics/..."},
		"internal/statistics/...":  {"fleet", "internal/statistics/...", "internal/atomicfile"},
		"internal/advice":          {"fleet"},
		"internal/access":          {"fleet"},
		"internal/config":          {"fleet", "alarm", "configs", "internal/atomicfile", "internal/access"},
		"internal/calendar":        {"fleet"},
		"internal/api":             {"fleet", "internal/advice", "alarm", "notifier", "internal/api/...", "internal/calendar", "internal/access"},
		"internal/api/...":         {"fleet", "alarm", "notifier", "internal/api/..."},
		"internal/web":             {"fleet", "internal/advice", "alarm", "notifier", "internal/api", "internal/api/...", "internal/web/...", "internal/calendar", "internal/access"},
		"internal/web/...":         {"fleet"},
		"internal/client":          {"internal/api/..."},
		"internal/imports":         {},
		"internal/daemon":          {"..."},
		"internal/demo":            {"..."},
		"internal/demo/cloud":      {},
		"internal/demo/phone":      {},
		"internal/demo/phone/...":  {"internal/demo/phone"},
		"internal/check":           {"..."},
		"cmd/brimwatch":            {"internal/..."},
		"test/...":                 {"..."},
	}
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointUpTheFlow(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for dec.More() {
		var p pkg
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		seen++
		from := strings.TrimPrefix(p.ImportPath, module)
		may, ok := rule(from)
		if !ok {
			t.Errorf("%s has no row in the table: say what it holds in docs/architecture.md, and what it may import here", from)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module)
			if ours && !slices.ContainsFunc(may, func(pattern string) bool { return fits(pattern, to) }) {
				t.Errorf("%s imports %s, which lies further down the flow", from, to)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d packages were looked at", seen)
	}
}

// rule returns the row for a package: its own, or the longest pattern that fits.
func rule(from string) ([]string, bool) {
	table := allowed()
	if may, ok := table[from]; ok {
		return may, true
	}
	best, found := "", false
	for pattern := range table {
		if fits(pattern, from) && len(pattern) > len(best) {
			best, found = pattern, true
		}
	}
	return table[best], found
}

// fits tells whether a package is what a pattern names.
func fits(pattern, name string) bool {
	below, wide := strings.CutSuffix(pattern, "...")
	if !wide {
		return pattern == name
	}
	return strings.HasPrefix(name+"/", below)
}

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"collector", "collector", true},
		{"collector", "collector/mosquitto", false},
		{"collector/...", "collector/mosquitto", true},
		{"collector/...", "collectors/x", false},
		{"...", "anything", true},
	} {
		if got := fits(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%s fits %s: %v", tt.name, tt.pattern, got)
		}
	}
}
