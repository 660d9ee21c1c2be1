package facts

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// noticeOf is an event of a rule about the course of one instance, and of others.
func noticeOf(t *testing.T, rule alarm.RuleName, now time.Time, c fleet.Course, others ...fleet.Course) *dated {
	t.Helper()
	ev := &alarm.Event{
		Kind: alarm.Raised, Key: alarm.Key{Rule: rule, Instance: "a", Metric: alarm.NoMetric}, At: now, Known: true, Instance: &fleet.Instance{ID: "a"},
		Details: &alarm.Details{At: c.Term.Expires, Course: &c, Account: &fleet.Account{Name: "acme"}},
	}
	for i := range others {
		ev.Details.Others = append(ev.Details.Others, alarm.Affected{Instance: &fleet.Instance{ID: "b"}, Course: &others[i]})
	}
	return newDated(ev)
}

// paidUntil is the course of a subscription that ends at end, under a policy of
// three days of grace, three suspended and renewal nine days before at most.
func paidUntil(end time.Time, changes ...func(*fleet.Term, *fleet.Policy)) fleet.Course {
	term := fleet.Term{Method: fleet.Subscription, Expires: end, PostExpiration: fleet.Release}
	policy := fleet.Policy{
		Phases:  []fleet.Phase{{State: fleet.LifecycleGrace, Days: 3}, {State: fleet.LifecycleSuspended, Days: 3}, {State: fleet.LifecycleReleased}},
		Renewal: fleet.Renewal{First: 9, Last: 1},
	}
	for _, change := range changes {
		change(&term, &policy)
	}
	return term.Course(policy, nil)
}

func downgrading(t *fleet.Term, p *fleet.Policy) {
	t.PostExpiration, p.Downgrades = fleet.Downgrade, true
}

func TestAtMoments(t *testing.T) {
	end := noon()
	released := end.AddDate(0, 0, 6)
	withoutPhases := func(_ *fleet.Term, p *fleet.Policy) { p.Phases = nil }
	toldRelease := func(term *fleet.Term, _ *fleet.Policy) { term.ReleasesAt = released }
	toldStop := func(term *fleet.Term, _ *fleet.Policy) { term.SuspendsAt = end }
	atOnce := func(_ *fleet.Term, p *fleet.Policy) { p.Phases = p.Phases[1:] }
	endless := func(term *fleet.Term, _ *fleet.Policy) { term.Expires = time.Time{} }
	at := func(days int) time.Time { return end.AddDate(0, 0, days) }
	for _, tt := range []struct {
		name string
		is   func(*dated) bool
		c    fleet.Course
		now  time.Time
		want bool
	}{
		{"over a moment before the end", (*dated).over, paidUntil(end), end.Add(-1), false},
		{"over at the end", (*dated).over, paidUntil(end), end, true},
		{"over without an end", (*dated).over, paidUntil(end, endless), end, false},
		{"a stop at the end", (*dated).stopsAtEnd, paidUntil(end, atOnce), at(-1), true},
		{"a stop after grace", (*dated).stopsAtEnd, paidUntil(end), at(-1), false},
		{"no stop and no end", (*dated).stopsAtEnd, paidUntil(end, endless), at(-1), false},
		{"perhaps converted before the end", (*dated).maybeConverted, paidUntil(end, downgrading), end.Add(-1), false},
		{"perhaps converted at the end", (*dated).maybeConverted, paidUntil(end, downgrading), end, true},
		{"perhaps converted until it is", (*dated).maybeConverted, paidUntil(end, downgrading), released.Add(-1), true},
		{"perhaps converted when it is", (*dated).maybeConverted, paidUntil(end, downgrading), released, false},
		{"perhaps converted, but it is released", (*dated).maybeConverted, paidUntil(end), at(1), false},
		{"converted a moment before", (*dated).converted, paidUntil(end, downgrading), released.Add(-1), false},
		{"converted at the latest", (*dated).converted, paidUntil(end, downgrading), released, true},
		{"converted, but it is released", (*dated).converted, paidUntil(end), released, false},
		{"without a policy", (*dated).withoutPolicy, paidUntil(end, withoutPhases), at(-1), true},
		{"without a policy, but the cloud tells the stop", (*dated).withoutPolicy, paidUntil(end, withoutPhases, toldStop), at(-1), false},
		{"without a policy, but the cloud tells the release", (*dated).withoutPolicy, paidUntil(end, withoutPhases, toldRelease), at(-1), false},
		{"without a policy, and without an end", (*dated).withoutPolicy, paidUntil(end, withoutPhases, endless), at(-1), false},
		{"with a policy of grace for ever", (*dated).withoutPolicy, paidUntil(end, func(_ *fleet.Term, p *fleet.Policy) { p.Phases = []fleet.Phase{{State: fleet.LifecycleGrace}} }), at(-1), false},
		{"renewal before its first attempt", (*dated).renewalTried, paidUntil(end, renewing), at(-9).Add(-1), false},
		{"renewal at its first attempt", (*dated).renewalTried, paidUntil(end, renewing), at(-9), true},
		{"renewal after its last", (*dated).renewalTried, paidUntil(end, renewing), end.Add(-1), true},
		{"renewal of a term that is over", (*dated).renewalTried, paidUntil(end, renewing), end, false},
		{"renewal that is off", (*dated).renewalTried, paidUntil(end), at(-1), false},
		{"renewal of which no attempts are known", (*dated).renewalTried, paidUntil(end, renewing, func(_ *fleet.Term, p *fleet.Policy) { p.Renewal = fleet.Renewal{} }), at(-1), false},
	} {
		if got := tt.is(noticeOf(t, alarm.Expiry, tt.now, tt.c)); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func renewing(t *fleet.Term, _ *fleet.Policy) { t.AutoRenew = true }

func TestDeletion(t *testing.T) {
	end := noon()
	earlier, later := paidUntil(end.AddDate(0, 0, -2)), paidUntil(end.AddDate(0, 0, 2))
	past := paidUntil(end.AddDate(0, 0, -8))
	for _, tt := range []struct {
		name   string
		rule   alarm.RuleName
		now    time.Time
		c      fleet.Course
		others []fleet.Course
		want   time.Time
	}{
		{"its own", alarm.Expiry, end.AddDate(0, 0, -1), paidUntil(end), nil, end.AddDate(0, 0, 6)},
		{"past", alarm.Expiry, end.AddDate(0, 0, 6), paidUntil(end), nil, time.Time{}},
		{"it is downgraded", alarm.Expiry, end.AddDate(0, 0, -1), paidUntil(end, downgrading), []fleet.Course{earlier}, time.Time{}},
		{"the first of all", alarm.Expiry, end.AddDate(0, 0, -1), paidUntil(end), []fleet.Course{later, earlier}, end.AddDate(0, 0, 4)},
		{"of which one is past", alarm.Expiry, end.AddDate(0, 0, -1), paidUntil(end), []fleet.Course{past}, end.AddDate(0, 0, 6)},
		{"of which one is at this moment", alarm.Expiry, end.AddDate(0, 0, -2), paidUntil(end), []fleet.Course{past}, end.AddDate(0, 0, 6)},
		{"another rule speaks for itself", alarm.Release, end.AddDate(0, 0, -1), paidUntil(end), []fleet.Course{earlier}, end.AddDate(0, 0, 6)},
		{"so does one that is over", alarm.Expiry, end, paidUntil(end), []fleet.Course{earlier}, end.AddDate(0, 0, 6)},
	} {
		if got := noticeOf(t, tt.rule, tt.now, tt.c, tt.others...).deletion(); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestOverdueAccount(t *testing.T) {
	for _, tt := range []struct {
		course, account, want bool
	}{{false, false, false}, {true, false, true}, {false, true, true}} {
		c := paidUntil(noon())
		c.Overdue = tt.course
		m := noticeOf(t, alarm.CannotRenew, noon(), c)
		if tt.account {
			m.details.Account.OverdueSince = noon()
		}
		if got := m.overdueAccount(); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
