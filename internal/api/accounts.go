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
