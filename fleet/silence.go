package fleet

import "time"

// Silence says why no data is to be expected from the instance at the moment now: its calendar
// says that it is stopped or gone. "" is no such reason.
func (c *Course) Silence(now time.Time) string {
	i := c.position(now)
	if c.doubtful(i, now) {
		return "expected: it was due for deletion on " + c.day(c.Doubt) + ", and nobody knows whether it exists"
	}
	if i == 0 {
		return ""
	}
	since, cause := c.day(c.Moments[i-1].At), c.cause()
	if c.Stood(c.Moments[i-1]) {
		cause = ", by what the cloud tells"
	}
	switch m := c.Moments[i-1]; m.State {
	case LifecycleSuspended:
		if m.Perhaps {
			return "expected: stopped, or converted to pay-as-you-go, since " + since
		}
		return "expected: stopped since " + since + cause
	case LifecycleRecycled:
		return "expected: in the recycle bin since " + since + cause
	case LifecycleReleased:
		if c.Basis == BasisSaid {
			return "expected: gone, as " + c.Said.By + " said on " + c.day(c.Said.At)
		}
		if c.Stood(m) {
			return "expected: released since " + since + cause
		}
		return "expected: due for deletion since " + since + cause
	case LifecycleActive, LifecycleExpiring, LifecycleGrace, LifecycleFrozen, LifecycleUnknown:
	}
	return ""
}

func (c *Course) day(at time.Time) string { return at.In(c.Zone).Format("2 Jan 2006") }

// cause is why an instance is stopped.
func (c *Course) cause() string {
	switch c.Basis {
	case BasisOverdue:
		return " for its unpaid bill"
	case BasisExpiry:
		return ", because its term is over"
	case BasisReported, BasisNone:
	}
	return ", by what the cloud tells"
}

// Gone tells whether the deletion of the instance is due at the moment now.
func (c *Course) Gone(now time.Time) bool {
	i := c.position(now)
	return i > 0 && c.Moments[i-1].State == LifecycleReleased
}

// Next returns when the next state begins; zero when none does.
func (c *Course) Next(now time.Time) time.Time {
	if i := c.position(now); i < len(c.Moments) {
		return c.Moments[i].At
	}
	return time.Time{}
}
