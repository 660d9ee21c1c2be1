package money_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
)

const yuan fleet.Amount = 1_000_000

func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// The policies as the documents have them.
func iot() fleet.Policy {
	return fleet.Policy{Name: "iot-enterprise", Method: fleet.Subscription, Renewal: fleet.Renewal{
		First: 9, Last: 1, Clock: fleet.Clock{Known: true}, Period: fleet.Period{Months: 1}, BalanceOnly: true,
	}}
}

func redis() fleet.Policy {
	return fleet.Policy{Name: "redis", Method: fleet.Subscription, Renewal: fleet.Renewal{First: 7, Last: 7, Clock: fleet.Clock{Known: true}}}
}

// desk makes accounts and terms for a test.
type desk struct{ zone *time.Location }

func (d desk) at(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, d.zone)
}

// renews is an instance that renews itself at the end of a day of December.
func (d desk) renews(id string, p fleet.Policy, day int, price fleet.Amount, change ...func(*fleet.Term)) money.Term {
	t := fleet.Term{Method: fleet.Subscription, AutoRenew: true, Expires: d.at(time.December, day, 0), Price: fleet.Price{Amount: price * yuan}}
	for _, f := range change {
		f(&t)
	}
	c := t.Course(p, &fleet.Account{Zone: d.zone})
	return money.Term{Instance: &fleet.Instance{ID: id, Name: id, Account: "acme", Term: t}, Course: &c}
}

func (d desk) account(balance fleet.Amount, change ...func(*fleet.Account)) *fleet.Account {
	a := &fleet.Account{Name: "acme", Zone: d.zone, Balance: &fleet.Balance{Amount: balance * yuan, Currency: "CNY"}}
	for _, f := range change {
		f(a)
	}
	return a
}

func uses(perDay fleet.Amount) func(*fleet.Account) {
	return func(a *fleet.Account) { use := perDay * yuan; a.DailyUse = &use }
}

// told writes an outlook down: each renewal, and each shortfall.
func told(o *money.Outlook, zone *time.Location) []string {
	var out []string
	when := func(at time.Time) string { return at.In(zone).Format("2 Jan 15:04") }
	for _, r := range o.Renewals {
		line := r.Instance.ID + " " + when(r.At) + " "
		switch {
		case r.Unpriced != money.Priced:
			line += "no " + string(r.Unpriced)
		case r.Fails:
			line += "fails"
		default:
			line += "paid"
		}
		out = append(out, line)
	}
	for _, s := range o.Shortfalls {
		line := fmt.Sprintf("%s: %d fail, %s %s short", when(s.At), len(s.Renewals), s.Missing, s.Currency)
		if s.Perhaps > 0 {
			line += fmt.Sprintf(", %d perhaps", s.Perhaps)
		}
		if s.Unpriced > 0 {
			line += fmt.Sprintf(", %d without a price", s.Unpriced)
		}
		out = append(out, line)
	}
	if !o.RunsOut.IsZero() {
		out = append(out, "runs out "+when(o.RunsOut))
	}
	for _, t := range o.Missed {
		out = append(out, t.Instance.ID+" missed")
	}
	for _, t := range o.Untimed {
		out = append(out, t.Instance.ID+" untimed")
	}
	return out
}

// TestAhead is the documents' rules, and what follows from them.
func TestAhead(t *testing.T) {
	d := desk{shanghai(t)}
	dollars := func(t *fleet.Term) { t.Price.Currency = "USD" }
	yearly := func(t *fleet.Term) { t.RenewPeriod, t.Price.For = fleet.Period{Months: 12}, fleet.Period{Months: 1} }
	for _, tt := range []struct {
		name    string
		account *fleet.Account
		terms   []money.Term
		now     time.Time
		days    int
		want    []string
	}{
		{"four renewals of one morning", d.account(400), []money.Term{
			d.renews("a", iot(), 12, 410), d.renews("b", iot(), 12, 410), d.renews("c", iot(), 12, 410), d.renews("d", iot(), 12, 410),
		}, d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 fails", "b 3 Dec 08:00 fails", "c 3 Dec 08:00 fails", "d 3 Dec 08:00 fails", "3 Dec 08:00: 4 fail, 1,240.00 CNY short"}},
		{"one of two can be paid", d.account(500), []money.Term{d.renews("a", iot(), 12, 410), d.renews("b", iot(), 12, 410)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 paid", "b 3 Dec 08:00 fails", "3 Dec 08:00: 1 fail, 320.00 CNY short"}},
		{"the term that ends first is tried first, and a small one can still be paid", d.account(100), []money.Term{d.renews("b", iot(), 12, 80), d.renews("a", iot(), 12, 90), d.renews("c", iot(), 12, 10)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 paid", "b 3 Dec 08:00 fails", "c 3 Dec 08:00 paid", "3 Dec 08:00: 1 fail, 80.00 CNY short"}},
		{"exactly enough", d.account(820), []money.Term{d.renews("a", iot(), 12, 410), d.renews("b", iot(), 12, 410)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 paid", "b 3 Dec 08:00 paid"}},
		{"coupons count", d.account(400, func(a *fleet.Account) { a.Coupons = 10 * yuan }), []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 paid"}},
		{"so does a line of credit", d.account(-590, func(a *fleet.Account) { a.Credit = 1000 * yuan }), []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 paid"}},
		{"an account that is overdue renews nothing", d.account(-5), []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 fails", "3 Dec 08:00: 1 fail, 415.00 CNY short"}},
		{"a card may pay for what is not documented to be paid from the balance only", d.account(100), []money.Term{d.renews("a", redis(), 12, 410), d.renews("b", iot(), 14, 50)},
			d.at(time.November, 30, 10), 20, []string{"a 5 Dec 08:00 fails", "b 5 Dec 08:00 paid", "5 Dec 08:00: 1 fail, 360.00 CNY short, 1 perhaps"}},
		{"Redis tries once, seven days before", d.account(1000), []money.Term{d.renews("a", redis(), 12, 410)},
			d.at(time.December, 5, 7), 20, []string{"a 5 Dec 08:00 paid"}},
		{"and not again", d.account(1000), []money.Term{d.renews("a", redis(), 12, 410)}, d.at(time.December, 5, 8), 20, []string{"a missed"}},
		{"IoT tries again the next day, until the day before", d.account(0), []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.December, 5, 8), 20, []string{"a 6 Dec 08:00 fails", "6 Dec 08:00: 1 fail, 410.00 CNY short"}},
		{"the last attempt", d.account(0), []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.December, 11, 7), 20, []string{"a 11 Dec 08:00 fails", "11 Dec 08:00: 1 fail, 410.00 CNY short"}},
		{"no attempt is left", d.account(1000), []money.Term{d.renews("a", iot(), 12, 410)}, d.at(time.December, 11, 8), 20, []string{"a missed"}},
		{"after the end automatic renewal does nothing", d.account(0), []money.Term{d.renews("a", iot(), 12, 410)}, d.at(time.December, 12, 0), 20, nil},
		{"monthly, as the policy says", d.account(1000), []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.November, 30, 10), 70, []string{"a 3 Dec 08:00 paid", "a 3 Jan 08:00 paid", "a 3 Feb 08:00 fails", "3 Feb 08:00: 1 fail, 230.00 CNY short"}},
		{"a year costs twelve months", d.account(1000), []money.Term{d.renews("a", iot(), 12, 410, yearly)},
			d.at(time.November, 30, 10), 70, []string{"a 3 Dec 08:00 fails", "3 Dec 08:00: 1 fail, 3,920.00 CNY short"}},
		{"for nobody knows how long: one renewal", d.account(1000), []money.Term{d.renews("a", redis(), 12, 410)},
			d.at(time.November, 30, 10), 300, []string{"a 5 Dec 08:00 paid"}},
		{"what fails on another day needs what failed before, too", d.account(0), []money.Term{d.renews("a", iot(), 12, 100), d.renews("b", iot(), 13, 200)},
			d.at(time.November, 30, 10), 20, []string{"a 3 Dec 08:00 fails", "b 4 Dec 08:00 fails", "3 Dec 08:00: 1 fail, 100.00 CNY short", "4 Dec 08:00: 1 fail, 300.00 CNY short"}},
		{"each day takes its part", d.account(1000, uses(100)), []money.Term{d.renews("a", iot(), 14, 600)},
			d.at(time.November, 30, 8), 20, []string{"a 5 Dec 08:00 fails", "5 Dec 08:00: 1 fail, 100.00 CNY short", "runs out 10 Dec 08:00"}},
		{"since the balance was told", d.account(1000, uses(100), func(a *fleet.Account) { a.Balance.At = d.at(time.November, 28, 8) }), []money.Term{d.renews("a", iot(), 14, 600)},
			d.at(time.November, 30, 8), 20, []string{"a 5 Dec 08:00 fails", "5 Dec 08:00: 1 fail, 300.00 CNY short", "runs out 8 Dec 08:00"}},
		{"a renewal makes it run out sooner", d.account(1000, uses(100)), []money.Term{d.renews("a", iot(), 12, 600)},
			d.at(time.November, 30, 8), 20, []string{"a 3 Dec 08:00 paid", "runs out 4 Dec 08:00"}},
		{"nothing is left now", d.account(-5, uses(100)), nil, d.at(time.November, 30, 8), 20, []string{"runs out 30 Nov 08:00"}},
		{"what costs nothing never runs out", d.account(5, uses(0)), nil, d.at(time.November, 30, 8), 20, nil},
		{"a price that is not known is said, and not counted", d.account(100), []money.Term{d.renews("a", iot(), 12, 0), d.renews("b", iot(), 12, 410), d.renews("c", iot(), 12, 0)},
			d.at(time.November, 30, 8), 70, []string{"a 3 Dec 08:00 no price", "b 3 Dec 08:00 fails", "c 3 Dec 08:00 no price", "3 Dec 08:00: 1 fail, 310.00 CNY short, 2 without a price"}},
		{"nor one in another currency", d.account(1000), []money.Term{d.renews("a", iot(), 12, 410, dollars)},
			d.at(time.November, 30, 8), 20, []string{"a 3 Dec 08:00 no currency"}},
		{"nor one for a longer time than it is renewed for", d.account(1000), []money.Term{d.renews("a", iot(), 12, 410, func(t *fleet.Term) { t.Price.For = fleet.Period{Months: 12} })},
			d.at(time.November, 30, 8), 20, []string{"a 3 Dec 08:00 no period"}},
		{"without a balance nothing is judged", &fleet.Account{Name: "acme", Zone: d.zone}, []money.Term{d.renews("a", iot(), 12, 410)},
			d.at(time.November, 30, 8), 20, []string{"a 3 Dec 08:00 paid"}},
		{"by hand, unsubscribed, by use: none renews itself", d.account(0), []money.Term{
			d.renews("a", iot(), 12, 410, func(t *fleet.Term) { t.AutoRenew = false }),
			d.renews("b", iot(), 12, 410, func(t *fleet.Term) { t.UnsubscribedAt = d.at(time.December, 1, 0) }),
			d.renews("c", iot(), 12, 410, func(t *fleet.Term) { t.Method = fleet.PayAsYouGo }),
			d.renews("d", iot(), 12, 410, func(t *fleet.Term) { t.Expires = time.Time{} }), {Instance: &fleet.Instance{ID: "e"}},
		}, d.at(time.November, 30, 8), 20, nil},
		{"nobody knows when it tries", d.account(0), []money.Term{d.renews("a", fleet.Policy{}, 12, 410)}, d.at(time.November, 30, 8), 20, []string{"a untimed"}},
		{"its first attempt is further ahead than was looked", d.account(0), []money.Term{d.renews("a", iot(), 12, 410)}, d.at(time.November, 30, 8), 2, nil},
		{"further ahead than was looked", d.account(0), []money.Term{d.renews("a", iot(), 30, 410)}, d.at(time.November, 30, 8), 20, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := money.Ahead(tt.account, tt.terms, tt.now, tt.now.AddDate(0, 0, tt.days))
			if diff := cmp.Diff(tt.want, told(&o, d.zone)); diff != "" {
				t.Errorf("ahead (-want +got):\n%s", diff)
			}
			if o.Known != (tt.account.Balance != nil) || (o.First() == nil) != (len(o.Shortfalls) == 0) {
				t.Errorf("known %v, first %v", o.Known, o.First())
			}
		})
	}
}

func TestSums(t *testing.T) {
	d := desk{shanghai(t)}
	o := money.Ahead(d.account(0), []money.Term{d.renews("a", iot(), 12, 410), d.renews("b", iot(), 12, 0), d.renews("c", iot(), 13, 5)},
		d.at(time.November, 30, 8), d.at(time.December, 20, 8))
	if o.Unpriced() != 1 || o.Costs() != 415*yuan {
		t.Errorf("%d without a price, %s", o.Unpriced(), o.Costs())
	}
}

// TestPayingWhatIsMissing: who pays in what is missing has no shortfall up to that moment,
// and a millionth less is not enough. Later there may be one that the failures before had
// left the money for.
func TestPayingWhatIsMissing(t *testing.T) {
	d := desk{shanghai(t)}
	now := d.at(time.November, 30, 8)
	rapid.Check(t, func(t *rapid.T) {
		var terms []money.Term
		for i := range rapid.IntRange(1, 8).Draw(t, "instances") {
			p := rapid.SampledFrom([]fleet.Policy{iot(), redis()}).Draw(t, "policy")
			terms = append(terms, d.renews(strconv.Itoa(i), p, rapid.IntRange(1, 31).Draw(t, "day"), fleet.Amount(rapid.IntRange(1, 500).Draw(t, "price")), func(t *fleet.Term) {
				t.RenewPeriod = fleet.Period{} // so that nothing that is paid makes more to pay
			}))
			terms[i].Course.Policy.Renewal.Period = fleet.Period{}
		}
		a := d.account(fleet.Amount(rapid.IntRange(-100, 1000).Draw(t, "balance")), uses(fleet.Amount(rapid.IntRange(0, 20).Draw(t, "use"))))
		o := money.Ahead(a, terms, now, now.AddDate(0, 0, 60))
		n := len(o.Shortfalls)
		if n == 0 {
			return
		}
		for i, s := range o.Shortfalls {
			if s.Missing <= 0 || len(s.Renewals) == 0 || i > 0 && s.Missing < o.Shortfalls[i-1].Missing || i > 0 && !s.At.After(o.Shortfalls[i-1].At) {
				t.Fatalf("shortfalls %v", o.Shortfalls)
			}
		}
		a.Balance.Amount += o.Shortfalls[n-1].Missing
		last := o.Shortfalls[n-1].At
		if paid := money.Ahead(a, terms, now, now.AddDate(0, 0, 60)); paid.First() != nil && !paid.First().At.After(last) {
			t.Fatalf("%s was missing, and with it %v still fail", o.Shortfalls[n-1].Missing, paid.Shortfalls)
		}
		a.Balance.Amount--
		if paid := money.Ahead(a, terms, now, now.AddDate(0, 0, 60)); paid.First() == nil || paid.First().At.After(last) {
			t.Fatalf("%s was said to be missing, and less is enough: %s", o.Shortfalls[n-1].Missing, strings.Join(told(&o, d.zone), "; "))
		}
	})
}

// BenchmarkAhead looks a year ahead of an account with ten thousand instances that are
// renewed monthly.
func BenchmarkAhead(b *testing.B) {
	d := desk{shanghai(b)}
	var terms []money.Term
	for i := range 10_000 {
		terms = append(terms, d.renews(strconv.Itoa(i), iot(), 1+i%31, 10))
	}
	now := d.at(time.November, 1, 8)
	for b.Loop() {
		o := money.Ahead(d.account(1_000_000), terms, now, now.AddDate(1, 0, 0))
		if len(o.Renewals) < 100_000 {
			b.Fatal(len(o.Renewals))
		}
	}
}
