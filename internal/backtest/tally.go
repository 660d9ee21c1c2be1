package backtest

import (
	"context"
	"errors"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/config"
)

// TallyOptions are what Tally needs.
type TallyOptions struct {
	Instance *config.Instance
	History  Recordings
	From, To time.Time // To is not included
	// Rules are those of each metric that are held against each other; none is not looked at.
	Rules [fleet.NumMetrics][]*alarm.Rule
}

// Tallied is what Tally came to.
type Tallied struct {
	Since   time.Time // of the first reading; zero: nothing was recorded
	Metrics [fleet.NumMetrics]TalliedMetric
}

// TalliedMetric is what was recorded of one metric, and what its rules make of it.
type TalliedMetric struct {
	Known   bool    // a utilization is known
	Highest float64 // utilization
	Raised  []int   // how many times each of the rules would have raised an alarm
}

// Tally counts how many times rules would have raised the capacity alarms of one instance over the
// recorded history: the rules alone, by the engine's own Step. Who would have been told of it is
// Run's, which takes a thousand times as long.
func Tally(ctx context.Context, o TallyOptions) (Tallied, error) {
	if o.Instance.Source == nil {
		return Tallied{}, errors.New("it has no source, so nothing was recorded of it")
	}
	t := tally{options: &o}
	f := newFeed(&Options{Snapshot: t.snapshot(), History: closing{o.History}, From: o.From, To: o.To})
	for m, rules := range o.Rules {
		t.out.Metrics[m].Raised = make([]int, len(rules))
		t.states[m] = make([]alarm.State, len(rules))
	}
	for !f.done() {
		if err := f.read(ctx); err != nil {
			return Tallied{}, err
		}
		window, patience := f.rhythm()
		for readings, _, some := f.next(window); some; readings, _, some = f.next(window) {
			if ctx.Err() != nil {
				return Tallied{}, context.Cause(ctx)
			}
			for _, r := range readings {
				t.read(r, patience)
			}
		}
	}
	return t.out, nil
}

// closing is a History that is not closed here.
type closing struct{ Recordings }

// Close does nothing.
func (closing) Close() error { return nil }

// tally is one Tally under way.
type tally struct {
	options *TallyOptions
	states  [fleet.NumMetrics][]alarm.State
	last    time.Time
	out     Tallied
}

// snapshot is a configuration of the instance alone, with a rule for each metric that is looked at.
func (t *tally) snapshot() *config.Snapshot {
	in := *t.options.Instance
	for m, rules := range t.options.Rules {
		in.Rules[m] = nil
		if len(rules) > 0 {
			in.Rules[m] = rules[0]
		}
	}
	return &config.Snapshot{Instances: []config.Instance{in}}
}

// read judges a reading. Time in which nothing was read is unknown, as to the engine.
func (t *tally) read(r *fleet.Reading, patience time.Duration) {
	if !t.last.IsZero() && r.At.Sub(t.last) > patience {
		for m := range t.options.Rules {
			t.step(fleet.Metric(m), &alarm.Observation{At: t.last.Add(patience)})
		}
	}
	t.last = r.At
	if t.out.Since.IsZero() {
		t.out.Since = r.At
	}
	for i := range t.options.Rules {
		m := fleet.Metric(i)
		if len(t.options.Rules[m]) == 0 {
			continue
		}
		limit := t.options.Instance.Limit(r, m)
		seen := alarm.Observation{At: r.At, Known: r.Known.Has(m) && limit.Known(), Usage: r.Usage[m], Capacity: limit.Value}
		if seen.Known {
			one := &t.out.Metrics[m]
			one.Known, one.Highest = true, max(one.Highest, seen.Usage/seen.Capacity)
		}
		t.step(m, &seen)
	}
}

func (t *tally) step(m fleet.Metric, seen *alarm.Observation) {
	for i, rule := range t.options.Rules[m] {
		next, events := alarm.Step(*rule, t.states[m][i], *seen)
		t.states[m][i] = next
		for j := range events {
			if events[j].Kind == alarm.Raised {
				t.out.Metrics[m].Raised[i]++
			}
		}
	}
}
