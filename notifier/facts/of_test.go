package facts

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

func orders() *fleet.Instance { return &fleet.Instance{ID: "a", Name: "Orders", Account: "acme"} }

// said writes what is said in short: Usage! Lasts; ! is the gravest, * grave, ~ an aside,
// - only where there is room.
func said(t *Telling) string {
	var out []string
	for _, f := range t.Facts {
		name := strings.TrimPrefix(fmt.Sprintf("%T", f.Fact), "facts.")
		out = append(out, name+[...]string{Full: "-", Aside: "~", Plain: "", Grave: "*", Gravest: "!"}[f.Weight])
	}
	return strings.Join(out, " ")
}

func TestOfReadings(t *testing.T) {
	at := noon()
	event := func(kind alarm.EventKind, rule alarm.RuleName, change ...func(*alarm.Event)) *alarm.Event {
		ev := &alarm.Event{
			Kind: kind, Key: alarm.Key{Rule: rule, Instance: "a", Metric: fleet.Connections}, Code: "K7Q2", At: at, RaisedAt: at.Add(-time.Hour), Since: at.Add(-70 * time.Minute),
			Severity: alarm.Warning, Known: true, Usage: 72, Capacity: 100, Threshold: 0.7, Instance: orders(),
		}
		for _, f := range change {
			f(ev)
		}
		return ev
	}
	fleetwide := func(ev *alarm.Event) { ev.Instance, ev.Silent = nil, []*fleet.Instance{orders()} }
	flaps := func(ev *alarm.Event) { ev.Flaps = alarm.Flaps{Raises: 3, Since: at.Add(-time.Hour), Within: time.Hour} }
	dataless := func(ev *alarm.Event) { ev.Known = false }
	peak := func(ev *alarm.Event) { ev.Peak, ev.PeakOf = 95, 100 }
	changed := func(ev *alarm.Event) { ev.Changed = alarm.ThresholdChange{From: 0.7, To: 0.8} }
	because := func(ev *alarm.Event) { ev.Reason = "refused" }
	until := func(in time.Duration) func(*alarm.Event) {
		return func(ev *alarm.Event) { ev.Details = &alarm.Details{At: at.Add(in)} }
	}
	for _, tt := range []struct {
		name string
		ev   *alarm.Event
		want string
	}{
		{"capacity", event(alarm.Raised, alarm.Capacity), "Usage!"},
		{"capacity, reminded", event(alarm.Reminded, alarm.Capacity), "Usage! Lasts"},
		{"capacity, reminded without data", event(alarm.Reminded, alarm.Capacity, dataless), "LastUsage! Lasts NoDataNow*"},
		{"capacity, over", event(alarm.Cleared, alarm.Capacity), "Back! Lasted*"},
		{"capacity, over, with its peak", event(alarm.Cleared, alarm.Capacity, peak), "Back! Lasted* Peak"},
		{"capacity, over by another threshold", event(alarm.Cleared, alarm.Capacity, peak, changed), "ThresholdChanged! Usage* Lasted* Peak"},
		{"capacity that flaps", event(alarm.BeganFlapping, alarm.Capacity, flaps), "Swings! Now*"},
		{"capacity that flaps without data", event(alarm.Reminded, alarm.Capacity, flaps, dataless), "Swings! NoDataNow*"},
		{"capacity that flaps, a level up", event(alarm.Escalated, alarm.Capacity, flaps), "Usage!"},
		{"capacity that flaps no longer", event(alarm.Settled, alarm.Capacity, flaps), "StaysUp!"},
		{"capacity that flapped, over", event(alarm.Cleared, alarm.Capacity, flaps, peak), "Back! Steady Peak~"},
		{"silence", event(alarm.Raised, alarm.NoData, because), "Silence! Cause"},
		{"silence without a reason", event(alarm.Raised, alarm.NoData), "Silence!"},
		{"silence, over", event(alarm.Cleared, alarm.NoData, because), "DataBack!"},
		{"silence of the fleet", event(alarm.Raised, alarm.NoData, fleetwide), "FleetSilence!"},
		{"silence of the fleet, over", event(alarm.Cleared, alarm.NoData, fleetwide), "FleetBack!"},
		{"data that comes and goes", event(alarm.BeganFlapping, alarm.NoData, flaps), "DataSwings! DataNow*"},
		{"data that came and went, over", event(alarm.Cleared, alarm.NoData, flaps), "DataSteady!"},
		{"a forecast", event(alarm.Raised, alarm.Forecast, until(time.Hour)), "Reaches!"},
		{"a forecast of a moment that is past", event(alarm.Reminded, alarm.Forecast, until(-time.Hour)), "Reached!"},
		{"a forecast of this moment", event(alarm.Reminded, alarm.Forecast, until(0)), "Reached!"},
		{"a forecast without a moment", event(alarm.Reminded, alarm.Forecast, func(ev *alarm.Event) { ev.Details = &alarm.Details{} }), "Grows!"},
		{"a forecast, over", event(alarm.Cleared, alarm.Forecast, until(time.Hour)), "GrowsNot!"},
		{"no longer watched", event(alarm.Withdrawn, alarm.NoData), "Unwatched!"},
		{"an expiry without details", event(alarm.Raised, alarm.Expiry, because), "Reason!"},
	} {
		told := Of(tt.ev)
		if got := said(&told); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	// The beginning of a silence is when data was last there, and not when the alarm was raised.
	if back := Of(event(alarm.Cleared, alarm.NoData)).Facts[0].Fact; back != (DataBack{70 * time.Minute}) {
		t.Errorf("%+v", back)
	}
	old := event(alarm.Cleared, alarm.NoData, func(ev *alarm.Event) { ev.Since = time.Time{} }) // raised by a version before
	if back := Of(old).Facts[0].Fact; back != (DataBack{time.Hour}) {
		t.Errorf("%+v", back)
	}
	if got := Of(event(alarm.Raised, alarm.Capacity)).Steps; len(got) != 1 || got[0].Do != Relieve || got[0].Metric != fleet.Connections {
		t.Errorf("steps %+v", got)
	}
	if got := Of(event(alarm.Cleared, alarm.Capacity)).Steps; len(got) != 0 {
		t.Errorf("an end asks for %+v", got)
	}
}

// Different moments are not put under one date.
func TestOthersAtOtherTimes(t *testing.T) {
	end := noon()
	now := end.AddDate(0, 0, -2)
	course := func(days int) *fleet.Course {
		c := paidUntil(end.AddDate(0, 0, days))
		return &c
	}
	ev := &alarm.Event{
		Kind: alarm.Raised, Key: alarm.Key{Rule: alarm.Suspension, Instance: "a", Metric: alarm.NoMetric}, At: now, Known: true, Instance: orders(),
		Details: &alarm.Details{At: end.AddDate(0, 0, 3), Course: course(0), Others: []alarm.Affected{
			{Instance: &fleet.Instance{ID: "later"}, Course: course(4)}, {Instance: &fleet.Instance{ID: "alike"}, Course: course(0)}, {Instance: &fleet.Instance{ID: "sooner"}, Course: course(1)},
		}},
	}
	told := Of(ev)
	if told.Subject.More != 1 || said(&told) != "ServiceStops! SameFor- AlsoLater Deletes* Contents" {
		t.Errorf("%d more: %s", told.Subject.More, said(&told))
	}
	for _, f := range told.Facts {
		if later, ok := f.Fact.(AlsoLater); ok && (len(later.Others) != 2 || later.Others[0].Instance.ID != "sooner" || later.What != Stop) {
			t.Errorf("%+v", later)
		}
	}
}

// What is paid for after its deletion was due may be gone: no text says that all is well.
func TestPaidAfterItWasDue(t *testing.T) {
	end := noon()
	c := paidUntil(end)
	doubt := c
	doubt.Doubt = end.AddDate(0, 0, 5)
	ev := &alarm.Event{
		Kind: alarm.Cleared, Key: alarm.Key{Rule: alarm.Release, Instance: "a", Metric: alarm.NoMetric}, At: end.AddDate(0, 0, 9), Known: true, Instance: orders(),
		Details: &alarm.Details{Course: &c, Renewed: true, WasDue: end.AddDate(0, 0, 6), Others: []alarm.Affected{{Instance: orders(), Course: &doubt}, {Instance: orders(), Course: &c}, {}}},
	}
	told := Of(ev)
	if told.Facts[0].Fact != (PaidLate{Due: end.AddDate(0, 0, 5), More: 1}) || told.Subject.More != 1 || len(told.Facts) != 1 {
		t.Errorf("%+v", told)
	}
	gone := &alarm.Event{Kind: alarm.Withdrawn, Key: alarm.Key{Rule: alarm.NoData, Instance: "a", Metric: alarm.NoMetric}, At: end, Instance: orders(), Gone: end.Add(-time.Hour)}
	if told := Of(gone); said(&told) != "Unwatched! DueForDeletion*" {
		t.Errorf("gone: %s", said(&told))
	}
	gone.By = "Wei"
	if told := Of(gone); said(&told) != "SaidGone!" || told.Steps[0].Do != Nothing {
		t.Errorf("gone, as somebody said: %s, %+v", said(&told), told.Steps)
	}
}

// Whatever has happened: something is said and it begins with the gravest, and nothing that
// is told as ahead is past.
func TestOfAnything(t *testing.T) {
	rules := append(alarm.InstanceRules(), alarm.LowBalance, alarm.Shortfall)
	kinds := []alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Withdrawn, alarm.BeganFlapping, alarm.Settled}
	rapid.Check(t, func(t *rapid.T) {
		moment := func(name string) time.Time {
			if rapid.IntRange(0, 3).Draw(t, name+" is unknown") == 0 {
				return time.Time{}
			}
			return noon().Add(time.Duration(rapid.Int64Range(-90, 90).Draw(t, name)) * 24 * time.Hour)
		}
		term := fleet.Term{
			Method:  rapid.SampledFrom([]fleet.Method{fleet.Subscription, fleet.PayAsYouGo, fleet.Free}).Draw(t, "method"),
			Expires: moment("end"), OverdueSince: moment("bill"), AutoRenew: rapid.Bool().Draw(t, "automatic"),
			PostExpiration: rapid.SampledFrom([]string{fleet.Release, fleet.Downgrade}).Draw(t, "then"),
		}
		payer := &fleet.Account{Name: "acme", Zone: time.UTC, OverdueSince: moment("debt")}
		policy := paidUntil(noon()).Policy
		policy.Downgrades = rapid.Bool().Draw(t, "may be downgraded")
		c := term.Course(policy, payer)
		ev := &alarm.Event{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: noon(), RaisedAt: noon().Add(-time.Hour), Known: rapid.Bool().Draw(t, "known"), Capacity: 1,
			Key: alarm.Key{Rule: rapid.SampledFrom(rules).Draw(t, "rule"), Metric: fleet.Connections}, Flaps: alarm.Flaps{Raises: rapid.IntRange(0, 1).Draw(t, "raises")},
		}
		other := alarm.Affected{Instance: orders(), Course: &c, Lifecycle: c.At(noon())}
		if rapid.Bool().Draw(t, "details") {
			ev.Details = &alarm.Details{At: moment("moment"), Course: &c, Lifecycle: c.At(noon()), Account: payer, Others: []alarm.Affected{other}, Renewed: rapid.Bool().Draw(t, "renewed")}
		}
		if rapid.Bool().Draw(t, "of an account") {
			ev.Key.Account = "acme"
		} else {
			ev.Instance, ev.Key.Instance = orders(), "a"
		}
		told := Of(ev)
		if len(told.Facts) == 0 || told.Facts[0].Weight != Gravest {
			t.Fatalf("%s", said(&told))
		}
		for _, f := range told.Facts {
			for _, at := range ahead(f.Fact) {
				if !at.After(ev.At) {
					t.Errorf("%T is told as ahead, and it is %s: %+v", f.Fact, ev.At, f.Fact)
				}
			}
		}
	})
}

// ahead are the moments that a fact tells as ahead.
func ahead(f Fact) []time.Time {
	switch f := f.(type) {
	case Expires:
		return []time.Time{f.At}
	case ServiceStops:
		return []time.Time{f.At}
	case Stops:
		return []time.Time{f.At}
	case Recycles:
		return []time.Time{f.At}
	case WillBeDeleted:
		return []time.Time{f.At}
	case Deletes:
		return []time.Time{f.At}
	case Converts:
		return []time.Time{f.By}
	case Reaches:
		return []time.Time{f.At}
	}
	return nil
}
