// Package scenes makes every kind of event that people are told of, so that what is said
// of them can be tried: each rule as it begins, gets worse, is reminded of, flaps, ends and
// is withdrawn. It judges nothing and is pure.
package scenes

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// Scene is one event with what it is called.
type Scene struct {
	Name  string // expiry, reminded
	Event *alarm.Event
}

// Stage is what the scenes are played on.
type Stage struct {
	Instance *fleet.Instance // whom they are about; its term is not used
	Policy   func(fleet.Method) fleet.Policy
	Zone     *time.Location // of the account
	Now      time.Time      // when the term ends, and what is about a metric happens
}

const (
	code = "K7Q2"
	day  = 24 * time.Hour
)

// All makes every scene.
func All(s Stage) []Scene {
	out := s.capacity()
	out = append(out, s.silence()...)
	out = append(out, s.forecast()...)
	out = append(out, s.terms()...)
	out = append(out, s.bills()...)
	return append(out, s.money()...)
}

// kinds are the kinds of events that tell people, without those of flapping.
func kinds() []alarm.EventKind {
	return []alarm.EventKind{alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.Cleared, alarm.Withdrawn}
}

func (s Stage) scene(ev *alarm.Event) Scene {
	name := string(ev.Key.Rule)
	if ev.Key.Account != "" {
		name += " of an account"
	}
	if m := ev.Key.MetricName(); m != "" {
		name += " of " + m
	}
	return Scene{name + ", " + string(ev.Kind), ev}
}

// event is one of an instance.
func (s Stage) event(kind alarm.EventKind, rule alarm.RuleName, m fleet.Metric, severity alarm.Severity) *alarm.Event {
	return &alarm.Event{
		Kind: kind, Key: alarm.Key{Rule: rule, Instance: s.Instance.ID, Metric: m}, Code: code, Severity: severity,
		At: s.Now, RaisedAt: s.Now.Add(-90 * time.Minute), Since: s.Now.Add(-91 * time.Minute), Known: true, Instance: s.Instance,
	}
}

// capacity is usage against capacity, of each metric.
func (s Stage) capacity() (out []Scene) {
	for _, m := range fleet.Metrics() {
		for _, kind := range append(kinds(), alarm.BeganFlapping, alarm.Settled) {
			ev := s.event(kind, alarm.Capacity, m, alarm.Warning)
			ev.Usage, ev.Capacity, ev.Threshold, ev.Peak, ev.PeakOf = 36_120, 50_000, 0.7, 48_300, 50_000
			if m == fleet.MemoryBytes {
				ev.Usage, ev.Capacity, ev.Peak, ev.PeakOf = 2.9*(1<<30), 4<<30, 3.7*(1<<30), 4<<30
			}
			if kind == alarm.Escalated {
				ev.Severity, ev.Usage, ev.Threshold = alarm.Critical, ev.Peak, 0.9
			}
			if kind == alarm.Cleared {
				ev.Usage = ev.Capacity / 2
			}
			s.flaps(ev)
			out = append(out, s.scene(ev))
		}
	}
	return out
}

// flaps gives an event of flapping what it has besides.
func (s Stage) flaps(ev *alarm.Event) {
	if ev.Kind == alarm.BeganFlapping || ev.Kind == alarm.Settled {
		ev.Flaps = alarm.Flaps{Raises: 3, Since: ev.At.Add(-40 * time.Minute), Within: time.Hour, Up: ev.Kind == alarm.Settled}
	}
}

// silence is an instance, and most of the fleet, that gives no figures.
func (s Stage) silence() (out []Scene) {
	for _, kind := range append(kinds(), alarm.BeganFlapping, alarm.Settled) {
		ev := s.event(kind, alarm.NoData, alarm.NoMetric, alarm.Warning)
		ev.Reason = "connection refused"
		s.flaps(ev)
		out = append(out, s.scene(ev))
		all := *ev
		all.Key.Instance, all.Instance, all.Severity = alarm.FleetInstance, nil, alarm.Critical
		all.Silent = []*fleet.Instance{s.Instance, s.other("Stock"), s.other("Mail")}
		out = append(out, Scene{"no_data of most of the fleet, " + string(kind), &all})
	}
	return out
}

func (s Stage) forecast() (out []Scene) {
	for _, kind := range []alarm.EventKind{alarm.Raised, alarm.Reminded, alarm.Cleared, alarm.Withdrawn} {
		ev := s.event(kind, alarm.Forecast, fleet.Connections, alarm.Info)
		ev.Usage, ev.Capacity, ev.Threshold = 30_120, 50_000, 0.7
		ev.Details = &alarm.Details{At: s.Now.Add(10 * day)}
		out = append(out, s.scene(ev))
	}
	return out
}

// other is another instance of the same kind.
func (s Stage) other(name string) *fleet.Instance {
	in := *s.Instance
	in.ID, in.Name = "other-"+name, name
	return &in
}
