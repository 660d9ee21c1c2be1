package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/brimwatch/brimwatch/internal/alarmtest"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type testCommand struct {
	Files []string `arg:"" name:"file" placeholder:"FILE" help:"Files of tests."`
	Named string   `name:"run" placeholder:"TEXT" help:"Only tests whose name has this text."`
}

// Run runs tests of configurations: series and dates in, alarms and messages out.
func (c *testCommand) Run(ctx context.Context, s streams) error {
	failed, ran := 0, 0
	for _, path := range c.Files {
		if _, err := fmt.Fprintln(s.out, path); err != nil {
			return err
		}
		bad, n, err := c.file(ctx, s, path)
		failed, ran = failed+bad, ran+n
		if err != nil {
			return err
		}
	}
	switch {
	case ran == 0:
		return errors.New(s.say.T("no test has %q in its name", c.Named))
	case failed > 0:
		return errors.New(s.say.T("%d of %d tests failed", failed, ran))
	}
	return nil
}

// file runs the tests of one file.
func (c *testCommand) file(ctx context.Context, s streams, path string) (failed, ran int, err error) {
	file, err := config.LoadTests(path)
	if err != nil {
		return 0, 0, inWords(err, s.say)
	}
	snapshot, err := config.Load(file.Config)
	if err != nil {
		s.faults(err)
		return 0, 0, errReported
	}
	for i := range file.Tests {
		t := &file.Tests[i]
		if !strings.Contains(t.Name, c.Named) {
			continue
		}
		ran++
		result, err := alarmtest.Run(ctx, snapshot, t)
		if err != nil {
			return failed, ran, inWords(err, s.say)
		}
		if len(result.Mismatches) > 0 {
			failed++
		}
		if err := writeResult(s, result); err != nil {
			return failed, ran, err
		}
	}
	return failed, ran, nil
}

// inWords says what is wrong with a file of tests in the language of say; where it stands and
// the keys stay as they are.
func inWords(err error, say *phrases.Printer) error {
	faults, ok := errors.AsType[config.Faults](err)
	if !ok {
		return err
	}
	out := slices.Clone(faults)
	for i := range out {
		out[i].Reason, _ = say.Heard(out[i].Reason)
	}
	return out
}

// writeResult writes what became of a test: one line where all is as expected, else what is
// not, line by line.
func writeResult(s streams, r *alarmtest.Result) error {
	passed, failed := s.say.T("test|ok"), s.say.T("test|FAIL")
	word := passed
	if len(r.Mismatches) > 0 {
		word = failed
	}
	name := r.Test.Name
	if name == "" {
		name = s.say.T("the test in line %d", r.Test.Line)
	}
	lines := []string{"  " + phrases.Fill(word, max(phrases.Cells(passed), phrases.Cells(failed))) + "  " + name}
	for i := range r.Mismatches {
		m := &r.Mismatches[i]
		lines = append(lines, fmt.Sprintf("        %s:%d:%d: %s", m.File, m.Line, m.Column, differs(m, s.say)))
		for _, d := range m.Diff {
			lines = append(lines, "          "+d)
		}
	}
	_, err := fmt.Fprintln(s.out, strings.Join(lines, "\n"))
	return err
}

// differs says in what a test is not as expected, with the moment as its file has it.
func differs(m *alarmtest.Mismatch, say *phrases.Printer) string {
	switch m.What {
	case alarmtest.Alarms:
		return say.T("at %s: alarms", config.Span(m.At))
	case alarmtest.Unacked:
		return say.T("at %s: there is no such alarm to acknowledge", config.Span(m.At))
	case alarmtest.Messages:
	}
	return say.T("difference|messages")
}
