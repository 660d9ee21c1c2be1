package farside

import (
	"sync"
	"time"
)

// calm keeps when all went well at a far side. It is safe for use from several goroutines.
type calm struct {
	mu    sync.Mutex
	well  bool
	since time.Time // when that began
	free  []span    // when all went well, before that
}

// span is a time from and until.
type span struct{ from, until time.Time }

func newCalm() calm { return calm{well: true, since: time.Now()} }

// note says that all goes well from now on, or not.
func (c *calm) note(well bool) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.well {
		c.free = append(c.free, span{c.since, now})
	}
	c.well, c.since = well, now
}

// Free tells whether all went well for d on end, at some time between two moments; a
// zero end is now.
func (c *calm) Free(from, to time.Time, d time.Duration, up func(from, to time.Time, d time.Duration) bool) bool {
	now := time.Now()
	if to.IsZero() {
		to = now
	}
	c.mu.Lock()
	spans := append([]span(nil), c.free...)
	if c.well {
		spans = append(spans, span{c.since, now})
	}
	c.mu.Unlock()
	for _, s := range spans {
		begin, end := s.from, s.until
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		if end.Sub(begin) >= d && up(begin, end, d) {
			return true
		}
	}
	return false
}
