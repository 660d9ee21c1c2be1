package outbox

import (
	"iter"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// queue holds the notices that one recipient is still to get, in the order in
// which they were decided. Only one message of a queue is under way at a time.
type queue struct {
	recipient string
	items     []item

	busy  bool      // somebody works on it
	ready bool      // it is among those that something is due of
	due   time.Time // when something will be, while it is neither
	place int       // among those that wait for their moment; -1 is none
}

// work is one thing to do for a recipient now.
type work struct {
	recipient string
	items     []item // one message
	track     bool   // ask what became of it, instead of sending
	release   bool   // its hold is over: look whether it is still true
}

// unblocked goes through the items that wait for no other. The first notice that
// is to be sent blocks those behind it, so that an end never overtakes its
// beginning; held ones and tracking block nobody.
func (q *queue) unblocked() iter.Seq2[int, item] {
	return func(yield func(int, item) bool) {
		blocked := false
		for i, it := range q.items {
			if it.state == notifier.Pending {
				if blocked {
					continue
				}
				blocked = true
			}
			if !yield(i, it) {
				return
			}
		}
	}
}

// soonest returns when something is due; zero is at once.
func (q *queue) soonest() time.Time {
	var at time.Time
	first := true
	for _, it := range q.unblocked() {
		if first || it.next.Before(at) {
			at, first = it.next, false
		}
	}
	return at
}

// next returns what is due; false when nothing is.
func (q *queue) next(now time.Time, bundle int) (work, bool) {
	for i, it := range q.unblocked() {
		if it.next.After(now) {
			continue
		}
		w := work{recipient: q.recipient, items: []item{it}, release: it.state == notifier.Held, track: it.state == notifier.Sent}
		if it.state == notifier.Pending {
			w.items = q.together(i, bundle)
		}
		return w, true
	}
	return work{}, false
}

// together returns the items that go out as one message with the one at i: all
// of the message it was part of before, or as many new ones as fit. Those that
// wait for others to join them go along. A notice that was refused together with
// others goes out by itself.
func (q *queue) together(i int, bundle int) []item {
	first := q.items[i]
	out := []item{first}
	if first.split {
		return out
	}
	for _, it := range q.items[i+1:] {
		switch {
		case it.state != notifier.Pending: // it is no part of a message
		case first.message != "":
			if it.message == first.message {
				out = append(out, it)
			}
		case it.message != "" || it.split || len(out) >= bundle:
			return out
		default:
			out = append(out, it)
		}
	}
	return out
}

// set puts an item into the queue, in its place, or replaces it.
func (q *queue) set(it item) {
	i, found := slices.BinarySearchFunc(q.items, it.seq, func(a item, seq int64) int { return int(a.seq - seq) })
	if found {
		q.items[i] = it
		return
	}
	q.items = slices.Insert(q.items, i, it)
}

// remove takes an item out of the queue.
func (q *queue) remove(seq int64) {
	q.items = slices.DeleteFunc(q.items, func(it item) bool { return it.seq == seq })
}
