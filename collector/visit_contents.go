package collector

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// What follows reads a Visit. The Runner and the tests of Collectors use it; a
// Collector has no need to.

// GaugeOf returns what Gauge set for m, and false when it set nothing.
func (v *Visit) GaugeOf(m fleet.Metric) (float64, bool) {
	f := v.figures[m]
	return f.value, f.kind == gauge
}

// CounterOf returns the total and the clock that Counter set for m, and false
// when it set nothing.
func (v *Visit) CounterOf(m fleet.Metric) (total float64, clock time.Time, ok bool) {
	f := v.figures[m]
	return f.value, f.clock, f.kind == counter
}

// LimitOf returns what Limit set for m, and false when it set nothing.
func (v *Visit) LimitOf(m fleet.Metric) (float64, bool) {
	return v.limits[m], v.limits[m] > 0
}

// IsFull tells whether Full was called for m.
func (v *Visit) IsFull(m fleet.Metric) bool { return v.full.Has(m) }

// StartedAt returns what Started set; zero when it set nothing.
func (v *Visit) StartedAt() time.Time { return v.started }

// Gaps returns what Unknown set, in that order. The slice is the Visit's own.
func (v *Visit) Gaps() []fleet.Gap { return v.gaps }

// Blank tells whether nothing at all was set; Full does not count, since it
// may go along with an error of Collect.
func (v *Visit) Blank() bool {
	for m := range v.figures {
		if v.figures[m].kind != none || v.limits[m] != 0 {
			return false
		}
	}
	return v.started.IsZero() && len(v.gaps) == 0 && v.err == nil
}
