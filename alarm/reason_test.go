package alarm

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

func TestReasonsOfTheCalendar(t *testing.T) {
	at := in2026(time.December, 1)
	a := subscribed("a", at, nil)
	downgraded := subscribed("a", at, nil, func(t *fleet.Term) { t.PostExpiration = fleet.Downgrade })
	p := mqttPolicy()
	p.Downgrades = true
	converts := downgraded.Instance.Term.Course(p, nil)
	state := fleet.Lifecycle{Reason: "so it stands"}
	for _, tt := range []struct {
		rule   RuleName
		course *fleet.Course
		left   int
		now    time.Time
		want   string
	}{
		{Expiry, a.Course, 0, at, "so it stands"},
		{FrozenRule, a.Course, 0, at, "so it stands"},
		{Suspension, a.Course, 0, at.Add(-1), "the service stops at 2026-12-01 00:00 UTC"},
		{Suspension, a.Course, 0, at, "the service stopped at 2026-12-01 00:00 UTC"},
		{Suspension, &converts, 0, at, "so it stands"},
		{Release, a.Course, 0, at.Add(-1), "it is deleted for good at 2026-12-01 00:00 UTC"},
		{Release, a.Course, 0, at, "it is due for deletion since 2026-12-01 00:00 UTC"},
		{AutoRenewal, a.Course, 0, at, "automatic renewal has not paid, and no attempt is left: renew by hand"},
		{AutoRenewal, a.Course, 1, at, "automatic renewal has not paid, 1 attempt is left"},
		{AutoRenewal, a.Course, 2, at, "automatic renewal has not paid, 2 attempts are left"},
		{CannotRenew, a.Course, 0, at.Add(-1), "its account is overdue, and its term ends: last day 2026-11-30"},
		{CannotRenew, a.Course, 0, at, "its account is overdue, and its term has ended: last day 2026-11-30"},
		{Overdue, a.Course, 0, at, "a bill of it is unpaid since 2026-12-01 00:00 UTC"},
		{Capacity, a.Course, 0, at, ""},
	} {
		o := &Details{At: at, Course: tt.course, Lifecycle: state, AttemptsLeft: tt.left}
		if got := o.reason(tt.rule, tt.now); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.rule, got, tt.want)
		}
	}
	if got := (&Details{Course: a.Course, Lifecycle: state}).endReason(); got != "so it stands" {
		t.Errorf("an end: %q", got)
	}
	if got := (&Details{Course: a.Course, Lifecycle: state, Renewed: true}).endReason(); got != "the term goes on: last day 2026-11-30" {
		t.Errorf("renewed: %q", got)
	}
}

// TestDetails: an end is a renewal only when the term still counts from an expiry,
// and attempts are counted only while automatic renewal is late.
func TestDetails(t *testing.T) {
	end := in2026(time.December, 1)
	now := end.AddDate(0, 0, -8)
	paid := subscribed("a", end, nil, func(t *fleet.Term) { t.AutoRenew = true })
	payg := subscribed("a", end, nil, func(t *fleet.Term) { t.Method, t.OverdueSince = fleet.PayAsYouGo, end })
	unknown := subscribed("a", time.Time{}, nil)
	for _, tt := range []struct {
		name    string
		term    TermWatch
		rule    DateRule
		kind    EventKind
		renewed bool
		lead    time.Duration
		left    int
	}{
		{"a step", paid, DateRule{Rule: Expiry, Applies: true, At: end, Steps: []DateStep{{Lead: 9 * day, At: now}, {Lead: 7 * day, At: end.AddDate(0, 0, -7)}}}, Raised, false, 9 * day, 0},
		{"renewed", paid, DateRule{Rule: Expiry, Applies: true, At: end}, Cleared, true, 0, 0},
		{"ended for another reason", paid, DateRule{Rule: CannotRenew}, Cleared, false, 0, 0},
		{"a bill was paid", payg, DateRule{Rule: Release, Applies: true}, Cleared, false, 0, 0},
		{"nothing is known any more", unknown, DateRule{Rule: Expiry, Applies: true}, Cleared, false, 0, 0},
		{"automatic renewal is late", paid, DateRule{Rule: AutoRenewal, Applies: true, At: end}, Raised, false, 0, 7},
		{"automatic renewal has come", paid, DateRule{Rule: AutoRenewal, Applies: true, At: end}, Cleared, true, 0, 0},
		{"expiry, while automatic renewal is late", paid, DateRule{Rule: Expiry, Applies: true, At: end}, Raised, false, 0, 0},
	} {
		j := judgeOf(now, tt.term)
		o := j.details(&tt.term, &tt.rule, &Event{Kind: tt.kind})
		if o.Renewed != tt.renewed || o.Lead != tt.lead || o.AttemptsLeft != tt.left || !o.At.Equal(tt.rule.At) {
			t.Errorf("%s: renewed %v, lead %s, %d left, at %s", tt.name, o.Renewed, o.Lead, o.AttemptsLeft, o.At)
		}
	}
}
