package state

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Gone tells whether the deletion of an instance is due, by its calendar.
func (f *Fleet) Gone(id string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	i, ok := f.index[id]
	return ok && f.courses[i].Gone(time.Now())
}

// expected is a reading as people are shown it: where nothing was read, and the calendar says
// why, that goes before what the source says.
func expected(r *fleet.Reading, c *fleet.Course, now time.Time) *fleet.Reading {
	if r == nil || r.Up {
		return r
	}
	why := c.Silence(now)
	if why == "" {
		return r
	}
	if c.Gone(now) {
		why += ", so it is read only once an hour"
	}
	out := *r
	if out.Reason = why; r.Reason != "" {
		out.Reason += "; " + r.Reason
	}
	return &out
}
