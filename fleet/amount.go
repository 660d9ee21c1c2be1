package fleet

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Amount is money, exactly: millionths of the unit of its currency.
type Amount int64

// amountUnit is one unit of a currency.
const amountUnit Amount = 1_000_000

// ParseAmount reads an amount as people and billing APIs write it: 1200, -11.19,
// 10000.00, 1,000.00. Commas stand between groups of three digits or not at all;
// what lies below a millionth is refused, not rounded.
func ParseAmount(text string) (Amount, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, errors.New("an amount of money is wanted here, such as 1200 or -11.19; it is empty")
	}
	refused := fmt.Errorf("%s is not an amount of money such as 1200, -11.19 or 1,000.00", strconv.Quote(text[:min(len(text), 40)]))
	sign, rest := "", text
	if rest[0] == '-' || rest[0] == '+' {
		sign, rest = rest[:1], rest[1:]
	}
	whole, part, _ := strings.Cut(rest, ".")
	whole = ungrouped(whole)
	if !digits(part) || whole == "" || strings.HasSuffix(rest, ".") {
		return 0, refused
	}
	if len(strings.TrimRight(part, "0")) > 6 {
		return 0, fmt.Errorf("%s has more than six decimals", strconv.Quote(text[:min(len(text), 40)]))
	}
	part = (part + "000000")[:6]
	n, err := strconv.ParseInt(sign+whole+part, 10, 64)
	if err != nil { // these are digits: only their number can be wrong
		return 0, fmt.Errorf("%s is too large for an amount of money", strconv.Quote(text[:min(len(text), 40)]))
	}
	return Amount(n), nil
}

// ungrouped takes the commas out of a whole number; "" when they do not stand
// between groups of three digits, or it is no number.
func ungrouped(s string) string {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if !digits(g) || len(groups) > 1 && (g == "" || i > 0 && len(g) != 3 || len(g) > 3) {
			return ""
		}
	}
	return strings.Join(groups, "")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// String writes an amount for people: 1,200.00, -11.19, 0.000001.
func (a Amount) String() string {
	sign, whole, part := a.parts()
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + part
}

// Decimal writes an amount for machines: without commas, at least two decimals.
func (a Amount) Decimal() string {
	sign, whole, part := a.parts()
	return sign + whole + "." + part
}

func (a Amount) parts() (sign, whole, part string) {
	n := uint64(a)
	if a < 0 {
		sign, n = "-", -n
	}
	part = fmt.Sprintf("%06d", n%uint64(amountUnit))
	part = part[:2] + strings.TrimRight(part[2:], "0")
	return sign, strconv.FormatUint(n/uint64(amountUnit), 10), part
}

// Plus adds up amounts. What is too much for one is the largest or smallest there is.
func (a Amount) Plus(b Amount) Amount {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

// Share is the part of an amount that falls on part when it falls on whole, which is above
// 0. What is too much for an amount is the largest or smallest there is.
func (a Amount) Share(part, whole time.Duration) Amount {
	n := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(int64(part)))
	n.Quo(n, big.NewInt(int64(whole)))
	switch {
	case n.IsInt64():
		return Amount(n.Int64())
	case n.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// Lasts is how long an amount lasts when each day takes so much, which is above 0; the
// longest time there is when it lasts longer.
func (a Amount) Lasts(perDay Amount) time.Duration {
	n := new(big.Int).Mul(big.NewInt(int64(max(a, 0))), big.NewInt(int64(24*time.Hour)))
	n.Quo(n, big.NewInt(int64(perDay)))
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return time.Duration(n.Int64())
}

// Float is the amount as a number, for metrics.
func (a Amount) Float() float64 { return float64(a) / float64(amountUnit) }

// MarshalText writes the amount as Decimal does.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.Decimal()), nil }

// UnmarshalText reads what ParseAmount takes.
func (a *Amount) UnmarshalText(b []byte) (err error) {
	*a, err = ParseAmount(string(b))
	return err
}
