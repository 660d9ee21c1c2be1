// Package calendar tells what lies ahead of a fleet: when terms end, and when
// instances are suspended, put into a recycle bin, released or converted. Pages,
// feed, API and commands show the same list of it. All of it is pure functions
// over standings; nothing here knows a clock.
package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Kind is what happens to an instance at a moment of its calendar.
type Kind string

// The kinds. The beginning of the notice window before an end (the state
// "expiring") is none of them: nothing happens to the instance then.
const (
	Expires   Kind = "expires"   // the paid term ends, whatever state follows
	Overdue   Kind = "overdue"   // a bill is unpaid, and the instance still served
	Suspended Kind = "suspended" // it stops, and its data is kept
	Recycled  Kind = "recycled"  // it can only be restored from a recycle bin
	Released  Kind = "released"  // it is gone for good
	Converted Kind = "converted" // it becomes pay-as-you-go instead of being released
	Unknown   Kind = "unknown"   // nobody says what follows
)

// Kinds returns all kinds, the gravest last.
func Kinds() []Kind {
	return []Kind{Converted, Unknown, Expires, Overdue, Suspended, Recycled, Released}
}

// Words names a kind, as in a legend.
func (k Kind) Words() string {
	switch k {
	case Expires:
		return "term ends"
	case Overdue:
		return "bill overdue"
	case Suspended:
		return "suspended"
	case Recycled:
		return "recycle bin"
	case Released:
		return "released for good"
	case Converted:
		return "converted"
	case Unknown:
	}
	return "not known"
}

// Change is one moment of a course at which something happens to the instance.
type Change struct {
	Kind   Kind
	Moment fleet.Moment
	// Paid is true for the end of a paid term, which the cloud does not report as a
	// moment of its own, and no policy gives.
	Paid bool
}

// Entry is a change of one instance, in the list of what lies ahead of a fleet.
type Entry struct {
	Change

	Standing *fleet.Standing
}

// NoAccount is what a Filter calls instances without an account.
const NoAccount = "-"

// Filter chooses instances. What is empty chooses all.
type Filter struct {
	Account string // NoAccount chooses those without one
	Product string
}

// Takes tells whether an instance passes the filter.
func (f Filter) Takes(in *fleet.Instance) bool {
	account := f.Account == "" || f.Account == in.Account || f.Account == NoAccount && in.Account == ""
	return account && (f.Product == "" || f.Product == in.Product)
}

// Changes returns the changes of a course in their order; c may be nil. The end of the
// paid term is always among them where it is known.
func Changes(c *fleet.Course) []Change {
	if c == nil {
		return nil
	}
	out := make([]Change, 0, len(c.Moments))
	paid := c.Basis == fleet.BasisExpiry && !c.From.IsZero()
	if paid && !slices.ContainsFunc(c.Moments, func(m fleet.Moment) bool { return m.At.Equal(c.From) }) {
		// The cloud reports that what follows begins later: until then nothing changes.
		out = append(out, Change{Kind: Expires, Paid: true, Moment: fleet.Moment{State: c.StateAt(c.From), At: c.From}})
	}
	for _, m := range c.Moments {
		if m.State == fleet.LifecycleExpiring {
			continue
		}
		e := Change{Kind: kindOf(m.State), Moment: m}
		if paid && m.At.Equal(c.From) {
			e.Kind, e.Paid = Expires, true
		}
		out = append(out, e)
	}
	return out
}

func kindOf(s fleet.LifecycleState) Kind {
	switch s {
	case fleet.LifecycleGrace:
		return Overdue
	case fleet.LifecycleSuspended:
		return Suspended
	case fleet.LifecycleRecycled:
		return Recycled
	case fleet.LifecycleReleased:
		return Released
	case fleet.LifecycleActive:
		return Converted
	case fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return Unknown
}

// Next returns the first change of a course that lies ahead of now, and false when
// there is none.
func Next(c *fleet.Course, now time.Time) (Change, bool) {
	for _, e := range Changes(c) {
		if e.Moment.At.After(now) {
			return e, true
		}
	}
	return Change{}, false
}

// Ahead returns what happens after now and before until to the instances that f
// takes, in order of time, then of ID. At the very moment now, a state has begun
// and lies no longer ahead.
func Ahead(list []fleet.Standing, f Filter, now, until time.Time) []Entry {
	var out []Entry
	for i := range list {
		st := &list[i]
		if !f.Takes(st.Instance) {
			continue
		}
		for _, e := range Changes(st.Course) {
			if e.Moment.At.After(now) && e.Moment.At.Before(until) {
				out = append(out, Entry{Change: e, Standing: st})
			}
		}
	}
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(a.Moment.At.Compare(b.Moment.At), strings.Compare(a.Standing.Instance.ID, b.Standing.Instance.ID))
	})
	return out
}

// Words says what happens, as one goes on after the name of the instance.
func (e *Change) Words() string {
	begins := words.Begins(e.Moment.State, words.EN)
	switch {
	case e.Kind == Expires:
		return expiryWords(&e.Moment)
	case e.Kind == Overdue:
		return "its bill is overdue; it stays usable"
	case e.Kind == Unknown:
		return "what follows is not known"
	case e.Kind == Converted:
		return begins + ", at the latest"
	case e.Moment.Perhaps && e.Kind == Suspended:
		return begins + ", or was converted to pay-as-you-go already"
	}
	return begins
}

// expiryWords says what the end of a paid term brings.
func expiryWords(m *fleet.Moment) string {
	begins := words.Begins(m.State, words.EN)
	switch {
	case m.State == fleet.LifecycleGrace:
		return "expires; it stays usable for a grace"
	case m.State == fleet.LifecycleUnknown:
		return "expires; no policy says what follows"
	case m.Perhaps && m.State == fleet.LifecycleSuspended:
		return "expires; it is suspended, or converted to pay-as-you-go at once"
	case begins == "":
		return "expires"
	}
	return "expires and " + begins
}

// Day returns the day that begins at the moment at in zone, as that day's
// midnight in UTC, and false when no day begins there. Where the clock skips
// midnight, the day begins when it goes on.
func Day(at time.Time, zone *time.Location) (time.Time, bool) {
	if !fleet.BeginsDay(at, zone) {
		return time.Time{}, false
	}
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true
}
