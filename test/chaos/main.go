// Command chaos breaks what the product depends on, and keeps a ledger of what people
// had to be told against what they were. It is run from the module's folder:
//
//	go run ./test/chaos -list                     # the scenarios
//	go run ./test/chaos                           # all of them, at length: some hours
//	go run ./test/chaos -brief                    # the brief form of each
//	go run ./test/chaos -scenario kill -kills 50  # one of them
//	go run ./test/chaos -seed 7 -scenario kill    # once more, as it was
//
// The binary is that of BRIMWATCH_BIN, or built. The exit code is 1 when something was
// lost, wrong or doubled, or a mark was missed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/brimwatch/brimwatch/test/chaos/scenario"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2) // the flag package has said what there is
	case err != nil:
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

// command is what the command line says.
type command struct {
	scenario.Options
	names    string
	list     bool
	parallel int
	keep     bool
}

func parse(args []string, stderr io.Writer) (command, error) {
	var c command
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.names, "scenario", "", "only these, separated by commas")
	flags.BoolVar(&c.list, "list", false, "name the scenarios, and end")
	flags.BoolVar(&c.Brief, "brief", false, "short outages, small storms, few kills")
	flags.Uint64Var(&c.Seed, "seed", 0, "makes the same choices again; 0 is a new one")
	flags.IntVar(&c.Kills, "kills", 0, "how often the process is ended; 0 is as the scenario says")
	flags.DurationVar(&c.Outage, "for", 0, "how long outages last; 0 is as the scenario says")
	flags.IntVar(&c.Storm, "storm", 0, "alarms of a storm; 0 is as the scenario says")
	flags.IntVar(&c.parallel, "parallel", 1, "scenarios at the same time; figures of time are worth less then")
	flags.StringVar(&c.Binary, "bin", os.Getenv("BRIMWATCH_BIN"), "the product; empty builds it")
	flags.StringVar(&c.Jumps, "jumps", "", "the product with a clock that jumps, of go run ./test/clock -build; empty builds it where it is needed")
	flags.StringVar(&c.Dir, "dir", "", "where everything is kept; empty is a folder that is removed unless something failed")
	flags.BoolVar(&c.keep, "keep", false, "write the figures into "+keptPage)
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("only flags are taken, not %q", flags.Arg(0))
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	return c, nil
}

// run does what the command line says.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	c, err := parse(args, stderr)
	if err != nil {
		return err
	}
	chosen, err := choose(c.names)
	if err != nil {
		return err
	}
	if c.list {
		for _, s := range chosen {
			fmt.Fprintf(stdout, "%-15s %s\n", s.Name, s.About)
		}
		return nil
	}
	if c.Dir == "" {
		if c.Dir, err = os.MkdirTemp("", "brimwatch-chaos"); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
		defer func() {
			if err == nil {
				_ = os.RemoveAll(c.Dir) // what is left lies in the system's folder for such
				return
			}
			fmt.Fprintf(stderr, "chaos: logs and data are in %s\n", c.Dir)
		}()
	}
	fmt.Fprintf(stdout, "chaos: seed %d\n", c.Seed)
	if err := build(ctx, &c.Options, chosen); err != nil {
		return err
	}
	results, err := all(ctx, chosen, &c, stderr)
	return errors.Join(err, report(results, &c, stdout))
}

// briefOutage is how long outages last in the test.
const briefOutage = 20 * time.Second

// choose finds the scenarios of a list of names; "" is all.
func choose(names string) ([]scenario.Scenario, error) {
	if names == "" {
		return scenario.List(), nil
	}
	var out []scenario.Scenario
	for _, name := range strings.Split(names, ",") {
		s, err := scenario.Find(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// all runs scenarios, some at the same time.
func all(ctx context.Context, chosen []scenario.Scenario, c *command, stderr io.Writer) ([]scenario.Result, error) {
	var mu sync.Mutex
	o := c.Options
	began := time.Now()
	o.Log = func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(stderr, "%6.1f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	results := make([]scenario.Result, len(chosen))
	errs := make([]error, len(chosen))
	slots := make(chan struct{}, max(c.parallel, 1))
	var under sync.WaitGroup
	for i := range chosen {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		under.Go(func() {
			defer func() { <-slots }()
			o.Log("%s: begins", chosen[i].Name)
			results[i], errs[i] = chosen[i].Run(ctx, o)
			o.Log("%s: ends\n%s", chosen[i].Name, faults(results[i:i+1]))
		})
	}
	under.Wait()
	return results, errors.Join(errs...)
}

// report prints the tables, and says what must not be.
func report(results []scenario.Result, c *command, stdout io.Writer) error {
	text := ledgers(results).markdown() + "\n" + marks(results).markdown()
	fmt.Fprintf(stdout, "\n%s\n", text)
	if c.keep {
		b, err := os.ReadFile(keptPage)
		if err != nil {
			return fmt.Errorf("keep the figures: %w", err)
		}
		about := fmt.Sprintf("Measured on %s with %s on %d cores, seed %d.\n\n", time.Now().Format(time.DateOnly), runtime.Version(), runtime.NumCPU(), c.Seed)
		page, err := keepIn(string(b), about+text)
		if err != nil {
			return err
		}
		if err := os.WriteFile(keptPage, []byte(page), 0o644); err != nil { //nolint:gosec // a page of the documentation
			return fmt.Errorf("keep the figures: %w", err)
		}
	}
	if bad := faults(results); bad != "" {
		return fmt.Errorf("seed %d:\n%s", c.Seed, bad)
	}
	return nil
}
