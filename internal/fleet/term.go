package fleet

import "time"

// Method is how an instance is paid for.
type Method string

// The billing methods.
const (
	Subscription Method = "subscription"
	PayAsYouGo   Method = "payg"
	Free         Method = "free"
)

// Term is how long an instance may be used, and what is known about its bill.
type Term struct {
	Method         Method
	Policy         string    // name of a lifecycle policy of the catalogue
	Expires        time.Time // first moment after the paid term; zero is unknown
	OverdueSince   time.Time // zero when no bill is overdue
	AutoRenew      bool
	PostExpiration string // release or downgrade
	Frozen         bool
}

// LifecycleState is where an instance stands in its product's calendar.
type LifecycleState string

// The lifecycle states.
const (
	LifecycleActive    LifecycleState = "active"
	LifecycleExpiring  LifecycleState = "expiring"
	LifecycleGrace     LifecycleState = "grace"
	LifecycleSuspended LifecycleState = "suspended"
	LifecycleRecycled  LifecycleState = "recycled"
	LifecycleReleased  LifecycleState = "released"
	LifecycleFrozen    LifecycleState = "frozen"
	LifecycleUnknown   LifecycleState = "unknown"
)

// Policy is one product's calendar after expiry or an unpaid bill.
type Policy struct {
	Name   string
	Method Method
	Phases []Phase // in order, each following the one before
}

// Phase is one stretch of a policy. A phase in whole days is counted in
// calendar days of the account's time zone, one in hours in hours; a phase
// without a length lasts for ever.
type Phase struct {
	State LifecycleState
	Days  int
	Hours int
}

// Lifecycle is where an instance stands, and what comes next.
type Lifecycle struct {
	State LifecycleState
	Next  LifecycleState // "" when nothing follows
	At    time.Time      // when Next begins; zero when nothing follows
}

// expiringBefore is how long before its end a term counts as expiring.
const expiringBefore = 7 * 24 * time.Hour

// LifecycleAt tells where a term stands at the moment now, under policy p; days
// are counted in zone. Intervals are half-open. An unknown end of term is never
// taken for an expired one.
func LifecycleAt(t Term, p Policy, zone *time.Location, now time.Time) Lifecycle {
	if t.Frozen {
		return Lifecycle{State: LifecycleFrozen}
	}
	start, known := termEnd(t)
	if !known {
		if t.Method == Free || t.Method == PayAsYouGo {
			return Lifecycle{State: LifecycleActive}
		}
		return Lifecycle{State: LifecycleUnknown}
	}
	if now.Before(start) {
		next := Lifecycle{State: LifecycleActive, Next: LifecycleUnknown, At: start}
		if len(p.Phases) > 0 {
			next.Next = p.Phases[0].State
		}
		if start.Sub(now) <= expiringBefore {
			next.State = LifecycleExpiring
		}
		return next
	}
	for i, ph := range p.Phases {
		if ph.Days == 0 && ph.Hours == 0 {
			return Lifecycle{State: ph.State}
		}
		end := start.In(zone).AddDate(0, 0, ph.Days).Add(time.Duration(ph.Hours) * time.Hour).UTC()
		if now.Before(end) {
			l := Lifecycle{State: ph.State, Next: LifecycleReleased, At: end}
			if i+1 < len(p.Phases) {
				l.Next = p.Phases[i+1].State
			}
			return l
		}
		start = end
	}
	if len(p.Phases) == 0 {
		return Lifecycle{State: LifecycleUnknown}
	}
	return Lifecycle{State: LifecycleReleased}
}

// termEnd returns the moment from which a policy counts.
func termEnd(t Term) (time.Time, bool) {
	switch t.Method {
	case Free:
		return time.Time{}, false
	case PayAsYouGo:
		return t.OverdueSince, !t.OverdueSince.IsZero()
	case Subscription:
	}
	return t.Expires, !t.Expires.IsZero()
}
