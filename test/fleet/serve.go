package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// history is how long the counters have been growing when the fleet starts.
const history = 3 * time.Hour

// serve answers for the fleet until it is told to end or its life is over. When
// it can be reached it prints the control address as one line.
func serve(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("fleet serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	n := flags.Int("n", 1000, "instances")
	mode := flags.String("mode", "full", "page of an instance: full (149 series) or small (6 series)")
	port := flags.Int("port", 19700, "port of every instance and of the control side; 0 takes a free one")
	life := flags.Duration("life", 30*time.Minute, "end by itself after this long")
	if err := parse(flags, args); err != nil {
		return err
	}
	now := time.Now()
	server, err := simulated.NewServer(simulated.Options{Instances: *n, Mode: *mode, Start: now, Epoch: now.Add(-history)})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *life)
	defer cancel()
	l, err := simulated.Listen(ctx, *port)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "http://127.0.0.1:%d\n", simulated.Port(l)); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	return server.Serve(ctx, l)
}
