package export_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/dashboards"
	"github.com/brimwatch/brimwatch/dashboards/export"
)

// files are two files of one version.
func files(content string) []dashboards.File {
	return []dashboards.File{{Path: "a.json", Content: []byte(content)}, {Path: "deep/er/b.yml", Content: []byte(content)}}
}

func write(t *testing.T, dir, content string, force bool) export.Result {
	t.Helper()
	r, err := export.Write(dir, files(content), force)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestVersions: a newer version replaces what nobody touched, and keeps what somebody
// changed until it is told otherwise.
func TestVersions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	a, b := filepath.Join(dir, "a.json"), filepath.Join(dir, "deep", "er", "b.yml")
	both := []string{"a.json", "deep/er/b.yml"}
	steps := []struct {
		does string
		want export.Result
		has  [2]string
	}{
		{"one", export.Result{Written: both}, [2]string{"one", "one"}},
		{"one", export.Result{Same: both}, [2]string{"one", "one"}},
		{"two", export.Result{Written: both}, [2]string{"two", "two"}},
		{"touch", export.Result{}, [2]string{"two", "mine"}},
		{"two", export.Result{Same: both[:1], Kept: both[1:]}, [2]string{"two", "mine"}},
		{"three", export.Result{Written: both[:1], Kept: both[1:]}, [2]string{"three", "mine"}},
		{"three", export.Result{Same: both[:1], Kept: both[1:]}, [2]string{"three", "mine"}}, // it is not forgotten that it was changed
		{"force", export.Result{Same: both[:1], Written: both[1:]}, [2]string{"three", "three"}},
		{"four", export.Result{Written: both}, [2]string{"four", "four"}},
		{"remove", export.Result{}, [2]string{"four", ""}},
		{"four", export.Result{Same: both[:1], Written: both[1:]}, [2]string{"four", "four"}},
	}
	for i, s := range steps {
		var got export.Result
		switch s.does {
		case "touch":
			put(t, b, "mine")
		case "remove":
			if err := os.Remove(b); err != nil {
				t.Fatal(err)
			}
			continue
		case "force":
			got = write(t, dir, "three", true)
		default:
			got = write(t, dir, s.does, false)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Errorf("step %d, %s (-want +got):\n%s", i, s.does, diff)
		}
		if has := [2]string{content(t, a), content(t, b)}; has != s.has {
			t.Errorf("step %d, %s: the files are %v, want %v", i, s.does, has, s.has)
		}
	}
}

// TestForeign: a file of the same name that was never exported is somebody's; one that is
// just like ours becomes ours.
func TestForeign(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.json"), "theirs")
	if diff := cmp.Diff(export.Result{Written: []string{"deep/er/b.yml"}, Kept: []string{"a.json"}}, write(t, dir, "one", false)); diff != "" {
		t.Error(diff)
	}
	put(t, filepath.Join(dir, "a.json"), "one")
	if diff := cmp.Diff(export.Result{Same: []string{"a.json", "deep/er/b.yml"}}, write(t, dir, "one", false)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(export.Result{Written: []string{"a.json", "deep/er/b.yml"}}, write(t, dir, "two", false)); diff != "" {
		t.Error(diff)
	}
}

// TestSums: the sums are in the format of sha256sum, readable by other users as Grafana is
// one, and a file of sums that makes no sense costs no file.
func TestSums(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "one", false)
	const one = "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
	sums := filepath.Join(dir, ".exported")
	if diff := cmp.Diff(one+"  a.json\n"+one+"  deep/er/b.yml\n", content(t, sums)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(filepath.Join(dir, "a.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o644 {
		t.Errorf("the mode is %v", info.Mode())
	}
	put(t, sums, "nonsense\n\x00\n")
	if diff := cmp.Diff(export.Result{Kept: []string{"a.json", "deep/er/b.yml"}}, write(t, dir, "two", false)); diff != "" {
		t.Error(diff)
	}
}

// TestCannotWrite: an error says which file, and nothing is taken for written.
func TestCannotWrite(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "deep"), "a file where a folder has to be")
	r, err := export.Write(dir, files("one"), false)
	if err == nil || len(r.Written) != 1 {
		t.Errorf("%v, %+v", err, r)
	}
}
