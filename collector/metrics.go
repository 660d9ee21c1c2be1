package collector

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is how the Runner measures itself. Nothing is labelled by source, so
// that the number of series does not grow with the fleet.
type metrics struct {
	visits   [numOutcomes]prometheus.Counter
	duration prometheus.Histogram
	delay    prometheus.Histogram
	overruns prometheus.Counter
	panics   prometheus.Counter
	resets   prometheus.Counter
	jumps    prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, r *Runner) (*metrics, error) {
	visits := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "brimwatch_collect_visits_total", Help: "Visits to sources, by how they ended."}, []string{"outcome"})
	m := &metrics{
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "brimwatch_collect_duration_seconds", Help: "How long visits took.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "brimwatch_collect_delay_seconds", Help: "How long after they were due visits began.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}),
		overruns: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_collect_overruns_total", Help: "Visits left out because the one before was still waiting or running."}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_collect_panics_total", Help: "Panics of collectors that were caught."}),
		resets: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_collect_resets_total", Help: "Counters of servers that began anew."}),
		jumps: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_collect_clock_jumps_total", Help: "Times at which the clock was set, or this process was held up for seconds."}),
	}
	for o := range m.visits {
		m.visits[o] = visits.WithLabelValues(outcome(o).String())
	}
	if reg == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{visits, m.duration, m.delay, m.overruns, m.panics, m.resets, m.jumps, newStatsCollector(r)} {
		if err := reg.Register(c); err != nil {
			errs = append(errs, fmt.Errorf("register metrics of the runner: %w", err))
		}
	}
	return m, errors.Join(errs...)
}

// Stats is how the Runner stands at one moment.
type Stats struct {
	Sources   int // on the schedule
	Unvisited int // of Sources, those whose first visit has not ended
	Instances int // behind them
	Up        int // of Instances, those whose newest reading was up
	Waiting   int // due sources for which the lanes had no room
	Prompt    int // visits that run
	Slow      int // visits that run and take long
	Hung      int // visits that outlast their timeout and cannot be ended
}

// Stats tells how the Runner stands.
func (r *Runner) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Stats{
		Sources: len(r.tasks),
		Waiting: r.prompt.queue.len() + r.slow.queue.len(),
		Prompt:  r.prompt.running, Slow: r.slow.running, Hung: r.hung,
	}
	for _, t := range r.tasks {
		if !t.visited {
			s.Unvisited++
		}
		s.Instances += len(t.bound.memories)
		for _, m := range t.bound.memories {
			if m.up.Load() {
				s.Up++
			}
		}
	}
	return s
}

// statsCollector shows Stats as metrics.
type statsCollector struct {
	runner                                    *Runner
	sources, instances, up, waiting, inFlight *prometheus.Desc
}

func newStatsCollector(r *Runner) *statsCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("brimwatch_collect_"+name, help, labels, nil)
	}
	return &statsCollector{
		runner:    r,
		sources:   desc("sources", "Sources on the schedule."),
		instances: desc("instances", "Instances behind the sources."),
		up:        desc("instances_up", "Instances whose newest reading was up."),
		waiting:   desc("waiting", "Sources that are due and wait for room."),
		inFlight:  desc("running", "Visits that run, by lane; hung ones outlast their timeout.", "lane"),
	}
}

// Describe implements prometheus.Collector.
func (c *statsCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.sources, c.instances, c.up, c.waiting, c.inFlight} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *statsCollector) Collect(out chan<- prometheus.Metric) {
	s := c.runner.Stats()
	gauge := func(d *prometheus.Desc, v int, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
	}
	gauge(c.sources, s.Sources)
	gauge(c.instances, s.Instances)
	gauge(c.up, s.Up)
	gauge(c.waiting, s.Waiting)
	gauge(c.inFlight, s.Prompt, c.runner.prompt.name)
	gauge(c.inFlight, s.Slow, c.runner.slow.name)
	gauge(c.inFlight, s.Hung, "hung")
}
