// Package micro runs the benchmarks of the module's packages and reads what the
// go command prints about them.
package micro

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
)

// Options says which benchmarks are run, and how often.
type Options struct {
	Dir       string // the module's folder
	Packages  []string
	Bench     string // regular expression of names, as of go test
	Count     int    // runs of each
	Benchtime string // of each run, as of go test
}

// Packages returns the folders of a module whose tests have benchmarks, in the
// form that the go command takes.
func Packages(dir string) ([]string, error) {
	module := os.DirFS(dir)
	found := make(map[string]bool)
	err := fs.WalkDir(module, ".", func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return skip(module, file)
		case !strings.HasSuffix(file, "_test.go"):
			return nil
		}
		b, err := fs.ReadFile(module, file)
		if bytes.Contains(b, []byte("\nfunc Benchmark")) {
			found["./"+path.Dir(file)] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for benchmarks: %w", err)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// skip leaves out what the go command leaves out, and modules inside the module.
func skip(module fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	name := path.Base(dir)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(module, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// grace is how long the go command may take to end when it is told to.
const grace = 10 * time.Second

// Run runs the benchmarks one package after the other, so that they do not
// disturb each other, and returns the median run of each. What the go command
// prints goes to progress as it comes.
func Run(ctx context.Context, o Options, progress io.Writer) ([]figures.Micro, error) {
	if len(o.Packages) == 0 {
		return nil, errors.New("no package has a benchmark")
	}
	args := []string{
		"test", "-run", "^$", "-bench", o.Bench, "-benchmem", "-p", "1",
		"-count", strconv.Itoa(o.Count), "-benchtime", o.Benchtime,
	}
	cmd := exec.CommandContext(ctx, "go", append(args, o.Packages...)...) //nolint:gosec // packages of this module
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = grace
	cmd.Dir = o.Dir
	var out bytes.Buffer
	both := io.MultiWriter(&out, progress)
	cmd.Stdout, cmd.Stderr = both, both // one writer, so that never two write at once
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run the benchmarks: %w", err)
	}
	results, err := Parse(&out)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("no benchmark has a name like %q", o.Bench)
	}
	return figures.Median(results), nil
}
