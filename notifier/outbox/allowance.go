package outbox

import (
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// allowance keeps the messages to one address within what its far side takes: so many in a
// time. A fifth of them, one at least, is left to what is critical.
type allowance struct {
	most   int
	within time.Duration
	left   []instant // when the last messages were handed over, the newest last
}

// note notes that a message is handed over. A far side counts what it refuses, too.
func (a *allowance) note(now instant, p notifier.Pace) {
	a.most, a.within = p.Messages, p.Within
	if a.most <= 0 {
		a.left = nil
		return
	}
	a.left = append(a.left, now)
	a.left = a.left[max(len(a.left)-a.most, 0):]
}

// opens tells from when on the next message may be handed over.
func (a *allowance) opens(critical bool) instant {
	n := a.most
	if !critical && n > 1 {
		n -= max(n/5, 1)
	}
	if n <= 0 || len(a.left) < n {
		return 0
	}
	return a.left[len(a.left)-n] + a.within
}

// spent tells whether nothing needs to be remembered any more.
func (a *allowance) spent(now instant) bool {
	return len(a.left) == 0 || now > a.left[len(a.left)-1]+a.within
}
