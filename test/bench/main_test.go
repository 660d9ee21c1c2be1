package main

import (
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
)

const page = `# Page

<!-- bench whole: written by go run ./test/bench whole -keep -->
Not measured yet.
<!-- bench whole: end -->
<!-- bench micro: written by go run ./test/bench micro -keep -->
Not measured yet.
<!-- bench micro: end -->
`

// bench is a folder with a page, a report of each kind, and a command line for them.
type bench struct {
	t                  *testing.T
	whole, micro, page string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{t: t, whole: filepath.Join(dir, "whole.json"), micro: filepath.Join(dir, "micro.json"), page: filepath.Join(dir, "page.md")}
	if err := os.WriteFile(b.page, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) write(path string, report any) {
	b.t.Helper()
	if err := figures.Write(path, report); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) compare() (string, error) {
	var out strings.Builder
	err := run(b.t.Context(), []string{"compare", "-whole", b.whole, "-micro", b.micro, "-page", b.page}, &out, io.Discard)
	return out.String(), err
}

func wholeOf(cores float64) figures.WholeReport {
	return figures.WholeReport{
		Machine: figures.Machine{Date: "2026-03-01", Cores: 2}, Interval: figures.Duration(15 * time.Second),
		Runs: []figures.Whole{{
			Instances: 1000, Page: "full", Cores: cores, PeakMB: 50, PagesPercent: 100, Gauges: figures.Latency{P50: 7, P95: 14, Max: 15}, Expected: 50, Arrived: 50,
		}},
	}
}

func microOf(nanos float64) figures.MicroReport {
	return figures.MicroReport{
		Machine: figures.Machine{Date: "2026-03-01", Cores: 2}, Count: 3,
		Results: []figures.Micro{{Package: "alarm", Name: "Step/quiet", Nanos: nanos}},
	}
}

func TestCompareWithNothingMeasured(t *testing.T) {
	if _, err := newBench(t).compare(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "run bench micro and bench whole first") {
		t.Errorf("error: %v", err)
	}
}

func TestCompareWithKeptFigures(t *testing.T) {
	b := newBench(t)
	b.write(b.whole, wholeOf(0.05))
	b.write(b.micro, microOf(40))
	out, err := b.compare()
	if err != nil || strings.Count(out, "Nothing is kept") != 2 {
		t.Errorf("before anything is kept: %v\n%s", err, out)
	}
	if err := keep(b.page, func(text string) (string, error) { return figures.KeepWhole(text, wholeOf(0.04)) }); err != nil {
		t.Fatal(err)
	}
	out, err = b.compare()
	if err != nil || !strings.Contains(out, "+25.0 %") {
		t.Errorf("against kept figures: %v\n%s", err, out)
	}
}

func TestCompareFailsOverAMark(t *testing.T) {
	b := newBench(t)
	b.write(b.whole, wholeOf(0.09))
	b.write(b.micro, microOf(140))
	_, err := b.compare()
	if err == nil || !strings.Contains(err.Error(), "1,000 full: CPU, cores is 0.0900") || !strings.Contains(err.Error(), "alarm Step/quiet: 140 ns") {
		t.Errorf("error: %v", err)
	}
}

func TestCompareRefusesDamage(t *testing.T) {
	b := newBench(t)
	b.write(b.whole, wholeOf(0.05))
	if err := os.WriteFile(b.micro, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := b.compare(); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a report that is cut off: %v", err)
	}
	if err := os.WriteFile(b.page, []byte("# Page\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := keep(b.page, func(text string) (string, error) { return figures.KeepWhole(text, wholeOf(1)) }); err == nil {
		t.Error("figures are kept in a page without a place for them")
	}
}

func TestCommandLineFaults(t *testing.T) {
	here := filepath.Join(t.TempDir(), "work")
	for name, args := range map[string][]string{
		"no command":      nil,
		"unknown command": {"all"},
		"left over":       {"compare", "now"},
		"no number":       {"whole", "-n", "many"},
		"no binary":       {"whole", "-bin", filepath.Join(here, "none"), "-dir", here},
		"unknown page":    {"whole", "-bin", os.Args[0], "-dir", here, "-n", "1", "-mode", "huge"},
		"no page":         {"compare", "-page", filepath.Join(here, "none.md")},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := run(t.Context(), []string{"whole", "-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}
