package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
	"github.com/brimwatch/brimwatch/test/bench/whole"
)

// wholeFlags is what bench whole is told.
type wholeFlags struct {
	plan      whole.Plan // without instances, page and folder
	instances []int
	pages     []string
	dir       string
	out       string
	page      string
	keep      bool
}

func wholeFlagsOf(args []string, stderr io.Writer) (wholeFlags, error) {
	var f wholeFlags
	flags := flag.NewFlagSet("bench whole", flag.ContinueOnError)
	flags.SetOutput(stderr)
	instances := flags.String("n", "1000,10000", "instances of each run")
	pages := flags.String("mode", "full,small", "pages of each run: full (149 series), small (6 series)")
	flags.DurationVar(&f.plan.Interval, "interval", 15*time.Second, "between two readings of an instance")
	flags.DurationVar(&f.plan.Warmup, "warmup", 2*time.Minute, "before anything counts")
	flags.DurationVar(&f.plan.Window, "for", 3*time.Minute, "over which CPU and disk count; the crossings lie in it")
	flags.StringVar(&f.plan.Daemon, "bin", "bin/brimwatch", "binary that is measured")
	flags.StringVar(&f.dir, "dir", "", "folder to work in and to leave as it is afterwards; without it, a temporary one")
	flags.StringVar(&f.out, "out", wholeReport, "file for the figures")
	flags.StringVar(&f.page, "page", keptPage, "page with the kept figures")
	flags.BoolVar(&f.keep, "keep", false, "put the figures into the page")
	if err := parse(flags, args); err != nil {
		return f, err
	}
	for n := range strings.SplitSeq(*instances, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(n))
		if err != nil {
			return f, fmt.Errorf("-n is a list of numbers, such as 1000,10000: %w", err)
		}
		f.instances = append(f.instances, v)
	}
	for p := range strings.SplitSeq(*pages, ",") {
		f.pages = append(f.pages, strings.TrimSpace(p))
	}
	return f, nil
}

// measureWhole measures the whole daemon, one run for each number of instances
// and each page. What is known is written after each run.
func measureWhole(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f, err := wholeFlagsOf(args, stderr)
	if err != nil {
		return err
	}
	dir, remove, err := workDir(f.dir)
	if err != nil {
		return err
	}
	report := figures.WholeReport{
		Machine:  figures.ThisMachine(ctx, time.Now()),
		Interval: figures.Duration(f.plan.Interval), Warmup: figures.Duration(f.plan.Warmup), Window: figures.Duration(f.plan.Window),
	}
	err = measureRuns(ctx, f, dir, &report, stderr)
	if err := errors.Join(err, remove()); err != nil {
		return err
	}
	if err := show(stdout, report.Markdown()); err != nil || !f.keep {
		return err
	}
	return keep(f.page, func(text string) (string, error) { return figures.KeepWhole(text, report) })
}

func measureRuns(ctx context.Context, f wholeFlags, dir string, report *figures.WholeReport, stderr io.Writer) error {
	progress := func(format string, args ...any) {
		_, _ = fmt.Fprintf(stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...) // only progress
	}
	plan := f.plan
	var err error
	if plan.Daemon, err = binary(plan.Daemon); err != nil {
		return err
	}
	plan.Fleet = filepath.Join(dir, "fleet-binary")
	if err := build(ctx, plan.Fleet, stderr); err != nil {
		return err
	}
	for _, n := range f.instances {
		for _, page := range f.pages {
			plan.Instances, plan.Page = n, page
			plan.Dir = filepath.Join(dir, strconv.Itoa(n)+"-"+page)
			if err := os.Mkdir(plan.Dir, 0o700); err != nil {
				return fmt.Errorf("make the folder of a run: %w", err)
			}
			result, err := whole.Run(ctx, plan, progress)
			if err != nil {
				return err
			}
			for _, over := range result.Over() {
				progress("over: %s", over)
			}
			report.Runs = append(report.Runs, result)
			if err := figures.Write(f.out, *report); err != nil {
				return err
			}
		}
	}
	return nil
}

// workDir returns the folder to work in, and what is to be done with it at the end.
func workDir(given string) (dir string, remove func() error, err error) {
	if given == "" {
		if dir, err = os.MkdirTemp("", "brimwatch-bench-"); err != nil {
			return "", nil, fmt.Errorf("make a folder to work in: %w", err)
		}
		return dir, func() error { return os.RemoveAll(dir) }, nil
	}
	if err := os.MkdirAll(given, 0o700); err != nil {
		return "", nil, fmt.Errorf("make a folder to work in: %w", err)
	}
	if dir, err = filepath.Abs(given); err != nil {
		return "", nil, fmt.Errorf("find the folder to work in: %w", err)
	}
	return dir, func() error { return nil }, nil
}

// binary returns the absolute path of a program that is there.
func binary(path string) (string, error) {
	full, err := exec.LookPath(path)
	if err == nil {
		full, err = filepath.Abs(full)
	}
	if err != nil {
		return "", fmt.Errorf("there is no program to measure; make build makes bin/brimwatch: %w", err)
	}
	return full, nil
}

// build builds the simulated fleet.
func build(ctx context.Context, path string, stderr io.Writer) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, "github.com/brimwatch/brimwatch/test/fleet") //nolint:gosec // a path we made
	cmd.Stderr = stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build the simulated fleet: %w", err)
	}
	return nil
}
