package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/check"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
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
		s.faults(err)
		return errReported
	}
	s.warnAll(snapshot)
	s.warn(check.History(ctx, snapshot, version))
	fmt.Fprintln(s.out, c.summary(snapshot, s.say))
	return nil
}

func (c *checkCommand) summary(s *config.Snapshot, say *phrases.Printer) string {
	instances, contacts, receivers, warnings := len(s.Instances), len(s.Contacts), len(s.Receivers), len(s.Warnings)
	return say.T("%s is fine: %s, %s, %s, %s", c.ConfigFile,
		say.N(instances, "%d instance", "%d instances", instances), say.N(contacts, "%d contact", "%d contacts", contacts),
		say.N(receivers, "%d receiver", "%d receivers", receivers), say.N(warnings, "%d warning", "%d warnings", warnings))
}

// faults says what is wrong with a configuration, each fault with file and line. They
// are English, as the keys they speak of; a Chinese reader is told so by what goes before.
func (s streams) faults(err error) {
	if s.say.Language() != words.EN {
		fmt.Fprintln(s.err, s.say.T("The configuration has faults:"))
	}
	fmt.Fprintln(s.err, err)
}

// warn says a warning; "" is none.
func (s streams) warn(text string) {
	if text != "" {
		said, _ := s.say.Heard(text)
		fmt.Fprintln(s.err, s.say.T("warning: %s", terminal.Plain(said)))
	}
}

func (s streams) warnAll(snapshot *config.Snapshot) {
	for _, warning := range snapshot.Warnings {
		s.warn(warning.Error())
	}
}

// probe reads every source once and prints what was told.
func (c *checkCommand) probe(ctx context.Context, s streams) error {
	bar := newProgress(s.err, s.say)
	report, err := check.Probe(ctx, check.ProbeOptions{
		ConfigFile: c.ConfigFile, Version: version, Logger: slog.New(slog.DiscardHandler), Progress: bar.show,
	})
	bar.end()
	if err != nil {
		s.faults(err)
		return errReported
	}
	s.warnAll(report.Snapshot)
	s.warn(check.History(ctx, report.Snapshot, version))
	for _, problem := range report.Problems {
		s.warn(problem)
	}
	if err := printProbed(s, report, c.Output); err != nil {
		return err
	}
	if c.Output == "table" {
		fmt.Fprintln(s.out, c.summary(report.Snapshot, s.say))
	}
	if report.Failed > 0 {
		fmt.Fprintln(s.err, "brimwatch:", s.say.T("%d of %d instances could not be read", report.Failed, report.All))
		return errReported
	}
	return nil
}

// printProbed prints what was told. CSV has one table only, that of instances.
func printProbed(s streams, report *check.ProbeReport, format string) error {
	w := s.out
	if format == "json" {
		out := map[string]any{"probed": report.Rows}
		if len(report.Accounts) > 0 {
			out["accounts"] = report.Accounts
		}
		return printJSON(w, out)
	}
	f := figuresOf(format, s.say)
	t := table{header: phrases.Keys("ID", "SOURCE", "METRIC", "USAGE", "CAPACITY", "value|FROM", "UTILIZATION", "NOTE"), bar: 6}
	for _, r := range report.Rows {
		t.rows = append(t.rows, []string{r.ID, r.Source, r.Metric, f.amount(r.Metric, r.Usage), f.amount(r.Metric, r.Capacity), f.say.Word("capacity from", r.Origin), f.share(r.Utilization), f.heard(r.Note)})
	}
	if format == "csv" {
		return t.csv(w)
	}
	if err := t.write(w, s.say, s.look); err != nil || len(report.Accounts) == 0 {
		return err
	}
	fmt.Fprintln(w)
	t = table{header: phrases.Keys("ACCOUNT", "BALANCE", "CURRENCY", "value|FROM", "THRESHOLD", "NOTE")}
	for _, a := range report.Accounts {
		t.rows = append(t.rows, []string{a.Name, a.Balance, a.Currency, f.say.Word("balance from", a.Origin), a.LowBalance, f.heard(a.Note)})
	}
	return t.write(w, s.say, s.look)
}
