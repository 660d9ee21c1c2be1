package words

import "github.com/brimwatch/brimwatch/fleet"

// Money writes an amount with its currency: 1,200.00 CNY, 1,200.00元. An amount
// without a currency stands alone.
func Money(a fleet.Amount, currency string, l Language) string {
	switch {
	case currency == "":
		return a.String()
	case currency == "CNY" && l == ZH:
		return a.String() + "元"
	}
	return a.String() + " " + currency
}

// Balance writes what an account has left; it is empty when nobody knows.
func Balance(a *fleet.Account, l Language) string {
	if a == nil || a.Balance == nil {
		return ""
	}
	return Money(a.Balance.Amount, a.Balance.Currency, l)
}

// LowBalance writes the threshold below which an account's balance is low, in the
// currency of its balance; it is empty when there is none.
func LowBalance(a *fleet.Account, l Language) string {
	if a == nil || a.LowBalance <= 0 {
		return ""
	}
	if a.Balance == nil {
		return Money(a.LowBalance, "", l)
	}
	return Money(a.LowBalance, a.Balance.Currency, l)
}
