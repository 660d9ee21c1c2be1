// Package money tells whether an account can pay what lies ahead of it: its automatic
// renewals, attempt by attempt, out of its balance, of which every day takes a part. All of
// it is pure functions; nothing here knows a clock.
//
// What is not known is said and never counted as nothing: a renewal without a price is
// listed as one, and may make more short than is told.
package money

import (
	"cmp"
	"container/heap"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Term is an instance that the account pays for, with its calendar.
type Term struct {
	Instance *fleet.Instance
	Course   *fleet.Course
}

// Unpriced is why it is not known what a renewal costs.
type Unpriced string

// The reasons; Priced is none.
const (
	Priced        Unpriced = ""
	NoPrice       Unpriced = "price"    // nobody gave one
	OtherCurrency Unpriced = "currency" // its price is not in the currency of the balance
	OtherPeriod   Unpriced = "period"   // its price is for another period than it is renewed for
)

// Renewal is one renewal that automatic renewal will try to pay.
type Renewal struct {
	Instance *fleet.Instance
	Ends     time.Time // the end of the term that it renews
	At       time.Time // the attempt that pays it, or the first that cannot
	Last     time.Time // the last attempt
	Price    fleet.Amount
	Unpriced Unpriced
	// Perhaps is true where it is not documented that nothing but the balance pays: a card
	// may pay what the balance cannot.
	Perhaps bool
	Fails   bool // the balance is not enough
}

// Shortfall is a moment at which renewals cannot be paid.
type Shortfall struct {
	At time.Time
	// Missing is how much has to be paid in before At, so that all that is due until then
	// can be paid: renewals that failed before are in it, too.
	Missing  fleet.Amount
	Currency string
	Renewals []Renewal // that fail at At for the first time, in the order in which they are tried
	Perhaps  int       // of them, those that a card may pay
	// Unpriced is how many renewals are due until then of which the price is not known:
	// more than Missing may be missing.
	Unpriced int
}

// Outlook is what lies ahead of the money of one account.
type Outlook struct {
	Account   *fleet.Account
	Known     bool         // the balance is known; without it nothing is judged
	Available fleet.Amount // what it can pay with by now, coupons included
	// RunsOut is when nothing is left, by the daily use and the renewals that can be paid;
	// zero when that is not within the time that was looked at, or the daily use is not known.
	RunsOut    time.Time
	Renewals   []Renewal // in order of their attempts
	Shortfalls []Shortfall
	// Missed are instances whose automatic renewal is on and has no attempt left, in the order
	// in which they were given.
	Missed []Term
	// Untimed are those of which it is not known when automatic renewal tries.
	Untimed []Term
}

// First returns the first moment at which the money does not last; nil when it does.
func (o *Outlook) First() *Shortfall {
	if len(o.Shortfalls) == 0 {
		return nil
	}
	return &o.Shortfalls[0]
}

// Unpriced counts the renewals of which the price is not known.
func (o *Outlook) Unpriced() int {
	n := 0
	for i := range o.Renewals {
		if o.Renewals[i].Unpriced != Priced {
			n++
		}
	}
	return n
}

// Costs is what the renewals cost together of which the price is known.
func (o *Outlook) Costs() fleet.Amount {
	var sum fleet.Amount
	for i := range o.Renewals {
		sum = sum.Plus(o.Renewals[i].Price)
	}
	return sum
}

// Ahead looks from now until a moment, and tells which renewals of an account can be paid.
// Payments by hand and those into the account are not known to it.
func Ahead(a *fleet.Account, terms []Term, now, until time.Time) Outlook {
	p := purse{account: a, from: now, now: now, until: until, out: Outlook{Account: a}}
	p.fill()
	for _, t := range terms {
		p.await(t)
	}
	heap.Init(&p.queue)
	for p.queue.Len() > 0 {
		d, _ := heap.Pop(&p.queue).(*due)
		p.pay(d)
	}
	p.runsOut(until)
	return p.out
}

// purse is an account while its renewals are paid one after the other.
type purse struct {
	account *fleet.Account
	queue   queue
	start   fleet.Amount // at from
	from    time.Time    // of the balance
	now     time.Time
	until   time.Time
	spent   fleet.Amount
	failed  fleet.Amount // the prices of all that could not be paid
	unknown int          // renewals that were due and have no price
	out     Outlook
}

// fill notes what there is to pay with.
func (p *purse) fill() {
	available, known := p.account.Available()
	if !known {
		return
	}
	p.out.Known, p.start = true, available.Plus(p.account.Coupons)
	if at := p.account.Balance.At; !at.IsZero() && at.Before(p.now) {
		p.from = at
	}
	p.out.Available = p.left(p.now)
}

// left is what is left at a moment.
func (p *purse) left(at time.Time) fleet.Amount {
	used := fleet.Amount(0)
	if use := p.account.DailyUse; use != nil {
		used = wholeCents(use.Share(at.Sub(p.from), 24*time.Hour))
	}
	return p.start.Plus(-p.spent).Plus(-used)
}

// wholeCents rounds an amount that is not below zero up to two decimals: it is an
// estimate, and reads like one then.
func wholeCents(a fleet.Amount) fleet.Amount {
	const cent = 10_000
	return (a.Plus(cent - 1)) / cent * cent
}

// due is a renewal that waits for its attempts.
type due struct {
	term   Term
	ends   time.Time
	period fleet.Period
	at     time.Time // the next attempt
	last   time.Time
}

// await takes the renewal of a term in, unless there is none to come.
func (p *purse) await(t Term) {
	c := t.Course
	if c == nil || !c.Term.AutoRenew || c.Term.Method != fleet.Subscription || c.Basis != fleet.BasisExpiry || !c.From.After(p.now) {
		return
	}
	if !c.Policy.Renewal.Known() {
		p.out.Untimed = append(p.out.Untimed, t)
		return
	}
	const day = 24 * time.Hour
	if first := c.From.Add(-time.Duration(c.Policy.Renewal.First+2) * day); first.After(p.until) {
		return // no need to work out its attempts
	}
	d := dueOf(t, c.From, p.now)
	if d == nil {
		p.out.Missed = append(p.out.Missed, t)
		return
	}
	if !d.at.After(p.until) {
		p.queue = append(p.queue, d)
	}
}

// dueOf returns the renewal of a term that ends at ends, with its first attempt after a
// moment; nil when no attempt is left.
func dueOf(t Term, ends, after time.Time) *due {
	attempts := t.Course.Policy.Renewal.Attempts(ends, t.Course.Zone)
	for _, at := range attempts {
		if at.After(after) {
			return &due{term: t, ends: ends, period: t.Course.RenewedFor(), at: at, last: attempts[len(attempts)-1]}
		}
	}
	return nil
}

// pay makes one attempt. What cannot be paid then cannot be later either, because the
// balance only falls: so the later attempts change nothing.
func (p *purse) pay(d *due) {
	p.runsOut(d.at)
	r := Renewal{Instance: d.term.Instance, Ends: d.ends, At: d.at, Last: d.last, Perhaps: !d.term.Course.Policy.Renewal.BalanceOnly}
	r.Price, r.Unpriced = p.price(d)
	switch {
	case r.Unpriced != Priced:
		p.unknown++
		for i := range p.out.Shortfalls { // of the same moment
			if p.out.Shortfalls[i].At.Equal(d.at) {
				p.out.Shortfalls[i].Unpriced = p.unknown
			}
		}
	case p.out.Known && p.left(d.at) < r.Price:
		r.Fails = true
		p.failed = p.failed.Plus(r.Price)
		p.short(&r)
	default:
		p.spent = p.spent.Plus(r.Price)
		p.settle(d.at)
		p.goOn(d)
	}
	p.out.Renewals = append(p.out.Renewals, r)
}

// price is what the renewal costs, in the currency of the balance.
func (p *purse) price(d *due) (fleet.Amount, Unpriced) {
	price, currency := d.term.Course.Term.Price, ""
	if b := p.account.Balance; b != nil {
		currency = b.Currency
	}
	switch amount, known := price.Of(d.period); {
	case !price.Known():
		return 0, NoPrice
	case !price.In(currency):
		return 0, OtherCurrency
	case !known:
		return 0, OtherPeriod
	default:
		return amount, Priced
	}
}

// short notes a renewal that cannot be paid.
func (p *purse) short(r *Renewal) {
	n := len(p.out.Shortfalls)
	if n == 0 || !p.out.Shortfalls[n-1].At.Equal(r.At) {
		p.out.Shortfalls = append(p.out.Shortfalls, Shortfall{At: r.At, Currency: p.account.Balance.Currency})
		n++
	}
	s := &p.out.Shortfalls[n-1]
	s.Renewals = append(s.Renewals, *r)
	s.Unpriced = p.unknown
	if r.Perhaps {
		s.Perhaps++
	}
	p.settle(r.At)
}

// settle works out what is missing at a moment at which something was paid, or not.
func (p *purse) settle(at time.Time) {
	if n := len(p.out.Shortfalls); n > 0 && p.out.Shortfalls[n-1].At.Equal(at) {
		p.out.Shortfalls[n-1].Missing = p.failed.Plus(-p.left(at))
	}
}

// goOn awaits the renewal after one that was paid, where it is known how long the new
// term is.
func (p *purse) goOn(d *due) {
	if !d.period.Known() {
		return
	}
	next := dueOf(d.term, d.period.After(d.ends, d.term.Course.Zone), d.at)
	if next != nil && !next.at.After(p.until) {
		heap.Push(&p.queue, next)
	}
}

// runsOut notes when nothing is left, if that is before a moment.
func (p *purse) runsOut(before time.Time) {
	use := p.account.DailyUse
	if !p.out.Known || !p.out.RunsOut.IsZero() || use == nil || *use <= 0 || p.left(before) >= 0 {
		return
	}
	p.out.RunsOut = p.from.Add(p.start.Plus(-p.spent).Lasts(*use))
	if p.out.RunsOut.Before(p.now) {
		p.out.RunsOut = p.now
	}
}

// queue holds what is due, the earliest attempt first, then the term that ends first.
type queue []*due

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	a, b := q[i], q[j]
	return cmp.Or(a.at.Compare(b.at), a.ends.Compare(b.ends), strings.Compare(a.term.Instance.ID, b.term.Instance.ID)) < 0
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is for container/heap.
func (q *queue) Push(x any) { d, _ := x.(*due); *q = append(*q, d) }

// Pop is for container/heap.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
