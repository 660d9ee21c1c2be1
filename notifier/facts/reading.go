package facts

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/fleet/words"
)

// Figures is a usage with the capacity it is held against. A capacity of 0 is not
// known, and a threshold of 0 is not said.
type Figures struct {
	Metric    fleet.Metric
	Usage     float64
	Capacity  float64
	Threshold float64
	Beside    float64 // the threshold whose decimals a share has
}

// Times is how often an alarm that flaps was raised, and in how long or since when.
type Times struct {
	N      int
	Since  time.Time
	Within time.Duration // 0 is Since
}

// The facts of readings: figures, and data that is missing.
type (
	// Usage is how much is used.
	Usage struct{ Figures }
	// LastUsage is how much was used when it was last known.
	LastUsage struct{ Figures }
	// Back is how much is used now that it is less.
	Back struct{ Figures }
	// Now is how much is used at the moment, of an alarm that flaps.
	Now struct{ Figures }
	// Peak is how much was used at the most.
	Peak struct{ Figures }
	// Lasts is for how long it has been so.
	Lasts struct{ For time.Duration }
	// Lasted is for how long it was so.
	Lasted struct{ For time.Duration }
	// NoDataNow is that nothing is known at the moment.
	NoDataNow struct{}
	// DataNow is that data is there at the moment.
	DataNow struct{}
	// ThresholdChanged is that another threshold is why an alarm is over.
	ThresholdChanged struct{ From, To float64 }

	// Swings is that usage goes up and down around a threshold.
	Swings struct {
		Metric    fleet.Metric
		Threshold float64
		Times     Times
	}
	// StaysUp is that usage went up and down, and stays up.
	StaysUp struct{ Figures }
	// Steady is that usage no longer goes up and down.
	Steady struct {
		For   time.Duration
		Times Times
	}

	// Silence is that an instance tells nothing. A duration of 0 is not said: then it is
	// since when.
	Silence struct {
		Since time.Time
		For   time.Duration
	}
	// FleetSilence is that most instances tell nothing.
	FleetSilence struct {
		Silent []*fleet.Instance
		Since  time.Time
		For    time.Duration
	}
	// Cause is why there is no data.
	Cause struct{ Text string }
	// DataBack is that data is there again.
	DataBack struct{ After time.Duration }
	// FleetBack is that most instances tell their figures again.
	FleetBack struct{ After time.Duration }
	// DataSwings is that data comes and goes: of an instance, or of most of the fleet.
	DataSwings struct {
		Fleet bool
		Times Times
	}
	// DataGone is that data came and went, and stays away.
	DataGone struct {
		Fleet bool
		For   time.Duration
	}
	// DataSteady is that data no longer comes and goes.
	DataSteady struct {
		Fleet bool
		For   time.Duration
		Times Times
	}

	// Reaches is when a metric will be at its threshold, by its growth.
	Reaches struct {
		Metric fleet.Metric
		At     time.Time
	}
	// Reached is that a metric should be at its threshold by now.
	Reached struct {
		Metric fleet.Metric
		At     time.Time
	}
	// Grows is that a metric grows, and nobody knows when it is at its threshold.
	Grows struct{ Metric fleet.Metric }
	// GrowsNot is that a metric will not be at its threshold soon.
	GrowsNot struct{ Metric fleet.Metric }

	// Reason is why an event came of which no more is known.
	Reason struct{ Text string }
	// SaidGone is that a person said that the instance does not exist any more.
	SaidGone struct{ By string }
	// Unwatched is that nobody watches an alarm any more.
	Unwatched struct {
		Rule    alarm.RuleName
		Metric  fleet.Metric
		Removed bool // nor its instance
	}
)

func figures(ev *alarm.Event, threshold float64) Figures {
	return Figures{Metric: ev.Key.Metric, Usage: ev.Usage, Capacity: ev.Capacity, Threshold: threshold, Beside: ev.Threshold}
}

// since is how long it has been so: from the beginning of a silence, and from the raise
// of others.
func since(ev *alarm.Event) time.Duration {
	if ev.Key.Rule == alarm.NoData && !ev.Since.IsZero() {
		return ev.At.Sub(ev.Since)
	}
	return ev.At.Sub(ev.RaisedAt)
}

func (t *Telling) capacity(ev *alarm.Event) {
	switch {
	case ev.Kind == alarm.Cleared:
		t.capacityOver(ev)
		return
	case !ev.Known:
		t.say(Gravest, LastUsage{figures(ev, 0)})
		t.say(Plain, Lasts{since(ev)})
		t.say(Grave, NoDataNow{})
	case ev.Kind == alarm.Reminded:
		t.say(Gravest, Usage{figures(ev, 0)})
		t.say(Plain, Lasts{since(ev)})
	default:
		t.say(Gravest, Usage{figures(ev, ev.Threshold)})
	}
	if t.Tone.Stage == Still || begins(ev.Kind) {
		t.fit(ev)
		t.do(Step{Do: Relieve, Metric: ev.Key.Metric})
	}
}

// fit adds the advice which edition would fit.
func (t *Telling) fit(ev *alarm.Event) {
	if ev.Fitting != (alarm.Fitting{}) {
		t.do(Step{Do: Fit, Fitting: ev.Fitting})
	}
}

func (t *Telling) capacityOver(ev *alarm.Event) {
	if c := ev.Changed; c != (alarm.ThresholdChange{}) {
		t.say(Gravest, ThresholdChanged{From: c.From, To: c.To})
		t.say(Grave, Usage{figures(ev, 0)})
	} else {
		t.say(Gravest, Back{figures(ev, 0)})
	}
	t.say(Grave, Lasted{since(ev)})
	if ev.PeakOf > 0 {
		t.say(Plain, Peak{Figures{Metric: ev.Key.Metric, Usage: ev.Peak, Capacity: ev.PeakOf, Beside: ev.Threshold}})
	}
}

func (t *Telling) silence(ev *alarm.Event) {
	if ev.Instance == nil {
		t.fleetSilence(ev)
		return
	}
	if ev.Kind == alarm.Cleared {
		t.say(Gravest, DataBack{since(ev)})
		return
	}
	s := Silence{Since: ev.Since}
	if ev.Kind == alarm.Reminded || ev.Since.IsZero() {
		s.For = since(ev)
	}
	t.say(Gravest, s)
	if why := words.Clean(ev.Reason); why != "" {
		t.say(Plain, Cause{why})
	}
	t.do(Step{Do: CheckSource})
}

func (t *Telling) fleetSilence(ev *alarm.Event) {
	if ev.Kind == alarm.Cleared {
		t.say(Gravest, FleetBack{since(ev)})
		return
	}
	s := FleetSilence{Silent: ev.Silent, Since: ev.Since}
	if ev.Kind == alarm.Reminded || ev.Since.IsZero() {
		s.For = since(ev)
	}
	t.say(Gravest, s)
	t.do(Step{Do: CheckNetwork})
}

func (t *Telling) forecast(ev *alarm.Event) {
	t.Home = home(ev.Details)
	m, at := ev.Key.Metric, ev.Details.At
	switch {
	case !begins(ev.Kind):
		t.say(Gravest, GrowsNot{m})
		return
	case at.IsZero():
		t.say(Gravest, Grows{m})
	case at.After(ev.At):
		t.say(Gravest, Reaches{m, at})
	default:
		t.say(Gravest, Reached{m, at})
	}
	t.fit(ev)
	t.do(Step{Do: Relieve, Metric: m})
}

// begins tells whether an event tells people that something is wrong.
func begins(k alarm.EventKind) bool {
	switch k {
	case alarm.Raised, alarm.Escalated, alarm.Reminded, alarm.BeganFlapping, alarm.Settled:
		return true
	case alarm.Eased, alarm.Cleared, alarm.Withdrawn, alarm.Acked, alarm.Lost, alarm.Found, alarm.Rose, alarm.Fell:
	}
	return false
}

// flaps tells whether an event is told as one of an alarm that goes up and down. One
// that rises to a level which nobody has heard of is told as any other.
func flaps(ev *alarm.Event) bool {
	if ev.Flaps.Raises == 0 {
		return false
	}
	switch ev.Kind {
	case alarm.BeganFlapping, alarm.Settled, alarm.Reminded, alarm.Cleared:
		return true
	case alarm.Raised, alarm.Escalated, alarm.Eased, alarm.Withdrawn, alarm.Acked, alarm.Lost, alarm.Found, alarm.Rose, alarm.Fell:
	}
	return false
}

func (t *Telling) flapping(ev *alarm.Event) {
	times := Times{N: ev.Flaps.Raises, Since: ev.Flaps.Since}
	if ev.Kind == alarm.BeganFlapping {
		times.Within = ev.At.Sub(ev.Flaps.Since)
	}
	if ev.Key.Rule == alarm.NoData {
		t.dataFlaps(ev, times)
	} else {
		t.usageFlaps(ev, times)
	}
	if ev.Kind == alarm.BeganFlapping || ev.Kind == alarm.Reminded {
		t.do(Step{Do: WaitUntilSteady, Every: ev.Flaps.Within})
	}
}

func (t *Telling) usageFlaps(ev *alarm.Event, times Times) {
	switch {
	case ev.Kind == alarm.Cleared && ev.Changed != (alarm.ThresholdChange{}):
		t.capacityOver(ev)
	case ev.Kind == alarm.Cleared:
		t.say(Gravest, Back{figures(ev, 0)})
		t.say(Plain, Steady{ev.Flaps.Within, times})
		if ev.PeakOf > 0 {
			t.say(Aside, Peak{Figures{Metric: ev.Key.Metric, Usage: ev.Peak, Capacity: ev.PeakOf, Beside: ev.Threshold}})
		}
	case ev.Kind == alarm.Settled:
		t.say(Gravest, StaysUp{figures(ev, ev.Threshold)})
	default:
		t.say(Gravest, Swings{ev.Key.Metric, ev.Threshold, times})
		if ev.Known {
			t.say(Grave, Now{figures(ev, 0)})
		} else {
			t.say(Grave, NoDataNow{})
		}
	}
}

func (t *Telling) dataFlaps(ev *alarm.Event, times Times) {
	all := ev.Instance == nil
	if ev.Kind == alarm.Cleared {
		t.say(Gravest, DataSteady{all, ev.Flaps.Within, times})
		return
	}
	if ev.Kind == alarm.Settled {
		t.say(Gravest, DataGone{all, ev.Flaps.Within})
		return
	}
	t.say(Gravest, DataSwings{all, times})
	if ev.Flaps.Up {
		t.say(Grave, NoDataNow{})
	} else {
		t.say(Grave, DataNow{})
	}
}
