package main

import (
	"context"
	"strings"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type peopleCommand struct {
	clientFlags
}

// Run lists contacts with what is known of their numbers.
func (c *peopleCommand) Run(ctx context.Context, s streams) error {
	return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.People, error) { return cl.People(ctx) }, peopleTable)
}

func peopleTable(v wire.People, f figures) table {
	t := table{header: phrases.Keys("NAME", "NUMBER", "RECEIVERS", "STATE", "PROVED", "DELIVERED", "ANSWERED", "DRILL", "DAILY TEST", "REASON")}
	for i := range v.People {
		p := &v.People[i]
		t.rows = append(t.rows, []string{p.Name, p.Number, strings.Join(p.Receivers, " "), f.say.Word("state of a number", p.State), f.since(p.ProvedAt), f.since(p.DeliveredAt), f.since(p.AnsweredAt),
			f.drill(p.Drill), p.DailyTest, f.heard(p.Failing)})
	}
	return t
}

// drill says how the newest drill went.
func (f figures) drill(d *wire.PersonDrill) string {
	switch {
	case d == nil:
		return ""
	case d.AnsweredAt != nil:
		return f.say.T("drill|answered")
	case d.Overdue:
		return f.say.T("drill|not answered")
	}
	return f.say.T("drill|asked")
}
