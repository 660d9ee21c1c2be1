package web

import (
	"cmp"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// ruleWords returns what people call a rule.
func (p *pages) ruleWords(r alarm.RuleName) string {
	return words.Capital(words.Rule(string(r), p.lang()))
}

// nextWords says what happens to an instance when a lifecycle state begins.
func (p *pages) nextWords(s fleet.LifecycleState) string {
	return cmp.Or(words.Begins(s, p.lang()), p.say.T("term|ends"))
}

// methodWords returns what people call a billing method.
func (p *pages) methodWords(m fleet.Method) string {
	switch m {
	case fleet.Subscription:
		return p.say.T("Subscription")
	case fleet.PayAsYouGo:
		return p.say.T("Pay-as-you-go")
	case fleet.Free:
		return p.say.T("method|Free")
	}
	return p.say.T("method|Not given")
}

// stateWords says how a metric stands.
func (p *pages) stateWords(s fleet.MetricState) string {
	switch s {
	case fleet.MetricOK:
		return p.say.T("below the threshold")
	case fleet.MetricRaised:
		return p.say.T("alarm raised")
	case fleet.MetricUnknown:
		return p.say.T("no data")
	case fleet.MetricUnwatched:
		return p.say.T("no alarm")
	}
	return p.say.T("not judged yet")
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
