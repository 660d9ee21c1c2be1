package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// mostShortfalls bounds how many shortfalls, and instances that are missed, are answered of an account.
const mostShortfalls = 10

// accountsQuery says of which accounts it is asked.
type accountsQuery struct {
	Name  string `json:"name,omitempty" jsonschema:"only this account; all when it is left out"`
	Days  int    `json:"days,omitempty" jsonschema:"how many days ahead renewals are held against the balance"`
	Limit int    `json:"limit,omitempty" jsonschema:"how many accounts to list"`
}

// accountsAnswer is who pays, and whether the money lasts.
type accountsAnswer struct {
	cutList

	Until    string       `json:"until" jsonschema:"how far was looked"`
	Accounts []accountRow `json:"accounts"`
}

// accountRow is one account. Amounts are text, so that no digit is lost.
type accountRow struct {
	Name         string         `json:"name"`
	Provider     string         `json:"provider,omitempty"`
	Balance      string         `json:"balance,omitempty"`
	Currency     string         `json:"currency,omitempty"`
	BalanceAt    string         `json:"balance_at,omitempty" jsonschema:"when the cloud told it; left out for one given by hand"`
	Unknown      string         `json:"unknown,omitempty" jsonschema:"why the balance is not known"`
	Available    string         `json:"available,omitempty" jsonschema:"what it can pay with, lines of credit included"`
	Overdue      bool           `json:"overdue"`
	OverdueSince string         `json:"overdue_since,omitempty"`
	LowBalance   string         `json:"low_balance,omitempty" jsonschema:"the threshold below which somebody should pay"`
	DailyUse     string         `json:"daily_use,omitempty"`
	RunsOut      string         `json:"runs_out,omitempty" jsonschema:"when nothing is left, by daily use and renewals"`
	Renewals     int            `json:"renewals" jsonschema:"automatic renewals that are tried in this time"`
	Costs        string         `json:"renewals_cost" jsonschema:"of them, as far as their prices are known"`
	Unpriced     int            `json:"renewals_without_price"`
	Shortfalls   []shortfallRow `json:"shortfalls,omitempty" jsonschema:"moments at which renewals cannot be paid"`
	Missed       []string       `json:"missed,omitempty" jsonschema:"ids of instances of which automatic renewal has no attempt left"`
}

// shortfallRow is a moment at which renewals cannot be paid.
type shortfallRow struct {
	At        string   `json:"at"`
	Missing   string   `json:"missing"`
	Currency  string   `json:"currency,omitempty"`
	Instances []string `json:"instances" jsonschema:"ids of those whose renewal fails then"`
}

func (s *server) accounts() adder {
	return tool[accountsQuery, accountsAnswer]{
		name: "accounts", title: "Accounts and money", hints: onlyReads(),
		description: "Tells of each account that pays for instances its balance, whether it is overdue, what it uses a day, and which automatic renewals ahead it cannot pay. Use it for: does the money last, when must somebody pay and how much.",
		bounds:      []bound{number("days", 1, 90, 366), number("limit", 1, 25, 200), shortText(200, "name")}, ask: s.askAccounts, say: (*accountsAnswer).text,
	}
}

func (s *server) askAccounts(_ context.Context, in accountsQuery) (out accountsAnswer, err error) {
	now := s.Now()
	until := now.AddDate(0, 0, in.Days)
	var fit []fleet.Account
	for _, a := range s.Accounts.Accounts() {
		if in.Name == "" || in.Name == a.Name {
			fit = append(fit, a)
		}
	}
	if in.Name != "" && len(fit) == 0 {
		return out, wrong("there is no account %q; without a name all are listed", in.Name)
	}
	first, rest := firstOf(fit, in.Limit, "ask for one by name, or give a higher limit (at most 200)")
	out = accountsAnswer{cutList: rest, Until: moment(until, nil), Accounts: []accountRow{}}
	purses := calendar.Purses(first, s.Fleet.Standings(), now, until)
	for i := range purses {
		out.Accounts = append(out.Accounts, accountRowOf(&purses[i]))
	}
	return out, nil
}

func accountRowOf(p *calendar.Purse) accountRow {
	a, o := p.Account, &p.Outlook
	out := accountRow{
		Name: a.Name, Provider: a.Provider, Overdue: a.Overdue(), OverdueSince: moment(a.OverdueSince, a.Zone), RunsOut: moment(o.RunsOut, a.Zone),
		Renewals: len(o.Renewals), Costs: o.Costs().Decimal(), Unpriced: o.Unpriced(), Unknown: "the cloud has not told it, and none is configured",
	}
	if b := a.Balance; b != nil {
		out.Balance, out.Currency, out.BalanceAt, out.Unknown = b.Amount.Decimal(), b.Currency, moment(b.At, a.Zone), ""
	}
	if available, known := a.Available(); known {
		out.Available = available.Decimal()
	}
	if a.LowBalance > 0 {
		out.LowBalance = a.LowBalance.Decimal()
	}
	if a.DailyUse != nil {
		out.DailyUse = a.DailyUse.Decimal()
	}
	for _, f := range o.Shortfalls[:min(len(o.Shortfalls), mostShortfalls)] {
		row := shortfallRow{At: moment(f.At, a.Zone), Missing: f.Missing.Decimal(), Currency: f.Currency, Instances: []string{}}
		for _, r := range f.Renewals[:min(len(f.Renewals), mostShortfalls)] {
			row.Instances = append(row.Instances, r.Instance.ID)
		}
		out.Shortfalls = append(out.Shortfalls, row)
	}
	for _, t := range o.Missed[:min(len(o.Missed), mostShortfalls)] {
		out.Missed = append(out.Missed, t.Instance.ID)
	}
	return out
}

func (a *accountsAnswer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Until %s: %s", a.Until, a.opening("account", "accounts"))
	for i := range a.Accounts {
		r := &a.Accounts[i]
		balance := "balance not known: " + r.Unknown
		if r.Unknown == "" {
			balance = "balance " + strings.TrimSpace(r.Balance+" "+r.Currency) + after(" as of ", r.BalanceAt)
		}
		overdue := ""
		if r.Overdue {
			overdue = "overdue" + after(" since ", r.OverdueSince)
		}
		fmt.Fprintf(&b, "- %s: %s\n", r.Name, sentence(balance, overdue, after("low below ", r.LowBalance), after("uses a day ", r.DailyUse), after("runs out at ", r.RunsOut), r.renewalsText()))
		for _, f := range r.Shortfalls {
			fmt.Fprintf(&b, "  at %s %s missing for %s\n", f.At, strings.TrimSpace(f.Missing+" "+f.Currency), strings.Join(f.Instances, ", "))
		}
		if len(r.Missed) > 0 {
			b.WriteString("  automatic renewal has no attempt left for " + strings.Join(r.Missed, ", ") + "\n")
		}
	}
	return b.String()
}

// renewalsText says what renews from the account, and what that costs.
func (r *accountRow) renewalsText() string {
	if r.Renewals == 0 {
		return "no automatic renewal in this time"
	}
	out := counted(r.Renewals, "automatic renewal", "automatic renewals") + " for " + strings.TrimSpace(r.Costs+" "+r.Currency)
	if r.Unpriced > 0 {
		out += fmt.Sprintf(", and the price of %d is not known", r.Unpriced)
	}
	return out
}
