package whole

import (
	"fmt"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/test/bench/figures"
	"github.com/brimwatch/brimwatch/test/fleet/simulated"
)

// ruleName is the alertname of the alarms that the fleet provokes.
const ruleName = "capacity"

// alarmID is what makes two alerts speak of the same alarm.
type alarmID struct{ status, rule, instance, metric string }

// crossing is one alarm that must come.
type crossing struct {
	at      time.Time
	counter bool
	arrived bool
}

// judge holds what came to the sink against what had to come, and fills in the
// figures of alarms and latencies.
//
// An alarm is wrong when nobody expected it: of another instance, metric or rule,
// before its set crossed, or an end. It is doubled when it came again under
// another webhook-id; the same notice sent again keeps its id.
func judge(expected simulated.Expected, events []simulated.Event, into *figures.Whole) error {
	crossings, err := crossingsOf(expected)
	if err != nil {
		return err
	}
	into.Expected = len(crossings)
	seen := make(map[alarmID][]string) // the webhook-ids under which it came
	var gauges, counters []time.Duration
	slices.SortStableFunc(events, func(a, b simulated.Event) int { return a.At().Compare(b.At()) })
	for _, e := range events {
		id := alarmID{status: e.Status, rule: e.Name, instance: e.Instance, metric: e.Metric}
		before := seen[id]
		seen[id] = append(before, e.WebhookID)
		c := crossings[id]
		switch {
		case e.WebhookID != "" && slices.Contains(before, e.WebhookID):
			into.Repeated++
		case c == nil || e.At().Before(c.at):
			into.Wrong++
		case c.arrived:
			into.Doubled++
		default:
			c.arrived = true
			into.Arrived++
			if took := e.At().Sub(c.at); c.counter {
				counters = append(counters, took)
			} else {
				gauges = append(gauges, took)
			}
		}
	}
	into.Gauges, into.Counters = figures.LatencyOf(gauges), figures.LatencyOf(counters)
	return nil
}

// crossingsOf returns the alarms of the sets that have crossed. Expiry dates are
// no part of this benchmark: the configuration says that nothing expires.
func crossingsOf(expected simulated.Expected) (map[alarmID]*crossing, error) {
	metrics := make(map[string]simulated.Metric)
	for _, m := range simulated.Metrics() {
		metrics[m.String()] = m
	}
	out := make(map[alarmID]*crossing)
	for _, a := range expected.Alerts {
		if a.Set == simulated.ExpirySet {
			continue
		}
		m, ok := metrics[a.Metric]
		if !ok || a.Set < 0 || a.Set >= simulated.Sets {
			return nil, fmt.Errorf("the fleet expects an alarm of %q in set %d, which this benchmark does not know", a.Metric, a.Set)
		}
		at := expected.TriggersMillis[a.Set]
		if at == 0 {
			continue
		}
		id := alarmID{status: "firing", rule: ruleName, instance: a.Instance, metric: metricName(m)}
		out[id] = &crossing{at: time.UnixMilli(at), counter: m.Counter()}
	}
	return out, nil
}
