package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// slot is one alarm with its state. state changes only after a commit, or when
// nothing that must survive has changed.
type slot struct {
	key   Key
	state State
	inst  *fleet.Instance // nil for the fleet and for accounts

	// memory is the steps of dates that people were notified of; nil is none.
	memory *Memory
}

// remembered is the steps of dates that people were notified of.
func (sl *slot) remembered() Memory {
	if sl.memory == nil {
		return Memory{}
	}
	return *sl.memory
}

// entry is one watched instance.
type entry struct {
	watch  Watch
	slots  [fleet.NumMetrics]*slot // nil where nothing is judged
	noData slot

	last    *fleet.Reading // newest reading
	seen    time.Time      // when it was due
	known   fleet.MetricSet
	missing bool // the newest outcome is "no data"
	reason  string
	// expected says why no data is to be expected; "" when it is. backBy is until when an
	// instance that was paid for may take to come back, gone since when its deletion is due; zero is none.
	expected string
	backBy   time.Time
	gone     time.Time
	goneBy   string // who said that it is gone; "" when its calendar does
	staged   bool   // has changes in a batch that is not committed
}

// all returns the slots of the entry that exist.
func (en *entry) all() []*slot {
	var out []*slot
	for _, sl := range en.slots {
		if sl != nil {
			out = append(out, sl)
		}
	}
	return append(out, &en.noData)
}

// metricStates tells how the metrics stand, for people.
func (en *entry) metricStates() [fleet.NumMetrics]fleet.MetricState {
	var out [fleet.NumMetrics]fleet.MetricState
	for m := range fleet.Metric(fleet.NumMetrics) {
		sl := en.slots[m]
		read := en.last != nil && en.last.Known.Has(m) && !en.missing
		switch {
		case sl != nil && sl.state.Open() && sl.state.Unknown():
			out[m] = fleet.MetricUnknown
		case sl != nil && sl.state.Open():
			out[m] = fleet.MetricRaised
		case sl == nil || !en.watch.Instance.Limit(en.last, m).Known():
			out[m] = fleet.MetricUnwatched
		case !read:
			out[m] = fleet.MetricUnknown
		default:
			out[m] = fleet.MetricOK
		}
	}
	return out
}

// severities tells how bad the metrics are whose alarm is open.
func (en *entry) severities() (out fleet.Severities) {
	for m, sl := range en.slots {
		if sl != nil && sl.state.Open() {
			out[m] = string(sl.state.Severity)
		}
	}
	return out
}

// judge gives one reading to all alarms of its instance; at is its moment by the wall
// clock as it is set now.
func (e *Engine) judge(b *batch, en *entry, r *fleet.Reading, at time.Time) {
	if en.overdue(at) {
		// Nothing was read for long: what lies between counts as unknown.
		e.judgeSilence(b, en, en.seen.Add(en.watch.Every), "no reading since "+en.seen.UTC().Format(time.RFC3339))
		if en.staged {
			return
		}
	}
	en.last, en.seen = r, at
	e.expect(en)
	if !r.Up {
		e.judgeSilence(b, en, at, r.Reason)
		return
	}
	lost := ""
	var missing fleet.MetricSet
	for m, sl := range en.slots {
		m := fleet.Metric(m)
		if r.Known.Has(m) {
			en.known = en.known.With(m)
		}
		if sl == nil {
			continue
		}
		o := observe(en.watch.Instance, r, m, at)
		if !o.Known && en.known.Has(m) && en.watch.Instance.Limit(r, m).Known() {
			lost, missing = join(lost, m.String()+": "+o.Reason), missing.With(m)
		}
		e.step(b, en, sl, en.watch.Rules[m], o)
	}
	en.noData.state.Missing = missing
	e.judgeNoData(b, en, at, lost)
}

// observe makes the observation of one metric out of a reading.
func observe(in *fleet.Instance, r *fleet.Reading, m fleet.Metric, at time.Time) Observation {
	o := Observation{At: at}
	limit := in.Limit(r, m)
	switch {
	case !r.Known.Has(m):
		if o.Reason = r.Gap(m); o.Reason == "" {
			o.Reason = "not told by the source"
		}
	case !limit.Known():
		o.Reason = "no capacity is known"
	default:
		o.Known, o.Usage, o.Capacity = true, r.Usage[m], limit.Value
	}
	return o
}

// step judges one alarm. A change that caused no event is kept in memory at
// once; one that did is staged for the commit.
func (e *Engine) step(b *batch, en *entry, sl *slot, rule *Rule, o Observation) {
	next := sl.state
	events := step(rule, &next, &o)
	forgotten := sl.state.kept() && !next.kept() // what is stored has to go
	if len(events) == 0 && !forgotten {
		sl.state = next
		return
	}
	b.add(sl, next, events)
	if !en.staged {
		en.staged = true
		b.entries = append(b.entries, en)
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
