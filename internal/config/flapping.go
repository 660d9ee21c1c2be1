package config

import (
	"time"

	"github.com/brimwatch/brimwatch/alarm"
)

// flapValues say when alarms of readings flap.
type flapValues struct {
	enabled bool
	raises  int
	within  time.Duration
}

func builtinFlapping() flapValues { return flapValues{enabled: true, raises: 3, within: time.Hour} }

// The shortest and the longest time in which an alarm may flap: it is also how often
// people hear of one that does.
const (
	minFlapping = 5 * time.Minute
	maxFlapping = 24 * time.Hour
)

// layFlapping puts one stage on top of the values; checkFlapping notes its faults.
func layFlapping(v flapValues, f *flappingDoc) flapValues {
	if f == nil || f.node == nil {
		return v
	}
	if f.Enabled != nil {
		v.enabled = *f.Enabled
	}
	if f.Raises != nil {
		v.raises = *f.Raises
	}
	v.within = f.Within.or(v.within)
	return v
}

// checkFlapping notes the faults of one stage.
func (d *decoder) checkFlapping(f *flappingDoc) {
	if f == nil || f.node == nil {
		return
	}
	if f.Raises != nil && (*f.Raises < 2 || *f.Raises > alarm.MaxFlapRaises) {
		d.fault(d.under(f.place, "raises"), "an alarm flaps by its second to its %dth raise; to tell each one, set enabled: false", alarm.MaxFlapRaises)
	}
	if f.Within.set && (f.Within.Duration < minFlapping || f.Within.Duration > maxFlapping) {
		d.fault(d.under(f.place, "within"), "give a length of time from 5m to 24h: it is also how often people are told of an alarm that flaps")
	}
}

// flapping is what the engine judges by.
func (v flapValues) flapping() alarm.Flapping {
	if !v.enabled {
		return alarm.Flapping{}
	}
	return alarm.Flapping{Raises: v.raises, Within: v.within}
}
