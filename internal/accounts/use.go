package accounts

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// day is one of the balances that are kept to see what a day costs.
type day struct {
	At     time.Time    `json:"at"`
	Amount fleet.Amount `json:"amount"`
}

const (
	// dayLength is how far apart the balances lie that are kept; balances are asked for
	// every ten minutes.
	dayLength = 24*time.Hour - 2*balanceEvery
	// daysKept is how many: two weeks, and one more.
	daysKept = 15
	// fewestFalls is how many days without a payment it takes to say what a day costs.
	fewestFalls = 3
	// longestGap is how far two balances may lie apart and still be held against each
	// other: more may have happened in between.
	longestGap = 3 * 24 * time.Hour
)

// noted adds a balance when a day has passed since the last one, and says whether it
// did. Balances that lie ahead were noted by a clock that has been set back since.
func noted(days []day, b fleet.Balance) ([]day, bool) {
	days = slices.DeleteFunc(slices.Clone(days), func(d day) bool { return d.At.After(b.At) })
	if n := len(days); n > 0 && b.At.Sub(days[n-1].At) < dayLength {
		return days, false
	}
	days = append(days, day{At: b.At, Amount: b.Amount})
	return days[max(len(days)-daysKept, 0):], true
}

// dailyUse says what a balance falls by on a day: the median of the days on which it
// did not rise. So neither payments into it nor a few large ones out of it, such as
// renewals, count. nil is: too little is known.
func dailyUse(days []day) *fleet.Amount {
	var falls []fleet.Amount
	for i := 1; i < len(days); i++ {
		apart := days[i].At.Sub(days[i-1].At)
		if fall := days[i-1].Amount.Plus(-days[i].Amount); fall >= 0 && apart > 0 && apart <= longestGap {
			falls = append(falls, fall.Share(24*time.Hour, apart))
		}
	}
	if len(falls) < fewestFalls {
		return nil
	}
	slices.Sort(falls)
	middle := falls[len(falls)/2]
	if len(falls)%2 == 0 {
		lower := falls[len(falls)/2-1]
		middle = lower + (middle-lower)/2
	}
	return &middle
}
