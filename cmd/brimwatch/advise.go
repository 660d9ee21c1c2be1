package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
)

type adviseCommand struct {
	clientFlags
	ID string `arg:"" optional:"" help:"Id of one instance; all when it is left out."`
}

// Run says which edition or specification would fit: a row for each metric, and
// for one instance what to do in words.
func (c *adviseCommand) Run(ctx context.Context, s streams) error {
	words := ""
	ask := func(ctx context.Context, cl *client.Client) (wire.Advices, error) {
		v, err := cl.Advice(ctx, c.ID)
		if err == nil && c.ID != "" && len(v.Advice) > 0 {
			words = v.Advice[0].Summary
		}
		return v, err
	}
	if err := list(ctx, c.clientFlags, s, ask, func(v wire.Advices) table { return adviceTable(v, figuresOf(c.Output)) }); err != nil {
		return err
	}
	if c.Output != "table" || words == "" {
		return nil
	}
	_, err := fmt.Fprintf(s.out, "\n%s\n", words)
	return err
}

// adviceTable has a row for each metric of each instance; a spreadsheet has room
// for the words, too.
func adviceTable(v wire.Advices, f figures) table {
	t := table{header: []string{"ID", "NAME", "EDITION", "VERDICT", "TARGET", "METRIC", "COUNTS", "CAPACITY", "UTILIZATION", "NEEDS", "THRESHOLD ON", "FULL ON"}, bar: 8}
	if f.plain {
		t.header = append(t.header, "SUMMARY")
	}
	for _, a := range v.Advice {
		add := func(cells ...string) {
			row := append([]string{a.InstanceID, a.Name, strings.TrimSpace(a.Edition + " " + a.Spec), verdictWords(a), targetWords(a)}, cells...)
			if f.plain {
				row = append(row, a.Summary)
			}
			t.rows = append(t.rows, row)
		}
		for _, name := range sortedKeys(a.Metrics) {
			m := a.Metrics[name]
			var threshold, full string
			if o := m.Outlook; o != nil {
				threshold, full = rangeWords(o, o.Threshold), rangeWords(o, o.Capacity)
			}
			add(name, f.amount(name, m.Counts), f.amount(name, m.Capacity), f.share(m.Utilization), f.amount(name, m.LeastCapacity), threshold, full)
		}
		if len(a.Metrics) == 0 {
			add("", "", "", "", "", "", "")
		}
	}
	return t
}

// verdictWords is the verdict, as people read it.
func verdictWords(a wire.Advice) string {
	word := strings.ReplaceAll(a.Verdict, "_", " ")
	if !a.Complete && a.Verdict == "fits" {
		word += ", as far as known"
	}
	return word
}

// targetWords names what to change into, and says what may not be changed now.
func targetWords(a wire.Advice) string {
	t, note := a.Target, ""
	if t == nil && a.Blocked != nil {
		t = a.Blocked
	}
	if t == nil {
		return ""
	}
	switch {
	case t.Overdue:
		note = " (account overdue)"
	case t.Allowed == nil:
		note = " (not known if allowed)"
	case !*t.Allowed:
		note = " (not allowed)"
	case t.By == "engineer":
		note = " (by an engineer)"
	case t.By == "post_expiration":
		note = " (after the term)"
	}
	return strings.TrimSpace(t.Edition+" "+t.Spec) + note
}

// rangeWords is a day, with the earliest and the latest it may be where these are
// others.
func rangeWords(o *wire.Outlook, r *wire.OutlookRange) string {
	if r == nil || r.Likely == nil {
		if o.Trend {
			return "in more than a year"
		}
		reason, _, _ := strings.Cut(o.Reason, ":")
		return reason
	}
	latest := "?"
	if r.Latest != nil {
		latest = r.Latest.Local().Format(time.DateOnly)
	}
	likely, earliest := r.Likely.Local().Format(time.DateOnly), r.Earliest.Local().Format(time.DateOnly)
	if earliest == latest {
		return likely
	}
	return likely + " (" + earliest + " to " + latest + ")"
}
