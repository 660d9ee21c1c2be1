package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
)

type explainCommand struct {
	URL    string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
	Output string `short:"o" default:"table" enum:"table,json" help:"How to print: ${enum}."`
	ID     string `arg:"" help:"Id of the instance."`
	Metric string `arg:"" optional:"" help:"Metric or rule, such as connections or expiry; all when it is left out."`
}

// Run says why an instance is judged and told of as it is.
func (c *explainCommand) Run(ctx context.Context, s streams) error {
	cl, err := client.New(c.URL)
	if err != nil {
		return err
	}
	x, err := cl.Explain(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := narrow(&x, c.Metric); err != nil {
		return err
	}
	if c.Output == "json" {
		return printJSON(s.out, x)
	}
	return writeExplanation(s.out, &x)
}

// narrow leaves of an explanation what concerns one metric or rule.
func narrow(x *wire.Explanation, name string) error {
	if name == "" {
		return nil
	}
	var alarms []wire.ExplainedAlarm
	known := make(map[string]bool)
	for _, a := range x.Alarms {
		called := cmp.Or(a.Metric, a.Rule)
		known[called] = true
		if called == name {
			alarms = append(alarms, a)
		}
	}
	if len(alarms) == 0 {
		return fmt.Errorf("%s has no alarm %q; it has %s", x.Instance.ID, name, strings.Join(sortedKeys(known), ", "))
	}
	var values []wire.ExplainedValue
	for _, v := range x.Values {
		head, _, _ := strings.Cut(v.Key, ".")
		rest, ofCapacity := strings.CutPrefix(v.Key, "capacity.")
		_, isMetric := x.Instance.Metrics[name]
		if head == name || ofCapacity && rest == name || head == "notify" || head == "source" && (isMetric || name == "no_data") || head == "billing" && !isMetric && name != "no_data" {
			values = append(values, v)
		}
	}
	for metric := range x.Instance.Metrics {
		if metric != name {
			delete(x.Instance.Metrics, metric)
		}
	}
	x.Alarms, x.Values = alarms, values
	return nil
}

// writeExplanation writes an explanation part by part, each as a table.
func writeExplanation(w io.Writer, x *wire.Explanation) error {
	in := &x.Instance
	head := in.Name + " (" + in.ID + ")"
	if product := strings.TrimSpace(in.Product + " " + in.Edition + " " + in.Spec); product != "" {
		head += ", " + product
	}
	head += ", " + in.Lifecycle.State
	if in.Lifecycle.Reason != "" {
		head += ": " + in.Lifecycle.Reason
	}
	lines := []string{head}
	if in.Up != nil && !*in.Up {
		lines = append(lines, "It cannot be read: "+in.Reason)
	}
	for _, r := range x.Remarks {
		lines = append(lines, "Note: "+r)
	}
	if _, err := fmt.Fprintln(w, strings.Join(lines, "\n")); err != nil {
		return err
	}
	for _, part := range []struct {
		title string
		table table
	}{
		{"How it stands", metricsTable(x)},
		{"What runs", timersTable(x)},
		{"Who would be told now", tellsTable(x)},
		{"Who has set what", valuesTable(x)},
		{"Notices so far", explainedNotices(x)},
	} {
		if len(part.table.rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", part.title); err != nil {
			return err
		}
		if err := part.table.write(w); err != nil {
			return err
		}
	}
	return nil
}

func metricsTable(x *wire.Explanation) table {
	var f figures
	t := table{header: []string{"METRIC", "USAGE", "CAPACITY", "FROM", "UTILIZATION", "STATE", "WHY"}, bar: 4}
	for _, name := range sortedKeys(x.Instance.Metrics) {
		m := x.Instance.Metrics[name]
		from := m.Origin
		if m.CapacityAt != nil {
			from += ", " + words.Relative(*m.CapacityAt, x.At, words.EN)
		}
		if m.Capacity == nil {
			from = ""
		}
		t.rows = append(t.rows, []string{name, f.amount(name, m.Usage), f.amount(name, m.Capacity), from, f.shareBeside(m.Utilization, m.Threshold), m.State, m.Reason})
	}
	return t
}

// timersTable lists each alarm with what runs.
func timersTable(x *wire.Explanation) table {
	t := table{header: []string{"ALARM", "STATE", "WHAT COMES", "WHEN", "IN"}}
	for i := range x.Alarms {
		a := &x.Alarms[i]
		state := a.State
		if a.Code != "" {
			state += " " + a.Code
		}
		if a.AckedBy != "" {
			state += ", acknowledged by " + a.AckedBy
		}
		row := []string{cmp.Or(a.Metric, a.Rule), state, "", "", ""}
		switch {
		case a.Off != "":
			row[1], row[2] = "off", a.Off
		case a.UnknownSince != nil:
			row[2] = "unknown since " + local(*a.UnknownSince) + ": " + a.Reason
		}
		if len(a.Timers) == 0 || row[2] != "" {
			t.rows = append(t.rows, row)
		}
		for _, timer := range a.Timers {
			t.rows = append(t.rows, timerRow(row[0], row[1], &timer, x.At))
		}
	}
	return t
}

func timerRow(name, state string, timer *wire.ExplainedTime, now time.Time) []string {
	what := timerWords(timer)
	if timer.Due == nil {
		left := time.Duration(timer.Left * float64(time.Second))
		return []string{name, state, what, "stands still without data", words.Duration(left, words.EN) + " left"}
	}
	in := words.Relative(*timer.Due, now, words.EN)
	if timer.Kind == "step" && !timer.Due.After(now) {
		if in = "not told"; timer.Told {
			in = "told"
		}
	}
	return []string{name, state, what, local(*timer.Due), in}
}

func timerWords(timer *wire.ExplainedTime) string {
	bound := ""
	if timer.Bound != nil {
		bound = words.Threshold(*timer.Bound)
	}
	switch timer.Kind {
	case "raise":
		return timer.Severity + ", if it stays at or above " + bound
	case "clear":
		return timer.Severity + " is over, if it stays below " + bound
	case "still":
		return "flapping is over, if it stays still"
	case "remind":
		return "reminder, unless acknowledged"
	case "step":
		lead, err := time.ParseDuration(timer.Lead)
		if err != nil || lead == 0 {
			return timer.Severity + ", at the moment itself"
		}
		return timer.Severity + ", " + words.Duration(lead, words.EN) + " before"
	}
	return timer.Kind
}

// tellsTable lists who would be told; alarms with the same answer share a line.
func tellsTable(x *wire.Explanation) table {
	t := table{header: []string{"SEVERITY", "RECEIVER", "RECIPIENT", "BY", "WHEN", "OF"}}
	at := make(map[string]int)
	add := func(of, severity string, row []string) {
		key := severity + "\x00" + strings.Join(row, "\x00")
		if i, known := at[key]; known {
			if last := &t.rows[i][5]; !strings.Contains(", "+*last+",", ", "+of+",") {
				*last += ", " + of
			}
			return
		}
		at[key] = len(t.rows)
		t.rows = append(t.rows, append(append([]string{severity}, row...), of))
	}
	for i := range x.Alarms {
		a := &x.Alarms[i]
		of := cmp.Or(a.Metric, a.Rule)
		for _, tell := range a.Tells {
			if len(tell.To) == 0 {
				add(of, tell.Severity, []string{"", "nobody", "", ""})
			}
			for _, to := range tell.To {
				add(of, tell.Severity, []string{to.Receiver, to.Recipient, to.Channel, whenTold(&to)})
			}
		}
	}
	return t
}

func whenTold(to *wire.ExplainedAddress) string {
	switch {
	case to.Drop != "":
		return "never: " + to.Drop
	case to.NotBefore != nil && to.Hold != "":
		return "not before " + local(*to.NotBefore) + ": " + to.Hold
	case to.NotBefore != nil:
		return "not before " + local(*to.NotBefore)
	}
	return "at once"
}

func valuesTable(x *wire.Explanation) table {
	t := table{header: []string{"KEY", "VALUE", "SET BY"}}
	for _, v := range x.Values {
		by := v.By
		if v.Path != "" {
			by = v.File + ":" + strconv.Itoa(v.Line) + " " + v.Path
		}
		t.rows = append(t.rows, []string{v.Key, v.Value, by})
	}
	return t
}

func explainedNotices(x *wire.Explanation) table {
	t := table{header: []string{"DECIDED", "CODE", "KIND", "TO", "STATE", "WHY"}}
	for i := range x.Notices {
		n := &x.Notices[i]
		t.rows = append(t.rows, []string{local(n.CreatedAt), n.Episode, n.Kind, n.Recipient, n.State, n.Reason})
	}
	return t
}
