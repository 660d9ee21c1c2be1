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
		return errors.New(s.say.T("--days is a number from 1 to %d", maxShiftDays))
	}
	ask := func(ctx context.Context, cl *client.Client) (wire.OnCall, error) {
		return cl.OnCall(ctx, c.Name, c.At, c.Days)
	}
	return list(ctx, c.clientFlags, s, ask, func(v wire.OnCall, f figures) table { return shiftTable(v, time.Now(), f) })
}

// shiftTable lists the shifts of each rota, with its time zone's hours.
func shiftTable(v wire.OnCall, now time.Time, f figures) table {
	t := table{header: phrases.Keys("ROTA", "ON CALL", "time|FROM", "UNTIL", "ZONE", "WHEN", "shift|BY")}
	for i := range v.Rotas {
		r := &v.Rotas[i]
		zone, err := time.LoadLocation(r.TimeZone)
		if err != nil {
			zone = time.UTC // it is not known on this machine
		}
		for j, s := range r.Shifts {
			person, by := s.Person, f.say.T("shift|turn")
			if person == "" {
				person = f.say.T("nobody")
			}
			if s.Overridden {
				by = f.say.T("shift|override")
			}
			when := words.Relative(s.From, now, f.say.Language())
			if j == 0 && !s.From.After(v.At) {
				when = f.say.T("moment|at %s", words.Timestamp(v.At, zone))
				if v.At.Sub(now).Abs() < time.Minute {
					when = f.say.T("at this moment|now")
				}
			}
			t.rows = append(t.rows, []string{r.Name, person, f.atIn(s.From, zone), f.atIn(s.To, zone), zone.String(), f.until(s.From, now, when), by})
		}
	}
	return t
}
