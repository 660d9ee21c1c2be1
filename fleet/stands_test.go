package fleet

import (
	"testing"
	"time"
)

// TestWordOfTheCloud: what the cloud's status says of an instance counts where its calendar is not as
// far, and only there.
func TestWordOfTheCloud(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	end := time.Date(2026, 12, 3, 0, 0, 0, 0, shanghai)
	payer := &Account{Zone: shanghai, Balance: &Balance{Amount: 1}}
	paid := Term{Method: Subscription, Expires: end}
	byUse := Term{Method: PayAsYouGo}
	stopped := func(days int) Word {
		return Word{State: LifecycleSuspended, Since: end.AddDate(0, 0, days), Text: "Inactive"}
	}
	released := func(days int) Word {
		return Word{State: LifecycleReleased, Since: end.AddDate(0, 0, days), Text: "RELEASED"}
	}
	for _, tt := range []struct {
		name   string
		term   Term
		policy string
		word   Word
		days   int // after the end
		want   LifecycleState
		reason string
		quiet  string
		next   LifecycleState
	}{
		{"no word", paid, "redis", Word{}, -20, LifecycleActive, "paid, last day 2026-12-02", "", LifecycleExpiring},
		{"stopped though it is paid", paid, "redis", stopped(-20), -20, LifecycleSuspended, "the cloud says Inactive", "expected: stopped since 13 Nov 2026, by what the cloud tells", LifecycleRecycled},
		{"a day before that", paid, "redis", stopped(-20), -21, LifecycleActive, "paid, last day 2026-12-02", "", LifecycleSuspended},
		{"and stays stopped when its term ends", paid, "redis", stopped(-20), 1, LifecycleSuspended, "the cloud says Inactive", "expected: stopped since 13 Nov 2026, by what the cloud tells", LifecycleRecycled},
		{"and goes on", paid, "redis", stopped(-20), 31, LifecycleRecycled, "expired, last day 2026-12-02", "expected: in the recycle bin since 2 Jan 2027, because its term is over", LifecycleReleased},
		{"stopped in its grace", paid, "redis", stopped(5), 6, LifecycleSuspended, "the cloud says Inactive", "expected: stopped since 8 Dec 2026, by what the cloud tells", LifecycleRecycled},
		{"stopped as its calendar has it", paid, "redis", stopped(17), 18, LifecycleSuspended, "expired, last day 2026-12-02", "expected: stopped since 18 Dec 2026, because its term is over", LifecycleRecycled},
		{"further than the cloud says", paid, "redis", stopped(38), 39, LifecycleReleased, "expired, last day 2026-12-02", "expected: due for deletion since 9 Jan 2027, because its term is over", ""},
		{"by use, and stopped", byUse, "mqtt-payg", stopped(-20), 0, LifecycleSuspended, "the cloud says Inactive", "expected: stopped since 13 Nov 2026, by what the cloud tells", ""},
		{"free, and stopped", Term{Method: Free}, "", stopped(-20), 0, LifecycleSuspended, "the cloud says Inactive", "expected: stopped since 13 Nov 2026, by what the cloud tells", ""},
		{"no term is known, and stopped", Term{Method: Subscription}, "redis", stopped(-20), 0, LifecycleSuspended, "the cloud says Inactive", "expected: stopped since 13 Nov 2026, by what the cloud tells", ""},
		{"released though it is paid", paid, "mqtt", released(-20), 0, LifecycleReleased, "the cloud says RELEASED", "expected: released since 13 Nov 2026, by what the cloud tells", ""},
		{"released while it is stopped", paid, "mqtt", released(20), 21, LifecycleReleased, "the cloud says RELEASED", "expected: released since 23 Dec 2026, by what the cloud tells", ""},
		{"in the bin", paid, "redis", Word{State: LifecycleRecycled, Since: end.AddDate(0, 0, 20), Text: "Released"}, 21, LifecycleRecycled, "the cloud says Released", "expected: in the recycle bin since 23 Dec 2026, by what the cloud tells", LifecycleReleased},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.term.Word = tt.word
			c := tt.term.Course(shippedPolicies()[tt.policy], payer)
			at := end.AddDate(0, 0, tt.days)
			l := c.At(at)
			if l.State != tt.want || c.StateAt(at) != tt.want || l.Reason != tt.reason || c.Silence(at) != tt.quiet || l.Next != tt.next {
				t.Errorf("%s because %q, silence %q, next %s", l.State, l.Reason, c.Silence(at), l.Next)
			}
			for i := 1; i < len(c.Moments); i++ {
				if !c.Moments[i-1].At.Before(c.Moments[i].At) {
					t.Errorf("the moments do not rise: %+v", c.Moments)
				}
			}
		})
	}
}
