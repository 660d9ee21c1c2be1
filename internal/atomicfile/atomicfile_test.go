package atomicfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/internal/atomicfile"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.json")
	for _, content := range []string{"first", "the second is longer", ""} {
		if err := atomicfile.Replace(path, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != content {
			t.Errorf("%q, %v; want %q", got, err, content)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	alone(t, dir, "a.json")
}

// alone makes sure that nothing else is left in a folder.
func alone(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestReplaceWhatCannotBe(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Replace(taken, []byte("x"), 0o600); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a folder was replaced: %v", err)
	}
	alone(t, dir, "taken")
	if err := atomicfile.Replace(filepath.Join(dir, "missing", "a"), []byte("x"), 0o600); err == nil {
		t.Error("a file in a folder that does not exist was written")
	}
}
