package facts

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
	renewed := func(c *dated) { c.details.Renewed = true }
	overdue := func(c *dated) { c.details.Account.OverdueSince = past }
	for _, tt := range []struct {
		name   string
		rule   alarm.RuleName
		c      fleet.Course
		change func(*dated)
		want   Why
	}{
		{"thawed", alarm.FrozenRule, paidUntil(ahead), nil, Thawed},
		{"thawed, and renewed besides", alarm.FrozenRule, paidUntil(ahead), renewed, Thawed},
		{"paid", alarm.Overdue, paidUntil(ahead, payg), nil, BillPaid},
		{"the account's alarm speaks for it", alarm.Overdue, paidUntil(ahead, unpaidPayg), nil, ByAccount},
		{"the bill of a subscription is left to the account", alarm.Overdue, paidUntil(ahead, unpaid), renewed, ByAccount},
		{"renewed", alarm.Expiry, paidUntil(ahead), renewed, Renewed},
		{"another end, which is past already", alarm.Expiry, paidUntil(past), renewed, Moved},
		{"another end, which is now", alarm.Expiry, paidUntil(now), renewed, Moved},
		{"no end any more", alarm.Expiry, paidUntil(time.Time{}), renewed, Unclear},
		{"nothing changed", alarm.Expiry, paidUntil(ahead), nil, Unclear},
		{"it can be renewed again", alarm.CannotRenew, paidUntil(ahead), nil, Renewable},
		{"the account is overdue still", alarm.CannotRenew, paidUntil(ahead), overdue, Unclear},
		{"there is no term to renew", alarm.CannotRenew, paidUntil(time.Time{}), nil, Unclear},
		{"it is billed by use, with a bill unpaid", alarm.CannotRenew, paidUntil(ahead, unpaidPayg), nil, IsByUse},
		{"automatic renewal is off", alarm.AutoRenewal, paidUntil(ahead), nil, RenewalOff},
		{"automatic renewal is on", alarm.AutoRenewal, paidUntil(ahead, renewing), nil, Unclear},
		{"automatic renewal is off, and there is no term", alarm.AutoRenewal, paidUntil(ahead, payg), nil, IsByUse},
		{"another rule does not care for renewal", alarm.Expiry, paidUntil(ahead), overdue, Unclear},
		{"converted", alarm.Release, paidUntil(now.AddDate(0, 0, -7), downgrading), nil, IsConverted},
		{"going to be converted", alarm.Release, paidUntil(ahead, downgrading), nil, WillConvert},
		{"going to be converted, but it was not to be deleted", alarm.Suspension, paidUntil(ahead, downgrading), nil, Unclear},
		{"free", alarm.Expiry, paidUntil(ahead, free), nil, IsFree},
		{"free, and not to be deleted", alarm.Release, paidUntil(ahead, free), nil, IsFree},
		{"billed by use", alarm.Expiry, paidUntil(ahead, payg), nil, IsByUse},
		{"billed by use, and no bill is overdue", alarm.Suspension, paidUntil(ahead, payg), nil, NothingOverdue},
		{"billed by use, and a bill is overdue", alarm.Release, paidUntil(ahead, unpaidPayg), nil, Unclear},
		{"called off", alarm.Release, paidUntil(ahead), nil, Unclear},
		{"the stop is called off", alarm.Suspension, paidUntil(ahead), nil, Unclear},
	} {
		c := noticeOf(t, tt.rule, now, tt.c)
		if tt.change != nil {
			tt.change(c)
		}
		if got := c.why(); got != tt.want {
			t.Errorf("%s: why %d, want %d", tt.name, got, tt.want)
		}
	}
}
