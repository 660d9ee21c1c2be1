package httpget

import (
	"context"
	"time"
)

const (
	// seldomHolds is for how many intervals an answer is held that cannot be renewed.
	seldomHolds = 3
	// seldomRetries is how often, within one interval, what failed is tried again.
	seldomRetries = 5
)

// Seldom asks for something that is worth less than the page beside it: a limit,
// a count that costs the server work. It asks at most once an interval, keeps the
// answer in between, and what goes wrong with it stays with it. It is used by one
// goroutine at a time and starts none.
type Seldom[T any] struct {
	every  time.Duration
	ask    func(context.Context) (T, error)
	next   time.Time // when it is asked again; zero: never asked
	got    time.Time // when answer was got; zero: never
	answer T
	err    error // of the last time
}

// NewSeldom returns a Seldom that asks once in every, or five times as often
// while that fails.
func NewSeldom[T any](every time.Duration, ask func(context.Context) (T, error)) *Seldom[T] {
	return &Seldom[T]{every: every, ask: ask}
}

// Get asks when it is time to, and returns the last answer; fresh tells that it
// was got just now. Without an answer, or with one that could not be renewed for
// three intervals, err says why there is none.
//
// Asking takes at most half of what is left until ctx ends, so that what was read
// before is not lost with it.
func (s *Seldom[T]) Get(ctx context.Context) (answer T, fresh bool, err error) {
	// The monotonic clock counts: one that is set changes nothing.
	if now := time.Now(); s.next.IsZero() || !now.Before(s.next) {
		fresh = s.renew(ctx, now)
	}
	if s.err != nil && (s.got.IsZero() || time.Since(s.got) > seldomHolds*s.every) {
		var none T
		return none, false, s.err
	}
	return s.answer, fresh, nil
}

// Err returns what went wrong when it was asked last; nil when nothing did.
func (s *Seldom[T]) Err() error { return s.err }

func (s *Seldom[T]) renew(ctx context.Context, now time.Time) bool {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, end.Sub(now)/2)
		defer cancel()
	}
	answer, err := s.ask(ctx)
	if s.err = err; err != nil {
		s.next = now.Add(s.every / seldomRetries)
		return false
	}
	s.answer, s.got, s.next = answer, now, now.Add(s.every)
	return true
}
