package whole

import (
	"context"
	"fmt"
	"time"
)

// sleep waits, and ends early with the context.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// until asks again and again, and gives up after a bound with the last answer.
func until(ctx context.Context, what string, bound time.Duration, answer func(context.Context) error) error {
	began := time.Now()
	for {
		err := answer(ctx)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case time.Since(began) > bound:
			return fmt.Errorf("%s: not within %s: %w", what, bound, err)
		}
		if err := sleep(ctx, ask); err != nil {
			return err
		}
	}
}
