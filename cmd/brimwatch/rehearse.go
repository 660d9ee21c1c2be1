package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"

	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/rehearsal"
)

type rehearseCommand struct {
	configFlag
	Days         int      `default:"90" help:"How many days (${default})."`
	From         string   `placeholder:"DATE" help:"The first day; today."`
	Person       string   `placeholder:"NAME" help:"Only what this contact is told."`
	Renew        []string `sep:"none" placeholder:"ID=DATE[:UNTIL]" help:"An instance is renewed on this day, until the end of another one (a year more than before). May be repeated."`
	Unpaid       []string `sep:"none" placeholder:"ACCOUNT=DATE" help:"An account does not pay its bill from this day on. May be repeated."`
	Paid         []string `sep:"none" placeholder:"ACCOUNT=DATE" help:"It pays. May be repeated."`
	RenewalsFail bool     `help:"Automatic renewals are not paid."`
	TimeZone     string   `placeholder:"ZONE" help:"Whose days and times are printed, such as Asia/Shanghai; this machine's."`
	Strict       bool     `help:"Exit code 1 when nobody would hear of something."`
	JSON         bool     `name:"json" help:"The same as -o json."`
	Output       string   `short:"o" default:"text" enum:"text,json" help:"How to print: ${enum}."`
}

// Run says what each person would be told in the days ahead, through the engine, the outbox and
// the texts of the daemon. It sends nothing, and writes nothing to storage.dir.
func (c *rehearseCommand) Run(ctx context.Context, s streams) error {
	o, err := c.options(time.Now(), s.say)
	if err != nil {
		return err
	}
	loaded, err := rehearsal.Load(c.ConfigFile, o.From)
	if err != nil {
		s.faults(err)
		return errReported
	}
	o.Snapshot, o.Accounts = loaded.Snapshot, loaded.Accounts
	if err := o.Check(); err != nil {
		return err
	}
	out := bufio.NewWriter(s.out)
	w := c.writer(out, &o, loaded.Notes, s.say)
	o.Day = w.Day
	report, err := rehearsal.Run(ctx, o)
	if err == nil {
		err = w.End(report)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if c.Strict && report.Unheard > 0 {
		return errReported
	}
	return nil
}

// rehearsalWriter writes a rehearsal as it goes on.
type rehearsalWriter interface {
	Day(*rehearsal.Day) error
	End(*rehearsal.Report) error
}

func (c *rehearseCommand) writer(w io.Writer, o *rehearsal.Options, notes []string, say *phrases.Printer) rehearsalWriter {
	if c.JSON || c.Output == "json" {
		return rehearsal.NewJSON(w, o, notes)
	}
	return rehearsal.NewText(w, o, notes, say)
}

// options reads the flags; all that is wrong with them at once.
func (c *rehearseCommand) options(now time.Time, say *phrases.Printer) (rehearsal.Options, error) {
	o := rehearsal.Options{Days: c.Days, Person: c.Person, RenewalsFail: c.RenewalsFail, Zone: time.Local}
	var errs []error
	if c.Days < 1 || c.Days > rehearsal.MostDays {
		errs = append(errs, errors.New(say.T("--days is a number from 1 to %d", rehearsal.MostDays)))
	}
	if c.TimeZone != "" {
		zone, err := time.LoadLocation(c.TimeZone)
		if err != nil {
			errs = append(errs, errors.New(say.T("--time-zone %s: there is no such time zone: write it as Asia/Shanghai", c.TimeZone)))
		} else {
			o.Zone = zone
		}
	}
	local := now.In(o.Zone)
	o.From = time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, o.Zone)
	if c.From != "" {
		from, err := time.ParseInLocation(time.DateOnly, c.From, o.Zone)
		if err != nil {
			errs = append(errs, errors.New(say.T("--from %s: this is not a date: write it as 2026-12-31", c.From)))
		} else {
			o.From = from
		}
	}
	for _, flag := range []struct {
		kind   rehearsal.ActKind
		values []string
	}{{rehearsal.Renew, c.Renew}, {rehearsal.Unpaid, c.Unpaid}, {rehearsal.Paid, c.Paid}} {
		for _, v := range flag.values {
			act, err := rehearsal.ParseAct(flag.kind, v)
			errs = append(errs, err)
			o.Acts = append(o.Acts, act)
		}
	}
	return o, errors.Join(errs...)
}
