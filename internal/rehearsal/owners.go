package rehearsal

import (
	"container/heap"
	"context"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// owners are all who change terms and balances while a rehearsal goes on: people, as the flags
// say, and automatic renewal, as the products' documents say.
type owners struct {
	terms     map[string]*alarm.TermWatch // as they stand, by instance
	accounts  []fleet.Account             // as they stand, in order of names
	before    map[string]fleet.Account    // as they stood, of those that are unpaid by a flag
	automatic bool                        // automatic renewals are paid
	ahead     doings
}

// automaticMonths is for how long automatic renewal renews where nothing is known of it.
const automaticMonths = 1

// doing is one thing that is done at a moment.
type doing struct {
	at    time.Time
	order int // of those of one moment
	act   *Act
	id    string    // of an instance whose automatic renewal tries to pay
	term  time.Time // the end of the term that it is for
}

// newOwners lays out what is known to be done.
func newOwners(c alarm.Calendar, accounts []fleet.Account, acts []Act, zone func(*Act) *time.Location, automatic bool, from time.Time) *owners {
	w := &owners{terms: make(map[string]*alarm.TermWatch, len(c.Terms)), accounts: accounts, before: make(map[string]fleet.Account), automatic: automatic}
	for i := range acts {
		w.add(doing{at: acts[i].at(zone(&acts[i])), act: &acts[i]})
	}
	for i := range c.Terms {
		a := &c.Terms[i]
		w.terms[a.Instance.ID] = a
		w.expectRenewal(a, from)
	}
	return w
}

func (w *owners) add(d doing) {
	d.order = w.ahead.added
	w.ahead.added++
	heap.Push(&w.ahead, d)
}

// next is when something is done next; false is never.
func (w *owners) next() (time.Time, bool) {
	if len(w.ahead.list) == 0 {
		return time.Time{}, false
	}
	return w.ahead.list[0].at, true
}

// expectRenewal lays out the first attempt of automatic renewal that comes from a moment on.
func (w *owners) expectRenewal(a *alarm.TermWatch, from time.Time) {
	c := a.Course
	if !w.automatic || c == nil || !c.Term.AutoRenew || c.Basis != fleet.BasisExpiry || !c.Policy.Renewal.Known() {
		return
	}
	for _, at := range c.Policy.Renewal.Attempts(c.Term.Expires, c.Zone) {
		if !at.Before(from) {
			w.add(doing{at: at, id: a.Instance.ID, term: c.Term.Expires})
			return
		}
	}
}

// act does all that is done at this moment of the machine.
func (w *owners) act(ctx context.Context, m *Machine) error {
	var renewed []alarm.TermWatch
	paid := false
	for len(w.ahead.list) > 0 && !w.ahead.list[0].at.After(m.Now()) {
		d, _ := heap.Pop(&w.ahead).(doing)
		switch {
		case d.act == nil:
			if a := w.tryRenewal(&d); a != nil {
				renewed = append(renewed, *a)
			}
		case d.act.Kind == Renew:
			if a := w.renew(d.act, m.Now()); a != nil {
				renewed = append(renewed, *a)
			}
		default:
			w.pay(d.act, m.Now())
			paid = true
		}
	}
	if paid { // courses follow from balances
		return w.putAccounts(ctx, m)
	}
	if len(renewed) == 0 {
		return nil
	}
	return m.SetTerms(ctx, renewed)
}

// tryRenewal is one attempt of automatic renewal. It fails while a bill of the account is
// unpaid, and is made again the next day. It returns the renewed instance, or nil.
func (w *owners) tryRenewal(d *doing) *alarm.TermWatch {
	a := w.terms[d.id]
	if a == nil || !a.Course.Term.Expires.Equal(d.term) { // it was renewed by hand meanwhile
		return nil
	}
	if a.Account.Overdue() {
		w.expectRenewal(a, d.at.Add(time.Second))
		return nil
	}
	period := a.Course.RenewedFor()
	if !period.Known() {
		period = fleet.Period{Months: automaticMonths}
	}
	return w.renewUntil(a, period.After(a.Course.Term.Expires, a.Course.Zone), d.at)
}

// renew is a renewal by hand.
func (w *owners) renew(act *Act, now time.Time) *alarm.TermWatch {
	a := w.terms[act.ID]
	if a == nil || a.Course == nil {
		return nil
	}
	zone := a.Course.Zone
	if zone == nil {
		zone = time.UTC
	}
	until := a.Course.Term.Expires.In(zone).AddDate(byHandYears, 0, 0)
	if !act.Until.IsZero() { // the term ends with its last day
		until = time.Date(act.Until.Year(), act.Until.Month(), act.Until.Day()+1, 0, 0, 0, 0, zone)
	}
	return w.renewUntil(a, until.UTC(), now)
}

// renewUntil gives an instance a term that ends at a moment.
func (w *owners) renewUntil(a *alarm.TermWatch, until, now time.Time) *alarm.TermWatch {
	in := *a.Instance
	in.Term.Expires = until
	in.Term.SuspendsAt, in.Term.ReleasesAt = time.Time{}, time.Time{} // they were of the term before
	course := in.Term.Course(a.Course.Policy, a.Account)
	next := &alarm.TermWatch{Instance: &in, Course: &course, Account: a.Account, Rules: a.Rules}
	w.terms[in.ID] = next
	w.expectRenewal(next, now)
	return next
}

// pay lets an account stop paying, or pay again.
func (w *owners) pay(act *Act, now time.Time) {
	i := slices.IndexFunc(w.accounts, func(a fleet.Account) bool { return a.Name == act.ID })
	if i < 0 {
		return
	}
	a := &w.accounts[i]
	if act.Kind == Unpaid {
		if _, unpaid := w.before[a.Name]; !unpaid {
			w.before[a.Name] = *a
		}
		// How much is owed is not known, and a balance of before would contradict.
		a.OverdueSince, a.Balance = now, nil
		return
	}
	old, ok := w.before[a.Name]
	if !ok {
		old = *a
	}
	delete(w.before, a.Name)
	a.OverdueSince = time.Time{}
	a.Balance = enough(&old, now)
}

// enough is the balance of an account that has paid: what it had, or else as much as its
// threshold asks for.
func enough(a *fleet.Account, now time.Time) *fleet.Balance {
	b := fleet.Balance{Currency: "CNY", At: now}
	if a.Balance != nil {
		b.Currency = a.Balance.Currency
		b.Amount = a.Balance.Amount
	}
	b.Amount = max(b.Amount, a.LowBalance+a.LowBalance/10)
	return &b
}

// putAccounts puts the accounts into force, with the terms as they stand.
func (w *owners) putAccounts(ctx context.Context, m *Machine) error {
	payers := make(map[string]*fleet.Account, len(w.accounts))
	accounts := slices.Clone(w.accounts)
	for i := range accounts {
		payers[accounts[i].Name] = &accounts[i]
	}
	c := m.Calendar()
	for i := range c.Payers {
		c.Payers[i].Account = payers[c.Payers[i].Account.Name]
	}
	for i := range c.Terms {
		a := w.terms[c.Terms[i].Instance.ID]
		a.Account = payers[a.Instance.Account]
		course := a.Instance.Term.Course(a.Course.Policy, a.Account)
		a.Course = &course
		c.Terms[i] = *a
	}
	return m.SetCalendar(ctx, c)
}

// doings are what lies ahead, the soonest on top; of one moment in the order in which they were added.
type doings struct {
	list  []doing
	added int
}

func (d *doings) Len() int      { return len(d.list) }
func (d *doings) Swap(i, j int) { d.list[i], d.list[j] = d.list[j], d.list[i] }
func (d *doings) Less(i, j int) bool {
	a, b := &d.list[i], &d.list[j]
	if c := a.at.Compare(b.at); c != 0 {
		return c < 0
	}
	return a.order < b.order
}

// Push adds one at the end, as container/heap asks for.
func (d *doings) Push(x any) {
	if one, ok := x.(doing); ok {
		d.list = append(d.list, one)
	}
}

// Pop takes the one at the end off, as container/heap asks for.
func (d *doings) Pop() any {
	last := d.list[len(d.list)-1]
	d.list = d.list[:len(d.list)-1]
	return last
}
