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
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
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
	chosen, rest, err := choose(args, now, stderr)
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
	work, err := os.MkdirTemp("", "brimwatch-clock")
	if err != nil {
		return fmt.Errorf("make a folder for the product's binary: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	g := goTest{overlay: overlay, args: rest, stdout: stdout, stderr: stderr}
	if g.product, err = buildProduct(ctx, overlay, work, stderr); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "clock: %d tests are left out, see test/clock/leftout.go\n", len(leftOut()))
	var faults []string
	for i, m := range chosen {
		fmt.Fprintf(stdout, "clock: %d of %d: %s UTC, %s\n", i+1, len(chosen), m, m.why)
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

// choose reads the flags: the moments to run at, and what go test gets.
func choose(args []string, now time.Time, stderr io.Writer) (chosen []moment, rest []string, err error) {
	flags := flag.NewFlagSet("clock", flag.ContinueOnError)
	flags.SetOutput(stderr)
	one := flags.String("moment", "", "one moment, in UTC, as in "+layout)
	next := flags.Int("next", 0, "so many of the table's moments, other ones each day; 0 is all")
	if err := flags.Parse(args); err != nil {
		return nil, nil, err
	}
	rest = flags.Args()
	if len(rest) == 0 {
		rest = []string{"./..."}
	}
	table := moments()
	switch {
	case *one != "" && *next != 0:
		return nil, nil, errors.New("give -moment or -next, not both")
	case *one != "":
		m, err := parseMoment(*one)
		return []moment{m}, rest, err
	case *next < 0 || *next > len(table):
		return nil, nil, fmt.Errorf("-next is %d: there are %d moments", *next, len(table))
	case *next > 0:
		return inTurn(table, *next, now), rest, nil
	}
	return table, rest, nil
}
