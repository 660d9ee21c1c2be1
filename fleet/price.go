package fleet

import "math"

// Price is what a term costs. The zero Price is not known.
type Price struct {
	Amount   Amount // above 0 when it is known
	Currency string // ISO 4217; "" is that of the account
	For      Period // what it is for; not known is one renewal, however long
}

// Known tells whether the price is known.
func (p Price) Known() bool { return p.Amount > 0 }

// Of returns what a renewal for a period costs, and false when that is not known. A
// price for a shorter period is taken as many times as it fits: longer terms may be
// cheaper, so it is the most that it can cost.
func (p Price) Of(period Period) (Amount, bool) {
	switch {
	case !p.Known():
		return 0, false
	case !p.For.Known() || p.For == period:
		return p.Amount, true
	}
	n, fits := period.Times(p.For)
	if !fits || p.Amount > math.MaxInt64/Amount(max(n, 1)) {
		return 0, false
	}
	return p.Amount * Amount(n), true
}

// In tells whether the price is in a currency, as far as it says.
func (p Price) In(currency string) bool {
	return p.Currency == "" || currency == "" || p.Currency == currency
}
