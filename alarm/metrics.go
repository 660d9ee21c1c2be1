package alarm

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is how the Engine measures itself.
type metrics struct {
	readings       prometheus.Counter
	dropped        prometheus.Counter
	events         *prometheus.CounterVec
	commitFailures prometheus.Counter
	commitSeconds  prometheus.Histogram
	clockJumps     prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, e *Engine) (*metrics, error) {
	m := &metrics{
		readings: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_engine_readings_total", Help: "Readings that were judged."}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_engine_readings_dropped_total", Help: "Readings that were dropped because too many waited to be judged."}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_engine_events_total", Help: "What happened to episodes, by rule and kind of event."}, []string{"rule", "kind"}),
		commitFailures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_engine_commit_failures_total", Help: "Commits of alarm states that failed and were taken back."}),
		commitSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "brimwatch_engine_commit_duration_seconds", Help: "How long commits of alarm states took.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 4, 8)}),
		clockJumps: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_engine_clock_jumps_total", Help: "Times at which the wall clock was set under the timers of alarms."}),
	}
	if reg == nil {
		return m, nil
	}
	all := []prometheus.Collector{m.readings, m.dropped, m.events, m.commitFailures, m.commitSeconds, m.clockJumps,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_engine_queue", Help: "Readings that wait to be judged."},
			func() float64 { return float64(e.inbox.depth()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_engine_open_episodes", Help: "Episodes that are open."},
			func() float64 {
				e.mu.RLock()
				defer e.mu.RUnlock()
				return float64(len(e.open))
			}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_engine_silent_instances", Help: "Instances that tell nothing at the moment."},
			func() float64 {
				e.mu.RLock()
				defer e.mu.RUnlock()
				return float64(e.missing)
			}),
	}
	var errs []error
	for _, c := range all {
		if err := reg.Register(c); err != nil {
			errs = append(errs, fmt.Errorf("register metrics of the alarm engine: %w", err))
		}
	}
	return m, errors.Join(errs...)
}
