package calendar_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/configs"
)

// TestPoliciesAreDocumented holds the table of docs/calendar.md against the shipped
// catalogue: a row for each policy, with the length of each of its phases.
func TestPoliciesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/calendar.md")
	if err != nil {
		t.Fatal(err)
	}
	policies := regexp.MustCompile(`(?m)^  ([a-z0-9-]+):\n    method: .*\n    phases: (.*)\n`).FindAllStringSubmatch(string(configs.Catalogue()), -1)
	if len(policies) < 12 {
		t.Fatalf("only %d policies were found in the catalogue", len(policies))
	}
	units := map[string]string{"d": " days", "h": " hours"}
	for _, p := range policies {
		row := regexp.MustCompile("(?m)^\\| `" + p[1] + "` \\| .*$").FindString(string(page))
		if row == "" {
			t.Errorf("policy %s has no row", p[1])
			continue
		}
		if strings.Contains(row, "| the same |") { // as the row above
			continue
		}
		for _, phase := range regexp.MustCompile(`for: ([0-9]+)([dh])`).FindAllStringSubmatch(p[2], -1) {
			if words := phase[1] + units[phase[2]]; !strings.Contains(row, words) {
				t.Errorf("policy %s: %q is missing in %s", p[1], words, row)
			}
		}
		if strings.Contains(p[2], "released") != strings.Contains(row, "released") {
			t.Errorf("policy %s: released or not? %s", p[1], row)
		}
	}
}
