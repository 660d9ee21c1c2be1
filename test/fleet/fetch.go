package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/brimwatch/brimwatch/test/fleet/floor"
)

// fetch measures the floor against a fleet that is being served.
func fetch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("fleet fetch", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var o floor.Options
	flags.IntVar(&o.Instances, "n", 1000, "instances")
	flags.IntVar(&o.Port, "port", 19700, "port of the fleet")
	flags.DurationVar(&o.Interval, "interval", 15*time.Second, "each page is read this often")
	flags.IntVar(&o.Rounds, "rounds", 3, "measured rounds; one more goes first")
	flags.StringVar(&o.Client, "client", floor.HTTP, "http: net/http with kept connections; raw: a fixed request on a kept connection")
	flags.StringVar(&o.Work, "work", floor.Discard, "what is done with a page: discard it, pick the four series, or parse all")
	if err := parse(flags, args); err != nil {
		return err
	}
	result, err := floor.Measure(ctx, o)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(stdout).Encode(result); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}
