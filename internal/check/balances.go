package check

import (
	"context"
	"log/slog"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/accounts"
	"github.com/brimwatch/brimwatch/internal/config"
)

// ProbedAccount is what an account has left, and who says so, or why it is not
// known. Amounts are text, so that no digit is lost.
type ProbedAccount struct {
	Name       string `json:"name"`
	Balance    string `json:"balance,omitempty"` // "" when it is not known
	Currency   string `json:"currency,omitempty"`
	Origin     string `json:"balance_origin,omitempty"`
	LowBalance string `json:"low_balance,omitempty"` // the threshold below which somebody should pay
	Overdue    bool   `json:"overdue"`
	Note       string `json:"note,omitempty"`
}

// probeBalances asks the accounts of clouds for their balances, once. It returns
// a row for each account of which a balance is given or can be asked for, in
// order of their names, and what a person should see to.
func probeBalances(ctx context.Context, open *accounts.Accounts, s *config.Snapshot) ([]ProbedAccount, []string) {
	l := accounts.OpenLedger("", slog.New(slog.DiscardHandler))
	accounts.NewPoller(open, l, s, func(context.Context) {}).Round(ctx, time.Now())
	now := time.Now()
	var rows []ProbedAccount
	for _, a := range l.Join(s.AccountList(), now) {
		if fault := l.Fault(a.Name); a.Balance != nil || fault != "" {
			rows = append(rows, probedAccount(&a, fault))
		}
	}
	return rows, l.Remarks(now)
}

func probedAccount(a *fleet.Account, fault string) ProbedAccount {
	row := ProbedAccount{Name: a.Name, Overdue: a.Overdue(), Note: fault}
	if a.LowBalance > 0 {
		row.LowBalance = a.LowBalance.Decimal()
	}
	if a.Balance == nil {
		return row
	}
	row.Balance, row.Currency, row.Origin = a.Balance.Amount.Decimal(), a.Balance.Currency, fleet.OriginCloud.String()
	if a.Balance.At.IsZero() {
		row.Origin = fleet.OriginConfigured.String()
	}
	switch {
	case row.Overdue:
		row.Note = "overdue"
	case a.Balance.Amount < a.LowBalance:
		row.Note = "below its threshold"
	}
	return row
}
