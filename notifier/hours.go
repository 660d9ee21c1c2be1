package notifier

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// What lies days ahead wakes nobody: people are told of the steps of the calendar at an hour
// of their day. What has happened, the last warning of a rule, and what would be late by then
// is told at once.

// hourFor returns when a target is to be told of an event that it could be told of at the
// moment now; zero is at once.
func hourFor(ev *alarm.Event, t Target, now time.Time) time.Time {
	o := ev.Details
	if t.Hour == nil || o == nil || !stepped(ev.Key.Rule) {
		return time.Time{}
	}
	next := fleet.NextAt(now, *t.Hour, t.Zone)
	left := o.At.Sub(now)
	switch {
	case !next.After(now):
		return time.Time{}
	case ev.Kind == alarm.Reminded && left <= 0: // no news
		return next
	case left <= 0, o.Last && ev.Kind != alarm.Reminded, o.At.Sub(next) < left/2:
		return time.Time{}
	}
	return next
}

// stepped tells whether a rule has steps that lead to a moment.
func stepped(r alarm.RuleName) bool {
	switch r {
	case alarm.Expiry, alarm.Suspension, alarm.Release, alarm.AutoRenewal, alarm.CannotRenew:
		return true
	case alarm.Capacity, alarm.NoData, alarm.Overdue, alarm.LowBalance, alarm.FrozenRule, alarm.Forecast, alarm.Shortfall:
	}
	return false
}

// holdForHour lets a notice wait for the hour at which its target is told of steps.
func holdForHour(n *Notice, ev *alarm.Event, t Target, now time.Time) {
	if at := hourFor(ev, t, now); at.After(n.NotBefore) {
		n.hold(at, fmt.Sprintf("told at %02d:%02d (calendar_at)", *t.Hour/60, *t.Hour%60))
	}
}

// earliestHour is when the first of the people is told of an event, by the hours at which they
// are told of steps; the moment now when one of them is told at once, or only programs are.
func earliestHour(ev *alarm.Event, people []reached, now time.Time) time.Time {
	var first time.Time
	for i := range people {
		if ToProgram(people[i].Recipient.Channel) {
			continue
		}
		at := hourFor(ev, people[i].Target, now)
		if at.IsZero() {
			return now
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.IsZero() {
		return now
	}
	return first
}
