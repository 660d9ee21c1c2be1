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
	SuspendsAt     time.Time // as the cloud reports it; zero is not known
	ReleasesAt     time.Time // as the cloud reports it; zero is not known
	AutoRenew      bool
	PostExpiration string // Release or Downgrade
	Frozen         bool
	// Confirmed is the end of the day on which a person last saw that the instance exists;
	// zero is never.
	Confirmed time.Time

	// Word is what the cloud's status says of the instance.
	Word Word

	RenewPeriod    Period    // for how long it was bought, and is renewed
	UnsubscribedAt time.Time // zero when nobody unsubscribed it
	Price          Price     // of a renewal
	Billing        Billing   // when it is billed, where that of the policy does not hold for it

	// ExpiringDays is how many calendar days before its end a term counts as
	// expiring; 0 is DefaultExpiringDays.
	ExpiringDays int
}

// What happens to a subscription that nobody renewed.
const (
	Release   = "release"
	Downgrade = "downgrade"
)

// DefaultExpiringDays is how many days before its end a term counts as expiring
// where nothing else is said.
const DefaultExpiringDays = 7

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

// Past tells whether a state lies behind the paid term, or the instance cannot be used
// for another reason.
func (s LifecycleState) Past() bool {
	switch s {
	case LifecycleGrace, LifecycleSuspended, LifecycleRecycled, LifecycleReleased, LifecycleFrozen:
		return true
	case LifecycleActive, LifecycleExpiring, LifecycleUnknown:
	}
	return false
}

// Policy is one product's calendar after expiry or an unpaid bill.
type Policy struct {
	Name   string
	Method Method
	Phases []Phase // in order, each following the one before
	// Downgrades tells that the post-expiration action may be a downgrade: the
	// instance is then converted to pay-as-you-go instead of released.
	Downgrades bool
	Renewal    Renewal
	Billing    Billing
	// UnsubscribesAtOnce tells that an instance is converted or deleted at the moment
	// somebody unsubscribes it. Else nobody knows what happens then.
	UnsubscribesAtOnce bool
	Source             string // document or page it is from
}

// LastIsDue tells whether the last attempt is made on the day that has begun at the moment now.
func (r Renewal) LastIsDue(end, now time.Time, zone *time.Location) bool {
	last := max(r.Last, 1)
	return r.Known() && !now.Before(DaysBefore(end, last, zone)) && now.Before(DaysBefore(end, last-1, zone))
}

// Phase is one stretch of a policy. A phase in whole days is counted in
// calendar days of the account's time zone, one in hours in hours; a phase
// without a length lasts for ever.
type Phase struct {
	State LifecycleState
	Days  int
	Hours int
}
