package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
)

// plainLines joins lines in which names of somebody else stand.
func plainLines(lines []string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = terminal.Plain(line)
	}
	return strings.Join(out, "\n")
}

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
	if err := narrow(&x, c.Metric, s.say); err != nil {
		return err
	}
	if c.Output == "json" {
		return printJSON(s.out, x)
	}
	return figures{say: s.say}.explanation(s.out, &x, s.look)
}

// narrow leaves of an explanation what concerns one metric or rule.
func narrow(x *wire.Explanation, name string, say *phrases.Printer) error {
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
		return errors.New(say.T("%s has no alarm %q; it has %s", x.Instance.ID, name, strings.Join(sortedKeys(known), ", ")))
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

// explanation writes an explanation part by part, each as a table.
func (f figures) explanation(w io.Writer, x *wire.Explanation, look terminal.Look) error {
	in := &x.Instance
	head := in.Name + " (" + in.ID + ")"
	if product := strings.TrimSpace(in.Product + " " + in.Edition + " " + in.Spec); product != "" {
		head += f.say.T("list|, ") + product
	}
	head += f.say.T("list|, ") + f.say.Word("lifecycle", in.Lifecycle.State)
	if in.Lifecycle.Reason != "" {
		head = f.say.T("%s: %s", head, f.heard(in.Lifecycle.Reason))
	}
	lines := []string{head}
	if in.Up != nil && !*in.Up {
		lines = append(lines, f.say.T("It cannot be read: %s", f.heard(in.Reason)))
	}
	for _, r := range x.Remarks {
		lines = append(lines, f.say.T("Note: %s", f.heard(r)))
	}
	if _, err := fmt.Fprintln(w, plainLines(lines)); err != nil {
		return err
	}
	for _, part := range []struct {
		title string
		table table
	}{
		{f.say.T("How it stands"), f.metrics(x)},
		{f.say.T("What runs"), f.timers(x)},
		{f.say.T("Who would be told now"), f.tells(x)},
		{f.say.T("Who has set what"), f.values(x)},
		{f.say.T("Notices so far"), f.notices(x)},
	} {
		if len(part.table.rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", part.title); err != nil {
			return err
		}
		if err := part.table.write(w, f.say, look); err != nil {
			return err
		}
	}
	return nil
}

func (f figures) metrics(x *wire.Explanation) table {
	t := table{header: phrases.Keys("METRIC", "USAGE", "CAPACITY", "value|FROM", "UTILIZATION", "STATE", "WHY"), bar: 4}
	for _, name := range sortedKeys(x.Instance.Metrics) {
		m := x.Instance.Metrics[name]
		from := f.say.Word("capacity from", m.Origin)
		if m.CapacityAt != nil {
			from += f.say.T("list|, ") + words.Relative(*m.CapacityAt, x.At, f.say.Language())
		}
		if m.Capacity == nil {
			from = ""
		}
		t.rows = append(t.rows, []string{name, f.amount(name, m.Usage), f.amount(name, m.Capacity), from, f.shareBeside(m.Utilization, m.Threshold), f.say.Word("state of a metric", m.State), f.heard(m.Reason)})
	}
	return t
}

// timers lists each alarm with what runs.
func (f figures) timers(x *wire.Explanation) table {
	t := table{header: phrases.Keys("ALARM", "STATE", "WHAT COMES", "WHEN", "IN")}
	for i := range x.Alarms {
		a := &x.Alarms[i]
		state := f.say.Word("state of an alarm", a.State)
		if a.Code != "" {
			state += " " + a.Code
		}
		if a.AckedBy != "" {
			state += f.say.T(", acknowledged by %s", words.Person(a.AckedBy, f.say.Language()))
		}
		row := []string{cmp.Or(a.Metric, a.Rule), state, "", "", ""}
		switch {
		case a.Off != "":
			row[1], row[2] = f.say.T("alarm|off"), f.heard(a.Off)
		case a.UnknownSince != nil:
			row[2] = f.say.T("unknown since %s: %s", local(*a.UnknownSince), f.heard(a.Reason))
		}
		if len(a.Timers) == 0 || row[2] != "" {
			t.rows = append(t.rows, row)
		}
		for _, timer := range a.Timers {
			t.rows = append(t.rows, f.timer(row[0], row[1], &timer, x.At))
		}
	}
	return t
}

func (f figures) timer(name, state string, timer *wire.ExplainedTime, now time.Time) []string {
	what := f.timerWords(timer)
	if timer.Due == nil {
		left := time.Duration(timer.Left * float64(time.Second))
		return []string{name, state, what, f.say.T("stands still without data"), f.say.T("%s left", words.Duration(left, f.say.Language()))}
	}
	in := words.Relative(*timer.Due, now, f.say.Language())
	if timer.Kind == "step" && !timer.Due.After(now) {
		if in = f.say.T("step|not told"); timer.Told {
			in = f.say.T("step|told")
		}
	}
	return []string{name, state, what, local(*timer.Due), in}
}

func (f figures) timerWords(timer *wire.ExplainedTime) string {
	bound := ""
	if timer.Bound != nil {
		bound = words.Threshold(*timer.Bound)
	}
	switch timer.Kind {
	case "raise":
		return f.say.T("%s, if it stays at or above %s", f.say.Word("severity", timer.Severity), bound)
	case "clear":
		return f.say.T("%s is over, if it stays below %s", f.say.Word("severity", timer.Severity), bound)
	case "still":
		return f.say.T("flapping is over, if it stays still")
	case "remind":
		return f.say.T("reminder, unless acknowledged")
	case "step":
		lead, err := time.ParseDuration(timer.Lead)
		if err != nil || lead == 0 {
			return f.say.T("%s, at the moment itself", f.say.Word("severity", timer.Severity))
		}
		return f.say.T("%s, %s before", f.say.Word("severity", timer.Severity), words.Duration(lead, f.say.Language()))
	}
	return timer.Kind
}

// tells lists who would be told; alarms with the same answer share a line.
func (f figures) tells(x *wire.Explanation) table {
	t := table{header: phrases.Keys("SEVERITY", "RECEIVER", "RECIPIENT", "channel|BY", "WHEN", "alarms|OF")}
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
		t.rows = append(t.rows, append(append([]string{f.say.Word("severity", severity)}, row...), of))
	}
	for i := range x.Alarms {
		a := &x.Alarms[i]
		of := cmp.Or(a.Metric, a.Rule)
		for _, tell := range a.Tells {
			if len(tell.To) == 0 {
				add(of, tell.Severity, []string{"", f.say.T("nobody"), "", ""})
			}
			for _, to := range tell.To {
				add(of, tell.Severity, []string{to.Receiver, to.Recipient, f.say.Word("channel", to.Channel), f.whenTold(&to)})
			}
		}
	}
	return t
}

func (f figures) whenTold(to *wire.ExplainedAddress) string {
	switch {
	case to.Drop != "":
		return f.say.T("never: %s", f.heard(to.Drop))
	case to.NotBefore != nil && to.Hold != "":
		return f.say.T("not before %s: %s", local(*to.NotBefore), f.heard(to.Hold))
	case to.NotBefore != nil:
		return f.say.T("not before %s", local(*to.NotBefore))
	}
	return f.say.T("at once")
}

func (f figures) values(x *wire.Explanation) table {
	t := table{header: phrases.Keys("KEY", "VALUE", "SET BY")}
	for _, v := range x.Values {
		by := f.heard(v.By)
		if v.Path != "" {
			by = v.File + ":" + strconv.Itoa(v.Line) + " " + v.Path
		}
		t.rows = append(t.rows, []string{v.Key, v.Value, by})
	}
	return t
}

func (f figures) notices(x *wire.Explanation) table {
	t := table{header: phrases.Keys("DECIDED", "CODE", "KIND", "recipient|TO", "STATE", "WHY")}
	for i := range x.Notices {
		n := &x.Notices[i]
		t.rows = append(t.rows, []string{local(n.CreatedAt), n.Episode, f.say.Word("kind of notice", n.Kind), n.Recipient, f.say.Word("notice", n.State), f.heard(n.Reason)})
	}
	return t
}
