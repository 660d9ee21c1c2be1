package whole

import (
	"testing"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// crossedAt is when set 0 crossed; set 1 does ten seconds later, set 2 never.
func crossedAt() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }

func expectation() simulated.Expected {
	return simulated.Expected{
		TriggersMillis: [simulated.Sets]int64{crossedAt().UnixMilli(), crossedAt().Add(10 * time.Second).UnixMilli(), 0},
		Alerts: []simulated.ExpectedAlert{
			{Set: 0, Instance: "0", Metric: "connections"},
			{Set: 1, Instance: "1", Metric: "messages_in"},
			{Set: 2, Instance: "2", Metric: "subscriptions"},
			{Set: simulated.ExpirySet, Instance: "99", Metric: "expiry"},
		},
	}
}

// event is an alert so many seconds after set 0 crossed.
func event(after float64, id, status, rule, instance, metric string) simulated.Event {
	return simulated.Event{
		T: float64(crossedAt().Unix()) + after, WebhookID: id, Status: status, Name: rule, Instance: instance, Metric: metric,
	}
}

func TestJudge(t *testing.T) {
	first := event(4, "a", "firing", "capacity", "0", "connections")
	second := event(30, "b", "firing", "capacity", "1", "send_tps")
	for _, tt := range []struct {
		name   string
		events []simulated.Event
		want   figures.Whole
	}{
		{"nothing came", nil, figures.Whole{}},
		{"all came", []simulated.Event{second, first}, figures.Whole{
			Arrived: 2, Gauges: figures.Latency{P50: 4, P95: 4, Max: 4}, Counters: figures.Latency{P50: 20, P95: 20, Max: 20},
		}},
		{"sent again with the same id", []simulated.Event{first, event(5, "a", "firing", "capacity", "0", "connections")}, figures.Whole{
			Arrived: 1, Repeated: 1, Gauges: figures.Latency{P50: 4, P95: 4, Max: 4},
		}},
		{"doubled under another id", []simulated.Event{first, event(5, "c", "firing", "capacity", "0", "connections")}, figures.Whole{
			Arrived: 1, Doubled: 1, Gauges: figures.Latency{P50: 4, P95: 4, Max: 4},
		}},
		{"doubled without ids", []simulated.Event{
			event(4, "", "firing", "capacity", "0", "connections"), event(5, "", "firing", "capacity", "0", "connections"),
		}, figures.Whole{Arrived: 1, Doubled: 1, Gauges: figures.Latency{P50: 4, P95: 4, Max: 4}}},
		{"before it crossed", []simulated.Event{event(-1, "a", "firing", "capacity", "0", "connections")}, figures.Whole{Wrong: 1}},
		{"of a set that has not crossed", []simulated.Event{event(4, "a", "firing", "capacity", "2", "subscriptions")}, figures.Whole{Wrong: 1}},
		{"of another metric", []simulated.Event{event(4, "a", "firing", "capacity", "0", "message_tps")}, figures.Whole{Wrong: 1}},
		{"of another rule", []simulated.Event{event(4, "a", "firing", "no_data", "0", "")}, figures.Whole{Wrong: 1}},
		{"of another instance", []simulated.Event{event(4, "a", "firing", "capacity", "7", "connections")}, figures.Whole{Wrong: 1}},
		{"an end", []simulated.Event{first, event(5, "d", "resolved", "capacity", "0", "connections")}, figures.Whole{
			Arrived: 1, Wrong: 1, Gauges: figures.Latency{P50: 4, P95: 4, Max: 4},
		}},
		{"wrong and sent again", []simulated.Event{
			event(4, "a", "firing", "no_data", "0", ""), event(5, "a", "firing", "no_data", "0", ""),
		}, figures.Whole{Wrong: 1, Repeated: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Expected = 2
			var got figures.Whole
			if err := judge(expectation(), tt.events, &got); err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("%+v\nnot %+v", got, tt.want)
			}
		})
	}
}

func TestJudgeRefusesAnotherFleet(t *testing.T) {
	for name, a := range map[string]simulated.ExpectedAlert{
		"metric": {Set: 0, Instance: "0", Metric: "disk"},
		"set":    {Set: 3, Instance: "0", Metric: "connections"},
	} {
		if err := judge(simulated.Expected{Alerts: []simulated.ExpectedAlert{a}}, nil, new(figures.Whole)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestTriggersLieInTheWindow(t *testing.T) {
	window := 3 * time.Minute
	at := triggers(window)
	for k := range at {
		if at[k] <= 0 || k > 0 && at[k]-at[k-1] < 45*time.Second {
			t.Errorf("set %d crosses at %s", k, at[k])
		}
	}
	if left := window - at[len(at)-1]; left < 45*time.Second {
		t.Errorf("the last set has %s to arrive", left)
	}
}
