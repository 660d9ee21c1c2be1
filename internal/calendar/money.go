package calendar

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
)

// Purse is one account with what lies ahead of its money.
type Purse struct {
	Account *fleet.Account
	Outlook money.Outlook
	// Bill is the first bill to come of what is paid for as it goes, and Billed the
	// instance that it is of; nil when none is known.
	Bill   *fleet.Bill
	Billed *fleet.Instance
}

// Purses tells of each account whether its money lasts from now until a moment.
func Purses(accounts []fleet.Account, list []fleet.Standing, now, until time.Time) []Purse {
	terms := make(map[string][]money.Term)
	for i := range list {
		if st := &list[i]; st.Instance.Account != "" && st.Course != nil {
			terms[st.Instance.Account] = append(terms[st.Instance.Account], money.Term{Instance: st.Instance, Course: st.Course})
		}
	}
	out := make([]Purse, len(accounts))
	for i := range accounts {
		a := &accounts[i]
		p := Purse{Account: a, Outlook: money.Ahead(a, terms[a.Name], now, until)}
		for _, t := range terms[a.Name] {
			if b, known := t.Course.NextBill(now); known && (p.Bill == nil || b.From.Before(p.Bill.From)) {
				p.Bill, p.Billed = &b, t.Instance
			}
		}
		out[i] = p
	}
	return out
}
