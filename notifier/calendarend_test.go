package notifier

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// TestEndings: why an episode is over, by its rule, its term and how the instance
// is billed now. What is there beside the reason must not hide it.
func TestEndings(t *testing.T) {
	now := noon()
	ahead, past := now.AddDate(0, 0, 30), now.AddDate(0, 0, -1)
	payg := func(term *fleet.Term, _ *fleet.Policy) {
		*term = fleet.Term{Method: fleet.PayAsYouGo}
	}
	unpaidPayg := func(term *fleet.Term, _ *fleet.Policy) {
		*term = fleet.Term{Method: fleet.PayAsYouGo, OverdueSince: past}
	}
	unpaid := func(term *fleet.Term, _ *fleet.Policy) { term.OverdueSince = past }
	free := func(term *fleet.Term, _ *fleet.Policy) { *term = fleet.Term{Method: fleet.Free} }
	renewed := func(c *calendarNotice) { c.details.Renewed = true }
	overdue := func(c *calendarNotice) { c.details.Account.OverdueSince = past }
	for _, tt := range []struct {
		name   string
		rule   alarm.RuleName
		c      fleet.Course
		change func(*calendarNotice)
		want   ending
	}{
		{"thawed", alarm.FrozenRule, paidUntil(ahead), nil, endThawed},
		{"thawed, and renewed besides", alarm.FrozenRule, paidUntil(ahead), renewed, endThawed},
		{"paid", alarm.Overdue, paidUntil(ahead, payg), nil, endPaid},
		{"the account's alarm speaks for it", alarm.Overdue, paidUntil(ahead, unpaidPayg), nil, endByAccount},
		{"the bill of a subscription is left to the account", alarm.Overdue, paidUntil(ahead, unpaid), renewed, endByAccount},
		{"renewed", alarm.Expiry, paidUntil(ahead), renewed, endRenewed},
		{"another end, which is past already", alarm.Expiry, paidUntil(past), renewed, endMoved},
		{"another end, which is now", alarm.Expiry, paidUntil(now), renewed, endMoved},
		{"no end any more", alarm.Expiry, paidUntil(time.Time{}), renewed, endUnclear},
		{"nothing changed", alarm.Expiry, paidUntil(ahead), nil, endUnclear},
		{"it can be renewed again", alarm.CannotRenew, paidUntil(ahead), nil, endRenewable},
		{"the account is overdue still", alarm.CannotRenew, paidUntil(ahead), overdue, endUnclear},
		{"there is no term to renew", alarm.CannotRenew, paidUntil(time.Time{}), nil, endUnclear},
		{"it is billed by use, with a bill unpaid", alarm.CannotRenew, paidUntil(ahead, unpaidPayg), nil, endByUse},
		{"automatic renewal is off", alarm.AutoRenewal, paidUntil(ahead), nil, endRenewalOff},
		{"automatic renewal is on", alarm.AutoRenewal, paidUntil(ahead, renewing), nil, endUnclear},
		{"automatic renewal is off, and there is no term", alarm.AutoRenewal, paidUntil(ahead, payg), nil, endByUse},
		{"another rule does not care for renewal", alarm.Expiry, paidUntil(ahead), overdue, endUnclear},
		{"converted", alarm.Release, paidUntil(now.AddDate(0, 0, -7), downgrading), nil, endConverted},
		{"going to be converted", alarm.Release, paidUntil(ahead, downgrading), nil, endWillConvert},
		{"going to be converted, but it was not to be deleted", alarm.Suspension, paidUntil(ahead, downgrading), nil, endCalledOff},
		{"free", alarm.Expiry, paidUntil(ahead, free), nil, endFree},
		{"free, and not to be deleted", alarm.Release, paidUntil(ahead, free), nil, endFree},
		{"billed by use", alarm.Expiry, paidUntil(ahead, payg), nil, endByUse},
		{"billed by use, and no bill is overdue", alarm.Suspension, paidUntil(ahead, payg), nil, endNothingOverdue},
		{"billed by use, and a bill is overdue", alarm.Release, paidUntil(ahead, unpaidPayg), nil, endCalledOff},
		{"called off", alarm.Release, paidUntil(ahead), nil, endCalledOff},
		{"the stop is called off", alarm.Suspension, paidUntil(ahead), nil, endCalledOff},
	} {
		c := noticeOf(t, tt.rule, now, tt.c)
		if tt.change != nil {
			tt.change(c)
		}
		if got := c.ending(); got != tt.want {
			t.Errorf("%s: ending %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestWhatANoticeHasToSay: where the head of a text says it already, the rest does
// not say it again.
func TestWhatANoticeHasToSay(t *testing.T) {
	now := noon()
	end := now.AddDate(0, 0, 1)
	stops, deleted := end.AddDate(0, 0, 3), end.AddDate(0, 0, 6)
	lost := func(c *calendarNotice) { c.details.At = time.Time{} }
	state := func(s fleet.LifecycleState) func(*calendarNotice) {
		return func(c *calendarNotice) { c.details.Lifecycle.State = s }
	}
	type said struct {
		head, opening             bool
		present                   fleet.LifecycleState
		stop, finalDeletion, last time.Time
	}
	for _, tt := range []struct {
		name   string
		rule   alarm.RuleName
		c      fleet.Course
		change func(*calendarNotice)
		want   said
	}{
		{"expiry", alarm.Expiry, paidUntil(end), state(fleet.LifecycleGrace), said{false, false, fleet.LifecycleGrace, stops, deleted, deleted}},
		{"expiry at a date that is lost", alarm.Expiry, paidUntil(end), lost, said{true, true, "", stops, deleted, time.Time{}}},
		{"suspension in grace", alarm.Suspension, paidUntil(end), state(fleet.LifecycleGrace), said{false, false, "", time.Time{}, deleted, deleted}},
		{"suspension while suspended", alarm.Suspension, paidUntil(end), state(fleet.LifecycleSuspended), said{false, false, "", time.Time{}, deleted, deleted}},
		{"suspension when it is in the bin", alarm.Suspension, paidUntil(end), state(fleet.LifecycleRecycled), said{false, false, fleet.LifecycleRecycled, time.Time{}, deleted, deleted}},
		{"release", alarm.Release, paidUntil(end), state(fleet.LifecycleSuspended), said{false, false, fleet.LifecycleSuspended, stops, time.Time{}, time.Time{}}},
		{"release when it is", alarm.Release, paidUntil(end), state(fleet.LifecycleReleased), said{false, false, "", stops, time.Time{}, time.Time{}}},
		{"expiry when it is released", alarm.Expiry, paidUntil(end), state(fleet.LifecycleReleased), said{false, false, fleet.LifecycleReleased, stops, deleted, deleted}},
		{"release of one that is downgraded", alarm.Release, paidUntil(end, downgrading), state(fleet.LifecycleGrace), said{true, false, fleet.LifecycleGrace, time.Time{}, time.Time{}, time.Time{}}},
		{"expiry of one that is downgraded, and released they say", alarm.Expiry, paidUntil(end, downgrading), state(fleet.LifecycleReleased), said{false, false, "", time.Time{}, time.Time{}, time.Time{}}},
		{"frozen", alarm.FrozenRule, paidUntil(end), nil, said{true, true, "", stops, deleted, time.Time{}}},
		{"a bill that stops nothing", alarm.Overdue, paidUntil(end), nil, said{false, true, "", stops, deleted, time.Time{}}},
		{"a bill of a date that is lost", alarm.Overdue, paidUntil(end), lost, said{false, true, "", stops, deleted, time.Time{}}},
		{"a bill of one that is billed by use, of a date that is lost", alarm.Overdue, paidUntil(end, func(term *fleet.Term, _ *fleet.Policy) {
			*term = fleet.Term{Method: fleet.PayAsYouGo, OverdueSince: end}
		}), lost, said{false, false, "", stops, deleted, time.Time{}}},
	} {
		c := noticeOf(t, tt.rule, now, tt.c)
		if tt.change != nil {
			tt.change(c)
		}
		got := said{c.headSaysAll(), c.openingSaysAll(), c.present(), c.stop(), c.finalDeletion(), c.lastLoss()}
		if got != tt.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
}
