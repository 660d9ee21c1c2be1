package web

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/money"
	"github.com/brimwatch/brimwatch/fleet/words"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// Bounds on what the page shows of the money of a large fleet.
const (
	maxPurses         = 100
	maxFailing        = 20
	maxMomentsOfMoney = 5
)

// purseRow is one account with what lies ahead of its money.
type purseRow struct {
	Account  string
	Balance  string // empty when it is not known
	Credit   string // the line of credit beside it; empty for none
	Coupons  string
	Use      string // what a day takes of it; empty when too little was recorded
	Renewals int    // that are tried
	Cost     string // of those with a price
	Unpriced int    // of which the price is not known
	RunsOut  stamp
	Bill     billRow
	Short    []shortRow
	ShortAll int
	Missed   []string // instances whose automatic renewal has no attempt left
}

// billRow is the next bill of what is paid for as it goes.
type billRow struct {
	From stamp
	To   stamp // empty when it is not known until when
	Of   string
}

// shortRow is a moment at which renewals cannot be paid.
type shortRow struct {
	At       stamp
	Missing  string
	Count    int
	Names    []string
	More     int
	Perhaps  bool // a card may pay all of them
	Unpriced int
}

// purses are the accounts that a filter takes of which there is something to tell, those
// that are short first.
func (p *pages) purses(all []fleet.Standing, f calendarFilter, now time.Time) (rows []purseRow, more int) {
	if p.Accounts == nil {
		return nil, 0
	}
	var accounts []fleet.Account
	for _, a := range p.Accounts.Accounts() {
		if f.Account == "" || f.Account == a.Name {
			accounts = append(accounts, a)
		}
	}
	var fine []purseRow
	purses := calendar.Purses(accounts, all, now, now.AddDate(0, 0, f.Days))
	for i := range purses {
		row := p.purseRow(&purses[i])
		switch {
		case len(row.Short)+len(row.Missed) > 0 || row.RunsOut.Text != "":
			rows = append(rows, row)
		case row.Renewals > 0 || row.Bill.From.Text != "":
			fine = append(fine, row)
		}
	}
	rows = append(rows, fine...)
	shown := min(len(rows), maxPurses)
	return rows[:shown], len(rows) - shown
}

// purseRow writes down one account.
func (p *pages) purseRow(u *calendar.Purse) purseRow {
	a, o, zone := u.Account, &u.Outlook, time.UTC
	if a.Zone != nil {
		zone = a.Zone
	}
	currency := ""
	if a.Balance != nil {
		currency = a.Balance.Currency
	}
	row := purseRow{
		Account: a.Name, Balance: words.Balance(a, p.lang()), Renewals: len(o.Renewals), Cost: words.Money(o.Costs(), currency, p.lang()),
		Unpriced: o.Unpriced(), RunsOut: p.stampIn(o.RunsOut, zone), ShortAll: len(o.Shortfalls), Credit: p.creditWords(a),
	}
	if a.Coupons > 0 {
		row.Coupons = words.Money(a.Coupons, currency, p.lang())
	}
	if a.DailyUse != nil {
		row.Use = words.Money(*a.DailyUse, currency, p.lang())
	}
	if u.Bill != nil {
		row.Bill = billRow{From: p.stampIn(u.Bill.From, zone), To: p.stampIn(u.Bill.To, zone), Of: nameOf(u.Billed)}
	}
	for i := range o.Shortfalls[:min(maxMomentsOfMoney, len(o.Shortfalls))] {
		row.Short = append(row.Short, p.shortRow(&o.Shortfalls[i], zone))
	}
	for _, t := range o.Missed[:min(maxFailing, len(o.Missed))] {
		row.Missed = append(row.Missed, nameOf(t.Instance))
	}
	return row
}

func (p *pages) shortRow(s *money.Shortfall, zone *time.Location) shortRow {
	row := shortRow{
		At: p.stampIn(s.At, zone), Missing: words.Money(s.Missing, s.Currency, p.lang()), Count: len(s.Renewals),
		Perhaps: s.Perhaps == len(s.Renewals), Unpriced: s.Unpriced,
	}
	shown := min(maxFailing, len(s.Renewals))
	for _, r := range s.Renewals[:shown] {
		row.Names = append(row.Names, nameOf(r.Instance))
	}
	row.More = len(s.Renewals) - shown
	return row
}

// creditWords says how much credit an account has, and who says so.
func (p *pages) creditWords(a *fleet.Account) string {
	b := a.Balance
	switch {
	case b == nil:
		return ""
	case !b.At.IsZero() && b.Credit > 0:
		return p.say.T("line of credit %s, in the balance already", words.Money(b.Credit, b.Currency, p.lang()))
	case b.At.IsZero() && a.Credit > 0:
		return p.say.T("and a line of credit of %s", words.Money(a.Credit, b.Currency, p.lang()))
	}
	return ""
}

// payment is what the billing panel tells of the money of one instance.
type payment struct {
	Period       string // for how long it is renewed
	Price        string
	NextBill     billRow
	BillsWithin  string // how long after a cycle of unknown length
	Unsubscribed stamp
	Advised      bool // its term is short, and automatic renewal is advised
	Delay        string
}

// payment gathers what is known of how an instance is paid.
func (p *pages) payment(st *fleet.Standing, payer *fleet.Account) payment {
	c, zone := st.Course, zoneOf(st.Course)
	if c == nil {
		return payment{}
	}
	out := payment{Unsubscribed: p.stampIn(st.Instance.Term.UnsubscribedAt, zone), Advised: c.AdvisesRenewal()}
	if c.Term.Method == fleet.Subscription {
		out.Period = p.heard(c.RenewedFor().String())
	}
	if price := c.Term.Price; price.Known() {
		currency := price.Currency
		if currency == "" && payer != nil && payer.Balance != nil {
			currency = payer.Balance.Currency
		}
		out.Price = words.Money(price.Amount, currency, p.lang())
		if price.For.Known() {
			out.Price = p.say.T("%s for %s", out.Price, p.heard(price.For.String()))
		}
	}
	if b, known := c.NextBill(p.Now()); known {
		out.NextBill = billRow{From: p.stampIn(b.From, zone), To: p.stampIn(b.To, zone)}
	} else if within := c.Billed().Within; within > 0 {
		out.BillsWithin = p.say.T("within %s after a billing cycle has ended; how long one is, is not documented", words.Duration(within, p.lang()))
	}
	if c.Delay > 0 && c.Term.Method == fleet.PayAsYouGo {
		out.Delay = words.Duration(c.Delay, p.lang())
	}
	return out
}
