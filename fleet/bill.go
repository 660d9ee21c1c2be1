package fleet

import "time"

// Billing is when what is paid for as it goes is billed. The zero Billing is not
// known.
type Billing struct {
	// Cycle is how long a billing cycle is: a part of a day, or the natural day in the
	// account's time zone. 0 is not known.
	Cycle time.Duration
	// A bill is issued, and paid out of the balance, between After and Within after its
	// cycle has ended. Within is 0 when it is not known.
	After, Within time.Duration
}

// Known tells whether anything is known of the bills.
func (b Billing) Known() bool { return b.Cycle > 0 || b.Within > 0 }

// Bill is one bill that is to come: for which cycle, and when. It may make its account
// overdue from From on.
type Bill struct {
	Begins, Ends time.Time // the cycle
	From, To     time.Time // when it is issued; To is zero when it is not known until when
}

// Next returns the first bill that is not certain to have been issued by now, and
// false when the length of a cycle is not known. Cycles begin with the day of zone.
func (b Billing) Next(now time.Time, zone *time.Location) (Bill, bool) {
	if b.Cycle <= 0 {
		return Bill{}, false
	}
	latest := max(b.After, b.Within)
	begins := b.cycleAt(now.Add(-latest), zone)
	ends := b.cycleAt(begins.Add(b.Cycle+b.Cycle/2), zone)
	out := Bill{Begins: begins, Ends: ends, From: ends.Add(b.After)}
	if b.Within > 0 {
		out.To = ends.Add(b.Within)
	}
	return out, true
}

// cycleAt returns when the cycle that holds at begins.
func (b Billing) cycleAt(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	day := DayBegins(y, m, d, zone)
	if b.Cycle >= 24*time.Hour {
		return day.UTC()
	}
	return day.Add(at.Sub(day).Truncate(b.Cycle)).UTC()
}

// Billed is when an instance that is paid for as it goes is billed; nothing is known of
// others.
func (c *Course) Billed() Billing {
	switch {
	case c == nil || c.Term.Method != PayAsYouGo:
		return Billing{}
	case c.Term.Billing.Known():
		return c.Term.Billing
	}
	return c.Policy.Billing
}

// NextBill returns the first bill of an instance that is not certain to have been issued by
// now; false when that is not known, or it is billed by no use.
func (c *Course) NextBill(now time.Time) (Bill, bool) {
	b := c.Billed()
	if b.Cycle <= 0 {
		return Bill{}, false
	}
	return b.Next(now, c.Zone)
}
