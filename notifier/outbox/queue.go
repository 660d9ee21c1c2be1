package outbox

import (
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// queue holds what one recipient is still to be told, in the order in which it
// was decided. Only one message of a queue is under way at a time.
type queue struct {
	items []item
	busy  bool
}

// work is what is to be done for a recipient now.
type work struct {
	recipient string
	items     []item // one message
	track     bool   // ask what became of it, instead of sending
	release   bool   // its hold is over: look whether it is still true
}

// next returns what is due, or when something will be. The first notice that is
// to be sent blocks those behind it, so that an end never overtakes its
// beginning; held ones and tracking block nobody.
func (q *queue) next(now time.Time, bundle int) (w work, due bool, later time.Time) {
	if q.busy {
		return work{}, false, time.Time{}
	}
	soonest := func(t time.Time) {
		if later.IsZero() || t.Before(later) {
			later = t
		}
	}
	blocked := false
	for i, it := range q.items {
		if it.state == notifier.Pending && blocked {
			continue
		}
		if it.next.After(now) {
			blocked = blocked || it.state == notifier.Pending
			soonest(it.next)
			continue
		}
		switch it.state {
		case notifier.Held:
			return work{items: []item{it}, release: true}, true, time.Time{}
		case notifier.Sent:
			return work{items: []item{it}, track: true}, true, time.Time{}
		default:
			return work{items: q.together(i, bundle)}, true, time.Time{}
		}
	}
	return work{}, false, later
}

// together returns the items that go out as one message with the one at i: all
// of the message it was part of before, or as many new ones as fit. Those that
// wait for others to join them go along. What was refused together goes alone.
func (q *queue) together(i int, bundle int) []item {
	first := q.items[i]
	out := []item{first}
	if first.alone {
		return out
	}
	for _, it := range q.items[i+1:] {
		switch {
		case it.state != notifier.Pending:
			continue
		case first.message != "":
			if it.message == first.message {
				out = append(out, it)
			}
		case it.message != "" || it.alone || len(out) >= bundle:
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

// enqueue puts items into their queues and wakes the dispatcher.
func (b *Outbox) enqueue(items []item) {
	if len(items) == 0 {
		return
	}
	b.mu.Lock()
	for _, it := range items {
		q := b.queues[it.recipient]
		if q == nil {
			q = &queue{}
			b.queues[it.recipient] = q
		}
		q.set(it)
	}
	b.mu.Unlock()
	b.nudge()
}

// claim marks as busy and returns all that is due, and when to look again.
func (b *Outbox) claim(now time.Time, most int) (out []work, later time.Time) {
	dir := b.directory.Load()
	b.mu.Lock()
	defer b.mu.Unlock()
	for recipient, q := range b.queues {
		if len(out) == most {
			break
		}
		w, due, next := q.next(now, bundleOf(dir, recipient))
		if due {
			q.busy = true
			w.recipient = recipient
			out = append(out, w)
			continue
		}
		if !next.IsZero() && (later.IsZero() || next.Before(later)) {
			later = next
		}
	}
	return out, later
}

// release ends the work on a recipient: done items leave, others stay with
// their new state.
func (b *Outbox) release(w work, results []item) {
	b.mu.Lock()
	q := b.queues[w.recipient]
	for _, it := range w.items {
		q.remove(it.seq)
	}
	for _, it := range results {
		q.set(it)
	}
	q.busy = false
	if len(q.items) == 0 {
		delete(b.queues, w.recipient)
	}
	b.mu.Unlock()
	b.nudge()
}

// bundleOf returns how many notices go to a recipient as one message.
func bundleOf(dir *notifier.Directory, recipient string) int {
	t, ok := lookup(dir, recipient)
	if !ok {
		return 1
	}
	if bundler, ok := t.Channel.(notifier.Bundler); ok {
		return max(bundler.Bundle(), 1)
	}
	return 1
}

// lookup finds a recipient in whichever receiver names it.
func lookup(dir *notifier.Directory, recipient string) (notifier.Target, bool) {
	for name := range dir.Receivers {
		if t, ok := dir.Find(name, recipient); ok {
			return t, true
		}
	}
	return notifier.Target{}, false
}
