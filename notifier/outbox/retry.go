package outbox

import (
	"math/rand/v2"
	"sync"
	"time"
)

// giveUpAfter is how long a notice is tried: a text about an alarm of yesterday
// helps nobody, and the alarm is on the page.
const giveUpAfter = 24 * time.Hour

// retryMost is the longest that the outbox leaves a far side alone by itself. It is
// what people wait at most after a recovery, however long the outage was.
const retryMost = 25 * time.Second

// retryIn tells in how long a message that could not be sent is tried again. It is a
// function of its arguments: the failures in a row, what the far side asked for (0
// for nothing), and a random share in [0, 1) that spreads those that failed together.
func retryIn(failures int, asked time.Duration, spread float64) time.Duration {
	wait := retryMost
	if failures <= 1 {
		wait = 5 * time.Second
	}
	if asked > 0 {
		// What the far side says is better known than what we would guess, also where it is
		// less.
		wait = asked
	}
	return wait + time.Duration(float64(wait)*0.2*spread)
}

// trackIn tells in how long to ask what became of a message that was accepted, given
// how often it was asked; false is never again.
func trackIn(asked int) (time.Duration, bool) {
	switch asked {
	case 0:
		return 5 * time.Second, true
	case 1:
		return 15 * time.Second, true
	case 2:
		return time.Minute, true
	case 3:
		return 5 * time.Minute, true
	}
	return 0, false
}

// trackMost is the longest that a message waits to be asked about.
const trackMost = 5 * time.Minute

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
