package main

import (
	"context"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
)

// maxShiftDays is how far ahead a Brimwatch can be asked for shifts.
const maxShiftDays = 366

type oncallCommand struct {
	clientFlags

	Name string `arg:"" optional:"" help:"Name of a rota; all when it is left out."`
	At   string `placeholder:"TIME" help:"Who is on call then: RFC 3339, Unix seconds, or a distance from now such as +2d; now when it is left out."`
	Days int    `default:"28" help:"How many days ahead (${default})."`
}

// Run lists who is on call, and who follows.
func (c *oncallCommand) Run(ctx context.Context, s streams) error {
	if c.Days < 1 || c.Days > maxShiftDays {
		return fmt.Errorf("--days is a number from 1 to %d", maxShiftDays)
	}
	ask := func(ctx context.Context, cl *client.Client) (wire.OnCall, error) {
		return cl.OnCall(ctx, c.Name, c.At, c.Days)
	}
	return list(ctx, c.clientFlags, s, ask, func(v wire.OnCall) table { return shiftTable(v, time.Now()) })
}

// shiftTable lists the shifts of each rota, with its time zone's hours.
func shiftTable(v wire.OnCall, now time.Time) table {
	t := table{header: []string{"ROTA", "ON CALL", "FROM", "UNTIL", "ZONE", "WHEN", "BY"}}
	for i := range v.Rotas {
		r := &v.Rotas[i]
		zone, err := time.LoadLocation(r.TimeZone)
		if err != nil {
			zone = time.UTC // it is not known on this machine
		}
		for j, s := range r.Shifts {
			person, by := s.Person, "turn"
			if person == "" {
				person = "nobody"
			}
			if s.Overridden {
				by = "override"
			}
			when := words.Relative(s.From, now, words.EN)
			if j == 0 && !s.From.After(v.At) {
				when = "at " + words.Timestamp(v.At, zone)
				if v.At.Sub(now).Abs() < time.Minute {
					when = "now"
				}
			}
			t.rows = append(t.rows, []string{r.Name, person, words.Timestamp(s.From, zone), words.Timestamp(s.To, zone), zone.String(), when, by})
		}
	}
	return t
}
