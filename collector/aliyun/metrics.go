package aliyun

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is how an Account measures itself. Nothing is labelled by instance.
type metrics struct {
	account            *Account
	registerer         prometheus.Registerer // nil for none
	replaced           *metrics              // whose place this took, to give it back; nil for none
	closed             atomic.Bool
	calls              *prometheus.CounterVec
	month, limit, pace *prometheus.Desc
}

func newMetrics(reg prometheus.Registerer, a *Account) (*metrics, error) {
	label := prometheus.Labels{"account": a.name}
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("brimwatch_collect_aliyun_"+name, help, nil, label)
	}
	m := &metrics{
		account: a, registerer: reg,
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "brimwatch_collect_aliyun_calls_total", Help: "Calls to the cloud, by how they ended.", ConstLabels: label},
			[]string{"operation", "outcome"}),
		month: desc("month_calls", "Metered calls of the account in this month (UTC)."),
		limit: desc("month_limit", "Metered calls that a month has for the account."),
		pace:  desc("pace", "By how much intervals are stretched so that the month's calls last; 1 is not at all."),
	}
	if reg == nil {
		return m, nil
	}
	err := reg.Register(m)
	if there, taken := errors.AsType[prometheus.AlreadyRegisteredError](err); taken {
		// While a configuration is replaced there are two of one name: the new one shows.
		m.replaced, _ = there.ExistingCollector.(*metrics)
		reg.Unregister(m)
		err = reg.Register(m)
	}
	if err != nil {
		return nil, fmt.Errorf("register metrics of account %s: %w", a.name, err)
	}
	return m, nil
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(out chan<- *prometheus.Desc) {
	m.calls.Describe(out)
	for _, d := range []*prometheus.Desc{m.month, m.limit, m.pace} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	m.calls.Collect(out)
	b := m.account.Budget(time.Now())
	out <- prometheus.MustNewConstMetric(m.month, prometheus.GaugeValue, float64(b.Calls))
	out <- prometheus.MustNewConstMetric(m.limit, prometheus.GaugeValue, float64(b.Limit))
	out <- prometheus.MustNewConstMetric(m.pace, prometheus.GaugeValue, b.Pace)
}

// close takes the metrics away, unless another account of the same name has
// taken their place. When the new configuration was not taken after all, those of
// the one that goes on show again.
func (m *metrics) close() {
	if m.registerer == nil || m.closed.Swap(true) {
		return
	}
	err := m.registerer.Register(m)
	there, taken := errors.AsType[prometheus.AlreadyRegisteredError](err)
	if !taken || there.ExistingCollector == prometheus.Collector(m) {
		m.registerer.Unregister(m)
		if r := m.replaced; r != nil && !r.closed.Load() {
			_ = m.registerer.Register(r) // it was there before
		}
	}
	m.replaced = nil // or each new configuration would hold all before it
}

// called counts a call that was made.
func (m *metrics) called(action string, err error) {
	m.calls.WithLabelValues(action, outcomeOf(err)).Inc()
}

// outcomeOf returns the value of the label outcome.
func outcomeOf(err error) string {
	refusal, refused := errors.AsType[*CallError](err)
	switch {
	case err == nil:
		return "ok"
	case refused && refusal.Throttled():
		return "throttled"
	case refused:
		return "refused"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "timeout"
	}
	return "failed"
}
