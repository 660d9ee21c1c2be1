package aliyun

import (
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// perSecond is how often an operation is called. The cloud allows 50 a second,
	// which everybody shares who uses the account.
	perSecond = 30
	// atOnce is how many calls may go together; perSecond+atOnce stay below 50 in
	// any second.
	atOnce = 10
)

// operation is the pace of one operation of one API, which is what the cloud
// throttles by. It may be used by many at once.
type operation struct {
	limiter *rate.Limiter

	mu      sync.Mutex
	until   time.Time // before which it is left alone
	refused CallError // why
	inARow  int       // how often it was throttled since it went well
}

func newOperation() *operation {
	return &operation{limiter: rate.NewLimiter(perSecond, atOnce)}
}

// held returns the refusal while the operation is left alone; nil when it may be
// called.
func (o *operation) held(now time.Time) *CallError {
	o.mu.Lock()
	defer o.mu.Unlock()
	left := o.until.Sub(now)
	if left <= 0 {
		return nil
	}
	e := o.refused
	e.RetryAfter = left
	return &e
}

// throttled notes that the cloud refused a call because it is called too often,
// and sets how long the operation is left alone.
func (o *operation) throttled(e *CallError, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.After(o.until) { // calls that went out together are refused together
		o.inARow++
		o.until = now.Add(backoff(o.inARow, rand.Float64()))
	}
	if asked := now.Add(e.RetryAfter); asked.After(o.until) {
		o.until = asked
	}
	e.RetryAfter, e.until = o.until.Sub(now), o.until
	o.refused = *e
}

// well notes that a call went well.
func (o *operation) well() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inARow = 0
}
