package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/backtest"
	"github.com/brimwatch/brimwatch/internal/config"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
	"github.com/brimwatch/brimwatch/internal/terminal"
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
	o, err := c.options(time.Now(), s.say)
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
	o.Progress, done = progressOn(s.err, s.say.T("judging what was recorded"))
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
	return writeBacktest(s.out, r, s.say, s.look)
}

// options reads the flags; all that is wrong with them at once.
func (c *backtestCommand) options(now time.Time, say *phrases.Printer) (backtest.Options, error) {
	o := backtest.Options{To: now, Instances: c.Instance, Metric: c.Metric}
	var errs []error
	read := func(flag, text string, to *time.Time) {
		at, err := pastMoment(text, now, say)
		if err != nil {
			errs = append(errs, errors.New(say.T("%s: %s", flag+" "+text, err)))
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
func pastMoment(text string, now time.Time, say *phrases.Printer) (time.Time, error) {
	if age, err := config.ParseSpan(strings.TrimPrefix(text, "-")); err == nil {
		return now.Add(-age), nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, errors.New(say.T("write it as an age (30d, 12h), a date (2026-12-31) or a time (2026-12-31T08:00:00+08:00)"))
	}
	return at, nil
}

// backtestTable has a row for each alarm, by day; for a spreadsheet with moments and seconds.
func backtestTable(r *backtest.Result, f figures) table {
	t := table{header: phrases.Keys("DAY", "INSTANCE", "ALARM", "SEVERITY", "time|FROM", "length|FOR", "PEAK", "told|TOLD"), bar: 6}
	for i := range r.Alarms {
		a := &r.Alarms[i]
		instance, what := a.InstanceID, a.Metric
		if instance == "" {
			instance = f.say.T("most of the fleet")
		}
		if what == "" {
			what = f.say.Word("alarmname", string(a.Rule))
		}
		if a.Flapping {
			what = f.say.T("%s, up and down", what)
		}
		local := a.RaisedAt.In(time.Local)
		from, length := local.Format("15:04"), f.say.T("open at the end")
		if a.EndedAt != nil {
			length = words.Duration(a.EndedAt.Sub(a.RaisedAt), f.say.Language())
		}
		if f.plain {
			from, length = a.RaisedAt.Format(time.RFC3339), ""
			if a.EndedAt != nil {
				length = strconv.FormatInt(int64(a.EndedAt.Sub(a.RaisedAt)/time.Second), 10)
			}
		}
		told := make([]string, len(a.Told))
		for k, one := range a.Told {
			told[k] = f.say.T("told|%d %s", one.Messages, one.Recipient)
		}
		if len(told) == 0 {
			told = []string{f.say.T("nobody")}
		}
		t.rows = append(t.rows, []string{local.Format(time.DateOnly), instance, what, f.say.Word("severity", string(a.Severity)), from, length, f.shareBeside(a.Peak, &a.Threshold), strings.Join(told, f.say.T("names|, "))})
	}
	return t
}

// writeBacktest writes all of a backtest for people: alarms, then who gets what, then what it
// comes to.
func writeBacktest(w io.Writer, r *backtest.Result, say *phrases.Printer, look terminal.Look) error {
	var err error
	line := func(text string) {
		if err == nil {
			_, err = fmt.Fprintln(w, text)
		}
	}
	if len(r.Alarms) == 0 {
		line(say.T("No alarm would have been raised."))
	} else if err = backtestTable(r, figuresOf("table", say)).write(w, say, look); err != nil {
		return err
	}
	line("")
	if len(r.People) > 0 {
		people := table{header: phrases.Keys("WHO", "CHANNEL", "MESSAGES", "SEGMENTS", "PRICE")}
		for i := range r.People {
			p := &r.People[i]
			segments := ""
			if p.Channel == "sms" {
				segments = words.Count(p.Segments)
			}
			people.rows = append(people.rows, []string{p.Recipient, say.Word("channel", p.Channel), words.Count(p.Messages), segments, price(&p.Sums, say)})
		}
		if err = people.write(w, say, look); err != nil {
			return err
		}
		line("")
	}
	for _, sentence := range summaryOf(r, say) {
		line(sentence)
	}
	return err
}

// price is what messages cost, or that this is not known.
func price(s *backtest.Sums, say *phrases.Printer) string {
	switch {
	case s.Price != nil && s.Unpriced > 0:
		return say.T("%s and more", s.Price)
	case s.Price != nil:
		return s.Price.String()
	case s.Unpriced > 0:
		return say.T("figure|not known")
	}
	return ""
}

// summaryOf says in sentences what a backtest came to.
func summaryOf(r *backtest.Result, say *phrases.Printer) []string {
	out := []string{say.T("%s to %s: %s of %s.", words.Timestamp(r.From, time.Local), words.Timestamp(r.To, time.Local),
		say.N(r.Readings, "1 reading", "%s readings", words.Count(r.Readings)), say.N(r.Recorded, "1 instance", "%s instances", words.Count(r.Recorded)))}
	if n := r.Instances - r.Recorded; n > 0 {
		out = append(out, say.N(n, "Nothing was recorded of 1 further instance.", "Nothing was recorded of %s further instances.", words.Count(n)))
	}
	if len(r.Gaps) > 0 {
		var sum time.Duration
		for _, g := range r.Gaps {
			sum += g.To.Sub(g.From)
		}
		out = append(out, say.T("For %s in %s nothing was recorded; nobody could have been told of what happened then.", words.Duration(sum, say.Language()),
			say.N(len(r.Gaps), "1 stretch", "%s stretches", words.Count(len(r.Gaps)))))
	}
	if n := r.Totals.Held; n > 0 {
		out = append(out, say.N(n, "1 notice would still be held at the end.", "%s notices would still be held at the end.", words.Count(n)))
	}
	if r.Totals.Unpriced > 0 {
		out = append(out, say.T("What a text message costs is not known: price_per_segment under sms.limits or of the provider says it."))
	}
	if b := r.Before; b != nil {
		out = append(out, compared(r, b, say))
	}
	return out
}

// compared is the sentence that holds another threshold against the configuration's own.
func compared(r *backtest.Result, b *backtest.Totals, say *phrases.Printer) string {
	t := &r.Totals
	text := say.T("With %s %s and %s instead of %s and %s", words.Threshold(r.Threshold),
		say.N(t.Alarms, "1 alarm", "%s alarms", words.Count(t.Alarms)), say.N(t.Messages, "1 message", "%s messages", words.Count(t.Messages)),
		words.Count(b.Alarms), words.Count(b.Messages))
	if now, before := price(&t.Sums, say), price(&b.Sums, say); now != "" && before != "" && (t.Price != nil || b.Price != nil) {
		text += say.T(", for %s instead of %s", now, before)
	}
	return say.T("%s.", text)
}
