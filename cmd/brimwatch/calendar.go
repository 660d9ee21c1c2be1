package main

import (
	"context"
	"errors"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// maxCalendarDays is how far ahead a Brimwatch can be asked.
const maxCalendarDays = 3660

type calendarCommand struct {
	Days    int    `default:"90" help:"How many days ahead (${default})."`
	Account string `help:"Only instances of this account; - for those without one."`
	Product string `help:"Only instances of this product."`
	URL     string `default:"http://127.0.0.1:9740" env:"BRIMWATCH_URL" help:"Where Brimwatch answers (${default})."`
	Output  string `short:"o" default:"table" enum:"table,json,csv,ics" help:"How to print: ${enum}."`
}

// Run lists what lies ahead of the instances, or prints it as a file for calendar
// programs.
func (c *calendarCommand) Run(ctx context.Context, s streams) error {
	if c.Days < 1 || c.Days > maxCalendarDays {
		return errors.New(s.say.T("--days is a number from 1 to %d", maxCalendarDays))
	}
	if c.Output == "ics" {
		cl, err := client.New(c.URL)
		if err != nil {
			return err
		}
		file, err := cl.CalendarFile(ctx, c.Days, c.Account, c.Product, s.say.Language().Choose("", "zh"))
		if err != nil {
			return err
		}
		_, err = s.out.Write(file)
		return err
	}
	ask := func(ctx context.Context, cl *client.Client) (wire.Calendar, error) {
		return cl.Calendar(ctx, c.Days, c.Account, c.Product)
	}
	return list(ctx, clientFlags{URL: c.URL, Output: c.Output}, s, ask, func(v wire.Calendar, f figures) table { return calendarTable(v, time.Now(), f) })
}

func calendarTable(v wire.Calendar, now time.Time, f figures) table {
	t := table{header: phrases.Keys("AT", "IN", "INSTANCE", "NAME", "ACCOUNT", "PRODUCT", "STATE", "WHAT HAPPENS", "TOLD")}
	for _, m := range v.Moments {
		told := f.say.Word("told by", m.Told)
		if m.Perhaps {
			told += f.say.T(", perhaps")
		}
		at := f.at(m.At)
		if m.TermEnd != "" && !f.plain {
			at = f.heard(m.TermEnd)
		}
		t.rows = append(t.rows, []string{at, f.until(m.At, now, words.Remaining(m.At, now, time.Local, f.say.Language())), m.InstanceID, m.Name, m.Account, m.Product, f.say.Word("lifecycle", m.State), f.heard(m.Text), told})
	}
	return t
}
