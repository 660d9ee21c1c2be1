package fleet

import "time"

// reason says in plain words why the course stands where it does, when i of its
// moments have come.
func (c *Course) reason(i int) string {
	why := c.because(i)
	if c.Basis == BasisSaid {
		return why
	}
	if c.Overdue && c.Term.Method == Subscription {
		why += "; its account is overdue, so it can neither be renewed nor upgraded"
	}
	return why
}

// doubt says why nobody knows whether the instance exists.
func (c *Course) doubt() string {
	return "paid; it was due for deletion on " + written(c.Doubt, c.Zone) + ": check whether it still exists"
}

func (c *Course) because(i int) string {
	switch {
	case c.Basis == BasisSaid:
		return c.saidGone()
	case i > 0 && c.Stood(c.Moments[i-1]):
		return "the cloud says " + c.Term.Word.Text
	case c.stateAfter(i) == LifecycleFrozen:
		return "frozen, because no device was online for long"
	case c.Term.Method == Free:
		return "free of charge, it does not expire"
	case len(c.Moments) == 0 && c.Term.Method == PayAsYouGo && c.Steady == LifecycleUnknown:
		return "pay-as-you-go, and the balance of its account is not known"
	case len(c.Moments) == 0 && c.Term.Method == PayAsYouGo:
		return "pay-as-you-go, and no bill is overdue"
	case len(c.Moments) == 0:
		return "its expiry is not known"
	case c.From.IsZero():
		return "by what the cloud tells"
	}
	return c.sinceWhen(i)
}

// sinceWhen says what a course that counts from something stands at.
func (c *Course) sinceWhen(i int) string {
	at := written(c.From, c.Zone)
	expired, paid := "expired at "+at, "paid until "+at
	if day, ok := LastDay(c.From, c.Zone); ok {
		last := "last day " + day.In(c.Zone).Format(time.DateOnly)
		expired, paid = "expired, "+last, "paid, "+last
	}
	source := ""
	if i > 0 && c.Moments[i-1].Reported {
		source = ", by what the cloud tells"
	}
	switch state := c.stateAfter(i); {
	case c.Basis == BasisUnsubscribed || i > 0 && c.Moments[i-1].At.Equal(c.Term.UnsubscribedAt):
		return c.sinceUnsubscribed(i)
	case c.Basis == BasisOverdue && i == 0:
		return "its bill is overdue from " + at
	case c.Basis == BasisOverdue:
		return "its bill has been overdue since " + at + source
	case state == LifecycleUnknown:
		return expired + "; no policy says what follows"
	case i == 0 || state == LifecycleExpiring:
		return paid
	case c.Moments[i-1].Perhaps:
		return expired + "; suspended, or converted to pay-as-you-go already: the documents disagree"
	case state == LifecycleActive:
		return expired + " and converted to pay-as-you-go by its post-expiration action"
	}
	return expired + source
}

// stateAfter is the state when i of the moments have come.
func (c *Course) stateAfter(i int) LifecycleState {
	if i == 0 {
		return c.Steady
	}
	return c.StateAt(c.Moments[i-1].At)
}
