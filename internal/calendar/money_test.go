package calendar_test

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// TestPurses: each account is told of its own instances, and of the bill that comes first.
func TestPurses(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	cny := func(n fleet.Amount) *fleet.Balance { return &fleet.Balance{Amount: n * 1_000_000, Currency: "CNY"} }
	accounts := []fleet.Account{{Name: "acme", Zone: time.UTC, Balance: cny(100)}, {Name: "globex", Zone: time.UTC, Balance: cny(100)}, {Name: "none", Zone: time.UTC}}
	renewed := fleet.Policy{Renewal: fleet.Renewal{First: 9, Last: 1}}
	hours := func(from, to int) fleet.Policy {
		return fleet.Policy{Method: fleet.PayAsYouGo, Billing: fleet.Billing{Cycle: 24 * time.Hour, After: time.Duration(from) * time.Hour, Within: time.Duration(to) * time.Hour}}
	}
	standing := func(id string, a *fleet.Account, term fleet.Term, p fleet.Policy) fleet.Standing {
		c := term.Course(p, a)
		in := &fleet.Instance{ID: id, Name: id, Term: term}
		if a != nil {
			in.Account = a.Name
		}
		return fleet.Standing{Instance: in, Course: &c}
	}
	renewal := func(price fleet.Amount) fleet.Term {
		return fleet.Term{Method: fleet.Subscription, AutoRenew: true, Expires: now.AddDate(0, 0, 20), Price: fleet.Price{Amount: price * 1_000_000}}
	}
	payg := fleet.Term{Method: fleet.PayAsYouGo}
	own := payg
	own.Billing = fleet.Billing{Cycle: time.Hour, Within: 2 * time.Hour}
	list := []fleet.Standing{
		standing("a", &accounts[0], renewal(410), renewed), standing("b", &accounts[1], renewal(90), renewed), standing("c", nil, renewal(410), renewed),
		standing("late", &accounts[0], payg, hours(8, 10)), standing("early", &accounts[0], payg, hours(1, 2)), standing("unknown", &accounts[1], payg, fleet.Policy{}),
		standing("own", &accounts[2], own, hours(8, 10)), {Instance: &fleet.Instance{ID: "bare", Account: "acme"}},
	}
	got := calendar.Purses(accounts, list, now, now.AddDate(0, 0, 90))
	if len(got) != 3 || len(got[0].Outlook.Shortfalls) != 1 || got[0].Outlook.Shortfalls[0].Missing != 310_000_000 || got[1].Outlook.First() != nil || len(got[1].Outlook.Renewals) != 1 {
		t.Fatalf("%+v", got)
	}
	midnight := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	if b := got[0].Bill; b == nil || got[0].Billed.ID != "early" || !b.From.Equal(midnight.Add(time.Hour)) || !b.To.Equal(midnight.Add(2*time.Hour)) {
		t.Errorf("the next bill of acme is %v", got[0].Bill)
	}
	if got[1].Bill != nil {
		t.Errorf("the next bill of globex is not known: %v", got[1].Bill)
	}
	if b := got[2].Bill; b == nil || got[2].Billed.ID != "own" || !b.To.After(now) || b.Ends.Sub(b.Begins) != time.Hour {
		t.Errorf("what an instance says of its bills does not win over its policy: %v", b)
	}
}
