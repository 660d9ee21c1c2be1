package remotewrite

import "github.com/prometheus/client_golang/prometheus"

// dropRefused is the reason for which samples are dropped: the endpoint will never
// take them.
const dropRefused = "refused"

// Reasons for which a stretch of time is left out.
const (
	leftRetention  = "retention"  // the endpoint was away for longer than the history is kept
	leftUnreadable = "unreadable" // the history cannot be read there
)

// metrics are what one endpoint tells about itself.
type metrics struct {
	sent     prometheus.Counter
	dropped  *prometheus.CounterVec
	left     *prometheus.CounterVec
	failed   prometheus.Counter
	depth    prometheus.Gauge
	behind   prometheus.GaugeFunc
	duration prometheus.Histogram
}

func newMetrics(shown string, behind func() float64) *metrics {
	labels := prometheus.Labels{"url": shown}
	m := &metrics{
		sent: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_sent_total", Help: "Samples that the endpoint took.", ConstLabels: labels,
		}),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_dropped_total", Help: "Samples that the endpoint will not get, by reason.", ConstLabels: labels,
		}, []string{"reason"}),
		left: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_left_out_seconds_total", Help: "How much time of the history the endpoint will not get, by reason.", ConstLabels: labels,
		}, []string{"reason"}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "brimwatch_history_remote_failed_requests_total", Help: "Requests that failed and were tried again.", ConstLabels: labels,
		}),
		depth: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "brimwatch_history_remote_queue_samples", Help: "Samples that were read out of the history and wait to be sent.", ConstLabels: labels,
		}),
		behind: prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_history_remote_behind_seconds", Help: "How old the newest sample may be of which the endpoint has it and all before.", ConstLabels: labels,
		}, behind),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "brimwatch_history_remote_request_duration_seconds", Help: "How long the endpoint took to answer.", ConstLabels: labels,
			Buckets: []float64{0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30},
		}),
	}
	m.dropped.WithLabelValues(dropRefused) // so that each begins at 0
	for _, reason := range []string{leftRetention, leftUnreadable} {
		m.left.WithLabelValues(reason)
	}
	return m
}

func (m *metrics) each(fn func(prometheus.Collector)) {
	for _, c := range []prometheus.Collector{m.sent, m.dropped, m.left, m.failed, m.depth, m.behind, m.duration} {
		fn(c)
	}
}
