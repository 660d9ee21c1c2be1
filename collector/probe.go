package collector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Probed is what one reading of a source told about one instance, outside of any
// schedule.
type Probed struct {
	Instance *fleet.Instance
	// Reading holds gauges and limits. A counter is not in it, since a rate needs
	// two readings; its total is in Totals.
	Reading *fleet.Reading
	Totals  map[fleet.Metric]float64
	Took    time.Duration
	// LimitsErr says why limits could not be read that the source tells apart from
	// its figures; nil when they could, or there are none.
	LimitsErr error
}

// Pauses of Probe.
const (
	// probePatience is how long a source may be connected and tell nothing:
	// Mosquitto shows its figures every 11 s.
	probePatience = 15 * time.Second
	probeRetry    = 500 * time.Millisecond
	// probeAgain is when a source is read a second time that makes rates itself.
	probeAgain = 2 * time.Second
)

// Probe reads a source once. It does not close its Collector.
func Probe(ctx context.Context, s *Source) []Probed {
	began := time.Now()
	visits := make([]Visit, len(s.Instances))
	err := probeVisit(ctx, s, visits)
	for errors.Is(err, ErrNotYet) && time.Since(began) < probePatience && pauseFor(ctx, probeRetry) {
		resetVisits(visits, len(visits))
		err = probeVisit(ctx, s, visits)
	}
	if err == nil && waitsForRates(visits) && pauseFor(ctx, probeAgain) {
		resetVisits(visits, len(visits))
		err = probeVisit(ctx, s, visits)
	}
	return probed(s, visits, err, began)
}

// probeVisit makes one visit with the source's timeout.
func probeVisit(ctx context.Context, s *Source, visits []Visit) (err error) {
	timeout := s.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			resetVisits(visits, len(visits))
			err = &panicError{p}
		}
	}()
	err = s.Collector.Collect(ctx, visits)
	if err != nil && ctx.Err() != nil && !errors.Is(err, ErrNotYet) {
		return errors.New(timeoutReason(err, timeout))
	}
	return err
}

// waitsForRates tells whether a second visit would tell more: a Cluster makes the
// rates of its nodes itself.
func waitsForRates(visits []Visit) bool {
	for i := range visits {
		for _, g := range visits[i].gaps {
			if strings.HasSuffix(g.Reason, first.reason()) { // behind the name of a node
				return true
			}
		}
	}
	return false
}

// pauseFor waits; false when ctx ended before.
func pauseFor(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// probed puts together what the visits told.
func probed(s *Source, visits []Visit, err error, began time.Time) []Probed {
	now := time.Now()
	o := occasion{at: now.UTC(), arrival: now, began: began, interval: s.Interval, origin: bind(s, nil).origin}
	switch {
	case errors.Is(err, ErrNotYet):
		o.failed = silentReason(err, now.Sub(began))
	case err != nil:
		o.failed = plainReason(err)
	}
	var limitsErr error
	if l, ok := s.Collector.(interface{ LimitsErr() error }); ok {
		limitsErr = l.LimitsErr()
	}
	out := make([]Probed, len(visits))
	for i := range visits {
		m := &memory{id: s.Instances[i].ID}
		r, _ := m.reading(s.Instances[i], &visits[i], &o)
		p := Probed{Instance: s.Instances[i], Reading: r, Took: now.Sub(began), Totals: make(map[fleet.Metric]float64), LimitsErr: limitsErr}
		if r.Up {
			for metric := range fleet.Metric(fleet.NumMetrics) {
				if total, _, ok := visits[i].CounterOf(metric); ok {
					p.Totals[metric] = total
				}
			}
		}
		out[i] = p
	}
	return out
}

// Note says in words what stands instead of a figure of metric m; "" when there
// is nothing to say.
func (p *Probed) Note(m fleet.Metric) string {
	total, ok := p.Totals[m]
	switch {
	case ok:
		return fmt.Sprintf("a total of %.0f so far; the rate needs two readings", total)
	case p.Reading.Known.Has(m):
		return ""
	}
	return p.Reading.Gap(m)
}
