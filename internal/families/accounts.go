package families

import (
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

func balance(a *fleet.Account) (float64, bool) {
	if a.Balance == nil {
		return 0, false
	}
	return a.Balance.Amount.Float(), true
}

// overdue is known when something says so, or a balance says that it is not.
func overdue(a *fleet.Account) (float64, bool) {
	return truth(a.Overdue()), a.Overdue() || a.Balance != nil
}

// lowBalance is the balance below which somebody should pay.
func lowBalance(a *fleet.Account) (float64, bool) { return a.LowBalance.Float(), a.LowBalance > 0 }

// perAccount hands out a point of each account of which the figure is known.
func perAccount(figure func(*fleet.Account) (float64, bool)) func(*Content, *series.Family, Visit) {
	return func(c *Content, f *series.Family, visit Visit) {
		p := series.Point{Family: f}
		for i := range c.accounts {
			a := &c.accounts[i]
			v, known := figure(a)
			if !known || !c.of(a.Name) {
				continue
			}
			p.Value = v
			p.Labels = append(p.Labels[:0], fleet.Label{Name: series.Account, Value: a.Name})
			if a.Balance != nil {
				p.Labels = append(p.Labels, fleet.Label{Name: series.Currency, Value: a.Balance.Currency})
			}
			visit(&p)
		}
	}
}
