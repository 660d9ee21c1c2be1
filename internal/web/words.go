package web

import (
	"cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// ruleWords returns what people call a rule.
func ruleWords(r alarm.RuleName) string { return words.Capital(words.Rule(string(r), words.EN)) }

// nextWords says what happens to an instance when a lifecycle state begins.
func nextWords(s fleet.LifecycleState) string { return cmp.Or(words.Begins(s, words.EN), "ends") }

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
		return "below the threshold"
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
