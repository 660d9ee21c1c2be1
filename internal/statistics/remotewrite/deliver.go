package remotewrite

import (
	"context"
	"errors"
	"time"
)

// request is what one request carries: some samples of a window, no two of one series.
type request struct {
	win    *window
	points []point
}

// half returns the first or the second half.
func (r *request) halves() [2]*request {
	middle := len(r.points) / 2
	return [2]*request{{r.win, r.points[:middle]}, {r.win, r.points[middle:]}}
}

// mostCredit bounds how many requests that were refused may be split. Each that is
// refused takes one off, each that is taken adds one: a few bad samples among many good
// ones are found one by one, and where nothing is taken at all little is tried.
const mostCredit = 64

// deliver sends a request until each of its samples was taken or refused for good. It
// fails when ctx ends first, or without patience when the endpoint cannot take it now.
func (w *Writer) deliver(ctx context.Context, r *request, patience bool) error {
	refusal, err := w.offer(ctx, r, patience)
	if err != nil || refusal == nil {
		return err
	}
	return w.split(ctx, r, refusal, true, patience)
}

// split sends the halves of a request that was refused.
func (w *Writer) split(ctx context.Context, r *request, refusal *answerError, whole, patience bool) error {
	if len(r.points) == 1 || w.credit <= 0 && !whole {
		w.refused(r, refusal)
		return nil
	}
	for _, half := range r.halves() {
		refusal, err := w.offer(ctx, half, patience)
		if err != nil {
			return err
		}
		if refusal == nil {
			continue
		}
		if err := w.split(ctx, half, refusal, false, patience); err != nil {
			return err
		}
	}
	return nil
}

// offer sends a request until it is taken or refused for good, and returns the refusal.
func (w *Writer) offer(ctx context.Context, r *request, patience bool) (*answerError, error) {
	for attempt := 0; ; attempt++ {
		err := w.send(ctx, r)
		if err == nil {
			w.metrics.sent.Add(float64(len(r.points)))
			w.credit = min(w.credit+1, mostCredit)
			w.outcome(nil)
			return nil, nil //nolint:nilnil // neither refused nor failed
		}
		var answer *answerError
		if errors.As(err, &answer) && answer.final {
			w.credit = max(w.credit-1, 0)
			return answer, nil
		}
		if ctx.Err() != nil || !patience {
			return nil, err
		}
		w.metrics.failed.Inc()
		w.outcome(err)
		pause := backoff(attempt)
		if answer != nil {
			pause = max(pause, answer.after)
		}
		if wait(ctx, pause); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
}

// outcome logs when the endpoint begins or ceases to fail.
func (w *Writer) outcome(err error) {
	switch {
	case err != nil && !w.failing:
		w.log.Warn("remote write fails; it is tried again, and what is missing is sent out of the history", "mark", w.taken(), "error", err)
	case err == nil && w.failing:
		w.log.Info("remote write goes on")
	}
	w.failing = err != nil
}

// refused counts samples that are dropped, and says when the endpoint begins to refuse
// some for good.
func (w *Writer) refused(r *request, answer *answerError) {
	w.metrics.dropped.WithLabelValues(dropRefused).Add(float64(len(r.points)))
	if !w.refusing {
		w.log.Error("the endpoint of remote write refuses samples, they are dropped", "error", answer)
	}
	w.refusing, w.dropped, w.failing = true, true, false
}

// windowTaken logs when the endpoint ceases to refuse samples: it took a whole window.
func (w *Writer) windowTaken() {
	if w.refusing && !w.dropped {
		w.refusing = false
		w.log.Info("the endpoint of remote write takes all samples again")
	}
	w.dropped = false
}

// backoff is the pause after failed attempt number attempt, counted from 0.
func backoff(attempt int) time.Duration {
	const first, longest = time.Second, time.Minute
	if attempt > 5 {
		return longest
	}
	return min(first<<attempt, longest)
}
