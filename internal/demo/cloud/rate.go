package cloud

import (
	"slices"
	"time"
)

// Count is how often an operation was asked for, whatever the answer was.
type Count struct {
	Calls     int
	Throttled int // of them, how many were refused for coming too often
}

// Count returns how often an operation was asked for since the server was made.
func (s *Server) Count(op Operation) Count {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[op]
}

// SetRate changes how often an account may call one operation within a second.
func (s *Server) SetRate(perSecond int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Rate = perSecond
}

// tally is whose calls of what are counted together: the account's and all its
// users'.
type tally struct {
	uid string
	op  Operation
}

// throttles counts a call of an account, and tells whether it is one too many
// within a second. A call that was refused does not use up the allowance.
func (s *Server) throttles(a *Account, op Operation) bool {
	mine, now := tally{a.UID, op}, s.opts.Now()
	recent := slices.DeleteFunc(s.recent[mine], func(at time.Time) bool { return now.Sub(at) >= time.Second })
	full := len(recent) >= s.opts.Rate
	if !full {
		recent = append(recent, now)
	}
	s.recent[mine] = recent
	return full
}
