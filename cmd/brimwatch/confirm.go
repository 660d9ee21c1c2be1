package main

import (
	"context"
	"os"

	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

type confirmCommand struct {
	clientFlags
	ID   string `arg:"" help:"Id of the instance."`
	Gone bool   `help:"It does not exist any more."`
	By   string `help:"Who says so; your user name when it is left out."`
	List bool   `help:"Say nothing, and list what people said of it."`
}

// Run takes down whether an instance still exists, or lists what was said of it.
func (c *confirmCommand) Run(ctx context.Context, s streams) error {
	if c.List {
		return list(ctx, c.clientFlags, s, func(ctx context.Context, cl *client.Client) (wire.Confirmations, error) {
			return cl.Confirmations(ctx, c.ID)
		}, confirmationTable)
	}
	by := c.By
	if by == "" {
		by = os.Getenv("USER")
	}
	ask := func(ctx context.Context, cl *client.Client) (wire.Confirmed, error) {
		return cl.Confirm(ctx, c.ID, wire.Confirm{Gone: c.Gone, By: by})
	}
	return list(ctx, c.clientFlags, s, ask, confirmedTable)
}

func confirmedTable(v wire.Confirmed, f figures) table {
	t := table{header: phrases.Keys("INSTANCE", "TIME", "person|BY", "SAYS", "STATE", "REASON")}
	said := "exists"
	if v.Confirmation.Gone {
		said = "gone"
	}
	t.rows = append(t.rows, []string{v.InstanceID, f.at(v.Confirmation.At), v.Confirmation.By, f.say.Word("confirmation", said), f.say.Word("lifecycle", v.Lifecycle.State), f.heard(v.Lifecycle.Reason)})
	return t
}

func confirmationTable(v wire.Confirmations, f figures) table {
	t := table{header: phrases.Keys("TIME", "person|BY", "SAYS", "REASON")}
	for _, one := range v.Confirmations {
		t.rows = append(t.rows, []string{f.at(one.At), one.By, f.say.Word("confirmation", one.What), f.heard(one.Reason)})
	}
	return t
}
