package main

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
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
		return fmt.Errorf("--days is a number from 1 to %d", maxCalendarDays)
	}
	if c.Output == "ics" {
		cl, err := client.New(c.URL)
		if err != nil {
			return err
		}
		file, err := cl.CalendarFile(ctx, c.Days, c.Account, c.Product)
		if err != nil {
			return err
		}
		_, err = s.out.Write(file)
		return err
	}
	ask := func(ctx context.Context, cl *client.Client) (wire.Calendar, error) {
		return cl.Calendar(ctx, c.Days, c.Account, c.Product)
	}
	return list(ctx, clientFlags{URL: c.URL, Output: c.Output}, s, ask, func(v wire.Calendar) table { return calendarTable(v, time.Now()) })
}

func calendarTable(v wire.Calendar, now time.Time) table {
	t := table{header: []string{"AT", "IN", "INSTANCE", "NAME", "ACCOUNT", "PRODUCT", "STATE", "WHAT HAPPENS", "TOLD"}}
	for _, m := range v.Moments {
		told := m.Told
		if m.Perhaps {
			told += ", perhaps"
		}
		at := local(m.At)
		if m.TermEnd != "" {
			at = m.TermEnd
		}
		t.rows = append(t.rows, []string{at, words.Remaining(m.At, now, time.Local, words.EN), m.InstanceID, m.Name, m.Account, m.Product, m.State, m.Text, told})
	}
	return t
}
