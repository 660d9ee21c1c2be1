package outbox

import (
	"math/rand/v2"
	"sync"
	"time"
)

// giveUpAfter is how long a notice is tried: a text about an alarm of yesterday
// helps nobody, and the alarm is on the page.
const giveUpAfter = 24 * time.Hour

// retryAt tells when a message that could not be sent is tried again. It is a
// function of its arguments: the attempts made so far (1 after the first), what
// the far side asked for (0 for nothing), and a random share in [0, 1) that
// spreads those that failed together. False means: give up.
func retryAt(now, created time.Time, attempts int, asked time.Duration, spread float64) (time.Time, bool) {
	wait := 15 * time.Minute
	switch attempts {
	case 0, 1:
		wait = 5 * time.Second
	case 2:
		wait = 30 * time.Second
	case 3:
		wait = 2 * time.Minute
	case 4:
		wait = 5 * time.Minute
	}
	wait += time.Duration(float64(wait) * 0.2 * spread)
	wait = max(wait, asked)
	at := now.Add(wait)
	return at, at.Before(created.Add(giveUpAfter))
}

// trackAt tells when to ask what became of a message that was accepted, given
// how often it was asked; zero is never again.
func trackAt(now time.Time, asked int) time.Time {
	switch asked {
	case 0:
		return now.Add(5 * time.Second)
	case 1:
		return now.Add(15 * time.Second)
	case 2:
		return now.Add(time.Minute)
	case 3:
		return now.Add(5 * time.Minute)
	}
	return time.Time{}
}

// newJitter returns a source of random shares that may be used from several
// goroutines.
func newJitter(seed uint64) func() float64 {
	if seed == 0 {
		return rand.Float64
	}
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, seed))
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return r.Float64()
	}
}
