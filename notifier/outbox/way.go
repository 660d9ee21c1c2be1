package outbox

import "time"

// way is what the messages of several recipients go through: an SMS provider, the
// host of a webhook. It is down when several of them failed and nobody succeeded
// since; then one probe at a time goes out, so that a recovery is no stampede.
type way struct {
	failed  map[string]bool // recipients that failed since the last success
	probing bool            // one is under way while it is down
	next    instant         // no probe before
	tried   instant         // when the last one began
	round   int             // failures in a row
	since   instant         // when the first of them was
	sick    map[*queue]bool // whose last attempt failed
	waiting []*queue        // that found it down; they are looked at again when the probe has ended
}

// enoughFailed is how many recipients must have failed before their way is to blame,
// and not they.
const enoughFailed = 2

// mostFailed bounds what is remembered of who failed.
const mostFailed = 64

// probeEvery is the least time between two probes that something new asks for.
const probeEvery = time.Second

func (w *way) down() bool { return len(w.failed) >= enoughFailed }

// admits tells whether a message may be tried at this moment.
func (w *way) admits(now instant) bool {
	return !w.down() || (!w.probing && now >= w.next)
}

// begin notes that an attempt is under way.
func (w *way) begin(now instant) {
	if w.down() {
		w.probing, w.tried = true, now
	}
}

// fail notes that an attempt of a recipient failed. asked is how long the far side
// wants to be left alone; 0 is not said.
func (w *way) fail(recipient string, now instant, asked time.Duration, spread float64) {
	if len(w.failed) < mostFailed {
		w.failed[recipient] = true
	}
	w.probing = false
	if w.round == 0 {
		w.since = now
	}
	w.round++
	w.next = now + retryIn(w.round, asked, spread)
}

// succeed notes that the far side took something.
func (w *way) succeed() {
	clear(w.failed)
	w.probing, w.next, w.round = false, 0, 0
}

// troubled tells whether a far side has failed for so long that others must know.
func (w *way) troubled(now instant) bool { return w.round > 1 && now-w.since >= wayTrouble }

// wayTrouble is how long a far side fails before people are told of it another way.
const wayTrouble = 2 * time.Minute

// hurry lets the next probe go out now, if the last one was not just now.
func (w *way) hurry(now instant) {
	if !w.probing && w.down() {
		w.next = min(w.next, max(now, w.tried+probeEvery))
	}
}
