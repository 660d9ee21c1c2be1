// Package golden holds what a test got against a file that is kept in the folder
// testdata of its package, and writes the file anew when the test is run with -update.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Flag makes -update known to a test binary. TestMain calls it first.
func Flag() { flag.Bool("update", false, "write the golden files anew") }

// Updating tells whether the test is run with -update.
func Updating() bool { return flag.Lookup("update").Value.String() == "true" }

// Equal holds got against the file of that name in testdata.
func Equal(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if Updating() {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // a folder of the repository
			t.Fatalf("make the folder of golden files: %v", err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatalf("write the golden file: %v", err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("read the golden file: %v; -update writes it", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("differs from %s, which -update writes anew (-want +got):\n%s", path, diff)
	}
}
