// Package simulated is a fleet of broker instances that exist only as numbers:
// every figure is a function of the instance, the time and the moments at which
// it was told to cross. It serves each instance's exposition page on a loopback
// address of its own, and a sink that notes when each webhook came. All of it is
// safe for concurrent use.
package simulated

import (
	"math"
	"sync/atomic"
	"time"
)

const (
	// Sets is how many groups of instances cross separately.
	Sets = 3
	// setModulus makes Sets of 60 instances cross: 5 % of the fleet.
	setModulus = 60

	// A counter is 0 at the epoch; both before and after the crossing the
	// utilization stays within spread of its level.
	levelBefore = 0.40
	levelAfter  = 0.90
	spread      = 0.05

	gaugeSwing   = 0.045 // of the wave of a gauge; the rest of spread is noise
	gaugeNoise   = spread - gaugeSwing
	counterSwing = 0.04 // of the wave of a rate
	// counterNoise is in seconds' worth of capacity. It changes by less than the
	// rate does, so that a counter never falls, and moves a rate over 15 s by
	// less than what counterSwing leaves of spread.
	counterNoise = 0.12
	// wave is the angular frequency of the swing: a turn in 15 minutes.
	wave = 2 * math.Pi / 900
)

// Model is what the fleet does. Instances are numbered from 0.
type Model struct {
	epoch   float64            // Unix seconds at which all counters were 0
	crossed [Sets]atomic.Int64 // Unix milliseconds; 0 is not yet
}

// NewModel returns a fleet whose counters were 0 at epoch and where nothing has
// crossed.
func NewModel(epoch time.Time) *Model { return &Model{epoch: seconds(epoch)} }

// Trigger lets a set cross at a time, and returns when it did: the first call
// counts. The set must be one of 0 to Sets-1.
func (m *Model) Trigger(set int, at time.Time) time.Time {
	m.crossed[set].CompareAndSwap(0, at.UnixMilli())
	return time.UnixMilli(m.crossed[set].Load())
}

// TriggersMillis returns when each set crossed in Unix milliseconds, 0 where it has not.
func (m *Model) TriggersMillis() (out [Sets]int64) {
	for k := range out {
		out[k] = m.crossed[k].Load()
	}
	return out
}

// Capacity returns what instance n may carry: messages a second, connections or
// subscriptions.
func Capacity(n int, metric Metric) float64 {
	size := float64(1 + mix(uint64(n), 7)%20)
	if metric == Subscriptions {
		return 2000 * size
	}
	return 500 * size
}

// Crossing returns with which set instance n crosses, and on which metric; false
// when it never does.
func Crossing(n int) (set int, metric Metric, ok bool) {
	if k := n % setModulus; k < Sets {
		return k, Metric(n / setModulus % NumMetrics), true
	}
	return 0, 0, false
}

// ExpiresSoon tells whether instance n is one of the hundredth that expires in days.
func ExpiresSoon(n int) bool { return n%100 == 99 }

// Expiry returns when instance n expires, for a fleet that was started at start.
func Expiry(n int, start time.Time) time.Time {
	days := 90
	if ExpiresSoon(n) {
		days = 3
	}
	return start.Add(time.Duration(days)*24*time.Hour + time.Duration(n)*time.Second)
}

// Value returns a metric of instance n at a time: the running total of a counter,
// the value of a gauge. Utilization is 0.40 ± 0.05, after the crossing
// 0.90 ± 0.05, never between; a rate counts as read over 15 s.
func (m *Model) Value(n int, metric Metric, at time.Time) int64 {
	return m.value(n, metric, seconds(at))
}

func (m *Model) value(n int, metric Metric, t float64) int64 {
	capacity := Capacity(n, metric)
	phase := 2 * math.Pi * unit(uint64(n), 100+uint64(metric))
	since := m.sinceCrossing(n, metric, t)
	turn := wave*(t-m.epoch) + phase
	wobble := noise(uint64(n*NumMetrics)+uint64(metric), t)
	if metric.Counter() {
		// The integral of level + swing·sin, then what the crossing adds.
		total := levelBefore*(t-m.epoch) - counterSwing/wave*(math.Cos(turn)-math.Cos(phase))
		total += (levelAfter - levelBefore) * since
		return int64(capacity * (total + counterNoise*wobble))
	}
	utilization := levelBefore + gaugeSwing*math.Sin(turn) + gaugeNoise*(2*wobble-1)
	if since > 0 {
		utilization += levelAfter - levelBefore
	}
	return int64(math.Round(capacity * utilization))
}

// sinceCrossing returns how long ago, in seconds, the metric of instance n
// crossed; 0 when it has not.
func (m *Model) sinceCrossing(n int, metric Metric, t float64) float64 {
	set, crosses, ok := Crossing(n)
	if !ok || crosses != metric {
		return 0
	}
	at := m.crossed[set].Load()
	if at == 0 {
		return 0
	}
	return math.Max(0, t-float64(at)/1000)
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// noise is in [0, 1) and runs straight from one full second to the next.
func noise(id uint64, t float64) float64 {
	from := math.Floor(t)
	a, b := unit(id, uint64(from)), unit(id, uint64(from)+1)
	return a + (b-a)*(t-from)
}

// unit turns two numbers into one in [0, 1).
func unit(a, b uint64) float64 { return float64(mix(a, b)>>11) / (1 << 53) }

// mix turns two numbers into one that looks random.
func mix(a, b uint64) uint64 {
	x := a*0x9E3779B97F4A7C15 ^ b*0xC2B2AE3D27D4EB4F
	x ^= x >> 29
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 32
	return x
}
