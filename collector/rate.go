package collector

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// stamp is the moment to which a total belongs.
type stamp struct {
	wall int64 // Unix nanoseconds
	mono int64 // nanoseconds on this machine's monotonic clock; 0 for a moment that a server told
}

// The years in which a clock is believed, in Unix seconds: 1970 to 2242.
const firstSecond, lastSecond = 0, 1 << 33

// stampOf turns the clock of a total into a stamp. A clock that is not set, or
// is far off any time in which servers run, is replaced by the arrival here.
func stampOf(clock, arrival, began time.Time) stamp {
	if !believable(clock) {
		clock = arrival
	}
	st := stamp{wall: clock.UnixNano()}
	// Only a time that was read here has a monotonic part, and Round takes it off.
	if clock != clock.Round(0) {
		if st.mono = int64(clock.Sub(began)); st.mono == 0 {
			st.mono = 1
		}
	}
	return st
}

func believable(clock time.Time) bool {
	s := clock.Unix()
	return s > firstSecond && s < lastSecond
}

// sample is one running total.
type sample struct {
	total   float64
	clock   stamp
	started int64 // when the server was started, Unix nanoseconds; 0 is not known
}

// verdict says what two samples are to each other.
type verdict uint8

const (
	rated      verdict = iota // there is a rate between them
	first                     // there is only one
	unchanged                 // the same sample again: no news
	tooClose                  // so close together that the rate would be noise
	restarted                 // the counter began anew in between
	clockBack                 // the clock went back, or stood while the total moved
	clockSet                  // this machine's clock was set, or it slept, in between
	outOfRange                // the rate is beyond every real figure
	stale                     // no news for too long to hold on to the last rate
)

// reason returns why there is no rate, in plain words.
func (v verdict) reason() string {
	switch v {
	case first:
		return "first reading: a rate needs two"
	case tooClose:
		return "the first two readings are too close together for a rate"
	case restarted:
		return "the server was restarted or its counters were reset: a rate needs two readings since then"
	case clockBack:
		return "the server's clock went back or stood still: a rate needs two readings with a running clock"
	case clockSet:
		return "the clock of the machine that runs Brimwatch was set, or the machine slept: a rate needs two readings since then"
	case outOfRange:
		return "the counter jumped beyond any real figure"
	case stale:
		return "the server has not renewed the counter for too long"
	case rated, unchanged:
	}
	return ""
}

const (
	// minSpan is the shortest time over which a rate is made.
	minSpan = 500 * time.Millisecond
	// startTolerance is by how much a start time may move without a restart: most
	// are made of an uptime in whole seconds and jitter by two seconds either way.
	startTolerance = 5 * time.Second
	// minSinceStart is the shortest uptime that a rate since the start is made
	// of; over less, the jitter of the start time would show in it.
	minSinceStart = 10 * time.Second
)

// rate returns the rate per second between two samples, prev being the older.
// The figure counts only with the verdict rated; it is then finite and not
// negative.
//
// Rules (domain: counters of brokers): divide by the difference of the clocks,
// never by an interval; a counter that fell, or a start time that moved
// forward, is a restart, and then there is a rate only if the start is known to
// lie between the two, in which case the whole total has come since.
func rate(prev, cur sample) (float64, verdict) {
	fell := cur.total < prev.total
	span, set := between(prev.clock, cur.clock)
	switch {
	case set && !fell:
		return 0, clockSet
	case fell || startMoved(prev, cur):
		if r, ok := sinceStart(prev, cur); ok && !set {
			return r, rated
		}
		return 0, restarted
	case span == 0 && cur.total == prev.total:
		return 0, unchanged
	case span <= 0:
		return 0, clockBack
	case span < minSpan:
		return 0, tooClose
	}
	r := (cur.total - prev.total) / span.Seconds()
	if !finite(r) {
		return 0, outOfRange
	}
	return r, rated
}

// between returns the time from a to b, and whether the wall clock of this
// machine was set forward, or the machine slept, which stops only the monotonic clock:
// then nobody knows how much time has passed for the server. A wall clock that was set
// back is no sleep, and the monotonic clock tells.
func between(a, b stamp) (span time.Duration, set bool) {
	wall := time.Duration(b.wall - a.wall)
	if a.mono == 0 || b.mono == 0 {
		return wall, false
	}
	mono := time.Duration(b.mono - a.mono)
	// One part in a hundred is more than any clock is slewed by.
	return mono, wall-mono > jumpTolerance+mono.Abs()/100
}

func startMoved(prev, cur sample) bool {
	return prev.started != 0 && cur.started != 0 && time.Duration(cur.started-prev.started) > startTolerance
}

// sinceStart returns the average since the server's start, when that is known to
// lie between the two samples. A total that fell while the start stayed was
// reset in place, at a moment nobody knows.
func sinceStart(prev, cur sample) (float64, bool) {
	if cur.started == 0 || prev.started != 0 && !startMoved(prev, cur) {
		return 0, false
	}
	if time.Duration(prev.clock.wall-cur.started) > startTolerance {
		return 0, false
	}
	up := time.Duration(cur.clock.wall - cur.started)
	if up < minSinceStart {
		return 0, false
	}
	r := cur.total / up.Seconds()
	return r, finite(r)
}

// track follows the counter of one metric of one instance.
type track struct {
	metric fleet.Metric
	why    verdict // rated, or why there is no rate
	base   sample
	rate   float64
	news   int64  // monotonic nanoseconds at which base was taken
	resets uint32 // how often the counter began anew
}

// follow takes the next sample in at the monotonic time now and returns the rate
// that holds. A sample without news holds the last rate for as long as hold.
func (k *track) follow(cur sample, now int64, hold time.Duration) (float64, verdict) {
	r, v := rate(k.base, cur)
	if v == unchanged || v == tooClose {
		// The base stays, so that nothing is lost of what was counted.
		if k.why == rated && time.Duration(now-k.news) > hold {
			k.rate, k.why = 0, stale
		}
		if k.why == first && v == tooClose {
			return 0, tooClose
		}
		return k.rate, k.why
	}
	if cur.total < k.base.total || v != clockSet && startMoved(k.base, cur) {
		k.resets++
	}
	k.base, k.rate, k.why, k.news = cur, r, v, now
	return r, v
}
