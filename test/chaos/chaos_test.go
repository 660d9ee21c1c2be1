package main

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/brimwatch/brimwatch/test/chaos/ledger"
	"github.com/brimwatch/brimwatch/test/chaos/scenario"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestBriefly runs the brief scenarios at the same time: what they do is mostly to
// wait. Lengths of time are not judged here, only what was told, and how often.
func TestBriefly(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute or two")
	}
	c := command{parallel: 8, Options: scenario.Options{
		Binary: os.Getenv("BRIMWATCH_BIN"), Dir: t.TempDir(), Brief: true, Outage: briefOutage, Seed: 1,
	}}
	var chosen []scenario.Scenario
	for _, s := range scenario.List() {
		if s.Brief {
			chosen = append(chosen, s)
		}
	}
	// Those that wait the longest begin first.
	longest := []string{"failover", "kill-ways", "turns", "calls", "doubt-late", "kill-two"}
	place := func(s scenario.Scenario) int {
		if i := slices.Index(longest, s.Name); i >= 0 {
			return i
		}
		return len(longest)
	}
	slices.SortStableFunc(chosen, func(a, b scenario.Scenario) int { return place(a) - place(b) })
	if err := build(t.Context(), &c.Options, chosen); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	results, err := all(t.Context(), chosen, &c, &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, &log)
	}
	for i := range results {
		r := &results[i]
		t.Run(r.Name, func(t *testing.T) {
			for _, f := range r.Ledger.Faults() {
				t.Error(f)
			}
			for _, f := range r.Missed(false) {
				t.Errorf("%s: %s, the mark is %s", f.What, f.Got, f.Mark)
			}
			if r.Ledger.Told == 0 {
				t.Error("nobody was told anything: nothing was tested")
			}
		})
	}
	t.Logf("%s\n%s", &log, ledgers(results).markdown())
}

func TestChoose(t *testing.T) {
	all, err := choose("")
	if err != nil || len(all) != len(scenario.List()) {
		t.Errorf("%d scenarios, %v", len(all), err)
	}
	seen := make(map[string]bool)
	for _, s := range all {
		if seen[s.Name] || s.About == "" {
			t.Errorf("the scenario %q stands twice, or says nothing", s.Name)
		}
		seen[s.Name] = true
	}
	some, err := choose("kill, wake")
	if err != nil || len(some) != 2 || some[0].Name != "kill" || some[1].Name != "wake" {
		t.Errorf("%v, %v", some, err)
	}
	if _, err := choose("peace"); err == nil || !strings.Contains(err.Error(), "peace") {
		t.Errorf("error %v", err)
	}
}

func TestParse(t *testing.T) {
	var stderr bytes.Buffer
	c, err := parse([]string{"-seed", "7", "-kills", "50", "-scenario", "kill", "-for", "90s"}, &stderr)
	if err != nil || c.Seed != 7 || c.Kills != 50 || c.names != "kill" || c.Outage.Seconds() != 90 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := parse(nil, &stderr); err != nil || c.Seed == 0 {
		t.Errorf("a seed of its own: %+v, %v", c, err)
	}
	if _, err := parse([]string{"kill"}, &stderr); err == nil || !strings.Contains(err.Error(), "kill") {
		t.Errorf("error %v", err)
	}
	if _, err := parse([]string{"-h"}, &stderr); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error %v", err)
	}
}

// results are a scenario that went well, one with a fault, and one that was left out.
func results() []scenario.Result {
	return []scenario.Result{
		{Name: "well", Took: time.Second, Figures: []scenario.Figure{{What: "texts", Mark: "1", Got: "1", OK: true}}, Ledger: ledger.Report{Episodes: 2, Owed: 4, Told: 4}},
		{Name: "ill", Took: time.Minute, Figures: []scenario.Figure{{What: "texts", Mark: "1", Got: "a | b\nc"}, {What: "wait", Mark: "1 s", Got: "2 s", Timed: true}},
			Ledger: ledger.Report{Findings: []ledger.Finding{{Verdict: ledger.Lost, Recipient: "sms/+49", What: "the end"}, {Verdict: ledger.Late}}}},
		{Name: "out", Left: "no disk"},
	}
}

func TestReport(t *testing.T) {
	var out bytes.Buffer
	err := report(results(), &command{Options: scenario.Options{Seed: 7}}, &out)
	if err == nil {
		t.Fatal("faults are no error")
	}
	for _, want := range []string{"seed 7", "ill: lost: sms/+49", "ill: texts: a | b c, the mark is 1", "ill: wait: 2 s"} {
		if !strings.Contains(strings.ReplaceAll(err.Error(), `\|`, "|"), want) {
			t.Errorf("%q is missing in the error:\n%v", want, err)
		}
	}
	for _, want := range []string{"| well ", `a \| b c`, "left out: no disk", "missed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in the tables:\n%s", want, &out)
		}
	}
	if err := report(results()[:1], &command{}, &out); err != nil {
		t.Errorf("error %v without a fault", err)
	}
}

func TestKeepIn(t *testing.T) {
	got, err := keepIn("above\n"+keptBegin+"\nold\n"+keptEnd+"\nbelow\n", "new\n")
	if want := "above\n" + keptBegin + "\n\nnew\n\n" + keptEnd + "\nbelow\n"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := keepIn("nothing", "new"); err == nil {
		t.Error("a page without the lines is no error")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", keptPage))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keepIn(string(page), "new"); err != nil {
		t.Error(err)
	}
}

func TestListNeedsNothing(t *testing.T) {
	var out, stderr bytes.Buffer
	if err := run(t.Context(), []string{"-list"}, &out, &stderr); err != nil || !strings.Contains(out.String(), "kill -9") {
		t.Errorf("%v\n%s", err, &out)
	}
}
