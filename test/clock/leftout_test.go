package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestLeftOutIsTrue: what is left out exists, says why, and takes nothing else
// with it, because go test -skip goes by the name in every package.
func TestLeftOutIsTrue(t *testing.T) {
	const root = "../.."
	where := make(map[string][]string) // folders by the name of a test
	declared := regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+|Example\w*)\(`)
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, m := range declared.FindAllSubmatch(source, -1) {
			where[string(m[1])] = append(where[string(m[1])], filepath.ToSlash(dir))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(where) < 500 {
		t.Fatalf("only %d tests were found", len(where))
	}
	for _, left := range leftOut() {
		if left.why == "" {
			t.Errorf("%s is left out for no reason", left.name)
		}
		if got := where[left.name]; len(got) != 1 || got[0] != left.pkg {
			t.Errorf("%s is left out of %s, and is in %q: give the test a name of its own", left.name, left.pkg, got)
		}
	}
}
