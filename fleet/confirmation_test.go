package fleet

import (
	"testing"
	"time"
)

// TestTold: what a person says of whether an instance exists ends the doubt, one way or the
// other, and can be taken back.
func TestTold(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	due := time.Date(2026, 11, 17, 0, 0, 0, 0, shanghai)
	said := due.Add(34 * time.Hour)
	payer := &Account{Name: "acme", Zone: shanghai, OverdueSince: due}
	renewed := Term{Method: Subscription, Expires: due.AddDate(0, 3, 0), AutoRenew: true}.Course(shippedPolicies()["mqtt"], payer)
	unpaid := Term{Method: PayAsYouGo, OverdueSince: due.AddDate(0, 0, -8)}.Course(shippedPolicies()["mqtt-payg"], payer)
	exists := Confirmation{By: "Wei", At: said}
	gone := Confirmation{By: "Wei", At: said, Gone: true}
	for _, tt := range []struct {
		name   string
		course Course
		told   Existence
		state  LifecycleState
		since  time.Time
		reason string
		quiet  string
		ahead  int // moments that come
		asked  bool
	}{
		{"nothing is asked", renewed, Existence{}, LifecycleActive, time.Time{}, "paid, last day 2027-02-16; its account is overdue, so it can neither be renewed nor upgraded", "", 4, false},
		{"nobody knows", renewed, Existence{Due: due}, LifecycleUnknown, time.Time{}, "paid; it was due for deletion on 2026-11-17 00:00 UTC+8: check whether it still exists",
			"expected: it was due for deletion on 17 Nov 2026, and nobody knows whether it exists", 4, true},
		{"it exists", renewed, Existence{Said: exists}, LifecycleActive, time.Time{}, "paid, last day 2027-02-16; its account is overdue, so it can neither be renewed nor upgraded", "", 4, true},
		{"it is gone", renewed, Existence{Due: due, Said: gone}, LifecycleReleased, due, "gone: Wei said so on 2026-11-18 10:00 UTC+8", "expected: gone, as Wei said on 18 Nov 2026", 0, true},
		{"it is gone, and when it was due is not known", renewed, Existence{Said: gone}, LifecycleReleased, said, "gone: Wei said so on 2026-11-18 10:00 UTC+8", "expected: gone, as Wei said on 18 Nov 2026", 0, true},
		{"unpaid", unpaid, Existence{}, LifecycleReleased, due, "its bill has been overdue since 2026-11-09 00:00 UTC+8", "expected: due for deletion since 17 Nov 2026 for its unpaid bill", 0, true},
		{"unpaid, and seen all the same", unpaid, Existence{Said: exists}, LifecycleReleased, due, "its bill has been overdue since 2026-11-09 00:00 UTC+8", "expected: due for deletion since 17 Nov 2026 for its unpaid bill", 0, true},
		{"unpaid, and gone", unpaid, Existence{Due: due, Said: gone}, LifecycleReleased, due, "gone: Wei said so on 2026-11-18 10:00 UTC+8", "expected: gone, as Wei said on 18 Nov 2026", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := said.Add(time.Hour)
			c := tt.course.Told(tt.told)
			l := c.At(now)
			if l.State != tt.state || c.StateAt(now) != tt.state || !l.Since.Equal(tt.since) || l.Reason != tt.reason || c.Silence(now) != tt.quiet || c.Asked(now) != tt.asked {
				t.Errorf("%s (%s) since %s because %q, silence %q, asked %v", l.State, c.StateAt(now), l.Since, l.Reason, c.Silence(now), c.Asked(now))
			}
			if n := len(c.Moments) - c.position(now); n != tt.ahead || c.Next(now).IsZero() != (tt.ahead == 0) {
				t.Errorf("%d moments ahead, the next at %s", n, c.Next(now))
			}
			if c.Gone(now) != (tt.state == LifecycleReleased) {
				t.Errorf("gone: %v", c.Gone(now))
			}
			if !tt.told.Said.Gone && !c.Existence().Equal(tt.told) || tt.told.Said.Gone && (c.Existence().Due.IsZero() || c.Term.AutoRenew) {
				t.Errorf("told %+v, says %+v", tt.told, c.Existence())
			}
			back := c.Told(Existence{})
			if got, want := back.At(now), tt.course.At(now); got != want || len(back.Moments) != len(tt.course.Moments) {
				t.Errorf("taken back: %+v, want %+v", got, want)
			}
		})
	}
}
