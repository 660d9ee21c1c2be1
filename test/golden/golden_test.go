package golden_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/brimwatch/brimwatch/test/golden"
)

func TestMain(m *testing.M) {
	golden.Flag()
	m.Run()
}

// recorder is a test that notes how it failed.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, _ ...any) { r.said = append(r.said, format) }

func (r *recorder) Fatalf(format string, _ ...any) { r.said = append(r.said, format) }

func TestEqual(t *testing.T) {
	t.Chdir(t.TempDir())
	ask := func(update, got string) string {
		if err := flag.Set("update", update); err != nil {
			t.Fatal(err)
		}
		r := &recorder{TB: t}
		golden.Equal(r, filepath.Join("answers", "a.txt"), []byte(got))
		return strings.Join(r.said, "; ")
	}
	if said := ask("false", "one"); !strings.Contains(said, "read the golden file") {
		t.Errorf("without a file: %q", said)
	}
	if said := ask("true", "one"); said != "" {
		t.Errorf("writing it: %q", said)
	}
	if said := ask("false", "one"); said != "" {
		t.Errorf("the same: %q", said)
	}
	if said := ask("false", "two"); !strings.Contains(said, "differs from") {
		t.Errorf("another: %q", said)
	}
	if raw, err := os.ReadFile(filepath.Join("testdata", "answers", "a.txt")); err != nil || string(raw) != "one" {
		t.Errorf("the file holds %q, %v", raw, err)
	}
}
