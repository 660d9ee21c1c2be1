package redis

import (
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/fleet"
)

const (
	// defaultEvery is how often clients are listed at most when nothing is said.
	defaultEvery = time.Minute
	// keepFor is for how many of these spans a count stands.
	keepFor = 3
	// refusedEvery is how often something is asked again that was refused: each
	// time leaves an entry in the server's ACL LOG.
	refusedEvery = 15 * time.Minute
)

// subscriptions keeps the last count of subscriptions. To count them the server
// goes through all its clients, so it is not asked at every visit.
type subscriptions struct {
	every time.Duration

	total   uint64
	counted time.Time // zero: there is no count
	next    time.Time // not asked before that
	reason  string    // why the last attempt gave no count; "" when it did
}

// due tells whether it is time to count again.
func (s *subscriptions) due(now time.Time) bool { return !now.Before(s.next) }

// count notes a count.
func (s *subscriptions) count(total uint64, now time.Time) {
	s.total, s.counted, s.reason = total, now, ""
	s.next = now.Add(s.every)
}

// fail notes an attempt that gave no count.
func (s *subscriptions) fail(reason string, now time.Time, wait time.Duration) {
	s.reason, s.next = reason, now.Add(max(wait, s.every))
}

// forget drops the count, which is of a server that is no more.
func (s *subscriptions) forget() { s.counted, s.next = time.Time{}, time.Time{} }

// fill tells the number of subscriptions.
func (s *subscriptions) fill(v *collector.Visit, i *info, now time.Time) {
	names, known := i.names()
	switch {
	case known && names == 0:
		// Without a name there is no subscription; that needs no list.
		v.Gauge(fleet.Subscriptions, 0)
	case !s.counted.IsZero() && now.Sub(s.counted) <= keepFor*s.every:
		v.Gauge(fleet.Subscriptions, float64(s.total))
	case s.reason != "":
		v.Unknown(fleet.Subscriptions, s.reason)
	default:
		v.Unknown(fleet.Subscriptions, fmt.Sprintf("the subscriptions were not counted for more than %s", keepFor*s.every))
	}
}
