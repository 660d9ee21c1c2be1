package outbox

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/notifier"
)

// metrics is how the Outbox measures itself.
type metrics struct {
	notices  *prometheus.CounterVec
	attempts *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, b *Outbox) (*metrics, error) {
	m := &metrics{
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_notices_total", Help: "Notices by the state they came to."}, []string{"channel", "state"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_outbox_attempts_total", Help: "Attempts to send a message, by what they came to."}, []string{"channel", "outcome"}),
	}
	if reg == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{
		m.notices, m.attempts,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_outbox_pending", Help: "Notices that are to be sent."},
			func() float64 { n, _ := b.depth(notifier.Pending); return float64(n) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_outbox_held", Help: "Notices that wait for a moment: quiet hours, silences, caps."},
			func() float64 { n, _ := b.depth(notifier.Held); return float64(n) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_outbox_overdue_seconds", Help: "How long the notice that is most overdue has been due."},
			func() float64 { _, late := b.depth(notifier.Pending); return late.Seconds() }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "brimwatch_outbox_healthy", Help: "Whether the last write to the database succeeded."},
			func() float64 {
				if b.Healthy() {
					return 1
				}
				return 0
			}),
	} {
		if err := reg.Register(c); err != nil {
			errs = append(errs, fmt.Errorf("register metrics of the outbox: %w", err))
		}
	}
	return m, errors.Join(errs...)
}

// depth counts the notices that wait in a state, and tells how overdue the most
// overdue is.
func (b *Outbox) depth(state notifier.NoticeState) (n int, overdue time.Duration) {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queues.depth(state, now)
}
