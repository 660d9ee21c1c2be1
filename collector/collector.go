// Package collector turns sources into readings: a Collector reads one source
// once, the Runner does everything around it (when, how many at a time, how
// long at most, rates from counters, and measuring itself).
//
//	Runner ──due──► Collector.Collect ──fills──► Visit ──rates──► fleet.Reading ──► sink
//
// Concurrency: the Runner calls one Collector from one goroutine at a time,
// and different Collectors at the same time. A Collector keeps its connection
// between visits; Close is called once, after the last Collect has returned.
package collector

import (
	"context"
	"errors"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Collector reads one source once.
type Collector interface {
	// Collect reads the source for all the instances behind it; visits[i]
	// belongs to the i-th instance the Collector was built for. It fills in what
	// was told and returns; loop, timeout (ctx), retry and rates are not its
	// business. It may block until ctx ends and must not keep visits.
	//
	// An error means that the source could not be read, for any instance; its
	// text reaches people, so it is plain and holds no credential. What fails for
	// one instance only goes into that visit (Fail, Unknown).
	Collect(ctx context.Context, visits []Visit) error
	// Close ends what the Collector keeps open. It may be called before the
	// first Collect and returns only when all the Collector started has ended.
	Close() error
}

// ErrNotYet is returned (wrapped) by a Collector that is connected but has not
// been told anything yet: there is no reading, and nothing is wrong so far.
var ErrNotYet = errors.New("nothing told yet")

// Visit takes what one visit told about one instance. The zero Visit is an
// instance that answered and told nothing; a metric that is not set is unknown.
// The Runner makes the fleet.Reading of it: counters become rates, limits are
// carried on, message_tps is summed from send and receive.
type Visit struct {
	figures [fleet.NumMetrics]figure
	limits  [fleet.NumMetrics]float64
	full    fleet.MetricSet
	started time.Time
	gaps    []fleet.Gap
	err     error
}

type figureKind uint8

const (
	none figureKind = iota
	gauge
	counter
)

type figure struct {
	kind  figureKind
	value float64
	clock time.Time
}

// Gauge sets the usage of m as it stands now. Negative, NaN and infinite
// values are no figure: the metric stays unknown, with that as the reason.
func (v *Visit) Gauge(m fleet.Metric, value float64) {
	if !finite(value) {
		v.Unknown(m, "the source told a figure that is not a number or is below zero")
		return
	}
	v.figures[m] = figure{kind: gauge, value: value}
}

// Counter sets a running total of m, as of clock: the server's own clock where
// it has one, else the moment at which the figure arrived here. The Runner
// makes the rate: two visits with the same clock hold no news, a total that
// fell or a start time that moved means a restart and gives no rate.
func (v *Visit) Counter(m fleet.Metric, total float64, clock time.Time) {
	if !finite(total) {
		v.Unknown(m, "the source told a total that is not a number or is below zero")
		return
	}
	v.figures[m] = figure{kind: counter, value: total, clock: clock}
}

// Limit sets the capacity of m that the server itself told. 0, negative, NaN
// and infinite values mean "not told" and are ignored.
func (v *Visit) Limit(m fleet.Metric, value float64) {
	if !finite(value) || value == 0 {
		return
	}
	v.limits[m] = value
}

// Full says that the source refused us because m is at its limit: the
// instance is full, not down. The Runner reports a usage equal to the capacity.
func (v *Visit) Full(m fleet.Metric) { v.full = v.full.With(m) }

// Started sets when the server was started; a later start than at the visit
// before means that all its counters began anew, even when they are higher.
func (v *Visit) Started(t time.Time) { v.started = t }

// Unknown says why m could not be read although the source answered.
func (v *Visit) Unknown(m fleet.Metric, reason string) {
	v.figures[m] = figure{}
	v.gaps = append(v.gaps, fleet.Gap{Metric: m, Reason: reason})
}

// Fail says that this instance could not be read, while others behind the same
// source could.
func (v *Visit) Fail(err error) { v.err = err }

// Err returns what Fail set.
func (v *Visit) Err() error { return v.err }

// Reset makes the visit empty again, keeping its memory.
func (v *Visit) Reset() { *v = Visit{gaps: v.gaps[:0]} }

// finite tells whether f may be a figure: a number from zero up.
func finite(f float64) bool { return f >= 0 && f <= maxFigure }

// maxFigure is beyond every real figure and below infinity.
const maxFigure = 1e300
