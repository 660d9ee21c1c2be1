package web

import (
	"fmt"
	"strconv"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

// relative says how long ago t was, or how long it is until t.
func relative(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < 0:
		return "in " + length(-d)
	case d < time.Second:
		return "now"
	}
	return length(d) + " ago"
}

// length writes a duration in its largest unit, and the next where that tells more.
func length(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < day:
		return two(int(d/time.Hour), "h", int(d%time.Hour/time.Minute), "min")
	case d < 14*day:
		return two(int(d/day), "d", int(d%day/time.Hour), "h")
	}
	return strconv.Itoa(int(d/day)) + " d"
}

func two(a int, unit string, b int, smaller string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unit)
	}
	return fmt.Sprintf("%d %s %d %s", a, unit, b, smaller)
}

// ruleWords returns what people call a rule.
func ruleWords(r alarm.RuleName) string {
	switch r {
	case alarm.Capacity:
		return "Capacity"
	case alarm.NoData:
		return "No data"
	case alarm.Expiry:
		return "Expiry"
	case alarm.Suspension:
		return "Suspension"
	case alarm.Release:
		return "Release"
	case alarm.Overdue:
		return "Overdue payment"
	case alarm.LowBalance:
		return "Low balance"
	case alarm.AutoRenewal:
		return "Automatic renewal"
	case alarm.CannotRenew:
		return "Cannot be renewed"
	case alarm.FrozenRule:
		return "Frozen"
	case alarm.Forecast:
		return "Forecast"
	}
	return string(r)
}

// lifecycleWords returns what people call a lifecycle state.
func lifecycleWords(s fleet.LifecycleState) string {
	switch s {
	case fleet.LifecycleActive:
		return "active"
	case fleet.LifecycleExpiring:
		return "expiring"
	case fleet.LifecycleGrace:
		return "expired, in grace"
	case fleet.LifecycleSuspended:
		return "suspended"
	case fleet.LifecycleRecycled:
		return "in the recycle bin"
	case fleet.LifecycleReleased:
		return "released"
	case fleet.LifecycleFrozen:
		return "frozen"
	case fleet.LifecycleUnknown:
	}
	return "term unknown"
}

// nextWords says what happens to an instance when a lifecycle state begins.
func nextWords(s fleet.LifecycleState) string {
	switch s {
	case fleet.LifecycleGrace:
		return "expires"
	case fleet.LifecycleSuspended:
		return "is suspended"
	case fleet.LifecycleRecycled:
		return "goes to the recycle bin"
	case fleet.LifecycleReleased:
		return "is released"
	case fleet.LifecycleActive:
		return "is converted to pay-as-you-go"
	case fleet.LifecycleExpiring, fleet.LifecycleFrozen, fleet.LifecycleUnknown:
	}
	return "ends"
}

// methodWords returns what people call a billing method.
func methodWords(m fleet.Method) string {
	switch m {
	case fleet.Subscription:
		return "Subscription"
	case fleet.PayAsYouGo:
		return "Pay-as-you-go"
	case fleet.Free:
		return "Free"
	}
	return "Not given"
}

// stateWords says how a metric stands.
func stateWords(s fleet.MetricState) string {
	switch s {
	case fleet.MetricOK:
		return "below the mark"
	case fleet.MetricRaised:
		return "alarm raised"
	case fleet.MetricUnknown:
		return "no data"
	case fleet.MetricUnwatched:
		return "no alarm"
	}
	return "not judged yet"
}

// lifecycleSign is the sign before a lifecycle state, so that its colour is not
// the only one.
func lifecycleSign(s fleet.LifecycleState) string {
	switch s {
	case fleet.LifecycleActive:
		return "●"
	case fleet.LifecycleExpiring:
		return "◔"
	case fleet.LifecycleGrace:
		return "◑"
	case fleet.LifecycleSuspended:
		return "■"
	case fleet.LifecycleRecycled:
		return "◆"
	case fleet.LifecycleReleased:
		return "✕"
	case fleet.LifecycleFrozen:
		return "✱"
	case fleet.LifecycleUnknown:
	}
	return "?"
}

// kindWords says what the marks of a kind stand for.
func kindWords(k calendar.Kind) string {
	switch k {
	case calendar.Expires:
		return "term ends"
	case calendar.Overdue:
		return "bill overdue"
	case calendar.Suspended:
		return "suspended"
	case calendar.Recycled:
		return "recycle bin"
	case calendar.Released:
		return "released for good"
	case calendar.Converted:
		return "converted"
	case calendar.Unknown:
	}
	return "not known"
}
