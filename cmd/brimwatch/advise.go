package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
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
			words = s.say.Language().Choose(v.Advice[0].Summary, v.Advice[0].SummaryZH)
		}
		return v, err
	}
	if err := list(ctx, c.clientFlags, s, ask, adviceTable); err != nil {
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
	t := table{header: phrases.Keys("ID", "NAME", "EDITION", "VERDICT", "TARGET", "METRIC", "COUNTS", "CAPACITY", "UTILIZATION", "NEEDS", "THRESHOLD ON", "FULL ON"), bar: 8}
	if f.plain {
		t.header = append(t.header, "SUMMARY") // of CSV alone
	}
	for _, a := range v.Advice {
		add := func(cells ...string) {
			row := append([]string{a.InstanceID, a.Name, strings.TrimSpace(a.Edition + " " + a.Spec), f.verdict(a), f.target(a)}, cells...)
			if f.plain {
				row = append(row, a.Summary)
			}
			t.rows = append(t.rows, row)
		}
		for _, name := range sortedKeys(a.Metrics) {
			m := a.Metrics[name]
			var threshold, full string
			if o := m.Outlook; o != nil {
				threshold, full = f.span(o, o.Threshold), f.span(o, o.Capacity)
			}
			add(name, f.amount(name, m.Counts), f.amount(name, m.Capacity), f.share(m.Utilization), f.amount(name, m.LeastCapacity), threshold, full)
		}
		if len(a.Metrics) == 0 {
			add("", "", "", "", "", "", "")
		}
	}
	return t
}

// verdict is the verdict, as people read it.
func (f figures) verdict(a wire.Advice) string {
	word := strings.ReplaceAll(f.say.Word("verdict", a.Verdict), "_", " ")
	if !a.Complete && a.Verdict == "fits" {
		word += f.say.T(", as far as known")
	}
	return word
}

// target names what to change into, and says what may not be changed now.
func (f figures) target(a wire.Advice) string {
	t, note := a.Target, ""
	if t == nil && a.Blocked != nil {
		t = a.Blocked
	}
	if t == nil {
		return ""
	}
	switch {
	case t.Overdue:
		note = f.say.T(" (account overdue)")
	case t.Allowed == nil:
		note = f.say.T(" (not known if allowed)")
	case !*t.Allowed:
		note = f.say.T(" (not allowed)")
	case t.By == "engineer":
		note = f.say.T(" (by an engineer)")
	case t.By == "post_expiration":
		note = f.say.T(" (after the term)")
	}
	return strings.TrimSpace(t.Edition+" "+t.Spec) + note
}

// span is a day (for programs the likely one), with the earliest and the latest it may be where these are
// others.
func (f figures) span(o *wire.Outlook, r *wire.OutlookRange) string {
	if f.plain { // a day, or nothing
		if r == nil || r.Likely == nil {
			return ""
		}
		return r.Likely.Local().Format(time.DateOnly)
	}
	if r == nil || r.Likely == nil {
		if o.Trend {
			return f.say.T("in more than a year")
		}
		reason, _, _ := strings.Cut(o.Reason, ":")
		return f.heard(reason)
	}
	latest := "?"
	if r.Latest != nil {
		latest = r.Latest.Local().Format(time.DateOnly)
	}
	likely, earliest := r.Likely.Local().Format(time.DateOnly), r.Earliest.Local().Format(time.DateOnly)
	if earliest == latest {
		return likely
	}
	return f.say.T("%s (%s to %s)", likely, earliest, latest)
}
