package httpget

import (
	"context"
	"time"
)

const (
	// cachedFor is for how many intervals an answer counts that cannot be renewed.
	cachedFor = 3
	// cachedRetries is how often, within one interval, what failed is tried again.
	cachedRetries = 5
)

// Cached is an answer that is worth less than the page beside it: a limit, or a
// count that costs the server work. Get asks the server at most once an interval
// and returns the last answer in between; an error costs nothing but this answer.
// One goroutine at a time uses it, and it starts none.
type Cached[T any] struct {
	every  time.Duration
	ask    func(context.Context) (T, error)
	next   time.Time // when it is asked again; zero: never asked
	got    time.Time // when answer was got; zero: never
	answer T
	err    error // of the last time
}

// NewCached returns a Cached whose Get asks once in every, or five times as often
// while that fails.
func NewCached[T any](every time.Duration, ask func(context.Context) (T, error)) *Cached[T] {
	return &Cached[T]{every: every, ask: ask}
}

// Get asks when it is time to, and returns the last answer; fresh tells that it
// was got just now. Without an answer, or with one that could not be renewed for
// three intervals, err says why there is none.
//
// Asking takes at most half of what is left until ctx ends, so that what was read
// before is not lost with it.
func (s *Cached[T]) Get(ctx context.Context) (answer T, fresh bool, err error) {
	// The monotonic clock counts: one that is set changes nothing.
	if now := time.Now(); s.next.IsZero() || !now.Before(s.next) {
		fresh = s.renew(ctx, now)
	}
	if s.err != nil && (s.got.IsZero() || time.Since(s.got) > cachedFor*s.every) {
		var none T
		return none, false, s.err
	}
	return s.answer, fresh, nil
}

// Err returns what went wrong when it was asked last; nil when nothing did.
func (s *Cached[T]) Err() error { return s.err }

func (s *Cached[T]) renew(ctx context.Context, now time.Time) bool {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, end.Sub(now)/2)
		defer cancel()
	}
	answer, err := s.ask(ctx)
	if s.err = err; err != nil {
		s.next = now.Add(s.every / cachedRetries)
		return false
	}
	s.answer, s.got, s.next = answer, now, now.Add(s.every)
	return true
}
