package fleet

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAttempts: runs begin at 08:00 of UTC+8, so the first one of a term that ends on
// 11 December 00:00 is on the 2nd, and the last one on the 10th.
func TestAttempts(t *testing.T) {
	shanghai, berlin := zoneOf(t, "Asia/Shanghai"), zoneOf(t, "Europe/Berlin")
	eight := Clock{Known: true, Minutes: 0} // 08:00 of UTC+8 is midnight of UTC
	end := time.Date(2026, 12, 11, 0, 0, 0, 0, shanghai)
	for _, tt := range []struct {
		name  string
		r     Renewal
		end   time.Time
		zone  *time.Location
		first time.Time
		last  time.Time
		n     int
	}{
		{"daily from nine days before", Renewal{First: 9, Last: 1, Clock: eight}, end, shanghai,
			time.Date(2026, 12, 2, 8, 0, 0, 0, shanghai), time.Date(2026, 12, 10, 8, 0, 0, 0, shanghai), 9},
		{"once, seven days before", Renewal{First: 7, Last: 7, Clock: eight}, end, shanghai,
			time.Date(2026, 12, 4, 8, 0, 0, 0, shanghai), time.Date(2026, 12, 4, 8, 0, 0, 0, shanghai), 1},
		{"at no known time: with the day", Renewal{First: 2, Last: 1}, end, shanghai,
			time.Date(2026, 12, 9, 0, 0, 0, 0, shanghai), time.Date(2026, 12, 10, 0, 0, 0, 0, shanghai), 2},
		{"of an account in another zone: the first 08:00 of its day", Renewal{First: 1, Last: 1, Clock: eight}, time.Date(2026, 12, 11, 0, 0, 0, 0, berlin), berlin,
			time.Date(2026, 12, 10, 1, 0, 0, 0, berlin), time.Date(2026, 12, 10, 1, 0, 0, 0, berlin), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.r.Attempts(tt.end, tt.zone)
			if len(got) != tt.n || !got[0].Equal(tt.first) || !got[len(got)-1].Equal(tt.last) {
				t.Errorf("%v", got)
			}
		})
	}
	if got := (Renewal{}).Attempts(end, shanghai); got != nil {
		t.Errorf("of nothing known: %v", got)
	}
}

// TestAdvisesRenewal: a term of up to three months without automatic renewal gets the
// advice to switch it on (IoT Platform, overdue payment and renewal).
func TestAdvisesRenewal(t *testing.T) {
	quarter := Renewal{Advised: Period{Months: 3}}
	for _, tt := range []struct {
		name   string
		term   Term
		r      Renewal
		advise bool
	}{
		{"three months", Term{Method: Subscription, RenewPeriod: Period{Months: 3}}, quarter, true},
		{"a year", Term{Method: Subscription, RenewPeriod: Period{Months: 12}}, quarter, false},
		{"it is on", Term{Method: Subscription, RenewPeriod: Period{Months: 1}, AutoRenew: true}, quarter, false},
		{"nobody knows how long", Term{Method: Subscription}, quarter, false},
		{"no document says so", Term{Method: Subscription, RenewPeriod: Period{Months: 1}}, Renewal{}, false},
		{"billed by use", Term{Method: PayAsYouGo, RenewPeriod: Period{Months: 1}}, quarter, false},
		{"unsubscribed", Term{Method: Subscription, RenewPeriod: Period{Months: 1}, UnsubscribedAt: time.Unix(1, 0)}, quarter, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.term.Course(Policy{Renewal: tt.r}, nil)
			if got := c.AdvisesRenewal(); got != tt.advise {
				t.Errorf("advised: %v", got)
			}
		})
	}
}

// TestUnsubscribed: an Enterprise Platinum instance of RocketMQ is converted or deleted
// at the moment it is unsubscribed, and of others nobody knows.
func TestUnsubscribed(t *testing.T) {
	end := time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return end.AddDate(0, 0, n) }
	platinum := Policy{Name: "platinum", Method: Subscription, Downgrades: true, UnsubscribesAtOnce: true,
		Phases: []Phase{{State: LifecycleSuspended, Days: 7}, {State: LifecycleReleased}}}
	other := platinum
	other.UnsubscribesAtOnce = false
	for _, tt := range []struct {
		name   string
		term   Term
		policy Policy
		want   []Moment
		basis  Basis
		at     time.Time // looked at
		reason string
	}{
		{"deleted at once", Term{Expires: end, UnsubscribedAt: day(-30)}, platinum,
			[]Moment{{State: LifecycleReleased, At: day(-30), Reported: true}}, BasisUnsubscribed, day(-30), "unsubscribed at 2026-11-11 00:00 UTC, and deleted at once"},
		{"that is still to come", Term{Expires: end, UnsubscribedAt: day(-30)}, platinum,
			[]Moment{{State: LifecycleReleased, At: day(-30), Reported: true}}, BasisUnsubscribed, day(-31), "unsubscribed from 2026-11-11 00:00 UTC on"},
		{"converted at once", Term{Expires: end, UnsubscribedAt: day(-30), PostExpiration: Downgrade}, platinum,
			[]Moment{{State: LifecycleActive, At: day(-30), Reported: true}}, BasisUnsubscribed, day(0), "unsubscribed at 2026-11-11 00:00 UTC and converted to pay-as-you-go at once"},
		{"in the notice window", Term{Expires: end, UnsubscribedAt: day(-3)}, platinum,
			[]Moment{{State: LifecycleExpiring, At: day(-7)}, {State: LifecycleReleased, At: day(-3), Reported: true}}, BasisUnsubscribed, day(-3), "unsubscribed at 2026-12-08 00:00 UTC, and deleted at once"},
		{"after the end, while it is suspended", Term{Expires: end, UnsubscribedAt: day(2)}, platinum,
			[]Moment{{State: LifecycleExpiring, At: day(-7)}, {State: LifecycleSuspended, At: end}, {State: LifecycleReleased, At: day(2), Reported: true}}, BasisExpiry, day(2), "unsubscribed at 2026-12-13 00:00 UTC, and deleted at once"},
		{"when it was gone already", Term{Expires: end, UnsubscribedAt: day(9)}, platinum,
			[]Moment{{State: LifecycleExpiring, At: day(-7)}, {State: LifecycleSuspended, At: end}, {State: LifecycleReleased, At: day(7)}}, BasisExpiry, day(9), "expired, last day 2026-12-10"},
		{"when it was converted already", Term{Expires: end, UnsubscribedAt: day(9), PostExpiration: Downgrade}, platinum,
			[]Moment{{State: LifecycleExpiring, At: day(-7)}, {State: LifecycleSuspended, At: end, Perhaps: true}, {State: LifecycleActive, At: day(7)}}, BasisExpiry, day(9), "expired, last day 2026-12-10 and converted to pay-as-you-go by its post-expiration action"},
		{"of a product of which nobody knows", Term{Expires: end, UnsubscribedAt: day(-30)}, other,
			[]Moment{{State: LifecycleUnknown, At: day(-30), Reported: true}}, BasisUnsubscribed, day(0), "unsubscribed at 2026-11-11 00:00 UTC; no policy says what follows"},
		{"and nobody knows when its term ended", Term{UnsubscribedAt: day(-30)}, platinum,
			[]Moment{{State: LifecycleReleased, At: day(-30), Reported: true}}, BasisUnsubscribed, day(0), "unsubscribed at 2026-11-11 00:00 UTC, and deleted at once"},
		{"by somebody who pays as it goes", Term{Method: PayAsYouGo, UnsubscribedAt: day(-30)}, platinum, nil, BasisNone, day(0), "pay-as-you-go, and the balance of its account is not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.term.Method == "" {
				tt.term.Method = Subscription
			}
			tt.term.AutoRenew = true
			c := tt.term.Course(tt.policy, nil)
			if diff := cmp.Diff(tt.want, c.Moments); diff != "" {
				t.Errorf("moments (-want +got):\n%s", diff)
			}
			if got := c.At(tt.at).Reason; c.Basis != tt.basis || got != tt.reason {
				t.Errorf("basis %q, reason %q", c.Basis, got)
			}
		})
	}
}

// TestSuspensionDelay: while the account is granted a delay, nothing is suspended; what
// comes later counts from the suspension.
func TestSuspensionDelay(t *testing.T) {
	since := time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)
	after := func(d time.Duration) time.Time { return since.Add(d) }
	const day = 24 * time.Hour
	graced := Policy{Phases: []Phase{{State: LifecycleGrace, Hours: 24}, {State: LifecycleSuspended, Days: 7}, {State: LifecycleReleased}}}
	strict := Policy{Phases: []Phase{{State: LifecycleSuspended, Days: 15}, {State: LifecycleReleased}}}
	for _, tt := range []struct {
		name   string
		delay  time.Duration
		policy Policy
		term   Term
		want   []Moment
	}{
		{"none", 0, graced, Term{}, []Moment{{State: LifecycleGrace, At: since}, {State: LifecycleSuspended, At: after(day)}, {State: LifecycleReleased, At: after(8 * day)}}},
		{"longer than the grace", 3 * day, graced, Term{}, []Moment{{State: LifecycleGrace, At: since}, {State: LifecycleSuspended, At: after(3 * day)}, {State: LifecycleReleased, At: after(10 * day)}}},
		{"shorter than the grace", 12 * time.Hour, graced, Term{}, []Moment{{State: LifecycleGrace, At: since}, {State: LifecycleSuspended, At: after(day)}, {State: LifecycleReleased, At: after(8 * day)}}},
		{"where there is no grace", 12 * time.Hour, strict, Term{}, []Moment{{State: LifecycleGrace, At: since}, {State: LifecycleSuspended, At: after(12 * time.Hour)}, {State: LifecycleReleased, At: after(15*day + 12*time.Hour)}}},
		{"the cloud knows better", 3 * day, graced, Term{SuspendsAt: after(2 * day)}, []Moment{{State: LifecycleGrace, At: since}, {State: LifecycleSuspended, At: after(2 * day), Reported: true}, {State: LifecycleReleased, At: after(9 * day)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.term.Method, tt.term.OverdueSince = PayAsYouGo, since
			c := tt.term.Course(tt.policy, &Account{Zone: time.UTC, SuspensionDelay: tt.delay})
			if diff := cmp.Diff(tt.want, c.Moments); diff != "" {
				t.Errorf("moments (-want +got):\n%s", diff)
			}
		})
	}
	paid := Term{Method: Subscription, Expires: since}
	if c := paid.Course(strict, &Account{Zone: time.UTC, SuspensionDelay: 3 * day}); !c.Begins(LifecycleSuspended).Equal(since) {
		t.Error("the end of a paid term was put off by a delay that is about bills")
	}
}

// TestCredit: an account is overdue when it has used up its line of credit. What a cloud
// reports holds that already.
func TestCredit(t *testing.T) {
	byHand := func(amount, credit Amount) *Account {
		return &Account{Balance: &Balance{Amount: amount, Currency: "CNY"}, Credit: credit}
	}
	reported := byHand(-1, 100)
	reported.Balance.At = time.Unix(1, 0)
	for _, tt := range []struct {
		name      string
		account   *Account
		available Amount
		overdue   bool
	}{
		{"no credit", byHand(-1, 0), -1, true}, {"within it", byHand(-99, 100), 1, false}, {"all of it used", byHand(-100, 100), 0, false},
		{"beyond it", byHand(-101, 100), -1, true}, {"reported by the cloud", reported, -1, true}, {"nobody", nil, 0, false}, {"not known", &Account{Credit: 100}, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := tt.account.Available(); got != tt.available || tt.account.Overdue() != tt.overdue {
				t.Errorf("available %d, overdue %v", got, tt.account.Overdue())
			}
		})
	}
}
