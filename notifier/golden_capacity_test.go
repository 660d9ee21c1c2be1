package notifier

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// filling is an event of the capacity of one metric, an hour after it was raised.
func filling(kind alarm.EventKind, m fleet.Metric, change ...func(*alarm.Event)) *alarm.Event {
	ev := connections(kind)
	ev.Key.Metric, ev.At = m, noon().Add(time.Hour)
	if m == fleet.MemoryBytes {
		ev.Usage, ev.Capacity = 3.2*(1<<30), 4<<30
	}
	for _, f := range change {
		f(ev)
	}
	return ev
}

// lasting sets how long ago the episode began.
func lasting(d time.Duration) func(*alarm.Event) {
	return func(ev *alarm.Event) { ev.At = ev.RaisedAt.Add(d) }
}

func called(name string) func(*alarm.Event) {
	return func(ev *alarm.Event) { ev.Instance.Name = name }
}

func dataless(ev *alarm.Event) { ev.Known = false }

func critical(ev *alarm.Event) { ev.Severity, ev.Usage, ev.Threshold = alarm.Critical, 4612, 0.9 }

func TestNoticesOfCapacity(t *testing.T) {
	s := newStage(t)
	var scenes []scene
	for _, m := range fleet.Metrics() {
		scenes = append(scenes, scene{"capacity: " + m.String() + ", raised", filling(alarm.Raised, m)})
	}
	for _, d := range []time.Duration{40 * time.Second, 59 * time.Minute, 3*time.Hour + 5*time.Minute, 24 * time.Hour, 26 * time.Hour, 20 * 24 * time.Hour} {
		scenes = append(scenes, scene{fmt.Sprintf("capacity: reminded after %s", d), filling(alarm.Reminded, fleet.Connections, lasting(d))})
	}
	const one = fleet.Connections
	scenes = append(
		scenes,
		scene{"capacity: a level up", filling(alarm.Escalated, one, critical)},
		scene{"capacity: reminded of a high level", filling(alarm.Reminded, one, critical)},
		scene{"capacity: a level that only informs", filling(alarm.Raised, one, func(ev *alarm.Event) { ev.Severity = alarm.Info })},
		scene{"capacity: reminded, and there is no data", filling(alarm.Reminded, one, dataless)},
		scene{"capacity: reminded, and no capacity is known", filling(alarm.Reminded, one, dataless, func(ev *alarm.Event) { ev.Capacity = 0 })},
		scene{"capacity: over", filling(alarm.Cleared, one, func(ev *alarm.Event) { ev.Usage = 3000 })},
		scene{"capacity: over, with its peak", filling(alarm.Cleared, one, func(ev *alarm.Event) { ev.Usage, ev.Peak, ev.PeakOf = 3000, 4900, 5000 })},
		scene{"capacity: over, because the threshold was changed", filling(alarm.Cleared, one, func(ev *alarm.Event) {
			ev.Changed, ev.Peak, ev.PeakOf = alarm.ThresholdChange{From: 0.7, To: 0.8}, 3700, 5000
		})},
		scene{"capacity: memory, over", filling(alarm.Cleared, fleet.MemoryBytes)},
		scene{"capacity: a threshold with decimals", filling(alarm.Raised, one, func(ev *alarm.Event) { ev.Usage, ev.Threshold = 4380, 0.875 })},
		scene{"capacity: an edition that the catalogue does not know", filling(alarm.Raised, one, func(ev *alarm.Event) { ev.Instance.Product, ev.Instance.Edition = "ours", "" })},
		scene{"capacity: a name of 24 signs", filling(alarm.Raised, one, called("Orders of Europe and Asi"))},
		scene{"capacity: a name that leaves no room for advice", filling(alarm.Raised, one, called(strings.Repeat("Orders ", 7)))},
		scene{"capacity: a name that leaves no room at all", filling(alarm.Raised, one, called(strings.Repeat("Orders ", 30)))},
		scene{"capacity: a Chinese name", filling(alarm.Raised, one, called("订单与支付"))},
		scene{"capacity: a name with dashes and quotes", filling(alarm.Raised, one, called("Orders — “Asia”… €\u00a05"))},
		scene{"capacity: a name with signs that nobody sees", filling(alarm.Raised, one, called("Or\u202eders\r\nA\u200b\u0085B"))},
		scene{"capacity: a name of emoji only", filling(alarm.Raised, one, called("🔥🔥🔥"))},
		scene{"capacity: a name of signs that nobody sees only", filling(alarm.Raised, one, called("\u202e\u200f"))},
		scene{"capacity: a name from right to left", filling(alarm.Raised, one, called("الطلبات والمدفوعات"))},
		scene{"capacity: a name of 200 signs", filling(alarm.Raised, one, called(strings.Repeat("Payments-of-Asia-", 12)[:200]))},
		scene{"capacity: no name and no ID in GSM-7, so it is UCS-2", filling(alarm.Raised, one, called("订单与支付"), func(ev *alarm.Event) { ev.Instance.ID = "订单" })},
		scene{"capacity: a Chinese name that is too long", filling(alarm.Raised, one, called(strings.Repeat("订单与支付", 6)))},
		scene{"capacity: a specification that fits", fits(filling(alarm.Reminded, one), "mqtt.5k")},
	)
	s.golden("capacity", scenes)
}

// silent is an event of an instance without data.
func silent(kind alarm.EventKind, reason string) *alarm.Event {
	ev := connections(kind)
	ev.Key, ev.Reason = alarm.Key{Rule: alarm.NoData, Instance: ev.Instance.ID, Metric: alarm.NoMetric}, reason
	return ev
}

// fleetSilent is an event of several instances without data.
func fleetSilent(kind alarm.EventKind, names ...string) *alarm.Event {
	ev := silent(kind, "")
	ev.Key.Instance, ev.Instance, ev.Severity = alarm.FleetInstance, nil, alarm.Critical
	for _, name := range names {
		ev.Silent = append(ev.Silent, &fleet.Instance{ID: name, Name: name})
	}
	return ev
}

func TestNoticesOfSilence(t *testing.T) {
	s := newStage(t)
	const refused = "connection refused."
	s.golden("no_data", []scene{
		{"no_data: an instance", silent(alarm.Raised, refused)},
		{"no_data: an instance, and nobody knows why", silent(alarm.Raised, "")},
		{"no_data: an instance, for a long reason", silent(alarm.Raised, longReason)},
		{"no_data: reminded", silent(alarm.Reminded, refused)},
		{"no_data: reminded, and nobody knows why", silent(alarm.Reminded, "")},
		{"no_data: over", silent(alarm.Cleared, refused)},
		{"no_data: one instance that is most of the fleet", fleetSilent(alarm.Raised, "Orders")},
		{"no_data: three instances", fleetSilent(alarm.Raised, "Orders", "Stock", "Mail")},
		{"no_data: four instances", fleetSilent(alarm.Raised, "Orders", "Stock", "Mail", "Meters")},
		{"no_data: names of 20 and 21 signs", fleetSilent(alarm.Raised, "Orders of all Europe", "Orders of all America")},
		{"no_data: most of the fleet, reminded", fleetSilent(alarm.Reminded, "Orders", "Stock")},
		{"no_data: nobody says which instances", fleetSilent(alarm.Reminded)},
		{"no_data: most of the fleet tells its figures again", fleetSilent(alarm.Cleared)},
	})
}

// flapping is an event of an alarm that goes up and down since forty minutes.
func flapping(ev *alarm.Event, raises int, change ...func(*alarm.Event)) *alarm.Event {
	ev.Flaps = alarm.Flaps{Raises: raises, Since: ev.At.Add(-40 * time.Minute), Within: time.Hour}
	for _, f := range change {
		f(ev)
	}
	return ev
}

func up(ev *alarm.Event) { ev.Flaps.Up = true }

func low(ev *alarm.Event) { ev.Usage = 3000 }

func TestNoticesOfFlapping(t *testing.T) {
	s := newStage(t)
	const one, refused = fleet.Connections, "connection refused"
	others := func(kind alarm.EventKind) *alarm.Event { return fleetSilent(kind, "Orders", "Stock", "Mail", "Meters") }
	halfHourly := func(ev *alarm.Event) { ev.Flaps.Within = 30 * time.Minute }
	s.golden("flapping", []scene{
		{"flapping: capacity", flapping(filling(alarm.BeganFlapping, one), 3, low)},
		{"flapping: capacity, within half an hour", flapping(filling(alarm.BeganFlapping, one), 3, low, halfHourly)},
		{"flapping: capacity of something long", flapping(filling(alarm.BeganFlapping, fleet.MemoryBytes, called(strings.Repeat("Orders ", 7))), 3)},
		{"flapping: capacity, reminded", flapping(filling(alarm.Reminded, one), 12, up)},
		{"flapping: capacity, reminded without data", flapping(filling(alarm.Reminded, one, dataless), 12, up)},
		{"flapping: capacity, a level up", flapping(filling(alarm.Escalated, one, critical), 12, up)},
		{"flapping: capacity, it stays up", flapping(filling(alarm.Settled, one), 12, up)},
		{"flapping: capacity, over", flapping(filling(alarm.Cleared, one), 12, low)},
		{"flapping: no_data", flapping(silent(alarm.BeganFlapping, ""), 3)},
		{"flapping: no_data, reminded", flapping(silent(alarm.Reminded, refused), 12, up)},
		{"flapping: no_data, it stays away", flapping(silent(alarm.Settled, refused), 12, up)},
		{"flapping: no_data, over", flapping(silent(alarm.Cleared, ""), 12)},
		{"flapping: the fleet", flapping(others(alarm.BeganFlapping), 3)},
		{"flapping: the fleet, reminded", flapping(others(alarm.Reminded), 12, up)},
		{"flapping: the fleet, it stays away", flapping(others(alarm.Settled), 12, up)},
		{"flapping: the fleet, over", flapping(others(alarm.Cleared), 12)},
	})
}

func TestNoticesOfForecasts(t *testing.T) {
	s := newStage(t)
	now := s.end.Add(-30 * day)
	forecast := func(kind alarm.EventKind, m fleet.Metric, at time.Time) *alarm.Event {
		ev := filling(kind, m)
		ev.Key.Rule, ev.Severity, ev.At = alarm.Forecast, alarm.Info, now
		ev.Known, ev.Details = !at.IsZero(), &alarm.Details{At: at}
		return ev
	}
	var scenes []scene
	for _, m := range fleet.Metrics() {
		scenes = append(scenes, scene{"forecast: " + m.String(), forecast(alarm.Raised, m, now.AddDate(0, 0, 10))})
	}
	const one = fleet.Subscriptions
	s.golden("forecast", append(scenes,
		scene{"forecast: tomorrow", forecast(alarm.Raised, one, now.Add(day))},
		scene{"forecast: a specification that fits", fits(forecast(alarm.Raised, one, now.AddDate(0, 0, 10)), "mqtt.5k")},
		scene{"forecast: reminded", forecast(alarm.Reminded, one, now.AddDate(0, 0, 5))},
		scene{"forecast: reminded, and the day is past", forecast(alarm.Reminded, one, now.AddDate(0, 0, -1))},
		scene{"forecast: reminded, and too little is known", forecast(alarm.Reminded, one, time.Time{})},
		scene{"forecast: over", forecast(alarm.Cleared, one, time.Time{})},
	))
}

func TestNoticesOfWithdrawals(t *testing.T) {
	s := newStage(t)
	var scenes []scene
	for _, rule := range []alarm.RuleName{
		alarm.Capacity, alarm.NoData, alarm.Expiry, alarm.Suspension, alarm.Release, alarm.Overdue, alarm.AutoRenewal, alarm.CannotRenew, alarm.FrozenRule, alarm.Forecast,
	} {
		ev := filling(alarm.Withdrawn, fleet.Connections)
		ev.Key.Rule = rule
		scenes = append(scenes, scene{string(rule) + ": withdrawn", ev})
	}
	for _, rule := range []alarm.RuleName{alarm.Overdue, alarm.LowBalance} {
		ev := filling(alarm.Withdrawn, alarm.NoMetric)
		ev.Key, ev.Instance = alarm.Key{Rule: rule, Account: "acme", Metric: alarm.NoMetric}, nil
		scenes = append(scenes, scene{string(rule) + " of an account: withdrawn", ev})
	}
	lost := fleetSilent(alarm.Withdrawn)
	s.golden("withdrawn", append(scenes, scene{"no_data of most of the fleet: withdrawn", lost}))
}
