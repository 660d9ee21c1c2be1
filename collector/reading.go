package collector

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// A rate is held without news for three intervals, and for no less than minHold:
// servers renew their figures when they like, Mosquitto every 11 s, however often
// they are asked.
const (
	holdIntervals = 3
	minHold       = 45 * time.Second
)

// noLimitToBeFull is the reason when a server refuses newcomers and nobody knows
// at which limit.
const noLimitToBeFull = "the server refuses new connections because it is full, but its limit is not known: set the instance's edition or capacity"

// memory keeps one instance from visit to visit. One goroutine at a
// time uses it: that of the visit, or the Runner's while a visit hangs.
type memory struct {
	id     string
	last   *fleet.Reading // nil before the first, unless limits are known from before
	tracks []track        // its counters
	up     atomic.Bool    // of last; anybody may ask
}

// newMemory returns the memory of an instance that was not read yet; known
// returns its limits from before this process, and may be nil.
func newMemory(id string, known func(id string) ([fleet.NumMetrics]fleet.Limit, bool)) *memory {
	m := &memory{id: id}
	if known == nil {
		return m
	}
	if limits, ok := known(id); ok {
		m.last = &fleet.Reading{Instance: id, Limits: limits}
	}
	return m
}

// occasion is what the readings of one visit have in common.
type occasion struct {
	at       time.Time // due, UTC
	arrival  time.Time // when Collect returned, with its monotonic part
	began    time.Time // when the Runner was built
	interval time.Duration
	origin   fleet.Origin // of the limits
	failed   string       // why the source could not be read; "" when it could
}

// reading makes the reading of one visit. It tells how many counters began anew.
func (m *memory) reading(in *fleet.Instance, v *Visit, o *occasion) (r *fleet.Reading, resets int) {
	switch {
	case v.full != 0:
		// Refused at its limit: that is not down, also when Collect returned an error.
	case v.err != nil:
		return m.failed(o.at, plainReason(v.err)), 0
	case o.failed != "":
		return m.failed(o.at, o.failed), 0
	}
	r = &fleet.Reading{Instance: m.id, At: o.at, Up: true}
	if m.last != nil {
		r.Limits = m.last.Limits
	}
	if len(v.gaps) > 0 {
		r.Gaps = append(r.Gaps, v.gaps...) // the Visit is used again
	}
	m.limits(r, v, o)
	for i := range v.figures {
		f, metric := &v.figures[i], fleet.Metric(i)
		switch f.kind {
		case gauge:
			know(r, metric, f.value)
		case counter:
			resets += m.counter(r, v, metric, f, o)
		case none:
		}
	}
	fill(r, in, v.full)
	sumMessages(r, v)
	m.keep(r)
	return r, resets
}

// failed makes the reading of a visit that told nothing.
func (m *memory) failed(at time.Time, reason string) *fleet.Reading {
	r := &fleet.Reading{Instance: m.id, At: at, Reason: reason}
	if m.last != nil {
		r.Limits = m.last.Limits
	}
	m.keep(r)
	return r
}

func (m *memory) keep(r *fleet.Reading) {
	m.last = r
	m.up.Store(r.Up)
}

func (m *memory) limits(r *fleet.Reading, v *Visit, o *occasion) {
	for i, value := range v.limits {
		if value > 0 {
			r.Limits[i] = fleet.Limit{Value: value, At: o.arrival.Unix(), Origin: o.origin}
		}
	}
}

// counter makes the rate of a total, and returns 1 when the counter began anew.
func (m *memory) counter(r *fleet.Reading, v *Visit, metric fleet.Metric, f *figure, o *occasion) (resets int) {
	cur := sample{total: f.value, clock: stampOf(f.clock, o.arrival, o.began)}
	if believable(v.started) {
		cur.started = v.started.UnixNano()
	}
	now := int64(o.arrival.Sub(o.began))
	k := m.track(metric)
	if k == nil {
		m.tracks = append(m.tracks, track{metric: metric, base: cur, why: first, news: now})
		r.Gaps = append(r.Gaps, fleet.Gap{Metric: metric, Reason: first.reason()})
		return 0
	}
	before := k.resets
	rate, why := k.follow(cur, now, max(holdIntervals*o.interval, minHold))
	if why == rated {
		know(r, metric, rate)
	} else {
		r.Gaps = append(r.Gaps, fleet.Gap{Metric: metric, Reason: why.reason()})
	}
	return int(k.resets - before)
}

func (m *memory) track(metric fleet.Metric) *track {
	for i := range m.tracks {
		if m.tracks[i].metric == metric {
			return &m.tracks[i]
		}
	}
	return nil
}

// know sets a figure, which closes every gap of its metric.
func know(r *fleet.Reading, m fleet.Metric, value float64) {
	if len(r.Gaps) > 0 {
		r.Gaps = slices.DeleteFunc(r.Gaps, func(g fleet.Gap) bool { return g.Metric == m })
	}
	r.Known = r.Known.With(m)
	r.Usage[m] = value
}

// sumMessages makes message_tps of what is sent and received, unless the
// Collector said something about it itself. When one half is unknown, so is the
// sum, for the same reason.
func sumMessages(r *fleet.Reading, v *Visit) {
	if v.figures[fleet.MessageTPS].kind != none || r.Known.Has(fleet.MessageTPS) || r.Gap(fleet.MessageTPS) != "" {
		return
	}
	send, receive := r.Known.Has(fleet.SendTPS), r.Known.Has(fleet.ReceiveTPS)
	if send && receive {
		know(r, fleet.MessageTPS, r.Usage[fleet.SendTPS]+r.Usage[fleet.ReceiveTPS])
		return
	}
	for _, half := range [...]fleet.Metric{fleet.SendTPS, fleet.ReceiveTPS} {
		if reason := r.Gap(half); !r.Known.Has(half) && reason != "" {
			r.Gaps = append(r.Gaps, fleet.Gap{Metric: fleet.MessageTPS, Reason: reason})
			return
		}
	}
}

// fill sets what is full to its limit.
func fill(r *fleet.Reading, in *fleet.Instance, full fleet.MetricSet) {
	if full == 0 {
		return
	}
	for m := range fleet.Metric(fleet.NumMetrics) {
		if !full.Has(m) {
			continue
		}
		if limit := in.Limit(r, m); limit.Known() {
			know(r, m, limit.Value)
		} else if !r.Known.Has(m) {
			r.Gaps = append(r.Gaps, fleet.Gap{Metric: m, Reason: noLimitToBeFull})
		}
	}
}
