package statistics

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what the history tells about itself. The database's own hundred
// or so metrics are not registered: they bear Prometheus' names, and what an
// operator of Brimwatch can act on is here.
type metrics struct {
	reg        prometheus.Registerer
	registered []prometheus.Collector

	appended prometheus.Counter
	dropped  *prometheus.CounterVec
	refused  *prometheus.CounterVec
	errors   prometheus.Counter
}

func newMetrics(s *Store) (*metrics, error) {
	m := &metrics{
		reg: s.opts.Registerer,
		appended: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_history_appended_total",
			Help: "Samples stored in the history.",
		}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_history_dropped_total",
			Help: "Readings that the history did not store, by reason.",
		}, []string{"reason"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_history_figures_refused_total",
			Help: "Samples of own metrics and of figures of the fleet that the history did not store, by reason.",
		}, []string{"reason"}),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_history_append_errors_total",
			Help: "Batches of readings that could not be written.",
		}),
	}
	for _, reason := range []string{dropBufferFull, dropClosed, dropUnknown, dropDuplicate, dropOutOfOrder, dropFuture, dropError} {
		m.dropped.WithLabelValues(reason) // so that each begins at 0
	}
	for _, reason := range []string{dropDuplicate, dropOutOfOrder, dropBufferFull} {
		m.refused.WithLabelValues(reason)
	}
	all := append([]prometheus.Collector{m.appended, m.dropped, m.refused, m.errors}, gauges(s)...)
	all = append(all, s.api.Metrics()...)
	for _, w := range s.remotes {
		all = append(all, w)
	}
	if m.reg == nil {
		return m, nil
	}
	for _, c := range all {
		if err := m.reg.Register(c); err != nil {
			m.unregister()
			return nil, fmt.Errorf("register metrics of the history: %w", err)
		}
		m.registered = append(m.registered, c)
	}
	return m, nil
}

// unregister takes the metrics back, so that a history can be opened again.
func (m *metrics) unregister() {
	for _, c := range m.registered {
		m.reg.Unregister(c)
	}
	m.registered = nil
}

func gauges(s *Store) []prometheus.Collector {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	return []prometheus.Collector{
		gauge("brimwatch_history_buffer_readings", "Readings that wait to be stored.", func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			return float64(len(s.buffer))
		}),
		gauge("brimwatch_history_buffer_capacity_readings", "Readings that may wait to be stored; more are dropped.", func() float64 {
			return float64(s.opts.MaxReadings)
		}),
		gauge("brimwatch_history_instances", "Instances whose history is kept.", func() float64 {
			return float64(s.count.Load())
		}),
		gauge("brimwatch_history_series", "Series that the database holds in memory.", func() float64 {
			return float64(s.db.Head().NumSeries())
		}),
		gauge("brimwatch_history_fact_changes", "Changes of capacities, terms and lifecycle states held in memory.", func() float64 {
			return float64(s.facts.Points())
		}),
		gauge("brimwatch_history_blocks", "Blocks of the history on disk.", func() float64 {
			return float64(len(s.db.Blocks()))
		}),
		gauge("brimwatch_history_block_bytes", "Bytes on disk in blocks, without the last hours.", func() float64 {
			var sum int64
			for _, b := range s.db.Blocks() {
				sum += b.Size()
			}
			return float64(sum)
		}),
		gauge("brimwatch_history_oldest_timestamp_seconds", "Time of the oldest sample, in seconds since 1970; 0 when there is none.", func() float64 {
			if s.db.Head().NumSeries() == 0 && len(s.db.Blocks()) == 0 {
				return 0
			}
			ms, err := s.db.StartTime()
			if err != nil {
				return 0
			}
			return float64(ms) / 1000
		}),
	}
}
