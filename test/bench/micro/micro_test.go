package micro

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/brimwatch/brimwatch/test/bench/figures"
)

const printed = `goos: linux
goarch: amd64
pkg: github.com/brimwatch/brimwatch/alarm
cpu: Some Processor
BenchmarkEngineRound-2   	      36	  33021123 ns/op	      3302 ns/reading	    1204 B/op	       3 allocs/op
BenchmarkStep/quiet-2    	29582130	        40.51 ns/op	       0 B/op	       0 allocs/op
BenchmarkStep/cpu-7
BenchmarkBroken-2        	      10
--- FAIL: BenchmarkBroken
PASS
ok  	github.com/brimwatch/brimwatch/alarm	4.5s
pkg: github.com/brimwatch/brimwatch/internal/statistics
BenchmarkMemory   	       1	2513000000 ns/op	        12.40 MB
BenchmarkOdd-2	1	5
`

func TestParse(t *testing.T) {
	got, err := Parse(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	want := []figures.Micro{
		{Package: "alarm", Name: "EngineRound", Nanos: 33021123, Bytes: 1204, Allocs: 3, Others: []figures.Other{{Unit: "ns/reading", Value: 3302}}},
		{Package: "alarm", Name: "Step/quiet", Nanos: 40.51},
		{Package: "internal/statistics", Name: "Memory", Nanos: 2513000000, Others: []figures.Other{{Unit: "MB", Value: 12.4}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(printed)
	f.Add("BenchmarkX-2 1 1e400 ns/op")
	f.Add("BenchmarkX-2 1 NaN ns/op")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, m := range got {
			if m.Nanos != m.Nanos || strings.ContainsAny(m.Name, " \n") {
				t.Errorf("%q gives %+v", text, m)
			}
		}
	})
}

func TestPackagesWithBenchmarks(t *testing.T) {
	dir := t.TempDir()
	for path, text := range map[string]string{
		"go.mod":                 "module example.com/m\n",
		"a/a_test.go":            "package a\n\nfunc BenchmarkA(b *testing.B) {}\n",
		"a/deep/a_test.go":       "package deep\n\nfunc BenchmarkA(b *testing.B) {}\n",
		"b/b_test.go":            "package b\n\nfunc TestB(t *testing.T) {}\n",
		"c/c.go":                 "package c\n\nfunc BenchmarkC() {}\n",
		"tools/go.mod":           "module example.com/tools\n",
		"tools/x_test.go":        "package tools\n\nfunc BenchmarkX(b *testing.B) {}\n",
		"d/testdata/d_test.go":   "package d\n\nfunc BenchmarkD(b *testing.B) {}\n",
		".hidden/hidden_test.go": "package hidden\n\nfunc BenchmarkH(b *testing.B) {}\n",
	} {
		file := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Packages(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"./a", "./a/deep"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestRun runs the benchmarks of a module of its own.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module github.com/brimwatch/brimwatch/example\n\ngo 1.24\n",
		"x_test.go": "package x\n\nimport \"testing\"\n\nfunc BenchmarkAdd(b *testing.B) {\n\tn := 0\n\tfor b.Loop() {\n\t\tn++\n\t}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	packages, err := Packages(dir)
	if err != nil {
		t.Fatal(err)
	}
	var progress bytes.Buffer
	o := Options{Dir: dir, Packages: packages, Bench: ".", Count: 3, Benchtime: "10x"}
	got, err := Run(t.Context(), o, &progress)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.Bytes())
	}
	if len(got) != 1 || got[0].Package != "example" || got[0].Name != "Add" {
		t.Errorf("results: %+v", got)
	}
	o.Bench = "Nothing"
	if _, err := Run(t.Context(), o, &progress); err == nil {
		t.Error("no benchmark fits, and it is no error")
	}
	o.Packages = nil
	if _, err := Run(t.Context(), o, &progress); err == nil {
		t.Error("no package has a benchmark, and it is no error")
	}
}
