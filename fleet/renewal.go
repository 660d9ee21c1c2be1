package fleet

import "time"

// Renewal is how automatic renewal pays: daily from First to Last days before the
// end of the term, once when they are equal. Without a First it is not known.
type Renewal struct {
	First, Last int
	// Clock is when on such a day it begins to pay; not known is with the day.
	Clock Clock
	// Period is for how long it renews where the term does not say; it may be not known.
	Period Period
	// BalanceOnly is true where it is documented that nothing but the available balance
	// pays: coupons count, cards do not. Else a card may pay what the balance cannot.
	BalanceOnly bool
	// Advised is up to how long a term is short: then automatic renewal is advised for
	// instances that are needed for long. Not known is never.
	Advised Period
}

// Clock is a time of day in UTC, in minutes after midnight. The zero Clock is not
// known.
type Clock struct {
	Known   bool
	Minutes int
}

// At returns the first moment at or after at when the clock shows this time; at when it is
// not known.
func (c Clock) At(at time.Time) time.Time {
	if !c.Known {
		return at
	}
	next := at.UTC().Truncate(24 * time.Hour).Add(time.Duration(c.Minutes) * time.Minute)
	if next.Before(at) {
		next = next.Add(24 * time.Hour)
	}
	return next
}

// Known tells whether it is known when automatic renewal tries.
func (r Renewal) Known() bool { return r.First > 0 }

// Left returns how many attempts are still to come at the moment now, for a term
// that ends at end; days begin in zone. The attempt of the day that has begun
// counts as made.
func (r Renewal) Left(end, now time.Time, zone *time.Location) int {
	left := 0
	for days := r.First; days >= max(r.Last, 1); days-- {
		if now.Before(DaysBefore(end, days, zone)) {
			left++
		}
	}
	return left
}

// Attempts lists when automatic renewal tries to pay for a term that ends at end, in
// their order; days begin in zone.
func (r Renewal) Attempts(end time.Time, zone *time.Location) []time.Time {
	var out []time.Time
	for days := r.First; days >= max(r.Last, 1); days-- {
		out = append(out, r.Clock.At(DaysBefore(end, days, zone)))
	}
	return out
}

// RenewedFor is for how long automatic renewal renews the term of a course; it may be
// not known.
func (c *Course) RenewedFor() Period {
	if c.Term.RenewPeriod.Known() {
		return c.Term.RenewPeriod
	}
	return c.Policy.Renewal.Period
}

// AdvisesRenewal tells whether the documents advise to switch automatic renewal on: the
// term is a short one, and it is off.
func (c *Course) AdvisesRenewal() bool {
	t := &c.Term
	return t.Method == Subscription && !t.AutoRenew && t.UnsubscribedAt.IsZero() && t.RenewPeriod.NoLongerThan(c.Policy.Renewal.Advised)
}
