package collector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Probed is what a source told about one instance, outside of any schedule.
type Probed struct {
	Instance *fleet.Instance
	// Reading holds gauges, limits and rates. A rate is not in it where the second
	// reading that it needs could not be had; the total of the counter is in Totals.
	Reading *fleet.Reading
	Totals  map[fleet.Metric]float64
	Took    time.Duration
	// LimitsErr says why limits could not be read that the source tells apart from
	// its figures; nil when they could, or there are none.
	LimitsErr error
}

// Pauses of Probe.
const (
	// probePatience is how long a source may be connected and tell nothing, or nothing
	// new: Mosquitto renews its figures every 11 s.
	probePatience = 15 * time.Second
	probeRetry    = 500 * time.Millisecond
	// probeAgain is when a source is read again whose rates need a second reading.
	probeAgain = 2 * time.Second
)

// Probe reads a source, once or, where it has counters, until their rates are known. again
// is called when it is read a second time; it may be nil. Probe does not close the
// Collector.
func Probe(ctx context.Context, s *Source, again func()) []Probed {
	p := &probe{source: s, began: time.Now(), visits: make([]Visit, len(s.Instances)), memories: make([]*memory, len(s.Instances))}
	for i := range p.memories {
		p.memories[i] = &memory{id: s.Instances[i].ID}
	}
	err := probeVisit(ctx, s, p.visits)
	for errors.Is(err, ErrNotYet) && time.Since(p.began) < probePatience && pauseFor(ctx, probeRetry) {
		resetVisits(p.visits, len(p.visits))
		err = probeVisit(ctx, s, p.visits)
	}
	out := p.tell(err)
	if err != nil || !p.waits() {
		return out
	}
	if again != nil {
		again()
	}
	for second := time.Now(); p.waits() && time.Since(second) < probePatience && pauseFor(ctx, probeAgain); {
		resetVisits(p.visits, len(p.visits))
		if probeVisit(ctx, s, p.visits) != nil {
			break // what the first reading told still counts
		}
		out = p.tell(nil)
	}
	return out
}

// probe is a source that is being probed.
type probe struct {
	source   *Source
	began    time.Time
	visits   []Visit
	memories []*memory // from visit to visit, which is what rates are made of
}

// waits tells whether another visit would tell more: a counter was read once only, or has
// not been renewed since. A Cluster makes the rates of its nodes itself, and says so.
func (p *probe) waits() bool {
	for i := range p.visits {
		for k := range p.memories[i].tracks {
			if why := p.memories[i].tracks[k].why; why == first || why == tooClose {
				return true
			}
		}
		for _, g := range p.visits[i].gaps {
			if strings.HasSuffix(g.Reason, first.reason()) { // behind the name of a node
				return true
			}
		}
	}
	return false
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

// tell puts together what the newest visits told.
func (p *probe) tell(err error) []Probed {
	s, now := p.source, time.Now()
	o := occasion{at: now.UTC(), arrival: now, began: p.began, interval: s.Interval, origin: bind(s, nil).origin}
	switch {
	case errors.Is(err, ErrNotYet):
		o.failed = silentReason(err, now.Sub(p.began))
	case err != nil:
		o.failed = plainReason(err)
	}
	var limitsErr error
	if l, ok := s.Collector.(interface{ LimitsErr() error }); ok {
		limitsErr = l.LimitsErr()
	}
	out := make([]Probed, len(p.visits))
	for i := range p.visits {
		r, _ := p.memories[i].reading(s.Instances[i], &p.visits[i], &o)
		one := Probed{Instance: s.Instances[i], Reading: r, Took: now.Sub(p.began), Totals: make(map[fleet.Metric]float64), LimitsErr: limitsErr}
		if r.Up {
			for metric := range fleet.Metric(fleet.NumMetrics) {
				if total, _, ok := p.visits[i].CounterOf(metric); ok {
					one.Totals[metric] = total
				}
			}
		}
		out[i] = one
	}
	return out
}

// Note says in words what stands instead of a figure of metric m; "" when there
// is nothing to say.
func (p *Probed) Note(m fleet.Metric) string {
	total, ok := p.Totals[m]
	switch {
	case p.Reading.Known.Has(m):
		return ""
	case ok:
		return fmt.Sprintf("a total of %.0f so far; the rate needs two readings", total)
	}
	return p.Reading.Gap(m)
}
