package httpget

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestCached follows one Cached through good and bad times.
func TestCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("no answer")
		asked, failing := 0, true
		s := NewCached(5*time.Minute, func(context.Context) (int, error) {
			if asked++; failing {
				return 0, broken
			}
			return asked, nil
		})
		for _, step := range []struct {
			name   string
			after  time.Duration
			fails  bool
			answer int
			fresh  bool
			err    error
			asked  int
		}{
			{"the first time fails", 0, true, 0, false, broken, 1},
			{"not asked again at once", 59 * time.Second, true, 0, false, broken, 1},
			{"asked again soon", time.Second, false, 2, true, nil, 2},
			{"the answer is kept", 4 * time.Minute, false, 2, false, nil, 2},
			{"and renewed", time.Minute, false, 3, true, nil, 3},
			{"kept while it cannot be renewed", 5 * time.Minute, true, 3, false, nil, 4},
			{"for three intervals", 10 * time.Minute, true, 3, false, nil, 5},
			{"and not longer", time.Minute, true, 0, false, broken, 6},
			{"until it is there again", time.Minute, false, 7, true, nil, 7},
		} {
			<-time.After(step.after)
			failing = step.fails
			answer, fresh, err := s.Get(t.Context())
			if answer != step.answer || fresh != step.fresh || !errors.Is(err, step.err) || asked != step.asked {
				t.Errorf("%s: %d, %v, %v, asked %d times", step.name, answer, fresh, err, asked)
			}
			if fresh && s.Err() != nil {
				t.Errorf("%s: an answer, and all the same %v", step.name, s.Err())
			}
		}
	})
}

// What hangs takes half of the time that a visit has left, and no more.
func TestCachedLeavesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewCached(time.Minute, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		began := time.Now()
		if _, _, err := s.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != 2*time.Second || ctx.Err() != nil {
			t.Errorf("it took %v, and the visit's time ended with %v", took, ctx.Err())
		}
	})
}
