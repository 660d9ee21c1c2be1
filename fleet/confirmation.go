package fleet

import (
	"slices"
	"time"
)

// Confirmation is what a person said of whether an instance still exists, with when and who.
// The zero one is that nobody has said anything.
type Confirmation struct {
	Gone bool // it does not
	By   string
	At   time.Time
}

// Existence is what is known of whether an instance exists, besides its calendar.
type Existence struct {
	// Due is when it was due for deletion, while that counts: nobody knows whether it exists,
	// or a person said that it is gone. Zero when it does not.
	Due  time.Time
	Said Confirmation // what a person said last, while that holds
}

// Equal tells whether two say the same.
func (e Existence) Equal(o Existence) bool {
	return e.Due.Equal(o.Due) && e.Said.At.Equal(o.Said.At) && e.Said.Gone == o.Said.Gone && e.Said.By == o.Said.By
}

// Told returns the course with what is known of whether the instance exists, in place of what
// was known before. One that is gone, by what a person said, has nothing ahead of it.
func (c *Course) Told(e Existence) Course {
	plain := *c.Untold()
	out := plain
	out.Doubt, out.Said = e.Due, e.Said
	if !e.Said.Gone {
		return out
	}
	at := e.Due
	if at.IsZero() {
		at = e.Said.At
	}
	out.untold = &plain
	out.Doubt, out.Basis, out.Term.AutoRenew = time.Time{}, BasisSaid, false
	out.Moments = slices.Clone(out.Moments[:out.position(at)])
	out.add(Moment{State: LifecycleReleased, At: at})
	return out
}

// Untold is the course without what a person said.
func (c *Course) Untold() *Course {
	if c.untold != nil {
		return c.untold
	}
	return c
}

// Existence is what Told was told.
func (c *Course) Existence() Existence {
	e := Existence{Due: c.Doubt, Said: c.Said}
	if c.Said.Gone {
		e.Due = c.Begins(LifecycleReleased)
	}
	return e
}

// Asked tells whether it can be asked of a person whether the instance still exists: its deletion was
// due, or somebody has said so before.
func (c *Course) Asked(now time.Time) bool {
	return !c.Said.At.IsZero() || c.Gone(now) || !c.Doubt.IsZero() && !now.Before(c.Doubt)
}

// saidGone says who said that the instance is gone.
func (c *Course) saidGone() string {
	return "gone: " + c.Said.By + " said so on " + written(c.Said.At, c.Zone)
}
