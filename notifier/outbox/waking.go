package outbox

import (
	"slices"
	"time"
)

// verdict is what an attempt told of the far side.
type verdict struct {
	way    string
	result result
	asked  time.Duration // how long the far side wants to be left alone; 0 is not said
	spread float64
	spoke  int    // for how many notices a message spoke that the far side took
	grave  bool   // something critical was among them
	behind bool   // it had no room for others that have to be said
	why    string // of a failure, in plain words
	next   bool   // another route is to be tried at once
	looked bool   // the message was looked up, and not handed over
	absent bool   // the far side certainly does not have it
	// before is what a look-up by another route told, before the message left by this one;
	// nil is none.
	before *verdict
}

// result is whether a far side is there.
type result uint8

const (
	says  result = iota // nothing about the far side
	took                // it answered
	fails               // it failed, or did not answer
)

// release ends the work on a recipient: done items leave, others stay with their
// new state. What the attempt told of the far sides is taken note of. Those are returned that
// have failed for so long that others must know.
func (s *queues) release(w work, results []item, v verdict, now moment, dir roads) (troubled []verdict) {
	q := s.queueOf(w.line, "", dir)
	gone := make(map[int64]bool, len(w.items))
	for _, it := range w.items {
		gone[it.seq] = true
	}
	q.remove(gone)
	q.busy = false
	if v.looked || v.next { // the next provider has a pace of its own
		q.kin.allowance.notHanded(w.items)
	}
	if v.absent {
		q.kin.allowance.notTaken(w.items)
	}
	for _, it := range results {
		if other := it.line(); other != w.line {
			target := s.queueOf(other, it.at, dir) // it turned out to go elsewhere
			target.set(it)
			s.arrange(target, now)
			continue
		}
		q.set(it)
	}
	if v.before != nil {
		s.hear(q, *v.before, now, dir)
		if s.troubled(v.before, now) {
			troubled = append(troubled, *v.before)
		}
	}
	s.hear(q, v, now, dir)
	for _, other := range slices.Clone(q.kin.queues) { // what waits for this message at another address may go
		s.arrange(other, now)
	}
	if s.troubled(&v, now) {
		troubled = append(troubled, v)
	}
	return troubled
}

// troubled tells whether the far side of which a verdict speaks has failed for so long that
// others must know.
func (s *queues) troubled(v *verdict, now moment) bool {
	way := s.way(v.way)
	return way != nil && v.result == fails && way.troubled(now.at)
}

// hear takes note of what an attempt told of the far side, and lets those go on that
// waited for that.
func (s *queues) hear(q *queue, v verdict, now moment, dir roads) {
	way := s.way(v.way)
	switch v.result {
	case took:
		q.failures, q.open = 0, 0
		if q.pace != nil && v.spoke > 0 {
			q.pace.left(now.at, v.spoke, v.grave, v.behind)
		}
	case fails:
		if !v.next {
			q.failures++
			q.open = now.at + retryIn(q.failures, v.asked, v.spread)
		}
	case says:
	}
	if way == nil {
		return
	}
	switch v.result {
	case took:
		way.succeed()
		delete(way.sick, q)
		s.recovered(way, now, dir)
	case fails:
		way.fail(q.recipient, now.at, v.asked, v.spread)
		way.sick[q] = true
	case says:
		way.probing = false
	}
	s.unpark(way, now)
}

// unpark looks again at those that waited for a probe to end.
func (s *queues) unpark(way *way, now moment) {
	parked := way.waiting
	way.waiting = nil
	for _, q := range parked {
		q.parked = false
		s.arrange(q, now)
	}
}

// recovered wakes all whose attempts through a way failed: the far side is there.
func (s *queues) recovered(way *way, now moment, dir roads) {
	for q := range way.sick {
		if len(q.items) == 0 {
			delete(way.sick, q)
			continue
		}
		s.hurry(q, now.at, dir)
		s.arrange(q, now)
	}
}

// hurry makes a queue due whose far side failed, at most once in hurryEvery. Where it was
// hurried a short while ago, the next try is planned for when that is over, and counts as
// one that was hurried then.
func (s *queues) hurry(q *queue, now instant, dir roads) {
	at := now
	switch {
	case q.rushed && q.hurried > now: // a try is planned
		at = q.hurried
	case q.rushed && now-q.hurried < hurryEvery:
		at = q.hurried + hurryEvery
	}
	for _, r := range dir.Roads(q.known(dir)) {
		if way := s.way(r.Way); way != nil && at == now {
			way.hurry(now)
		}
	}
	early := q.open > at
	q.open = min(q.open, at)
	for i := range q.items {
		if it := &q.items[i]; it.stalled && it.due > at {
			it.due, early = at, true
		}
	}
	if early {
		q.hurried, q.rushed = at, true
	}
}

// hurryAll makes all due whose far sides failed: something changed.
func (s *queues) hurryAll(now moment, dir roads) {
	for _, q := range s.of {
		s.hurry(q, now.at, dir)
		s.arrange(q, now)
	}
}
