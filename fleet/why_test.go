package fleet

import (
	"testing"
	"time"
)

// TestReasons has the whole sentences; where a course stands is TestCourse's.
func TestReasons(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	end := time.Date(2027, 1, 1, 8, 0, 0, 0, shanghai)
	day := func(n int) time.Time { return end.AddDate(0, 0, n) }
	paid := Term{Method: Subscription, Expires: end.UTC()}
	with := func(f func(*Term)) Term {
		out := paid
		f(&out)
		return out
	}
	downgraded := with(func(t *Term) { t.PostExpiration = Downgrade })
	nothing, broke, rich := &Account{Zone: shanghai}, &Account{Zone: shanghai, OverdueSince: end}, &Account{Zone: shanghai, Balance: &Balance{Amount: 1}}
	const locked = "; its account is overdue, so it can neither be renewed nor upgraded"

	for _, tt := range []struct {
		name    string
		term    Term
		policy  string
		account *Account
		at      time.Time
		want    string
	}{
		{"far from its end", paid, "mqtt", nothing, day(-60), "paid until 2027-01-01 08:00 UTC+8"},
		{"in the notice window", paid, "mqtt", nothing, day(-1), "paid until 2027-01-01 08:00 UTC+8"},
		{"in the notice window, and nobody can pay", paid, "mqtt", broke, day(-1), "paid until 2027-01-01 08:00 UTC+8" + locked},
		{"in its grace", paid, "mqtt", nothing, day(1), "expired at 2027-01-01 08:00 UTC+8"},
		{"in its grace, and nobody can pay", paid, "mqtt", broke, day(1), "expired at 2027-01-01 08:00 UTC+8" + locked},
		{"suspended as the cloud told", with(func(t *Term) { t.SuspendsAt = day(2) }), "mqtt", nothing, day(3), "expired at 2027-01-01 08:00 UTC+8, by what the cloud tells"},
		{"not yet suspended as the cloud told", with(func(t *Term) { t.SuspendsAt = day(2) }), "mqtt", nothing, day(1), "expired at 2027-01-01 08:00 UTC+8"},
		{"no policy", paid, "", nothing, day(1), "expired at 2027-01-01 08:00 UTC+8; no policy says what follows"},
		{"in between", downgraded, "rocketmq4-platinum", nothing, day(1), "expired at 2027-01-01 08:00 UTC+8; suspended, or converted to pay-as-you-go already: the documents disagree"},
		{"before a downgrade", downgraded, "rocketmq4-platinum", nothing, day(-1), "paid until 2027-01-01 08:00 UTC+8"},
		{"converted", downgraded, "rocketmq4-platinum", nothing, day(8), "expired at 2027-01-01 08:00 UTC+8 and converted to pay-as-you-go by its post-expiration action"},
		{"no end is known", Term{Method: Subscription}, "mqtt", nothing, end, "its expiry is not known"},
		{"no end is known, and nobody can pay", Term{Method: Subscription}, "mqtt", broke, end, "its expiry is not known" + locked},
		{"no end is known, but a release", Term{Method: Subscription, ReleasesAt: day(9)}, "mqtt", nothing, end, "by what the cloud tells"},
		{"pay-as-you-go, and nothing is known", Term{Method: PayAsYouGo}, "mqtt-payg", nothing, end, "pay-as-you-go, and the balance of its account is not known"},
		{"pay-as-you-go without an account", Term{Method: PayAsYouGo}, "mqtt-payg", nil, end, "pay-as-you-go, and the balance of its account is not known"},
		{"pay-as-you-go and paid", Term{Method: PayAsYouGo}, "mqtt-payg", rich, end, "pay-as-you-go, and no bill is overdue"},
		{"pay-as-you-go, and a bill will be overdue", Term{Method: PayAsYouGo}, "mqtt-payg", broke, day(-1), "its bill is overdue from 2027-01-01 08:00 UTC+8"},
		{"pay-as-you-go, and a bill is overdue", Term{Method: PayAsYouGo}, "mqtt-payg", broke, end, "its bill has been overdue since 2027-01-01 08:00 UTC+8"},
		{"pay-as-you-go, and a release that the cloud told has come", Term{Method: PayAsYouGo, ReleasesAt: day(9)}, "mqtt-payg", broke, day(9), "its bill has been overdue since 2027-01-01 08:00 UTC+8, by what the cloud tells"},
		{"free", Term{Method: Free}, "iot-public-new", broke, end, "free of charge, it does not expire"},
		{"frozen", Term{Method: Free, Frozen: true}, "iot-public-new", nothing, end, "frozen, because no device was online for long"},
		{"frozen while it is paid for", with(func(t *Term) { t.Frozen = true }), "mqtt", nothing, day(-60), "frozen, because no device was online for long"},
		{"frozen in the notice window", with(func(t *Term) { t.Frozen = true }), "mqtt", nothing, day(-1), "frozen, because no device was online for long"},
		{"frozen before, and expired", with(func(t *Term) { t.Frozen = true }), "mqtt", nothing, day(1), "expired at 2027-01-01 08:00 UTC+8"},
	} {
		c := tt.term.Course(shippedPolicies()[tt.policy], tt.account)
		if got := c.At(tt.at).Reason; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
