package figures

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// CompareWhole writes each figure beside the kept one. Runs that were not kept
// stand alone.
func CompareWhole(w io.Writer, kept, now WholeReport) error {
	if err := aboutMachines(w, "the whole daemon", kept.Machine, now.Machine, len(kept.Runs) > 0); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := rows(tw)
	row("run", "figure", "kept", "now", "change", "mark", "")
	for i := range now.Runs {
		run := &now.Runs[i]
		old := find(kept.Runs, run)
		for _, f := range wholeFigures() {
			before, change := dash, ""
			if old != nil {
				before, change = f.text(old), percent(f.value(old), f.value(run))
			}
			row(run.Title(), f.label, before, f.text(run), change, f.markText(), f.verdict(run))
		}
	}
	return flush(tw)
}

// CompareMicro writes each benchmark beside the kept one.
func CompareMicro(w io.Writer, kept, now MicroReport) error {
	if err := aboutMachines(w, "the parts", kept.Machine, now.Machine, len(kept.Results) > 0); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := rows(tw)
	row("package", "benchmark", "kept ns", "ns", "change", "kept allocations", "allocations", "mark", "")
	for _, m := range now.Results {
		nanos, change, allocs, mark := dash, "", dash, ""
		for _, old := range kept.Results {
			if old.Package == m.Package && old.Name == m.Name {
				nanos, change, allocs = number(old.Nanos), percent(old.Nanos, m.Nanos), number(old.Allocs)
			}
		}
		if k := markOf(m); k != nil {
			mark = k.text
		}
		row(m.Package, m.Name, nanos, number(m.Nanos), change, allocs, number(m.Allocs), mark, m.verdict())
	}
	return flush(tw)
}

// aboutMachines says whether the two measurements may be compared at all.
func aboutMachines(w io.Writer, what string, kept, now Machine, anyKept bool) error {
	text := fmt.Sprintf("%s, measured on %s\n", what, now)
	switch {
	case !anyKept:
		text += "Nothing is kept to compare with.\n"
	case !kept.Same(now):
		text += fmt.Sprintf("The kept figures are of another machine or other software: %s\n", kept)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("print the comparison: %w", err)
	}
	return nil
}

func find(runs []Whole, like *Whole) *Whole {
	for i := range runs {
		if runs[i].Instances == like.Instances && runs[i].Page == like.Page {
			return &runs[i]
		}
	}
	return nil
}

// percent is how much a figure changed; nothing where that says nothing.
func percent(before, now float64) string {
	if before == now || before == 0 || math.IsNaN(before) || math.IsNaN(now) {
		return ""
	}
	return fmt.Sprintf("%+.1f %%", (now-before)/before*100)
}

func rows(tw *tabwriter.Writer) func(cells ...string) {
	return func(cells ...string) {
		for i, c := range cells {
			if i > 0 {
				_, _ = io.WriteString(tw, "\t") // errors come with Flush
			}
			_, _ = io.WriteString(tw, c) // errors come with Flush
		}
		_, _ = io.WriteString(tw, "\n") // errors come with Flush
	}
}

func flush(tw *tabwriter.Writer) error {
	if err := tw.Flush(); err != nil {
		return fmt.Errorf("print the comparison: %w", err)
	}
	return nil
}
