package fleet

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// order is the order in which a course can come to its states.
func order(s LifecycleState) int {
	return slices.Index([]LifecycleState{
		LifecycleActive, LifecycleExpiring, LifecycleGrace, LifecycleSuspended, LifecycleRecycled, LifecycleReleased,
	}, s)
}

func drawCourse(t *rapid.T) Course {
	zones := []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"}
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	moment := func(name string) time.Time {
		if rapid.Bool().Draw(t, name+" is unknown") {
			return time.Time{}
		}
		return time.Unix(rapid.Int64Range(1_700_000_000, 1_830_000_000).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, name+" ns")).UTC()
	}
	term := Term{
		Method:  rapid.SampledFrom([]Method{Subscription, PayAsYouGo, Free}).Draw(t, "method"),
		Expires: moment("expires"), OverdueSince: moment("overdue"), SuspendsAt: moment("suspends"), ReleasesAt: moment("releases"),
		PostExpiration: rapid.SampledFrom([]string{Release, Downgrade}).Draw(t, "post"), ExpiringDays: rapid.IntRange(0, 60).Draw(t, "expiring"),
	}
	// Moments that meet to the nanosecond are not left to chance.
	if !term.Expires.IsZero() && rapid.Bool().Draw(t, "the cloud tells whole days after the end") {
		term.SuspendsAt = term.Expires.AddDate(0, 0, rapid.IntRange(-1, 16).Draw(t, "days to suspension"))
		term.ReleasesAt = term.Expires.AddDate(0, 0, rapid.IntRange(-1, 16).Draw(t, "days to release"))
	}
	policies := shippedPolicies()
	name := rapid.SampledFrom([]string{"", "mqtt", "mqtt-payg", "rocketmq4-platinum", "iot-enterprise", "iot-public-legacy", "redis"}).Draw(t, "policy")
	var payer *Account
	if rapid.Bool().Draw(t, "has a payer") {
		payer = &Account{Zone: zone, OverdueSince: moment("account overdue")}
	}
	return term.Course(policies[name], payer)
}

// TestCourseOnlyMovesForward: as time goes on, states come in their order, every
// moment lies ahead of the one before, and bounds are half-open to the nanosecond.
func TestCourseOnlyMovesForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCourse(t)
		for i, m := range c.Moments {
			if i > 0 && !c.Moments[i-1].At.Before(m.At) {
				t.Fatalf("moment %d is not ahead of the one before: %+v", i, c.Moments)
			}
			before, at := c.At(m.At.Add(-1)), c.At(m.At)
			if at.State != m.State || !at.Since.Equal(m.At) {
				t.Fatalf("at the moment of %s it is %+v", m.State, at)
			}
			if before.State == m.State && i > 0 || before.Next != m.State || !before.At.Equal(m.At) {
				t.Fatalf("a nanosecond before %s it is %+v", m.State, before)
			}
			if at.Reason == "" || before.Reason == "" {
				t.Fatal("a state without a reason")
			}
			converted := c.Downgrades() && m.State == LifecycleActive && i == len(c.Moments)-1
			if before.State != LifecycleUnknown && m.State != LifecycleUnknown && !converted && order(m.State) <= order(before.State) {
				t.Fatalf("%s follows %s", m.State, before.State)
			}
		}
	})
}

// TestNothingIsExpiredWithoutADate: an unknown end is never taken for one that
// has come.
func TestNothingIsExpiredWithoutADate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCourse(t)
		if len(c.Moments) > 0 {
			return
		}
		l := c.At(time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "now"), 0))
		if l.State != LifecycleActive && l.State != LifecycleUnknown && l.State != LifecycleFrozen || l.Next != "" || !l.At.IsZero() {
			t.Fatalf("%+v", l)
		}
	})
}
