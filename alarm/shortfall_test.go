package alarm

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// TestShortfall: an episode begins when renewals within reach cannot be paid, stays while
// they are only a little further away, and ends when there is enough. Without a balance
// nothing is judged.
func TestShortfall(t *testing.T) {
	end := in2026(time.December, 20)
	zone := time.UTC
	account := func(balance fleet.Amount) *fleet.Account {
		return &fleet.Account{Name: "acme", Zone: zone, Balance: &fleet.Balance{Amount: balance * 1e6, Currency: "CNY"}}
	}
	renewing := func(id string, price fleet.Amount) TermWatch {
		return subscribed(id, end, account(0), func(t *fleet.Term) { t.AutoRenew, t.Price = true, fleet.Price{Amount: price * 1e6} })
	}
	terms := []TermWatch{renewing("a", 100), renewing("b", 200), renewing("c", 0)}
	rule := &ShortfallRule{Within: 10 * day, Rule: *stateRule(Warning)}
	raised := State{Level: 1, Severity: Warning, Code: "K7Q2", RaisedAt: milli(in2026(time.December, 1)), NotifiedAt: milli(in2026(time.December, 1))}
	for _, tt := range []struct {
		name    string
		account *fleet.Account
		now     time.Time
		before  State
		want    EventKind
		reason  string
	}{
		{"nothing fails within reach", account(0), in2026(time.November, 30), State{}, "", ""},
		{"two fail ten days ahead", account(0), in2026(time.December, 1), State{}, Raised, "at 2026-12-11 00:00 UTC renewals will fail: 2, 300.00 CNY short"},
		{"one fails", account(100), in2026(time.December, 1), State{}, Raised, "at 2026-12-11 00:00 UTC renewals will fail: 1, 200.00 CNY short"},
		{"a day later it is no news", account(0), in2026(time.December, 2), raised, "", ""},
		{"a little further away it stays", account(0), in2026(time.November, 30), raised, "", ""},
		{"far away it ends", account(0), in2026(time.November, 20), raised, Cleared, "its balance is enough for the renewals ahead"},
		{"paid in", account(300), in2026(time.December, 2), raised, Cleared, "its balance is enough for the renewals ahead"},
		{"no attempt is left", account(0), in2026(time.December, 19), raised, Cleared, "no renewal ahead fails; of 3 no attempt is left, so renew by hand"},
		{"the balance is not known", &fleet.Account{Name: "acme"}, in2026(time.December, 2), State{}, "", ""},
		{"and not any more", &fleet.Account{Name: "acme"}, in2026(time.December, 2), raised, Lost, "the balance is not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := judgeOf(tt.now, terms...)
			j.judge.set(Calendar{Terms: terms, Payers: []Payer{{Account: tt.account, Shortfall: rule}}})
			if tt.before != (State{}) {
				k := Key{Rule: Shortfall, Account: "acme", Metric: NoMetric}
				j.judge.slots[k] = &slot{key: k, state: tt.before}
			}
			j.payers()
			events := j.b.commit.Events
			if tt.want == "" {
				if len(events) != 0 {
					t.Fatalf("%+v", events)
				}
				return
			}
			if len(events) != 1 || events[0].Kind != tt.want || events[0].Reason != tt.reason || events[0].Details.Money == nil || events[0].Details.Account != tt.account {
				t.Fatalf("%+v", events)
			}
			if first := events[0].Details.Money.First(); first != nil && (!events[0].Details.At.Equal(first.At) || first.Unpriced != 1 || first.Perhaps != len(first.Renewals)) {
				t.Errorf("%+v", first)
			}
		})
	}
}

// TestShortfallSwitchedOff: an alarm whose rule is gone is withdrawn.
func TestShortfallSwitchedOff(t *testing.T) {
	p := Payer{Account: &fleet.Account{Name: "acme"}}
	if p.rule(Shortfall) != nil {
		t.Error("a rule that is off is judged")
	}
	p.Shortfall = &ShortfallRule{Within: day, Rule: *stateRule(Info)}
	if r := p.rule(Shortfall); r == nil || r.Levels[0].Severity != Info {
		t.Errorf("its rule is %+v", r)
	}
}
