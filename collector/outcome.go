package collector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// outcome is how a visit ended.
type outcome uint8

const (
	outcomeOK        outcome = iota
	outcomePartial           // read, but not for each instance
	outcomeFull              // refused because the server is at its limit
	outcomeNotYet            // connected, nothing told
	outcomeFailed            // an error
	outcomeTimeout           // no answer in time
	outcomePanic             // a fault in the Collector
	outcomeCancelled         // the source was removed, or the Runner ended

	numOutcomes = iota
)

// String returns the value of the label outcome.
func (o outcome) String() string {
	switch o {
	case outcomeOK:
		return "ok"
	case outcomePartial:
		return "partial"
	case outcomeFull:
		return "full"
	case outcomeNotYet:
		return "not_yet"
	case outcomeFailed:
		return "failed"
	case outcomeTimeout:
		return "timeout"
	case outcomePanic:
		return "panic"
	case outcomeCancelled:
		return "cancelled"
	}
	return "unknown"
}

// answered says whether the source gave figures, or said that it is full.
func (o outcome) answered() bool {
	return o == outcomeOK || o == outcomePartial || o == outcomeFull
}

// panicError is what Collect "returned" when it panicked.
type panicError struct{ value any }

func (e *panicError) Error() string {
	return "a fault in Brimwatch stopped the visit (the log says where); please report it"
}

// judge tells how a visit ended that returned err under ctx; wanted is false when nobody
// wants its result any more.
func judge(ctx context.Context, err error, visits []Visit, wanted bool) outcome {
	full, failed := false, false
	for i := range visits {
		full = full || visits[i].full != 0
		failed = failed || visits[i].err != nil
	}
	_, panicked := errors.AsType[*panicError](err)
	switch {
	case panicked:
		return outcomePanic
	case err != nil && !wanted:
		return outcomeCancelled
	case full:
		return outcomeFull
	case err == nil && failed:
		return outcomePartial
	case err == nil:
		return outcomeOK
	case errors.Is(err, ErrNotYet):
		return outcomeNotYet
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return outcomeTimeout
	}
	return outcomeFailed
}

// maxReason is how long a reason may be in bytes; it has to fit on a page.
const maxReason = 300

// plainReason makes the text of an error fit for a page: one line, not too long.
func plainReason(err error) string {
	text := strings.ToValidUTF8(err.Error(), "?")
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
	text = strings.TrimSpace(text)
	if text == "" {
		return "the source could not be read"
	}
	if len(text) > maxReason {
		end := maxReason
		for !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end] + "…"
	}
	return text
}

// timeoutReason says that there was no answer in time, and what the Collector
// was doing when it said so.
func timeoutReason(err error, timeout time.Duration) string {
	text := plainReason(err)
	for _, own := range []error{context.DeadlineExceeded, context.Canceled} {
		if text = strings.TrimSuffix(text, own.Error()); text == "" {
			return fmt.Sprintf("no answer within %v", timeout)
		}
	}
	return fmt.Sprintf("no answer within %v: %s", timeout, strings.TrimSuffix(text, ": "))
}

// silentReason says that a source is connected and has told nothing for long.
func silentReason(err error, silent time.Duration) string {
	text := plainReason(err)
	if text == ErrNotYet.Error() {
		text = "connected, but nothing was told"
	}
	text = strings.TrimSuffix(text, ": "+ErrNotYet.Error())
	return fmt.Sprintf("%s, for %v now", text, silent.Round(time.Second))
}

// hungReason says that a Collector does not return.
func hungReason(timeout time.Duration) string {
	return fmt.Sprintf("no answer within %v, and the visit does not end", timeout)
}
