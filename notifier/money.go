package notifier

import (
	"strings"

	"github.com/brimwatch/brimwatch/fleet"
)

// balanceOf writes what an account has left; "" when that is not known.
func balanceOf(a *fleet.Account) string {
	if a == nil || a.Balance == nil {
		return ""
	}
	return strings.TrimSpace(a.Balance.Amount.String() + " " + a.Balance.Currency)
}

// markOf writes the mark below which an account's balance is low, in the currency
// of its balance; "" when it has none.
func markOf(a *fleet.Account) string {
	if a == nil || a.LowBalance <= 0 {
		return ""
	}
	currency := ""
	if a.Balance != nil {
		currency = a.Balance.Currency
	}
	return strings.TrimSpace(a.LowBalance.String() + " " + currency)
}

// chineseMoney writes what an account has left as Chinese readers do.
func chineseMoney(a *fleet.Account) string { return chineseYuan(balanceOf(a)) }

// chineseYuan writes the currency of a sum in Chinese, where it has a short name.
func chineseYuan(sum string) string {
	if number, ok := strings.CutSuffix(sum, " CNY"); ok {
		return number + "元"
	}
	return sum
}
