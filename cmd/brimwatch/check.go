package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/config"
)

type checkCommand struct {
	configFlag
	File   string `arg:"" optional:"" placeholder:"FILE" help:"The configuration; the same as --config.file."`
	Probe  bool   `help:"Read every source once too, and print what each instance told, with which capacity, or why not, and what accounts have left. Exit code 1 when a source could not be read."`
	Output string `short:"o" default:"table" enum:"table,json,csv" help:"How to print what was read: ${enum}."`
}

// Run checks a configuration and says what it holds.
func (c *checkCommand) Run(ctx context.Context, s streams) error {
	if c.File != "" {
		c.ConfigFile = c.File
	}
	if c.Probe {
		return c.probe(ctx, s)
	}
	snapshot, err := check.Configuration(c.ConfigFile, version)
	if err != nil {
		fmt.Fprintln(s.err, err)
		return errReported
	}
	warn(s.err, snapshot)
	warnOfHistory(ctx, s.err, snapshot)
	fmt.Fprintln(s.out, c.summary(snapshot))
	return nil
}

func (c *checkCommand) summary(s *config.Snapshot) string {
	return fmt.Sprintf("%s is fine: %s, %s, %s, %s", c.ConfigFile,
		count(len(s.Instances), "instance"), count(len(s.Contacts), "contact"),
		count(len(s.Receivers), "receiver"), count(len(s.Warnings), "warning"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func warn(w io.Writer, s *config.Snapshot) {
	for _, warning := range s.Warnings {
		fmt.Fprintln(w, "warning:", warning.Error())
	}
}

// warnOfHistory says when the database that the history is read from does not answer.
func warnOfHistory(ctx context.Context, w io.Writer, s *config.Snapshot) {
	if warning := check.History(ctx, s, version); warning != "" {
		fmt.Fprintln(w, "warning:", warning)
	}
}

// probe reads every source once and prints what was told.
func (c *checkCommand) probe(ctx context.Context, s streams) error {
	bar := newProgress(s.err)
	report, err := check.Probe(ctx, check.ProbeOptions{
		ConfigFile: c.ConfigFile, Version: version, Logger: slog.New(slog.DiscardHandler), Progress: bar.show,
	})
	bar.end()
	if err != nil {
		fmt.Fprintln(s.err, err)
		return errReported
	}
	warn(s.err, report.Snapshot)
	warnOfHistory(ctx, s.err, report.Snapshot)
	for _, problem := range report.Problems {
		fmt.Fprintln(s.err, "warning:", problem)
	}
	if err := printProbed(s.out, report, c.Output); err != nil {
		return err
	}
	if c.Output == "table" {
		fmt.Fprintln(s.out, c.summary(report.Snapshot))
	}
	if report.Failed > 0 {
		fmt.Fprintf(s.err, "brimwatch: %d of %d instances could not be read\n", report.Failed, report.All)
		return errReported
	}
	return nil
}

// printProbed prints what was told. CSV has one table only, that of instances.
func printProbed(w io.Writer, report *check.ProbeReport, format string) error {
	if format == "json" {
		out := map[string]any{"probed": report.Rows}
		if len(report.Accounts) > 0 {
			out["accounts"] = report.Accounts
		}
		return printJSON(w, out)
	}
	f := figuresOf(format)
	t := table{header: []string{"ID", "SOURCE", "METRIC", "USAGE", "CAPACITY", "FROM", "UTILIZATION", "NOTE"}, bar: 6}
	for _, r := range report.Rows {
		t.rows = append(t.rows, []string{r.ID, r.Source, r.Metric, f.amount(r.Metric, r.Usage), f.amount(r.Metric, r.Capacity), r.Origin, f.share(r.Utilization), r.Note})
	}
	if format == "csv" {
		return t.csv(w)
	}
	if err := t.write(w); err != nil || len(report.Accounts) == 0 {
		return err
	}
	fmt.Fprintln(w)
	t = table{header: []string{"ACCOUNT", "BALANCE", "CURRENCY", "FROM", "THRESHOLD", "NOTE"}}
	for _, a := range report.Accounts {
		t.rows = append(t.rows, []string{a.Name, a.Balance, a.Currency, a.Origin, a.LowBalance, a.Note})
	}
	return t.write(w)
}

// progress shows on a terminal how far a long piece of work has come.
type progress struct {
	w     io.Writer
	shown bool
	step  int // of barWidth
}

// newProgress returns a progress that shows nothing unless w is a terminal.
func newProgress(w io.Writer) *progress {
	if f, ok := w.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		w = nil
	}
	return &progress{w: w, step: -1}
}

// show draws the bar anew when it has grown by a step.
func (p *progress) show(done, failed, all int) {
	if p.w == nil || all == 0 {
		return
	}
	const steps = 200
	step := done * steps / all
	if step == p.step && done < all {
		return
	}
	p.step = step
	full := int(math.Round(float64(done) / float64(all) * barWidth))
	line := strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
	fmt.Fprintf(p.w, "\r%s %d of %d read", line, done, all)
	if failed > 0 {
		fmt.Fprintf(p.w, ", %d could not be", failed)
	}
	p.shown = true
}

// end clears the bar away.
func (p *progress) end() {
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
