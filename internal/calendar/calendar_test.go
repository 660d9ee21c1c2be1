package calendar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/calendar"
)

func end() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }

func day(n int) time.Time { return end().AddDate(0, 0, n) }

// policies are rows of the shipped table that differ in what follows an end.
func policies() map[string]fleet.Policy {
	days := func(s fleet.LifecycleState, n int) fleet.Phase { return fleet.Phase{State: s, Days: n} }
	return map[string]fleet.Policy{
		"mqtt":     {Phases: []fleet.Phase{days(fleet.LifecycleGrace, 15), days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleReleased, 0)}},
		"payg":     {Phases: []fleet.Phase{{State: fleet.LifecycleGrace, Hours: 24}, days(fleet.LifecycleSuspended, 7), days(fleet.LifecycleReleased, 0)}},
		"platinum": {Downgrades: true, Phases: []fleet.Phase{days(fleet.LifecycleSuspended, 7), days(fleet.LifecycleReleased, 0)}},
		"iot":      {Phases: []fleet.Phase{days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleReleased, 0)}},
		"redis":    {Phases: []fleet.Phase{days(fleet.LifecycleGrace, 15), days(fleet.LifecycleSuspended, 15), days(fleet.LifecycleRecycled, 7), days(fleet.LifecycleReleased, 0)}},
		"recycled": {Phases: []fleet.Phase{days(fleet.LifecycleRecycled, 0)}},
		"released": {Phases: []fleet.Phase{days(fleet.LifecycleReleased, 0)}},
		"at once":  {Downgrades: true, Phases: []fleet.Phase{days(fleet.LifecycleReleased, 0)}},
		"none":     {},
	}
}

// said is an event as the tables write it.
type said struct {
	Kind  calendar.Kind
	At    time.Time
	Words string
	Paid  bool
}

func TestOf(t *testing.T) {
	paid := fleet.Term{Method: fleet.Subscription, Expires: end()}
	with := func(f func(*fleet.Term)) fleet.Term {
		out := paid
		f(&out)
		return out
	}
	downgrade := func(t *fleet.Term) { t.PostExpiration = fleet.Downgrade }
	for name, c := range map[string]struct {
		term   fleet.Term
		policy string
		want   []said
	}{
		"grace, suspended, released": {paid, "mqtt", []said{
			{calendar.Expires, end(), "expires; it stays usable for a grace", true}, {calendar.Suspended, day(15), "is suspended", false}, {calendar.Released, day(30), "is released for good", false}}},
		"recycle bin": {paid, "redis", []said{
			{calendar.Expires, end(), "expires; it stays usable for a grace", true}, {calendar.Suspended, day(15), "is suspended", false},
			{calendar.Recycled, day(30), "goes to the recycle bin", false}, {calendar.Released, day(37), "is released for good", false}}},
		"suspended at the end":   {paid, "iot", []said{{calendar.Expires, end(), "expires and is suspended", true}, {calendar.Released, day(15), "is released for good", false}}},
		"recycled at the end":    {paid, "recycled", []said{{calendar.Expires, end(), "expires and goes to the recycle bin", true}}},
		"released at the end":    {paid, "released", []said{{calendar.Expires, end(), "expires and is released for good", true}}},
		"no policy":              {paid, "none", []said{{calendar.Expires, end(), "expires; no policy says what follows", true}}},
		"converted at the end":   {with(downgrade), "at once", []said{{calendar.Expires, end(), "expires and is converted to pay-as-you-go", true}}},
		"documents disagree":     {with(downgrade), "platinum", []said{{calendar.Expires, end(), "expires; it is suspended, or converted to pay-as-you-go at once", true}, {calendar.Converted, day(7), "is converted to pay-as-you-go, at the latest", false}}},
		"suspension is told":     {with(func(t *fleet.Term) { t.SuspendsAt = day(3) }), "mqtt", []said{{calendar.Expires, end(), "expires; it stays usable for a grace", true}, {calendar.Suspended, day(3), "is suspended", false}, {calendar.Released, day(18), "is released for good", false}}},
		"told later than worked": {with(func(t *fleet.Term) { t.SuspendsAt = day(3) }), "iot", []said{{calendar.Expires, end(), "expires; it stays usable for a grace", true}, {calendar.Suspended, day(3), "is suspended", false}, {calendar.Released, day(18), "is released for good", false}}},
		"a bill is overdue":      {fleet.Term{Method: fleet.PayAsYouGo, OverdueSince: end()}, "payg", []said{{calendar.Overdue, end(), "its bill is overdue; it stays usable", false}, {calendar.Suspended, day(1), "is suspended", false}, {calendar.Released, day(8), "is released for good", false}}},
		"only told":              {fleet.Term{Method: fleet.Subscription, ReleasesAt: end()}, "mqtt", []said{{calendar.Released, end(), "is released for good", false}}},
		"nothing is known":       {fleet.Term{Method: fleet.Subscription}, "mqtt", nil},
		"free":                   {fleet.Term{Method: fleet.Free}, "none", nil},
	} {
		t.Run(name, func(t *testing.T) {
			course := c.term.Course(policies()[c.policy], nil)
			var got []said
			for _, e := range calendar.Changes(&course) {
				got = append(got, said{e.Kind, e.Moment.At, e.Words(), e.Paid})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if got := calendar.Changes(nil); got != nil {
		t.Errorf("no course has events: %v", got)
	}
}

func TestNextIsStrictlyAhead(t *testing.T) {
	course := fleet.Term{Method: fleet.Subscription, Expires: end()}.Course(policies()["mqtt"], nil)
	for name, c := range map[string]struct {
		now  time.Time
		want calendar.Kind
		any  bool
	}{
		"far away":                 {day(-100), calendar.Expires, true},
		"within the notice window": {day(-1), calendar.Expires, true},
		"a nanosecond before":      {end().Add(-1), calendar.Expires, true},
		"at its end":               {end(), calendar.Suspended, true},
		"at its release":           {day(30), "", false},
	} {
		if got, ok := calendar.Next(&course, c.now); got.Kind != c.want || ok != c.any {
			t.Errorf("%s: %q, %v", name, got.Kind, ok)
		}
	}
}

// standing is an instance of an account with a term that ends.
func standing(id, account, product string, expires time.Time) fleet.Standing {
	term := fleet.Term{Method: fleet.Subscription, Expires: expires}
	course := term.Course(policies()["mqtt"], nil)
	return fleet.Standing{Instance: &fleet.Instance{ID: id, Account: account, Product: product, Term: term}, Course: &course}
}

func TestAhead(t *testing.T) {
	list := []fleet.Standing{
		standing("b", "acme", "mqtt", day(10)), standing("a", "", "redis", day(10)), standing("c", "acme", "mqtt", day(-21)), {Instance: &fleet.Instance{ID: "d"}},
	}
	for name, c := range map[string]struct {
		filter calendar.Filter
		until  time.Time
		want   []string
	}{
		"all":              {calendar.Filter{}, day(26), []string{"c released", "a expires", "b expires", "a suspended", "b suspended"}},
		"the end is out":   {calendar.Filter{}, day(25), []string{"c released", "a expires", "b expires"}},
		"one account":      {calendar.Filter{Account: "acme"}, day(26), []string{"c released", "b expires", "b suspended"}},
		"without account":  {calendar.Filter{Account: calendar.NoAccount}, day(26), []string{"a expires", "a suspended"}},
		"one product":      {calendar.Filter{Product: "redis"}, day(26), []string{"a expires", "a suspended"}},
		"neither of them":  {calendar.Filter{Account: "acme", Product: "redis"}, day(26), nil},
		"nothing that far": {calendar.Filter{}, day(1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, e := range calendar.Ahead(list, c.filter, day(0), c.until) {
				got = append(got, e.Standing.Instance.ID+" "+string(e.Kind))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestAheadAtTheVeryMoment: what begins now has begun, and lies no longer ahead.
func TestAheadAtTheVeryMoment(t *testing.T) {
	list := []fleet.Standing{standing("a", "", "mqtt", end())}
	for name, c := range map[string]struct {
		now, until time.Time
		want       []calendar.Kind
	}{
		"a nanosecond before":             {end().Add(-1), day(15).Add(1), []calendar.Kind{calendar.Expires, calendar.Suspended}},
		"at the moment":                   {end(), day(15).Add(1), []calendar.Kind{calendar.Suspended}},
		"until the moment":                {end(), day(15), nil},
		"from a moment to the same":       {end(), end(), nil},
		"at the last, and far beyond":     {day(30), day(300), nil},
		"a nanosecond before the release": {day(30).Add(-1), day(300), []calendar.Kind{calendar.Released}},
	} {
		var got []calendar.Kind
		for _, e := range calendar.Ahead(list, calendar.Filter{}, c.now, c.until) {
			got = append(got, e.Kind)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestEventsRise draws terms with told moments in any place.
func TestEventsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			if rapid.Bool().Draw(t, "known") {
				return day(rapid.IntRange(-40, 40).Draw(t, "day"))
			}
			return time.Time{}
		})
		term := fleet.Term{
			Method:  rapid.SampledFrom([]fleet.Method{fleet.Subscription, fleet.PayAsYouGo, fleet.Free, ""}).Draw(t, "method"),
			Expires: moment.Draw(t, "expires"), OverdueSince: moment.Draw(t, "overdue"), SuspendsAt: moment.Draw(t, "suspends"), ReleasesAt: moment.Draw(t, "releases"),
			PostExpiration: rapid.SampledFrom([]string{"", fleet.Release, fleet.Downgrade}).Draw(t, "post"), Frozen: rapid.Bool().Draw(t, "frozen"),
		}
		names := []string{"mqtt", "payg", "platinum", "iot", "redis", "at once", "none"}
		course := term.Course(policies()[rapid.SampledFrom(names).Draw(t, "policy")], nil)
		events := calendar.Changes(&course)
		for i, e := range events {
			if i > 0 && !e.Moment.At.After(events[i-1].Moment.At) {
				t.Fatalf("%+v does not come after %+v", e, events[i-1])
			}
			if e.Words() == "" || e.Paid != (e.Kind == calendar.Expires) {
				t.Fatalf("%+v", e)
			}
			if before, ok := calendar.Next(&course, e.Moment.At.Add(-1)); !ok || before.Moment.At.After(e.Moment.At) {
				t.Fatalf("%+v is not ahead a nanosecond before it", e)
			}
		}
		if term.Method == fleet.Subscription && !term.Expires.IsZero() && (len(events) == 0 || !events[0].Paid || !events[0].Moment.At.Equal(term.Expires)) {
			t.Fatalf("the end of the term is not the first of %+v", events)
		}
	})
}

func TestDay(t *testing.T) {
	in := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	shanghai, sao := in("Asia/Shanghai"), in("America/Sao_Paulo")
	for name, c := range map[string]struct {
		at   time.Time
		zone *time.Location
		want string // empty: no day begins
	}{
		"midnight":               {time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), shanghai, "2027-01-01"},
		"midnight of elsewhere":  {time.Date(2026, 12, 31, 16, 0, 0, 0, time.UTC), time.UTC, ""},
		"a second later":         {time.Date(2027, 1, 1, 0, 0, 1, 0, shanghai), shanghai, ""},
		"a nanosecond later":     {time.Date(2027, 1, 1, 0, 0, 0, 1, shanghai), shanghai, ""},
		"a midnight that is not": {time.Date(2018, 11, 4, 1, 0, 0, 0, sao), sao, "2018-11-04"},
		"an hour after that":     {time.Date(2018, 11, 4, 2, 0, 0, 0, sao), sao, ""},
		"the end of a month":     {time.Date(2027, 3, 1, 0, 0, 0, 0, shanghai), shanghai, "2027-03-01"},
	} {
		got, ok := calendar.Day(c.at, c.zone)
		if ok != (c.want != "") || ok && got.Format(time.DateOnly) != c.want {
			t.Errorf("%s: %s, %v, want %q", name, got, ok, c.want)
		}
	}
}
