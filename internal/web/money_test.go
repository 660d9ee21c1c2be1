package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// withMoney gives an account prices, credit and a daily use, and another one bills.
func withMoney() *fake {
	f := realistic()
	use := fleet.Amount(20_000_000)
	f.accounts = []fleet.Account{
		{Name: "acme", Zone: shanghai(), Balance: &fleet.Balance{Amount: 400_000_000, Currency: "CNY", At: now(), Credit: 1000_000_000}, DailyUse: &use, Coupons: 5_000_000},
		{Name: "globex", Zone: shanghai(), Balance: &fleet.Balance{Amount: 5_000_000, Currency: "EUR"}, Credit: 100_000_000, SuspensionDelay: 7 * 24 * time.Hour},
	}
	renewal := fleet.Policy{Name: "p", Renewal: fleet.Renewal{First: 9, Last: 1, BalanceOnly: true, Period: fleet.Period{Months: 1}, Advised: fleet.Period{Months: 3}}}
	billed := fleet.Policy{Name: "b", Method: fleet.PayAsYouGo, Billing: fleet.Billing{Cycle: 24 * time.Hour, After: 8 * time.Hour, Within: 10 * time.Hour}}
	set := func(id string, account int, term fleet.Term, p fleet.Policy) {
		for i := range f.standings {
			if st := &f.standings[i]; st.Instance.ID == id {
				st.Instance.Account, st.Instance.Term = f.accounts[account].Name, term
				c := term.Course(p, &f.accounts[account])
				st.Course, st.Lifecycle = &c, c.At(now())
			}
		}
	}
	term := func(days int, price fleet.Amount) fleet.Term {
		return fleet.Term{Method: fleet.Subscription, AutoRenew: true, Expires: now().AddDate(0, 0, days), Price: fleet.Price{Amount: price * 1_000_000}, RenewPeriod: fleet.Period{Months: 3}}
	}
	set("mqtt-cn-0pp1abc", 0, term(20, 410), renewal)
	set("mqtt-cn-7hk2telemetry", 0, term(20, 0), renewal)
	set("r-bp1zxszhcgatnx", 0, term(0, 410), fleet.Policy{})
	manual := term(20, 90)
	manual.AutoRenew, manual.Price.For, manual.UnsubscribedAt = false, fleet.Period{Months: 3}, time.Time{}
	set("mqtt-cn-5over", 1, manual, renewal)
	set("rmq-cn-9old", 1, fleet.Term{Method: fleet.PayAsYouGo}, billed)
	set("iot-060a0nk0", 1, fleet.Term{Method: fleet.PayAsYouGo, Billing: fleet.Billing{Within: 4 * time.Hour}}, billed)
	set("mqtt-cn-3silent", 1, fleet.Term{Method: fleet.Subscription, Expires: now().AddDate(0, 0, 90), UnsubscribedAt: now().AddDate(0, 0, -1)}, renewal)
	return f
}

// TestMoneyOnTheCalendar: who is short stands first, with what is missing; what is not
// known is said.
func TestMoneyOnTheCalendar(t *testing.T) {
	said := lines(get(t, withMoney(), "/calendar"))
	_, said, found := strings.Cut(said, "Money\n")
	if !found {
		t.Fatal("the page tells nothing of money")
	}
	said, _, _ = strings.Cut(said, "Past the term")
	said = strings.Join(strings.Fields(said), " ")
	for _, want := range []string{
		"acme 400.00 CNY", "line of credit 1,000.00 CNY, in the balance already", "coupons 5.00 CNY", "about 20.00 CNY", "nothing is left at",
		"1 will fail,", "price of 1 not known, so more may be missing", "globex 5.00 EUR", "and a line of credit of 100.00 EUR", "not known yet", "between", "enough",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	if acme, globex := strings.Index(said, "acme"), strings.Index(said, "globex"); acme > globex {
		t.Errorf("who is short comes after who is not:\n%s", said)
	}
	if said := lines(get(t, withMoney(), "/calendar?account=globex")); strings.Contains(said, "will fail") {
		t.Error("the filter of accounts does not hold for money")
	}
}

// TestPaymentOfAnInstance is what the billing panel tells.
func TestPaymentOfAnInstance(t *testing.T) {
	for _, tt := range []struct {
		id   string
		want []string
	}{
		{"mqtt-cn-0pp1abc", []string{"Renewed for", "3M, 410.00 CNY"}},
		{"mqtt-cn-5over", []string{"3M, 90.00 EUR for 3M", "Its term is a short one: switch automatic renewal on"}},
		{"rmq-cn-9old", []string{"Next bill", "between", "the account is overdue", "Suspension delay"}},
		{"iot-060a0nk0", []string{"within 4 h after a billing cycle has ended; how long one is, is not documented"}},
		{"mqtt-cn-3silent", []string{"Unsubscribed", "1 d ago"}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			said := strings.Join(strings.Fields(lines(get(t, withMoney(), "/instances/"+tt.id))), " ")
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not said:\n%s", want, said)
				}
			}
		})
	}
}
