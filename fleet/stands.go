package fleet

import (
	"slices"
	"time"
)

// Word is what a cloud's status of an instance says for its calendar, in the cloud's own word.
// The zero Word says nothing.
type Word struct {
	State LifecycleState // suspended, recycled or released
	Since time.Time      // when the cloud was first seen to say so
	Text  string         // Inactive
}

// Equal tells whether two say the same.
func (w Word) Equal(o Word) bool {
	return w.State == o.State && w.Since.Equal(o.Since) && w.Text == o.Text
}

// stages are the states that follow each other when nobody pays. An instance goes through them in
// this order; all others come before.
func stages() []LifecycleState {
	return []LifecycleState{LifecycleExpiring, LifecycleGrace, LifecycleSuspended, LifecycleRecycled, LifecycleReleased}
}

// stand lays what the cloud's status says: where the calendar is not as far by then, the instance
// has come to that state all the same, and goes on from there.
func (c *Course) stand() {
	w := c.Term.Word
	if w.State == "" || w.Since.IsZero() {
		return
	}
	stage := func(s LifecycleState) int { return slices.Index(stages(), s) }
	if stage(c.StateAt(w.Since)) >= stage(w.State) {
		return
	}
	i := c.position(w.Since)
	later := c.Moments[i:]
	c.Moments = append(slices.Clone(c.Moments[:i]), Moment{State: w.State, At: w.Since, Reported: true})
	for _, m := range later {
		if stage(m.State) > stage(w.State) {
			c.Moments = append(c.Moments, m)
		}
	}
	if c.Basis == BasisNone || c.From.IsZero() {
		c.Basis = BasisReported
	}
}

// Stood tells whether a moment is there because of the cloud's status.
func (c *Course) Stood(m Moment) bool {
	w := c.Term.Word
	return w.State != "" && m.Reported && m.State == w.State && m.At.Equal(w.Since)
}

// StoodAt returns since when the cloud's status says that the instance is in a state; zero when
// it does not, or something else has said so before.
func (c *Course) StoodAt(s LifecycleState) time.Time {
	for _, m := range c.Moments {
		if m.State == s && c.Stood(m) {
			return m.At
		}
	}
	return time.Time{}
}
