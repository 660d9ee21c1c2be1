package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/brimwatch/brimwatch/test/bench/figures"
)

// compare holds the newest figures against the kept ones and against the marks.
// It fails when a mark is missed, and when nothing was measured.
func compare(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	whole := flags.String("whole", wholeReport, "figures of bench whole")
	micro := flags.String("micro", microReport, "figures of bench micro")
	page := flags.String("page", keptPage, "page with the kept figures")
	if err := parse(flags, args); err != nil {
		return err
	}
	b, err := os.ReadFile(*page)
	if err != nil {
		return fmt.Errorf("read the kept figures: %w", err)
	}
	overMicro, microErr := compareMicro(*micro, string(b), stdout)
	overWhole, wholeErr := compareWhole(*whole, string(b), stdout)
	if errors.Is(microErr, fs.ErrNotExist) && errors.Is(wholeErr, fs.ErrNotExist) {
		return fmt.Errorf("nothing was measured: run bench micro and bench whole first: %w", errors.Join(microErr, wholeErr))
	}
	for _, err := range []error{microErr, wholeErr} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if over := append(overMicro, overWhole...); len(over) > 0 {
		return fmt.Errorf("marks that are missed:\n%s", strings.Join(over, "\n"))
	}
	return nil
}

func compareMicro(file, page string, stdout io.Writer) (over []string, err error) {
	var now figures.MicroReport
	if err := figures.Read(file, &now); err != nil {
		return nil, err
	}
	kept, _, err := figures.KeptMicro(page)
	if err != nil {
		return nil, err
	}
	for _, m := range now.Results {
		if text := m.Over(); text != "" {
			over = append(over, text)
		}
	}
	return over, figures.CompareMicro(stdout, kept, now)
}

func compareWhole(file, page string, stdout io.Writer) (over []string, err error) {
	var now figures.WholeReport
	if err := figures.Read(file, &now); err != nil {
		return nil, err
	}
	kept, _, err := figures.KeptWhole(page)
	if err != nil {
		return nil, err
	}
	for i := range now.Runs {
		over = append(over, now.Runs[i].Over()...)
	}
	return over, figures.CompareWhole(stdout, kept, now)
}
