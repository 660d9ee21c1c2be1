package api

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/internal/api/wire"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// mostMoneyDays is how far the money of an account can be looked ahead: no price is known
// for longer.
const mostMoneyDays = 366

// accountList lists who pays, and what lies ahead of their money.
func (s *server) accountList(w http.ResponseWriter, r *http.Request) {
	days := usualDays
	if text := r.URL.Query().Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostMoneyDays {
			s.refuse(w, http.StatusBadRequest, fmt.Sprintf("days is a number from 1 to %d", mostMoneyDays))
			return
		}
		days = n
	}
	now := s.Now()
	until := now.AddDate(0, 0, days)
	out := wire.Accounts{Accounts: []wire.Account{}}
	purses := calendar.Purses(s.Accounts.Accounts(), s.Fleet.Standings(), now, until)
	for i := range purses {
		out.Accounts = append(out.Accounts, accountOf(&purses[i], until))
	}
	s.answer(w, http.StatusOK, out)
}

// accountOf writes down what is known of an account.
func accountOf(p *calendar.Purse, until time.Time) wire.Account {
	a := p.Account
	out := wire.Account{
		Name: a.Name, Provider: a.Provider, Overdue: a.Overdue(), OverdueSince: moment(a.OverdueSince),
		LowBalance: given(a.LowBalance), Credit: given(a.Credit), Coupons: given(a.Coupons), Ahead: moneyOf(&p.Outlook, until),
	}
	if a.Zone != nil {
		out.TimeZone = a.Zone.String()
	}
	if a.SuspensionDelay > 0 {
		out.SuspensionDelay = a.SuspensionDelay.String()
	}
	if b := a.Balance; b != nil {
		out.Balance = &wire.Balance{Amount: b.Amount.Decimal(), Currency: b.Currency, At: moment(b.At), Credit: given(b.Credit)}
	}
	if available, known := a.Available(); known {
		out.Available = available.Decimal()
	}
	if a.DailyUse != nil {
		out.DailyUse = a.DailyUse.Decimal()
	}
	if b := p.Bill; b != nil {
		out.NextBill = &wire.Bill{InstanceID: p.Billed.ID, Begins: b.Begins.UTC(), Ends: b.Ends.UTC(), From: b.From.UTC(), To: moment(b.To)}
	}
	return out
}

// given writes an amount that is above 0; "" for none.
func given(a fleet.Amount) string {
	if a <= 0 {
		return ""
	}
	return a.Decimal()
}

// moneyOf writes down what lies ahead of the money of an account.
func moneyOf(o *money.Outlook, until time.Time) wire.Money {
	out := wire.Money{
		Until: until.UTC(), RunsOut: moment(o.RunsOut), Costs: o.Costs().Decimal(), Unpriced: o.Unpriced(),
		Renewals: make([]wire.Renewal, 0, len(o.Renewals)), Shortfalls: make([]wire.Shortfall, 0, len(o.Shortfalls)),
		Missed: idsOf(o.Missed), Untimed: idsOf(o.Untimed),
	}
	for _, r := range o.Renewals {
		out.Renewals = append(out.Renewals, wire.Renewal{
			InstanceID: r.Instance.ID, Ends: r.Ends.UTC(), At: r.At.UTC(), LastAttempt: r.Last.UTC(), Price: given(r.Price),
			Unpriced: string(r.Unpriced), Fails: r.Fails, CardMayPay: r.Perhaps,
		})
	}
	for _, f := range o.Shortfalls {
		short := wire.Shortfall{At: f.At.UTC(), Missing: f.Missing.Decimal(), Currency: f.Currency, Unpriced: f.Unpriced}
		for _, r := range f.Renewals {
			short.Instances = append(short.Instances, r.Instance.ID)
		}
		out.Shortfalls = append(out.Shortfalls, short)
	}
	return out
}

func idsOf(terms []money.Term) []string {
	out := make([]string, 0, len(terms))
	for _, t := range terms {
		out = append(out, t.Instance.ID)
	}
	return out
}

// termOf adds what is known of the renewal of an instance.
func termOf(out *wire.Term, st *fleet.Standing) {
	t := &st.Instance.Term
	out.RenewPeriod, out.Price = t.RenewPeriod.String(), given(t.Price.Amount)
	if c := st.Course; c != nil {
		out.RenewPeriod = c.RenewedFor().String()
		if c.AdvisesRenewal() {
			out.Advice = "auto_renew"
		}
	}
}
