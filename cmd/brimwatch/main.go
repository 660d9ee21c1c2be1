// Command brimwatch watches how full message and cache instances are, and how
// long they may still be used, and tells the right person in time.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones, on machines that have none

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes: 0 done, 1 it did not work, 2 wrong use.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// streams are where a command writes.
type streams struct {
	out, err io.Writer
}

// errReported is returned by a command that has told all there is to tell.
var errReported = errors.New("reported")

// run parses the arguments and carries out one command.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("brimwatch"),
		kong.Description("Watches how full message and cache instances are against the capacity of their edition, and warns by SMS or webhook before they overflow."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"version": version},
	)
	if err != nil {
		fmt.Fprintln(stderr, "brimwatch:", err)
		return exitUsage
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "brimwatch: %v\nSee brimwatch --help.\n", err)
		return exitUsage
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	if err := kctx.Run(streams{stdout, stderr}); err != nil {
		if !errors.Is(err, errReported) {
			fmt.Fprintln(stderr, "brimwatch:", err)
		}
		return exitFailed
	}
	return exitDone
}
