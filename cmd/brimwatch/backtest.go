package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/backtest"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
)

type backtestCommand struct {
	configFlag
	From      string   `default:"30d" placeholder:"TIME" help:"Where it begins: an age such as 30d, a date, or RFC 3339 (${default})."`
	To        string   `placeholder:"TIME" help:"Where it ends, likewise; now."`
	Threshold string   `placeholder:"SHARE" help:"Raise each capacity alarm at this share, such as 80%, and compare with the configuration's own."`
	Instance  []string `sep:"none" placeholder:"ID" help:"Only this instance. May be repeated."`
	Metric    string   `placeholder:"NAME" help:"Only alarms of this metric, such as connections."`
	Output    string   `short:"o" default:"table" enum:"table,json,csv" help:"How to print: ${enum}."`
}

// Run says what would have been raised and told over the recorded history, by day and
// instance, and what each person would have got. It sends nothing, and writes nothing to
// storage.dir.
func (c *backtestCommand) Run(ctx context.Context, s streams) (err error) {
	o, err := c.options(time.Now())
	if err != nil {
		return err
	}
	loaded, err := rehearsal.Load(c.ConfigFile, o.From)
	if err != nil {
		s.faults(err)
		return errReported
	}
	o.Snapshot = loaded.Snapshot
	if o.History, err = backtest.OpenHistory(ctx, o.Snapshot, version); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.History.Close()) }()
	var done func()
	o.Progress, done = progressOn(s.err, "judging what was recorded")
	r, err := backtest.Run(ctx, o)
	done()
	if err != nil {
		return err
	}
	switch c.Output {
	case "json":
		return printJSON(s.out, r)
	case "csv":
		return backtestTable(r, figuresOf(c.Output, s.say)).csv(s.out)
	}
	return writeBacktest(s.out, r, s.say)
}

// options reads the flags; all that is wrong with them at once.
func (c *backtestCommand) options(now time.Time) (backtest.Options, error) {
	o := backtest.Options{To: now, Instances: c.Instance, Metric: c.Metric}
	var errs []error
	read := func(flag, text string, to *time.Time) {
		at, err := pastMoment(text, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", flag, text, err))
			return
		}
		*to = at
	}
	read("--from", c.From, &o.From)
	if c.To != "" {
		read("--to", c.To, &o.To)
	}
	if c.Threshold != "" {
		var err error
		if o.Threshold, err = backtest.ParseThreshold(c.Threshold); err != nil {
			errs = append(errs, fmt.Errorf("--threshold: %w", err))
		}
	}
	return o, errors.Join(errs...)
}

// pastMoment reads an age, a date, or a time.
func pastMoment(text string, now time.Time) (time.Time, error) {
	if age, err := config.ParseSpan(strings.TrimPrefix(text, "-")); err == nil {
		return now.Add(-age), nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, errors.New("write it as an age (30d, 12h), a date (2026-12-31) or a time (2026-12-31T08:00:00+08:00)")
	}
	return at, nil
}

// progressOn shows on a terminal how far something is; done takes it away.
func progressOn(w io.Writer, what string) (progress func(share float64), done func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil, func() {}
	}
	const emptyLine = "\r\x1b[K"
	return func(share float64) { fmt.Fprintf(w, "%s%s: %s", emptyLine, what, words.Share(share)) }, func() { fmt.Fprint(w, emptyLine) }
}

// backtestTable has a row for each alarm, by day; for a spreadsheet with moments and seconds.
func backtestTable(r *backtest.Result, f figures) table {
	t := table{header: []string{"DAY", "INSTANCE", "ALARM", "SEVERITY", "FROM", "FOR", "PEAK", "TOLD"}, bar: 6}
	for i := range r.Alarms {
		a := &r.Alarms[i]
		instance, what := a.InstanceID, a.Metric
		if instance == "" {
			instance = "most of the fleet"
		}
		if what == "" {
			what = string(a.Rule)
		}
		if a.Flapping {
			what += ", up and down"
		}
		local := a.RaisedAt.In(time.Local)
		from, length := local.Format("15:04"), "open at the end"
		if a.EndedAt != nil {
			length = words.Duration(a.EndedAt.Sub(a.RaisedAt), words.EN)
		}
		if f.plain {
			from, length = a.RaisedAt.Format(time.RFC3339), ""
			if a.EndedAt != nil {
				length = strconv.FormatInt(int64(a.EndedAt.Sub(a.RaisedAt)/time.Second), 10)
			}
		}
		told := make([]string, len(a.Told))
		for k, one := range a.Told {
			told[k] = fmt.Sprintf("%d %s", one.Messages, one.Recipient)
		}
		if len(told) == 0 {
			told = []string{"nobody"}
		}
		t.rows = append(t.rows, []string{local.Format(time.DateOnly), instance, what, string(a.Severity), from, length, f.shareBeside(a.Peak, &a.Threshold), strings.Join(told, ", ")})
	}
	return t
}

// writeBacktest writes all of a backtest for people: alarms, then who gets what, then what it
// comes to.
func writeBacktest(w io.Writer, r *backtest.Result, printer *phrases.Printer) error {
	var err error
	say := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	if len(r.Alarms) == 0 {
		say("No alarm would have been raised.")
	} else if err = backtestTable(r, figuresOf("table", printer)).write(w, printer); err != nil {
		return err
	}
	say("")
	if len(r.People) > 0 {
		people := table{header: []string{"WHO", "CHANNEL", "MESSAGES", "SEGMENTS", "PRICE"}}
		for i := range r.People {
			p := &r.People[i]
			segments := ""
			if p.Channel == "sms" {
				segments = words.Count(p.Segments)
			}
			people.rows = append(people.rows, []string{p.Recipient, p.Channel, words.Count(p.Messages), segments, price(&p.Sums)})
		}
		if err = people.write(w, printer); err != nil {
			return err
		}
		say("")
	}
	for _, line := range summaryOf(r) {
		say("%s", line)
	}
	return err
}

// price is what messages cost, or that this is not known.
func price(s *backtest.Sums) string {
	switch {
	case s.Price != nil && s.Unpriced > 0:
		return s.Price.String() + " and more"
	case s.Price != nil:
		return s.Price.String()
	case s.Unpriced > 0:
		return "not known"
	}
	return ""
}

// summaryOf says in sentences what a backtest came to.
func summaryOf(r *backtest.Result) []string {
	out := []string{fmt.Sprintf("%s to %s: %s of %s.", words.Timestamp(r.From, time.Local), words.Timestamp(r.To, time.Local),
		countOf(r.Readings, "reading"), countOf(r.Recorded, "instance"))}
	if n := r.Instances - r.Recorded; n > 0 {
		out = append(out, fmt.Sprintf("Nothing was recorded of %s.", countOf(n, "further instance")))
	}
	if len(r.Gaps) > 0 {
		var sum time.Duration
		for _, g := range r.Gaps {
			sum += g.To.Sub(g.From)
		}
		out = append(out, fmt.Sprintf("For %s in %s nothing was recorded; nobody could have been told of what happened then.", words.Duration(sum, words.EN), countOf(len(r.Gaps), "stretch")))
	}
	if r.Totals.Held > 0 {
		out = append(out, countOf(r.Totals.Held, "notice")+" would still be held at the end.")
	}
	if r.Totals.Unpriced > 0 {
		out = append(out, "What a text message costs is not known: price_per_segment under sms.limits or of the provider says it.")
	}
	if b := r.Before; b != nil {
		out = append(out, compared(r, b))
	}
	return out
}

// compared is the sentence that holds another threshold against the configuration's own.
func compared(r *backtest.Result, b *backtest.Totals) string {
	text := fmt.Sprintf("With %s %s and %s instead of %s and %s", words.Threshold(r.Threshold), countOf(r.Totals.Alarms, "alarm"), countOf(r.Totals.Messages, "message"),
		words.Count(b.Alarms), words.Count(b.Messages))
	if now, before := price(&r.Totals.Sums), price(&b.Sums); now != "" && before != "" && (r.Totals.Price != nil || b.Price != nil) {
		text += fmt.Sprintf(", for %s instead of %s", now, before)
	}
	return text + "."
}

// countOf writes a number with its noun.
func countOf(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		noun += "e"
	}
	return words.Count(n) + " " + noun + "s"
}
