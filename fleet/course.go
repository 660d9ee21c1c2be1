package fleet

import (
	"cmp"
	"slices"
	"time"
)

// Course is the whole calendar of one instance under one term: when it enters
// which state. It depends on no clock; At reads it at a moment.
//
// Invariants: the moments rise strictly; states come in the order in which a
// product's calendar has them, but for the conversion of a downgrade, which ends
// in active again.
type Course struct {
	Basis   Basis
	From    time.Time      // what the policy counts from: the end of the term, or since when a bill is unpaid; zero when neither is known
	Steady  LifecycleState // before the first moment, and for ever when there is none
	Moments []Moment
	Term    Term
	Policy  Policy
	Overdue bool // its account cannot pay
	Zone    *time.Location
	// Delay is how long after a bill became overdue nothing is suspended, as its account
	// is granted.
	Delay time.Duration
	// Doubt is when the instance was due for deletion before it was paid for again, while
	// nobody knows whether it was deleted; zero when there is no such doubt.
	Doubt time.Time
	// Said is what a person said of whether the instance exists, while that holds.
	Said Confirmation

	untold *Course // without what a person said; nil when that changes nothing else
}

// Basis says what a course counts from.
type Basis string

// The bases.
const (
	BasisNone     Basis = ""        // nothing that could end is known
	BasisExpiry   Basis = "expiry"  // the end of the paid term
	BasisOverdue  Basis = "overdue" // an unpaid bill
	BasisReported Basis = "told"    // only moments that the cloud reported

	// BasisUnsubscribed is the moment at which somebody unsubscribed the instance, before
	// the end of its term.
	BasisUnsubscribed Basis = "unsubscribed"
	// BasisSaid is that a person said that the instance is gone.
	BasisSaid Basis = "said"
)

// Moment is the beginning of a state.
type Moment struct {
	State LifecycleState
	At    time.Time
	// Reported is true for a moment that the cloud reports for this instance, and false
	// for one that is worked out from the policy.
	Reported bool
	// Perhaps is true where the documents disagree: the instance is suspended from
	// then on, or was converted already.
	Perhaps bool
}

// Lifecycle is where an instance stands at one moment, since when and why, and
// what comes next.
type Lifecycle struct {
	State  LifecycleState
	Since  time.Time // zero when it is not known
	Reason string    // in plain words
	Next   LifecycleState
	At     time.Time // when Next begins; zero when nothing follows
}

// Course works out the calendar of an instance from its term, the policy that
// holds for it, and the account that pays, which may be nil. Moments that the
// cloud reports win over those of the policy, unless they lie before what the policy
// counts from: then they are of a term that is over.
func (t Term) Course(p Policy, payer *Account) Course {
	c := Course{Steady: LifecycleUnknown, Term: t, Policy: p, Overdue: payer.Overdue(), Zone: time.UTC}
	if payer != nil && payer.Zone != nil {
		c.Zone = payer.Zone
	}
	if payer != nil {
		c.Delay = payer.SuspensionDelay
	}
	c.anchor(payer)
	if t.Method != Free {
		c.lay()
	}
	c.unsubscribe()
	c.stand()
	if t.Frozen {
		c.Steady = LifecycleFrozen
	}
	if len(c.Moments) == 0 {
		c.Basis = BasisNone
	}
	return c
}

// anchor finds what the course counts from, and where the instance stands before
// the first moment.
func (c *Course) anchor(payer *Account) {
	switch c.Term.Method {
	case Free:
		c.Steady = LifecycleActive
	case PayAsYouGo:
		c.Basis, c.From = BasisOverdue, c.Term.OverdueSince
		if c.From.IsZero() && payer != nil {
			c.From = payer.OverdueSince
		}
		if !c.From.IsZero() || payer != nil && payer.Balance != nil {
			c.Steady = LifecycleActive
		}
	case Subscription:
		c.Basis, c.From = BasisExpiry, c.Term.Expires
		if !c.From.IsZero() {
			c.Steady = LifecycleActive
		}
	}
}

// lay fills in the moments.
func (c *Course) lay() {
	t := &c.Term
	if c.From.IsZero() {
		c.layReported()
		return
	}
	if c.Basis == BasisExpiry {
		days := cmp.Or(t.ExpiringDays, DefaultExpiringDays)
		c.Moments = append(c.Moments, Moment{State: LifecycleExpiring, At: DaysBefore(c.From, days, c.Zone)})
	}
	if len(c.Policy.Phases) == 0 {
		c.Moments = append(c.Moments, Moment{State: LifecycleUnknown, At: c.From})
		c.layReported()
		return
	}
	if c.Downgrades() {
		c.layDowngrade()
		return
	}
	start := c.count(c.From)
	for _, ph := range c.Policy.Phases {
		start = c.held(ph.State, start)
		m := Moment{State: ph.State, At: start.at}
		if at := c.reported(ph.State); !at.IsZero() {
			if start.at.Equal(c.From) {
				// It is still served past the end, whatever the policy says. A report of
				// the end itself takes the place of this.
				c.add(Moment{State: LifecycleGrace, At: c.From, Reported: true})
			}
			m.At, m.Reported, start = at, true, c.count(at)
		}
		c.add(m)
		if ph.Days == 0 && ph.Hours == 0 {
			break
		}
		start = start.after(ph)
	}
	if at := c.reported(LifecycleReleased); !at.IsZero() { // whether or not the policy has it
		c.add(Moment{State: LifecycleReleased, At: at, Reported: true})
	}
}

// layDowngrade lays the calendar of an instance that is converted after its
// term. Documents disagree on whether that happens at its end or when it would
// be released, so in between it is suspended or converted already.
func (c *Course) layDowngrade() {
	start := c.count(c.From)
	for _, ph := range c.Policy.Phases {
		if ph.State == LifecycleReleased {
			c.add(Moment{State: LifecycleActive, At: start.at})
			return
		}
		c.add(Moment{State: ph.State, At: start.at, Perhaps: true})
		start = start.after(ph)
	}
}

// counted is a moment from which phases are counted on: with what the clock should show
// then, which a zone may leave out.
type counted struct {
	at   time.Time
	wall time.Time
	zone *time.Location
}

func (c *Course) count(at time.Time) counted { return counted{at, wallClock(at, c.Zone), c.Zone} }

// after is the moment at which a phase that begins here is over. Days are counted on the
// calendar: where the clock leaves out the end of one phase, the next is not moved by that.
func (m counted) after(ph Phase) counted {
	if ph.Days > 0 {
		m.wall = m.wall.AddDate(0, 0, ph.Days)
		m.at = OnClock(m.wall, m.zone)
	}
	if ph.Hours > 0 {
		m.at = m.at.Add(time.Duration(ph.Hours) * time.Hour).UTC()
		m.wall = wallClock(m.at, m.zone)
	}
	return m
}

// layReported lays the moments that the cloud alone reports.
func (c *Course) layReported() {
	for _, s := range []LifecycleState{LifecycleSuspended, LifecycleReleased} {
		if at := c.reported(s); !at.IsZero() {
			if c.From.IsZero() {
				c.Basis = BasisReported
			}
			c.add(Moment{State: s, At: at, Reported: true})
		}
	}
}

// reported returns when the cloud says that a state begins; zero when it does not, or
// when that lies before what the course counts from.
func (c *Course) reported(s LifecycleState) time.Time {
	var at time.Time
	switch s {
	case LifecycleSuspended:
		at = c.Term.SuspendsAt
	case LifecycleReleased:
		at = c.Term.ReleasesAt
	case LifecycleActive, LifecycleExpiring, LifecycleGrace, LifecycleRecycled, LifecycleFrozen, LifecycleUnknown:
	}
	if at.Before(c.From) {
		return time.Time{}
	}
	return at
}

// add puts a moment at the end. What would begin at the same time or later never
// comes to pass.
func (c *Course) add(m Moment) {
	for len(c.Moments) > 0 && !c.Moments[len(c.Moments)-1].At.Before(m.At) {
		c.Moments = c.Moments[:len(c.Moments)-1]
	}
	c.Moments = append(c.Moments, m)
}

// Downgrades tells whether the instance is converted after its term, and not
// released.
func (c *Course) Downgrades() bool {
	return c.Policy.Downgrades && c.Term.Method == Subscription && c.Term.PostExpiration == Downgrade
}

// Has tells whether the course ever enters a state.
func (c *Course) Has(s LifecycleState) bool { return !c.Begins(s).IsZero() }

// Begins returns when a state begins; zero when it never does.
func (c *Course) Begins(s LifecycleState) time.Time {
	for i := range c.Moments {
		if c.Moments[i].State == s {
			return c.Moments[i].At
		}
	}
	return time.Time{}
}

// Converts returns when an instance that is downgraded is converted at the
// latest; zero when it is not downgraded.
func (c *Course) Converts() time.Time {
	if !c.Downgrades() {
		return time.Time{}
	}
	return c.Begins(LifecycleActive)
}

// Before returns the moment so many calendar days, or so long, before at.
func (c *Course) Before(at time.Time, lead time.Duration) time.Time {
	const day = 24 * time.Hour
	if lead%day == 0 {
		return DaysBefore(at, int(lead/day), c.Zone)
	}
	return at.Add(-lead)
}

// At tells where the course stands at the moment now. Intervals are half-open: at
// the moment at which a state begins, it has begun.
func (c *Course) At(now time.Time) Lifecycle {
	i := c.position(now)
	l := Lifecycle{State: c.Steady}
	if i > 0 {
		l.State, l.Since = c.Moments[i-1].State, c.Moments[i-1].At
	}
	switch {
	case c.doubtful(i, now):
		l.State, l.Since = LifecycleUnknown, time.Time{}
	case l.State == LifecycleExpiring && c.Steady == LifecycleFrozen:
		l.State = LifecycleFrozen
	}
	if i < len(c.Moments) {
		l.Next, l.At = c.Moments[i].State, c.Moments[i].At
	}
	l.Reason = c.reason(i)
	if c.doubtful(i, now) {
		l.Reason = c.doubt()
	}
	return l
}

// doubtful tells whether nobody knows whether the instance still exists, when i of the
// moments have come.
func (c *Course) doubtful(i int, now time.Time) bool {
	released := i > 0 && c.Moments[i-1].State == LifecycleReleased
	return !c.Doubt.IsZero() && !now.Before(c.Doubt) && !released
}

// StateAt is the state alone, for those who need it often.
func (c *Course) StateAt(now time.Time) LifecycleState {
	i := c.position(now)
	switch {
	case c.doubtful(i, now):
		return LifecycleUnknown
	case i == 0:
		return c.Steady
	case c.Moments[i-1].State == LifecycleExpiring && c.Steady == LifecycleFrozen:
		return LifecycleFrozen
	}
	return c.Moments[i-1].State
}

// position counts the moments that have come.
func (c *Course) position(now time.Time) int {
	i, found := slices.BinarySearchFunc(c.Moments, now, func(m Moment, now time.Time) int { return m.At.Compare(now) })
	if found {
		i++
	}
	return i
}
