package main

import (
	"context"
	"strings"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
	"github.com/brimwatch/brimwatch/internal/terminal"
	"github.com/brimwatch/brimwatch/internal/terminal/top"
)

type instancesCommand struct {
	clientFlags
	Product string   `help:"Only instances of this product."`
	Account string   `help:"Only instances of this account; - for those without one."`
	Label   []string `sep:"none" placeholder:"NAME=VALUE" help:"Only instances with this label. May be repeated, and all count."`
	State   string   `values:"raised,unknown,ok,unwatched,expiring,past" help:"Only instances that stand like this: raised, unknown, ok, unwatched, expiring or past."`
	Sort    string   `enum:"id,name,worst,fullest,product,expires" default:"id" help:"Order: ${enum} (${default})."`
}

// Run lists instances with their usage.
func (c *instancesCommand) Run(ctx context.Context, s streams) error {
	ask := func(ctx context.Context, cl *client.Client) (wire.Instances, error) {
		v, err := cl.Instances(ctx, client.InstanceQuery{Product: c.Product, Account: c.Account, State: c.State, Labels: c.Label})
		top.Sort(v.Instances, top.Order(c.Sort))
		return v, err
	}
	return list(ctx, c.clientFlags, s, ask, instanceTable)
}

// instanceTable has a row for each metric of each instance.
func instanceTable(v wire.Instances, f figures) table {
	t := table{header: phrases.Keys("ID", "NAME", "PRODUCT", "METRIC", "USAGE", "CAPACITY", "UTILIZATION", "STATE", "EXPIRES"), bar: 6}
	for i := range v.Instances {
		in := &v.Instances[i]
		product := strings.TrimSpace(in.Product + " " + in.Edition)
		expires := f.heard(in.Lifecycle.TermEnd)
		if f.plain {
			expires = f.since(in.Lifecycle.ExpiresAt)
		}
		names := sortedKeys(in.Metrics)
		if len(names) == 0 {
			t.rows = append(t.rows, []string{in.ID, in.Name, product, "", "", "", "", f.say.Word("lifecycle", in.Lifecycle.State), expires})
			t.tones = append(t.tones, terminal.Usual)
		}
		for _, name := range names {
			m := in.Metrics[name]
			t.rows = append(t.rows, []string{in.ID, in.Name, product, name, f.amount(name, m.Usage), f.amount(name, m.Capacity), f.shareBeside(m.Utilization, m.Threshold), f.say.Word("state of a metric", m.State), expires})
			t.tones = append(t.tones, toneOf(m.State))
		}
	}
	return t
}

// toneOf is the colour of a state of a metric or an alarm.
func toneOf(state string) terminal.Tone {
	switch state {
	case "raised":
		return terminal.Bad
	case "unknown":
		return terminal.Warned
	case "cleared", "unwatched":
		return terminal.Faint
	}
	return terminal.Usual
}
