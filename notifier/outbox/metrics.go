package outbox

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/notifier"
	"github.com/brimwatch/brimwatch/notifier/sms"
)

// metrics is how the Outbox measures itself. What is counted is what happens from the
// start of the process on. The counters of all receivers and providers of the
// configuration are there from then on, at zero: the rate of one that appears with its
// first notice would miss that notice.
type metrics struct {
	notices    *prometheus.CounterVec
	attempts   *prometheus.CounterVec
	receivers  *prometheus.CounterVec
	acceptance *prometheus.HistogramVec
	delivery   *prometheus.HistogramVec
	segments   *prometheus.CounterVec
	price      *prometheus.CounterVec

	mu            sync.Mutex // held to add, so that nobody adds to series that are being removed
	receiverNames names
	providerNames names
}

func newMetrics(reg prometheus.Registerer, b *Outbox) (*metrics, error) {
	m := &metrics{
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_notices_total", Help: "Notices by the state they came to."}, []string{"channel", "state"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_outbox_attempts_total", Help: "Attempts to send a message, by what they came to."}, []string{"channel", "outcome"}),
		receivers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_receiver_notices_total", Help: "Notices of each receiver by the state they came to."}, []string{"receiver", "channel", "state"}),
		acceptance: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "brimwatch_notice_acceptance_seconds", Help: "From the decision about a notice until the far side took it over; the time for which it is held counts.",
			Buckets: waits()}, []string{"channel"}),
		delivery: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "brimwatch_notice_delivery_seconds", Help: "From the decision about a notice until the first proof that it arrived: a receipt, the 2xx of a webhook, or the 250 of a mail server.",
			Buckets: waits()}, []string{"channel"}),
		segments: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_sms_segments_total", Help: "Segments of the text messages that a provider took over."}, []string{"provider", "receiver"}),
		price: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_sms_price_total", Help: "What a provider says it charged for text messages."}, []string{"provider", "currency"}),
	}
	m.receiverNames = names{label: "receiver", series: []*prometheus.CounterVec{m.receivers, m.segments}}
	m.providerNames = names{label: "provider", series: []*prometheus.CounterVec{m.segments, m.price}}
	if reg == nil {
		return m, nil
	}
	var errs []error
	for _, c := range append(m.counted(), b.gauges()...) {
		if err := reg.Register(c); err != nil {
			errs = append(errs, fmt.Errorf("register metrics of the outbox: %w", err))
		}
	}
	return m, errors.Join(errs...)
}

// waits are the upper bounds of the histograms: from an answer at once to a notice
// that waited for a day until it was given up.
func waits() []float64 {
	return []float64{0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600}
}

func (m *metrics) counted() []prometheus.Collector {
	return []prometheus.Collector{m.notices, m.attempts, m.receivers, m.acceptance, m.delivery, m.segments, m.price}
}

func (b *Outbox) gauges() []prometheus.Collector {
	return []prometheus.Collector{
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
	}
}

// depth counts the notices that wait in a state, and tells how overdue the most
// overdue is.
func (b *Outbox) depth(state notifier.NoticeState) (n int, overdue time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queues.depth(state, b.now())
}

// configure begins the series of all receivers and providers of a directory.
func (m *metrics) configure(d *notifier.Directory) {
	m.mu.Lock()
	defer m.mu.Unlock()
	receivers, providers := make(map[string]bool), make(map[string]bool)
	for receiver, r := range d.Receivers() {
		receivers[receiver] = true
		for _, t := range r.Everybody() {
			channel, provider := t.Recipient.Channel, t.Provider
			for _, state := range []notifier.NoticeState{notifier.Pending, notifier.Held, notifier.Sent, notifier.NoticeDelivered, notifier.Dropped, notifier.Dead} {
				m.notices.WithLabelValues(channel, string(state))
				m.receivers.WithLabelValues(receiver, channel, string(state))
			}
			m.acceptance.WithLabelValues(channel)
			m.delivery.WithLabelValues(channel)
			if provider != "" {
				providers[provider] = true
				m.segments.WithLabelValues(provider, receiver)
			}
		}
	}
	m.receiverNames.set(receivers)
	m.providerNames.set(providers)
}

// came counts a notice that came to a state.
func (m *metrics) came(receiver, channel string, state notifier.NoticeState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.receiverNames.see(receiver)
	m.notices.WithLabelValues(channel, string(state)).Inc()
	m.receivers.WithLabelValues(receiver, channel, string(state)).Inc()
}

// cameAll counts items of one queue that came to the same state.
func (m *metrics) cameAll(items []item, state notifier.NoticeState) {
	for _, it := range items {
		m.came(it.receiver, channelOf(it.recipient), state)
	}
}

// accepted counts a message that the far side took over through a provider; "" is
// none. Where the far side says nothing more of a message, that it took it over is when it
// arrived.
func (m *metrics) accepted(message notifier.Message, provider string, r notifier.Receipt, now time.Time) {
	channel := message.Recipient.Channel
	arrived := r.Status == notifier.Delivered || r.Status != notifier.Failed && notifier.TakingIsArrival(channel)
	for _, n := range message.Notices {
		m.acceptance.WithLabelValues(channel).Observe(seconds(n.CreatedAt, now))
		if arrived {
			m.delivered(channel, n.CreatedAt, now)
		}
		if provider != "" {
			m.took(provider, n, r.Segments)
		}
	}
}

// took counts the segments of a text message; counted is what the provider says of
// them, 0 is nothing.
func (m *metrics) took(provider string, n notifier.Notice, counted int) {
	if counted <= 0 {
		counted, _ = sms.Segments(n.Text)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.receiverNames.see(n.Receiver)
	m.providerNames.see(provider)
	m.segments.WithLabelValues(provider, n.Receiver).Add(float64(counted))
}

// delivered measures a notice that arrived.
func (m *metrics) delivered(channel string, decided, now time.Time) {
	m.delivery.WithLabelValues(channel).Observe(seconds(decided, now))
}

// charged counts the price of a message when a provider first says it. A currency that
// is named before begins at zero.
func (m *metrics) charged(provider string, p notifier.Price, first bool) {
	if provider == "" || p.Currency == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.providerNames.see(provider)
	total := m.price.WithLabelValues(provider, p.Currency)
	if first {
		total.Add(max(p.Amount.Float(), 0)) // a counter never falls
	}
}

// seconds is how long something took; none when the clock was put back meanwhile.
func seconds(from, to time.Time) float64 { return max(to.Sub(from).Seconds(), 0) }
