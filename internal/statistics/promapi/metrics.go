package promapi

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// kind is what a request asks for, as the metrics tell it.
type kind string

const (
	instant  kind = "instant"
	ranged   kind = "range"
	lookedUp kind = "lookup"
	other    kind = "" // costs nothing, and is not measured
)

// The outcomes of a request: it was answered; it was not begun, because it is
// wrong, too large, or too many run; or it was begun and failed.
const (
	outcomeOK      = "ok"
	outcomeRefused = "refused"
	outcomeFailed  = "failed"
)

// metrics are what the API tells about itself.
type metrics struct {
	durations *prometheus.HistogramVec
	running   prometheus.GaugeFunc
	waiting   prometheus.GaugeFunc
}

func newMetrics(g *gate) *metrics {
	m := &metrics{
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "brimwatch_query_duration_seconds",
			Help:    "How long queries and look-ups of the history took, from their arrival until their answer was taken.",
			Buckets: []float64{.001, .005, .025, .1, .25, 1, 2.5, 10, 30, 60},
		}, []string{"kind", "outcome"}),
		running: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_queries_running", Help: "Queries and look-ups of the history that are being answered.",
		}, func() float64 { return float64(len(g.running)) }),
		waiting: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_queries_waiting", Help: "Queries and look-ups of the history that wait for their turn.",
		}, func() float64 { return float64(len(g.waiting)) }),
	}
	for _, k := range []kind{instant, ranged, lookedUp} { // so that each begins at 0
		for _, outcome := range []string{outcomeOK, outcomeRefused, outcomeFailed} {
			m.durations.WithLabelValues(string(k), outcome)
		}
	}
	return m
}

func (m *metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.durations, m.running, m.waiting}
}

// answered counts a request that has been answered.
func (m *metrics) answered(k kind, err *apiError, took time.Duration) {
	if k != other {
		m.durations.WithLabelValues(string(k), err.outcome()).Observe(took.Seconds())
	}
}

// outcome returns how a request with this error came out; nil is none.
func (e *apiError) outcome() string {
	switch {
	case e == nil:
		return outcomeOK
	case e.notBegun:
		return outcomeRefused
	}
	return outcomeFailed
}
