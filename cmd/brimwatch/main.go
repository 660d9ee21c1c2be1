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
	"strings"
	"syscall"
	_ "time/tzdata" // time zones, on machines that have none

	"github.com/alecthomas/kong"

	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
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
	say      *phrases.Printer // in the language of who reads it
	look     terminal.Look    // what out can show
}

// errReported is returned by a command that has told all there is to tell.
var errReported = errors.New("reported")

// description says what the program is for.
func description() string {
	return phrases.Key("Watches how full message and cache instances are against the capacity of their edition, and warns by SMS or webhook before they overflow.")
}

// run parses the arguments and carries out one command.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c commands
	say := phrases.New().In(languageOf(args, os.Getenv))
	exited := -1
	parser, err := newParser(&c, say, kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }))
	if err != nil {
		fmt.Fprintln(stderr, "brimwatch:", err)
		return exitUsage
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		said, _ := say.Heard(err.Error())
		fmt.Fprintln(stderr, "brimwatch:", said)
		fmt.Fprintln(stderr, say.T("See brimwatch --help."))
		return exitUsage
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	kctx.Bind(parser.Model)
	if err := kctx.Run(streams{out: stdout, err: stderr, say: say, look: terminal.Of(stdout, os.Getenv)}); err != nil {
		if !errors.Is(err, errReported) {
			fmt.Fprintln(stderr, "brimwatch:", heardByLine(err.Error(), say))
		}
		return exitFailed
	}
	return exitDone
}

// newParser returns the parser of the command line, with help in the language of say.
func newParser(c *commands, say *phrases.Printer, more ...kong.Option) (*kong.Kong, error) {
	parser, err := kong.New(c, append([]kong.Option{
		kong.Name("brimwatch"),
		kong.Description(description()),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Help(helpIn(say)),
		kong.Vars{"version": version},
	}, more...)...)
	if err == nil {
		translate(parser.Model, say)
	}
	return parser, err
}

// heardByLine writes what went wrong in the language of say: of several things, one a line.
// It may be the answer of a server, so it reaches the terminal as plain text.
func heardByLine(english string, say *phrases.Printer) string {
	lines := strings.Split(english, "\n")
	for i, line := range lines {
		said, _ := say.Heard(line)
		lines[i] = terminal.Plain(said)
	}
	return strings.Join(lines, "\n")
}
