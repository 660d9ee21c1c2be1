// Command clock runs the project's tests as if it were another moment: just
// before midnight, at the end of a year, on 29 February, at a change to summer
// time. It is run from the module's folder:
//
//	go run ./test/clock ./...                                # all moments, one after the other
//	go run ./test/clock -next 2 ./...                        # two of them, other ones each day
//	go run ./test/clock -moment 2026-12-31T23:50 ./alarm -v  # one moment, any; the rest is go test's
//
// Each test binary begins at the moment, and its clock runs on from there. The
// binary of the product that the acceptance tests start, and whatever else a test
// starts of this module, has the clock of the test. The clock of testing/synctest
// stays as it is. What cannot be run this way, and why, is in leftout.go; a -skip
// of your own replaces that list.
//
// It also builds a program whose wall clock can be set while it runs:
//
//	go run ./test/clock -build bin/brimwatch-jumps                    # the product
//	go run ./test/clock -build bin/other -- -race ./test/other        # go build's flags and package
//	BRIMWATCH_TEST_JUMP_FILE=/tmp/jump bin/brimwatch-jumps run …
//	echo -25h >/tmp/jump                                              # its clock goes back by 25 hours
//
// The file holds how far the wall clock is off, in whole seconds as Go writes
// durations; the program reads it every 20 ms. No file means that the clock is
// right. The monotonic clock, and so every timer, goes on evenly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], time.Now(), os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2) // the flag package has said what there is
	case err != nil:
		fmt.Fprintln(os.Stderr, "clock:", err)
		os.Exit(1)
	}
}

// run does what the command line says.
func run(ctx context.Context, args []string, now time.Time, stdout, stderr io.Writer) error {
	asked, err := choose(args, now, stderr)
	if err != nil {
		return err
	}
	kept, err := folder()
	if err != nil {
		return err
	}
	overlay, err := makeOverlay(ctx, kept)
	if err != nil {
		return err
	}
	if asked.build != "" {
		return build(ctx, overlay, asked.build, asked.rest, stderr)
	}
	return runTests(ctx, asked, overlay, stdout, stderr)
}

// runTests runs the tests at each moment that was asked for.
func runTests(ctx context.Context, asked *request, overlay string, stdout, stderr io.Writer) error {
	work, err := os.MkdirTemp("", "brimwatch-clock")
	if err != nil {
		return fmt.Errorf("make a folder for the product's binary: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	g := goTest{overlay: overlay, product: filepath.Join(work, "brimwatch"), args: asked.rest, stdout: stdout, stderr: stderr}
	if err := build(ctx, overlay, g.product, nil, stderr); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "clock: %d tests are left out, see test/clock/leftout.go\n", len(leftOut()))
	var faults []string
	for i, m := range asked.moments {
		fmt.Fprintf(stdout, "clock: %d of %d: %s UTC, %s\n", i+1, len(asked.moments), m, m.why)
		failed, err := g.at(ctx, m)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("stopped at %s", m)
		case len(failed) > 0:
			faults = append(faults, fmt.Sprintf("at %s UTC, %s: %s\n  once more: go run ./test/clock -moment %s %s", m, m.why, strings.Join(failed, ", "), m, strings.Join(failed, " ")))
		case err != nil:
			return fmt.Errorf("go test at %s: %w", m, err)
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("packages failed\n%s", strings.Join(faults, "\n"))
	}
	return nil
}

// request is what the command line asks for.
type request struct {
	moments []moment // to run tests at
	build   string   // or the program to build
	rest    []string // for go test, or go build
}

// choose reads the flags.
func choose(args []string, now time.Time, stderr io.Writer) (*request, error) {
	flags := flag.NewFlagSet("clock", flag.ContinueOnError)
	flags.SetOutput(stderr)
	one := flags.String("moment", "", "one moment, in UTC, as in "+layout)
	next := flags.Int("next", 0, "so many of the table's moments, other ones each day; 0 is all")
	program := flags.String("build", "", "build a program whose clock can be set while it runs, instead of running tests")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	asked := &request{moments: moments(), build: *program, rest: flags.Args()}
	if *program != "" {
		if *one != "" || *next != 0 {
			return nil, errors.New("-build runs no tests: leave out -moment and -next")
		}
		return asked, nil
	}
	if len(asked.rest) == 0 {
		asked.rest = []string{"./..."}
	}
	switch {
	case *one != "" && *next != 0:
		return nil, errors.New("give -moment or -next, not both")
	case *one != "":
		m, err := parseMoment(*one)
		asked.moments = []moment{m}
		return asked, err
	case *next < 0 || *next > len(asked.moments):
		return nil, fmt.Errorf("-next is %d: there are %d moments", *next, len(asked.moments))
	case *next > 0:
		asked.moments = inTurn(asked.moments, *next, now)
	}
	return asked, nil
}
