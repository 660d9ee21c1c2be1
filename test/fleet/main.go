// Command fleet plays a fleet of EMQX-like broker instances to measure against:
// one page for each instance on its own loopback address, a trigger that lifts a
// known 5 % past 70 % of capacity, and a sink that times each webhook. It can
// also measure what merely fetching and reading those pages costs.
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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2) // the flag package has said what there is
	case err != nil:
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// run does one command.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what to do: fleet serve or fleet fetch, with -h for their flags")
	}
	switch args[0] {
	case "serve":
		return serve(ctx, args[1:], stdout, stderr)
	case "fetch":
		return fetch(ctx, args[1:], stdout, stderr)
	}
	return fmt.Errorf("there is no command %q: it is serve or fetch", args[0])
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
