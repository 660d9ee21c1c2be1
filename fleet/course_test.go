package fleet

import (
	"strings"
	"testing"
	"time"
)

// shippedPolicies are the rows of the table, as the catalogue ships them.
func shippedPolicies() map[string]Policy {
	days := func(s LifecycleState, n int) Phase { return Phase{State: s, Days: n} }
	return map[string]Policy{
		"mqtt":               {Method: Subscription, Phases: []Phase{days(LifecycleGrace, 15), days(LifecycleSuspended, 15), days(LifecycleReleased, 0)}},
		"mqtt-payg":          {Method: PayAsYouGo, Phases: []Phase{{State: LifecycleGrace, Hours: 24}, days(LifecycleSuspended, 7), days(LifecycleReleased, 0)}},
		"rocketmq4-platinum": {Method: Subscription, Downgrades: true, Phases: []Phase{days(LifecycleSuspended, 7), days(LifecycleReleased, 0)}},
		"iot-enterprise":     {Method: Subscription, Phases: []Phase{days(LifecycleSuspended, 15), days(LifecycleReleased, 0)}},
		"iot-public-new":     {Method: Free},
		"iot-public-legacy":  {Method: PayAsYouGo, Phases: []Phase{{State: LifecycleGrace, Hours: 24}, days(LifecycleSuspended, 0)}},
		"redis":              {Method: Subscription, Phases: []Phase{days(LifecycleGrace, 15), days(LifecycleSuspended, 15), days(LifecycleRecycled, 7), days(LifecycleReleased, 0)}},
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestCourse(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, shanghai)
	day := func(n int) time.Time { return end.AddDate(0, 0, n) }
	paid := Term{Method: Subscription, Expires: end.UTC()}
	with := func(f func(*Term)) Term {
		out := paid
		f(&out)
		return out
	}
	payer := &Account{Zone: shanghai}
	rich := &Account{Zone: shanghai, Balance: &Balance{Amount: 100}}
	broke := &Account{Zone: shanghai, Balance: &Balance{Amount: -1}, OverdueSince: end}

	tests := []struct {
		name   string
		term   Term
		policy string
		payer  *Account
		at     time.Time
		state  LifecycleState
		next   LifecycleState
		nextAt time.Time
		reason string // a part of it
	}{
		{"far from its end", paid, "mqtt", payer, day(-8), LifecycleActive, LifecycleExpiring, day(-7), "paid, last day 2026-12-31"},
		{"seven days before", paid, "mqtt", payer, day(-7), LifecycleExpiring, LifecycleGrace, end, "paid, last day"},
		{"a longer notice window", with(func(t *Term) { t.ExpiringDays = 30 }), "mqtt", payer, day(-30), LifecycleExpiring, LifecycleGrace, end, ""},
		{"a nanosecond before its end", paid, "mqtt", payer, end.Add(-1), LifecycleExpiring, LifecycleGrace, end, ""},
		{"at its end", paid, "mqtt", payer, end, LifecycleGrace, LifecycleSuspended, day(15), "expired, last day 2026-12-31"},
		{"a nanosecond before suspension", paid, "mqtt", payer, day(15).Add(-1), LifecycleGrace, LifecycleSuspended, day(15), ""},
		{"at the end of its grace", paid, "mqtt", payer, day(15), LifecycleSuspended, LifecycleReleased, day(30), ""},
		{"released", paid, "mqtt", payer, day(30), LifecycleReleased, "", time.Time{}, ""},
		{"redis, recycled", paid, "redis", payer, day(30), LifecycleRecycled, LifecycleReleased, day(37), ""},
		{"redis, gone", paid, "redis", payer, day(37), LifecycleReleased, "", time.Time{}, ""},
		{"no grace", paid, "iot-enterprise", payer, end, LifecycleSuspended, LifecycleReleased, day(15), ""},
		{"no policy is known", paid, "", payer, end.Add(time.Hour), LifecycleUnknown, "", time.Time{}, "no policy says"},
		{"no end is known", Term{Method: Subscription}, "mqtt", payer, end, LifecycleUnknown, "", time.Time{}, "expiry is not known"},
		{"free", Term{Method: Free}, "iot-public-new", broke, end, LifecycleActive, "", time.Time{}, "free of charge"},
		{"frozen", Term{Method: Free, Frozen: true}, "iot-public-new", payer, end, LifecycleFrozen, "", time.Time{}, "frozen"},
		{"frozen while it is paid for", with(func(t *Term) { t.Frozen = true }), "mqtt", payer, day(-8), LifecycleFrozen, LifecycleExpiring, day(-7), "frozen"},
		{"frozen in its notice window", with(func(t *Term) { t.Frozen = true }), "mqtt", payer, day(-1), LifecycleFrozen, LifecycleGrace, end, "frozen"},
		{"frozen, and expired", with(func(t *Term) { t.Frozen = true }), "mqtt", payer, end, LifecycleGrace, LifecycleSuspended, day(15), "expired"},
		{"frozen, and no end is known", Term{Method: Subscription, Frozen: true}, "mqtt", payer, end, LifecycleFrozen, "", time.Time{}, "frozen"},
		{"paid as it goes, and the account pays", Term{Method: PayAsYouGo}, "mqtt-payg", rich, end, LifecycleActive, "", time.Time{}, "no bill is overdue"},
		{"paid as it goes, and nothing is known", Term{Method: PayAsYouGo}, "mqtt-payg", payer, end, LifecycleUnknown, "", time.Time{}, "not known"},
		{"marked overdue, a day of hours", Term{Method: PayAsYouGo, OverdueSince: end}, "mqtt-payg", rich, end.Add(23 * time.Hour), LifecycleGrace, LifecycleSuspended, end.Add(24 * time.Hour), "overdue since 2027-01-01"},
		{"overdue by its account", Term{Method: PayAsYouGo}, "mqtt-payg", broke, end.Add(25 * time.Hour), LifecycleSuspended, LifecycleReleased, day(8), ""},
		{"legacy public, suspended for good", Term{Method: PayAsYouGo}, "iot-public-legacy", broke, day(100), LifecycleSuspended, "", time.Time{}, ""},
		{"a subscription runs on when its account is overdue", paid, "iot-enterprise", broke, day(-20), LifecycleActive, LifecycleExpiring, day(-7), "neither be renewed nor upgraded"},
		{"to be downgraded, in between", with(func(t *Term) { t.PostExpiration = Downgrade }), "rocketmq4-platinum", payer, day(6), LifecycleSuspended, LifecycleActive, day(7), "the documents disagree"},
		{"to be downgraded, converted", with(func(t *Term) { t.PostExpiration = Downgrade }), "rocketmq4-platinum", payer, day(7), LifecycleActive, "", time.Time{}, "converted"},
		{"to be released", with(func(t *Term) { t.PostExpiration = Release }), "rocketmq4-platinum", payer, day(7), LifecycleReleased, "", time.Time{}, ""},
		{"the cloud told an earlier suspension", with(func(t *Term) { t.SuspendsAt = day(3).UTC() }), "mqtt", payer, day(3), LifecycleSuspended, LifecycleReleased, day(18), "by what the cloud tells"},
		{"the cloud told a later release", with(func(t *Term) { t.ReleasesAt = day(60).UTC() }), "mqtt", payer, day(40), LifecycleSuspended, LifecycleReleased, day(60), ""},
		{"the cloud told a release before the suspension", with(func(t *Term) { t.ReleasesAt = day(10).UTC() }), "mqtt", payer, day(5), LifecycleGrace, LifecycleReleased, day(10), ""},
		{"the cloud told a suspension after the end, where the policy has no grace", with(func(t *Term) { t.SuspendsAt = day(2).UTC() }), "iot-enterprise", payer, end, LifecycleGrace, LifecycleSuspended, day(2), "by what the cloud tells"},
		{"the cloud told a suspension at the very end, where the policy has a grace", with(func(t *Term) { t.SuspendsAt = end.UTC() }), "mqtt", payer, end, LifecycleSuspended, LifecycleReleased, day(15), "by what the cloud tells"},
		{"the cloud told a release at the very end", with(func(t *Term) { t.ReleasesAt = end.UTC() }), "mqtt", payer, end, LifecycleReleased, "", time.Time{}, "by what the cloud tells"},
		{"the cloud told a suspension a nanosecond before the end", with(func(t *Term) { t.SuspendsAt = end.Add(-1).UTC() }), "mqtt", payer, end, LifecycleGrace, LifecycleSuspended, day(15), ""},
		{"the cloud told suspension and release for one moment", with(func(t *Term) { t.SuspendsAt, t.ReleasesAt = day(3), day(3) }), "mqtt", payer, day(2), LifecycleGrace, LifecycleReleased, day(3), ""},
		{"what the cloud told is of the term before", with(func(t *Term) { t.SuspendsAt, t.ReleasesAt = day(-300), day(-285) }), "mqtt", payer, day(1), LifecycleGrace, LifecycleSuspended, day(15), ""},
		{"no policy, and the cloud told a release", with(func(t *Term) { t.ReleasesAt = day(20) }), "", payer, day(1), LifecycleUnknown, LifecycleReleased, day(20), "no policy says"},
		{"the policy never releases, and the cloud told a release", Term{Method: PayAsYouGo, ReleasesAt: day(20)}, "iot-public-legacy", broke, day(5), LifecycleSuspended, LifecycleReleased, day(20), ""},
		{"an account without a zone", paid, "mqtt", &Account{}, day(-8), LifecycleActive, LifecycleExpiring, end.UTC().AddDate(0, 0, -7), "paid until 2026-12-31 16:00 UTC"},
		{"before a bill is overdue", Term{Method: PayAsYouGo, OverdueSince: end}, "mqtt-payg", payer, day(-1), LifecycleActive, LifecycleGrace, end, ""},
		{"only the cloud knows", Term{Method: PayAsYouGo, ReleasesAt: day(5)}, "", payer, day(0), LifecycleUnknown, LifecycleReleased, day(5), "by what the cloud tells"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.term.Course(shippedPolicies()[tt.policy], tt.payer)
			got := c.At(tt.at)
			if got.State != tt.state || got.Next != tt.next || !got.At.Equal(tt.nextAt) || !strings.Contains(got.Reason, tt.reason) {
				t.Errorf("%+v\nof %+v", got, c.Moments)
			}
			if s := c.StateAt(tt.at); s != got.State {
				t.Errorf("the state alone is %s", s)
			}
		})
	}
}

// TestCourseInDaylightSavingTime counts days of policies over the change of the
// clock, and hours of policies as hours.
func TestCourseInDaylightSavingTime(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	// On 2026-10-25 the day there has 25 hours.
	from := time.Date(2026, 10, 24, 18, 0, 0, 0, berlin)
	payer := &Account{Zone: berlin}
	byDays := Term{Method: Subscription, Expires: from}.Course(Policy{Phases: []Phase{{State: LifecycleSuspended, Days: 2}, {State: LifecycleReleased}}}, payer)
	if want := time.Date(2026, 10, 26, 18, 0, 0, 0, berlin); !byDays.Begins(LifecycleReleased).Equal(want) {
		t.Errorf("two days later is %s", byDays.Begins(LifecycleReleased).In(berlin))
	}
	byHours := Term{Method: PayAsYouGo, OverdueSince: from}.Course(Policy{Phases: []Phase{{State: LifecycleGrace, Hours: 24}, {State: LifecycleSuspended}}}, payer)
	if want := from.Add(24 * time.Hour); !byHours.Begins(LifecycleSuspended).Equal(want) {
		t.Errorf("24 hours later is %s", byHours.Begins(LifecycleSuspended).In(berlin))
	}
	if got, want := byDays.Before(time.Date(2026, 10, 26, 0, 0, 0, 0, berlin), 24*time.Hour), time.Date(2026, 10, 25, 0, 0, 0, 0, berlin); !got.Equal(want) {
		t.Errorf("a day before is %s", got.In(berlin))
	}
}

func TestLastDay(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	for _, tt := range []struct {
		name string
		end  time.Time
		want string
	}{
		{"a date: the day before its midnight", time.Date(2027, 1, 1, 0, 0, 0, 0, shanghai), "2026-12-31"},
		{"a second after midnight: it ends within a day", time.Date(2027, 1, 1, 0, 0, 1, 0, shanghai), ""},
		{"a minute after midnight: it ends within a day", time.Date(2027, 1, 1, 0, 1, 0, 0, shanghai), ""},
		{"a nanosecond after midnight: it ends within a day", time.Date(2027, 1, 1, 0, 0, 0, 1, shanghai), ""},
		{"an hour after midnight: it ends within a day", time.Date(2027, 1, 1, 1, 0, 0, 0, shanghai), ""},
		{"a moment: it ends within a day", time.Date(2027, 1, 1, 8, 30, 0, 0, shanghai), ""},
	} {
		if got := lastDay(tt.end.UTC(), shanghai); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestBefore(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	c := Course{Zone: berlin}
	// The clock goes forward on 2026-03-29 at two.
	at := time.Date(2026, 3, 30, 0, 0, 0, 0, berlin)
	for _, tt := range []struct {
		lead time.Duration
		want time.Time
	}{
		{0, at},
		{24 * time.Hour, time.Date(2026, 3, 29, 0, 0, 0, 0, berlin)},
		{48 * time.Hour, time.Date(2026, 3, 28, 0, 0, 0, 0, berlin)},
		{36 * time.Hour, time.Date(2026, 3, 28, 11, 0, 0, 0, berlin)}, // hours are hours
		{90 * time.Minute, time.Date(2026, 3, 29, 22, 30, 0, 0, berlin)},
	} {
		if got := c.Before(at, tt.lead); !got.Equal(tt.want) {
			t.Errorf("%s before: %s, want %s", tt.lead, got.In(berlin), tt.want)
		}
	}
}

// TestDowngrades: an instance is converted only when its policy knows a downgrade,
// it is a subscription, and its post-expiration action says so.
func TestDowngrades(t *testing.T) {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	half := Policy{Downgrades: true, Phases: []Phase{{State: LifecycleGrace, Days: 1, Hours: 12}, {State: LifecycleSuspended, Hours: 6}, {State: LifecycleReleased}}}
	kept := half
	kept.Downgrades = false
	for _, tt := range []struct {
		name   string
		term   Term
		policy Policy
		want   time.Time
	}{
		{"it does", Term{Method: Subscription, Expires: end, PostExpiration: Downgrade}, half, end.AddDate(0, 0, 1).Add(18 * time.Hour)},
		{"the policy knows none", Term{Method: Subscription, Expires: end, PostExpiration: Downgrade}, kept, time.Time{}},
		{"its action is another", Term{Method: Subscription, Expires: end, PostExpiration: Release}, half, time.Time{}},
		{"it is paid as it goes", Term{Method: PayAsYouGo, OverdueSince: end, PostExpiration: Downgrade}, half, time.Time{}},
	} {
		c := tt.term.Course(tt.policy, nil)
		if got := c.Converts(); !got.Equal(tt.want) || c.Downgrades() == tt.want.IsZero() {
			t.Errorf("%s: %s, %v, want %s", tt.name, got, c.Downgrades(), tt.want)
		}
		if released := c.Has(LifecycleReleased); released == c.Downgrades() {
			t.Errorf("%s: released %v and downgraded %v", tt.name, released, c.Downgrades())
		}
	}
}

// TestBasis: what a course counts from, and nothing when it has no moments.
func TestBasis(t *testing.T) {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	broke := &Account{Zone: time.UTC, OverdueSince: end}
	for _, tt := range []struct {
		name    string
		term    Term
		policy  string
		account *Account
		want    Basis
		from    time.Time
	}{
		{"paid", Term{Method: Subscription, Expires: end}, "mqtt", nil, BasisExpiry, end},
		{"paid, and no policy", Term{Method: Subscription, Expires: end, SuspendsAt: end.Add(1)}, "", nil, BasisExpiry, end},
		{"its own bill", Term{Method: PayAsYouGo, OverdueSince: end}, "mqtt-payg", nil, BasisOverdue, end},
		{"its own bill goes before that of its account", Term{Method: PayAsYouGo, OverdueSince: end.Add(-1)}, "mqtt-payg", broke, BasisOverdue, end.Add(-1)},
		{"its account's bill", Term{Method: PayAsYouGo}, "mqtt-payg", broke, BasisOverdue, end},
		{"a bill, and no policy", Term{Method: PayAsYouGo, ReleasesAt: end.Add(1)}, "", broke, BasisOverdue, end},
		{"only the cloud", Term{Method: Subscription, ReleasesAt: end}, "mqtt", nil, BasisReported, time.Time{}},
		{"only the cloud, pay-as-you-go", Term{Method: PayAsYouGo, SuspendsAt: end}, "mqtt-payg", nil, BasisReported, time.Time{}},
		{"nothing", Term{Method: Subscription}, "mqtt", nil, BasisNone, time.Time{}},
		{"free, whatever is told", Term{Method: Free, ReleasesAt: end}, "iot-public-new", broke, BasisNone, time.Time{}},
	} {
		if c := tt.term.Course(shippedPolicies()[tt.policy], tt.account); c.Basis != tt.want || !c.From.Equal(tt.from) {
			t.Errorf("%s: %q from %s", tt.name, c.Basis, c.From)
		}
	}
}

// TestPhaseWithoutALength lasts for ever: what the policy lists after it never comes.
func TestPhaseWithoutALength(t *testing.T) {
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	p := Policy{Phases: []Phase{{State: LifecycleGrace, Days: 1}, {State: LifecycleSuspended}, {State: LifecycleReleased}}}
	c := Term{Method: Subscription, Expires: end}.Course(p, nil)
	if !c.Begins(LifecycleSuspended).Equal(end.AddDate(0, 0, 1)) || c.Has(LifecycleReleased) {
		t.Errorf("%+v", c.Moments)
	}
}

func TestRenewalKnown(t *testing.T) {
	for first, want := range map[int]bool{0: false, 1: true, 9: true} {
		if got := (Renewal{First: first}).Known(); got != want {
			t.Errorf("from day %d on: %v", first, got)
		}
	}
}

func TestRenewalLeft(t *testing.T) {
	end := time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC)
	nine := Renewal{First: 9, Last: 1}
	for _, tt := range []struct {
		name string
		r    Renewal
		now  time.Time
		want int
	}{
		{"before the first", nine, end.AddDate(0, 0, -10), 9},
		{"on the first day", nine, end.AddDate(0, 0, -9), 8},
		{"a day later", nine, end.AddDate(0, 0, -8), 7},
		{"on the last day", nine, end.AddDate(0, 0, -1), 0},
		{"one attempt, to come", Renewal{First: 7, Last: 7}, end.AddDate(0, 0, -8), 1},
		{"one attempt, made", Renewal{First: 7, Last: 7}, end.AddDate(0, 0, -6), 0},
		{"a nanosecond before an attempt", nine, end.AddDate(0, 0, -9).Add(-1), 9},
		{"after the end", nine, end.AddDate(0, 0, 1), 0},
		{"no last day: until the day before the end", Renewal{First: 3}, end.AddDate(0, 0, -10), 3},
		{"not known", Renewal{}, end.AddDate(0, 0, -10), 0},
	} {
		if got := tt.r.Left(end, tt.now, time.UTC); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestDoubt: while nobody knows whether an instance exists, it stands as unknown, but for the
// time before it was due for deletion and for the next time that it is.
func TestDoubt(t *testing.T) {
	due := time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)
	c := Term{Method: PayAsYouGo, OverdueSince: due.AddDate(0, 0, 10)}.Course(shippedPolicies()["mqtt-payg"], nil)
	c.Doubt = due
	for days, want := range map[int]LifecycleState{-1: LifecycleActive, 0: LifecycleUnknown, 10: LifecycleUnknown, 17: LifecycleUnknown, 18: LifecycleReleased} {
		at := due.AddDate(0, 0, days)
		l := c.At(at)
		if l.State != want || c.StateAt(at) != want {
			t.Errorf("after %d days %+v, %s", days, l, c.StateAt(at))
		}
		if doubtful := strings.HasPrefix(l.Reason, "paid; it was due for deletion on 2026-11-17 00:00 UTC"); doubtful != (want == LifecycleUnknown) || doubtful && !l.Since.IsZero() {
			t.Errorf("after %d days since %s because %q", days, l.Since, l.Reason)
		}
	}
}

// TestSilence: why no data is to be expected of an instance.
func TestSilence(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	end := time.Date(2026, 12, 3, 0, 0, 0, 0, shanghai)
	payer := &Account{Zone: shanghai}
	paid := Term{Method: Subscription, Expires: end.UTC()}
	for _, tt := range []struct {
		name string
		c    Course
		days int
		want string
		gone bool
	}{
		{"paid", paid.Course(shippedPolicies()["redis"], payer), -1, "", false},
		{"in its grace", paid.Course(shippedPolicies()["redis"], payer), 1, "", false},
		{"stopped", paid.Course(shippedPolicies()["redis"], payer), 15, "expected: stopped since 18 Dec 2026, because its term is over", false},
		{"in the recycle bin", paid.Course(shippedPolicies()["redis"], payer), 30, "expected: in the recycle bin since 2 Jan 2027, because its term is over", false},
		{"due for deletion", paid.Course(shippedPolicies()["redis"], payer), 37, "expected: due for deletion since 9 Jan 2027, because its term is over", true},
		{"an unpaid bill", Term{Method: PayAsYouGo, OverdueSince: end}.Course(shippedPolicies()["iot-public-legacy"], payer), 2, "expected: stopped since 4 Dec 2026 for its unpaid bill", false},
		{"by the cloud", Term{Method: PayAsYouGo, SuspendsAt: end}.Course(Policy{}, payer), 0, "expected: stopped since 3 Dec 2026, by what the cloud tells", false},
		{"stopped or converted", Term{Method: Subscription, Expires: end, PostExpiration: Downgrade}.Course(shippedPolicies()["rocketmq4-platinum"], payer), 0,
			"expected: stopped, or converted to pay-as-you-go, since 3 Dec 2026", false},
		{"in doubt", Course{Steady: LifecycleActive, Doubt: end, Zone: shanghai}, 1, "expected: it was due for deletion on 3 Dec 2026, and nobody knows whether it exists", false},
		{"no policy", paid.Course(Policy{}, payer), 1, "", false},
	} {
		at := end.AddDate(0, 0, tt.days)
		if got := tt.c.Silence(at); got != tt.want || tt.c.Gone(at) != tt.gone {
			t.Errorf("%s: %q, %v", tt.name, got, tt.c.Gone(at))
		}
		if next := tt.c.Next(at); !next.IsZero() && !next.Equal(tt.c.At(at).At) {
			t.Errorf("%s: next at %s", tt.name, next)
		}
	}
}
