package main

import (
	"context"
	"flag"
	"io"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
	"github.com/brimwatch/brimwatch/test/bench/micro"
)

// measureMicro runs the benchmarks of all packages that have some.
func measureMicro(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench micro", flag.ContinueOnError)
	flags.SetOutput(stderr)
	o := micro.Options{Dir: "."}
	flags.StringVar(&o.Bench, "bench", ".", "names to run, a regular expression")
	flags.IntVar(&o.Count, "count", 3, "runs of each; the median counts")
	flags.StringVar(&o.Benchtime, "benchtime", "1s", "length of a run, as of go test")
	out := flags.String("out", microReport, "file for the figures")
	page := flags.String("page", keptPage, "page with the kept figures")
	keepThem := flags.Bool("keep", false, "put the figures into the page")
	if err := parse(flags, args); err != nil {
		return err
	}
	var err error
	if o.Packages, err = micro.Packages(o.Dir); err != nil {
		return err
	}
	report := figures.MicroReport{Machine: figures.ThisMachine(ctx, time.Now()), Count: o.Count}
	if report.Results, err = micro.Run(ctx, o, stderr); err != nil {
		return err
	}
	if err := figures.Write(*out, report); err != nil {
		return err
	}
	if err := show(stdout, report.Markdown()); err != nil || !*keepThem {
		return err
	}
	return keep(*page, func(text string) (string, error) { return figures.KeepMicro(text, report) })
}
