package main

import (
	"context"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
)

type peopleCommand struct {
	clientFlags
}

// Run lists contacts with what is known of their numbers.
func (c *peopleCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.People, error) { return cl.People(ctx) }, peopleTable)
}

func peopleTable(v wire.People) table {
	t := table{header: []string{"NAME", "NUMBER", "RECEIVERS", "STATE", "PROVED", "DELIVERED", "ANSWERED", "DRILL", "DAILY TEST", "REASON"}}
	for i := range v.People {
		p := &v.People[i]
		t.rows = append(t.rows, []string{p.Name, p.Number, strings.Join(p.Receivers, " "), p.State, since(p.ProvedAt), since(p.DeliveredAt), since(p.AnsweredAt),
			drill(p.Drill), p.DailyTest, p.Failing})
	}
	return t
}

// since writes a moment that may not have been.
func since(t *time.Time) string {
	if t == nil {
		return ""
	}
	return local(*t)
}

// drill says how the newest drill went.
func drill(d *wire.PersonDrill) string {
	switch {
	case d == nil:
		return ""
	case d.AnsweredAt != nil:
		return "answered"
	case d.Overdue:
		return "not answered"
	}
	return "asked"
}
