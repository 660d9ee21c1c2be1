package daemon

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// reloadMetrics tells how loading the configuration went.
type reloadMetrics struct {
	build      prometheus.Gauge
	successful prometheus.Gauge
	at         prometheus.Gauge
	reloads    *prometheus.CounterVec
}

func newReloadMetrics(version string) *reloadMetrics {
	m := &reloadMetrics{
		build: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "brimwatch_build_info", Help: "The version that runs; always 1.",
			ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()}}),
		successful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "brimwatch_config_last_reload_successful", Help: "Whether the last attempt to load the configuration succeeded."}),
		at: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "brimwatch_config_last_reload_success_timestamp_seconds", Help: "When the configuration was last loaded with success."}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_config_reloads_total", Help: "Attempts to load the configuration anew."}, []string{"outcome"}),
	}
	m.build.Set(1)
	return m
}

func (m *reloadMetrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.build, m.successful, m.at, m.reloads}
}

// loaded notes a configuration that is in force.
func (m *reloadMetrics) loaded(now time.Time) {
	m.successful.Set(1)
	m.at.Set(float64(now.UnixMilli()) / 1000)
}

// refused notes a configuration that was not taken.
func (m *reloadMetrics) refused() { m.successful.Set(0) }
