package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/client"
	"github.com/brimwatch/brimwatch/internal/phrases"
)

// maxMoneyDays is how far ahead the money of an account can be asked for.
const maxMoneyDays = 366

type accountsCommand struct {
	clientFlags
	Days int  `default:"90" help:"How many days ahead (${default})."`
	JSON bool `name:"json" help:"The same as --output json."`
}

// Run lists who pays, and whether their money lasts.
func (c *accountsCommand) Run(ctx context.Context, s streams) error {
	if c.Days < 1 || c.Days > maxMoneyDays {
		return errors.New(s.say.T("--days is a number from 1 to %d", maxMoneyDays))
	}
	if c.JSON {
		c.Output = "json"
	}
	ask := func(ctx context.Context, cl *client.Client) (wire.Accounts, error) { return cl.Accounts(ctx, c.Days) }
	return list(ctx, c.clientFlags, s, ask, accountsTable)
}

// accountsTable has a row for each account. The bar is how much of what it can pay with the
// renewals ahead take.
func accountsTable(v wire.Accounts, f figures) table {
	t := table{header: phrases.Keys("ACCOUNT", "BALANCE", "CURRENCY", "A DAY", "RENEWALS", "NO PRICE", "COST", "OF BALANCE", "RUNS OUT", "NEXT BILL", "SHORT"), bar: 7}
	for i := range v.Accounts {
		a := &v.Accounts[i]
		row := []string{a.Name, f.unknown(), "", f.unknown(), strconv.Itoa(len(a.Ahead.Renewals)), strconv.Itoa(a.Ahead.Unpriced), costWords(&a.Ahead, f), "", f.since(a.Ahead.RunsOut), f.bill(a.NextBill), f.short(a)}
		if b := a.Balance; b != nil {
			row[1], row[2] = f.money(b.Amount), b.Currency
		}
		if a.DailyUse != "" {
			row[3] = f.money(a.DailyUse)
		}
		row[7] = f.shareOf(a.Ahead.Costs, a.Available)
		t.rows = append(t.rows, row)
	}
	return t
}

// money writes an amount of the API for people, or as it is for programs.
func (f figures) money(text string) string {
	amount, err := fleet.ParseAmount(text)
	if err != nil || f.plain {
		return text
	}
	return amount.String()
}

// costWords says what the renewals cost of which the price is known.
func costWords(m *wire.Money, f figures) string {
	if m.Unpriced > 0 && m.Unpriced == len(m.Renewals) {
		return f.unknown()
	}
	return f.money(m.Costs)
}

// shareOf is the part of an amount that another one takes; "" when there is nothing to take
// from.
func (f figures) shareOf(part, whole string) string {
	p, errP := fleet.ParseAmount(part)
	w, errW := fleet.ParseAmount(whole)
	if errP != nil || errW != nil || w <= 0 {
		return ""
	}
	if f.plain {
		return number(p.Float() / w.Float())
	}
	return fmt.Sprintf("%.0f%%", 100*p.Float()/w.Float())
}

// bill says when a bill is issued; to programs, from when on.
func (f figures) bill(b *wire.Bill) string {
	switch {
	case b == nil:
		return ""
	case f.plain:
		return f.at(b.From)
	case b.To == nil:
		return f.say.T("from %s", local(b.From))
	}
	return f.say.T("%s to %s", local(b.From), b.To.Local().Format("15:04"))
}

// short says when renewals will fail first, and how much is missing; to programs, only when.
func (f figures) short(a *wire.Account) string {
	if f.plain {
		if len(a.Ahead.Shortfalls) == 0 {
			return ""
		}
		return f.at(a.Ahead.Shortfalls[0].At)
	}
	var out []string
	if len(a.Ahead.Shortfalls) > 0 {
		s := &a.Ahead.Shortfalls[0]
		out = append(out, f.say.T("%s: %d fail, %s %s short", local(s.At), len(s.Instances), f.money(s.Missing), s.Currency))
		if s.Unpriced > 0 {
			out = append(out, f.say.T("price of %d not known", s.Unpriced))
		}
	}
	if n := len(a.Ahead.Missed); n > 0 {
		out = append(out, f.say.T("no attempt left for %d", n))
	}
	return strings.Join(out, f.say.T("list|; "))
}
