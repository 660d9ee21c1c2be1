// Command bench measures Brimwatch: the parts with Go's benchmarks, the whole
// daemon against a simulated fleet, and both against the figures that
// docs/performance.md keeps. It is run from the module's folder.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Where results and kept figures are, from the module's folder.
const (
	wholeReport = "bin/bench/whole.json"
	microReport = "bin/bench/micro.json"
	keptPage    = "docs/performance.md"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2) // the flag package has said what there is
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run does one command.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what to measure: bench micro, bench whole or bench compare, with -h for their flags")
	}
	switch args[0] {
	case "micro":
		return measureMicro(ctx, args[1:], stdout, stderr)
	case "whole":
		return measureWhole(ctx, args[1:], stdout, stderr)
	case "compare":
		return compare(args[1:], stdout, stderr)
	}
	return fmt.Errorf("there is no command %q: it is micro, whole or compare", args[0])
}

// parse reads flags and refuses what is left over.
func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes only flags, not %q", flags.Name(), flags.Arg(0))
	}
	return nil
}

// keep puts new figures into the page.
func keep(page string, replace func(text string) (string, error)) error {
	b, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("keep the figures: %w", err)
	}
	text, err := replace(string(b))
	if err != nil {
		return fmt.Errorf("keep the figures in %s: %w", page, err)
	}
	if err := os.WriteFile(page, []byte(text), 0o644); err != nil { //nolint:gosec // a page of the documentation
		return fmt.Errorf("keep the figures: %w", err)
	}
	return nil
}

// show prints a text.
func show(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("print the figures: %w", err)
	}
	return nil
}
