package outbox

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// allowance keeps the messages to one address within what its far side takes: so many in a
// time. A fifth of them, one at least, is left to what is critical.
type allowance struct {
	most   int
	within time.Duration
	taken  bool
	left   []handed // the last messages that were handed over, the newest last
}

// handed is when a message was handed over.
type handed struct {
	at instant
	of int64 // a notice of it; 0 is not known
}

// mostSpared is how many messages may turn out not to have left while others do.
const mostSpared = 8

// note notes that a message is handed over: before it is known whether it leaves, as another
// queue to the address may be next.
func (a *allowance) note(now instant, of int64, p notifier.Pace) {
	a.most, a.within, a.taken = p.Messages, p.Within, p.Taken
	if a.most <= 0 {
		a.left = nil
		return
	}
	a.left = append(a.left, handed{now, of})
	a.left = a.left[max(len(a.left)-a.most-mostSpared, 0):]
}

// notHanded takes back what was noted last of a message: it was only looked up, or another far
// side is asked.
func (a *allowance) notHanded(items []item) {
	for i, h := range slices.Backward(a.left) {
		if h.speaksOf(items) {
			a.left = slices.Delete(a.left, i, i+1)
			return
		}
	}
}

// notTaken takes back all attempts at a message that the far side certainly does not have.
// Most far sides count what they refuse, too.
func (a *allowance) notTaken(items []item) {
	if a.taken {
		a.left = slices.DeleteFunc(a.left, func(h handed) bool { return h.speaksOf(items) })
	}
}

func (h handed) speaksOf(items []item) bool {
	return h.of != 0 && slices.ContainsFunc(items, func(it item) bool { return it.seq == h.of })
}

// enoughToSpread is how many messages a time must hold for them to be kept apart.
const enoughToSpread = 6

// opens tells from when on the next message may be handed over. When half of those that are not
// critical left at once, the others follow evenly: in a storm each takes along what has come
// since, and nobody waits until the whole time is over.
func (a *allowance) opens(critical bool) instant {
	n := a.most
	if !critical && n > 1 {
		n -= max(n/5, 1)
	}
	var at instant
	if n > 0 && len(a.left) >= n {
		at = a.left[len(a.left)-n].at + a.within
	}
	if half := n / 2; !critical && n >= enoughToSpread && len(a.left) >= half {
		if last := a.left[len(a.left)-1].at; a.left[len(a.left)-half].at+a.within > last {
			at = max(at, last+a.within/instant(n))
		}
	}
	return at
}

// opensAgain tells from when on a message in doubt may be handed over once more. Where only what
// is taken counts it is looked up first, and a look-up waits for nothing.
func (a *allowance) opensAgain(critical bool) instant {
	if a.taken {
		return 0
	}
	return a.opens(critical)
}

// spent tells whether nothing needs to be remembered any more.
func (a *allowance) spent(now instant) bool {
	return len(a.left) == 0 || now > a.left[len(a.left)-1].at+a.within
}
