package api

import (
	"net/http"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/api/wire"
)

func (s *server) accountList(w http.ResponseWriter, _ *http.Request) {
	out := wire.Accounts{Accounts: []wire.Account{}}
	for _, a := range s.Accounts.Accounts() {
		out.Accounts = append(out.Accounts, accountOf(&a))
	}
	s.answer(w, http.StatusOK, out)
}

// accountOf writes down what is known of an account.
func accountOf(a *fleet.Account) wire.Account {
	out := wire.Account{Name: a.Name, Provider: a.Provider, Overdue: a.Overdue(), OverdueSince: moment(a.OverdueSince)}
	if a.Zone != nil {
		out.TimeZone = a.Zone.String()
	}
	if a.LowBalance > 0 {
		out.LowBalance = a.LowBalance.Decimal()
	}
	if b := a.Balance; b != nil {
		out.Balance = &wire.Balance{Amount: b.Amount.Decimal(), Currency: b.Currency, At: moment(b.At)}
	}
	return out
}

// accounts writes what is known of accounts.
func (p *page) accounts(list []fleet.Account) {
	currency := func(a *fleet.Account) string {
		if a.Balance == nil {
			return ""
		}
		return a.Balance.Currency
	}
	for _, family := range []struct {
		name, help string
		figure     func(*fleet.Account) (float64, bool)
	}{
		{"brimwatch_account_balance", "What the account has left, in its currency.", func(a *fleet.Account) (float64, bool) {
			if a.Balance == nil {
				return 0, false
			}
			return a.Balance.Amount.Float(), true
		}},
		{"brimwatch_account_overdue", "Whether a bill of the account is unpaid.", func(a *fleet.Account) (float64, bool) {
			if a.Overdue() {
				return 1, true
			}
			return 0, a.Balance != nil
		}},
		{"brimwatch_account_low_balance_threshold", "Threshold below which somebody should pay, in the account's currency.", lowBalance},
		{"brimwatch_account_low_balance_mark", "The name of brimwatch_account_low_balance_threshold before, for one release.", lowBalance},
	} {
		p.family(family.name, family.help)
		for i := range list {
			v, known := family.figure(&list[i])
			if !known {
				continue
			}
			p.buf = append(p.buf, family.name...)
			p.label('{', "account", list[i].Name)
			p.label(',', "currency", currency(&list[i]))
			p.value(v)
		}
	}
}

// lowBalance is the balance below which somebody should pay; false when there is
// none.
func lowBalance(a *fleet.Account) (float64, bool) { return a.LowBalance.Float(), a.LowBalance > 0 }
