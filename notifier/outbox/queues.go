package outbox

import (
	"container/heap"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// queues holds the queue of each recipient, and knows which of them have something
// to do. A queue is busy, or it is ready, or it waits for its moment: so to claim
// costs what is due, however many wait. It is not for several goroutines.
type queues struct {
	of      map[string]*queue // by recipient
	ready   []*queue          // something is due, in the order in which it became so
	waiting waiting
}

func newQueues() *queues { return &queues{of: make(map[string]*queue)} }

// put puts items into their queues, or replaces them there.
func (s *queues) put(items []item) {
	for _, it := range items {
		q := s.of[it.recipient]
		if q == nil {
			q = &queue{recipient: it.recipient, place: -1}
			s.of[it.recipient] = q
		}
		q.set(it)
		s.arrange(q)
	}
}

// arrange lets a queue wait for its moment. A busy one and a ready one are looked
// at anyhow, when the work is done and when they are claimed.
func (s *queues) arrange(q *queue) {
	if q.busy || q.ready {
		return
	}
	q.due = q.soonest()
	if q.place < 0 {
		heap.Push(&s.waiting, q)
	} else {
		heap.Fix(&s.waiting, q.place)
	}
}

// claim marks as busy and returns what is due, that of most recipients at most,
// and when more will be; zero is never. bundle tells how many notices go to a
// recipient as one message. Those that became ready first are served first, so
// that nobody waits for ever while others always have something.
func (s *queues) claim(now time.Time, most int, bundle func(recipient string) int) (out []work, later time.Time) {
	for len(s.waiting) > 0 && !s.waiting[0].due.After(now) {
		q := s.waiting[0]
		heap.Pop(&s.waiting)
		q.ready = true
		s.ready = append(s.ready, q)
	}
	for len(s.ready) > 0 && len(out) < most {
		q := s.ready[0]
		s.ready = s.ready[1:]
		q.ready = false
		if w, due := q.next(now, bundle(q.recipient)); due {
			q.busy = true
			out = append(out, w)
			continue
		}
		s.arrange(q) // the clock was put back
	}
	if len(s.waiting) > 0 {
		later = s.waiting[0].due
	}
	return out, later
}

// release ends the work on a recipient: done items leave, others stay with their
// new state.
func (s *queues) release(w work, results []item) {
	q := s.of[w.recipient]
	for _, it := range w.items {
		q.remove(it.seq)
	}
	for _, it := range results {
		q.set(it)
	}
	q.busy = false
	if len(q.items) == 0 {
		delete(s.of, w.recipient)
		return
	}
	s.arrange(q)
}

// depth counts the items in a state, and tells how overdue the most overdue is.
func (s *queues) depth(state notifier.NoticeState, now time.Time) (n int, overdue time.Duration) {
	for _, q := range s.of {
		for _, it := range q.items {
			if it.state != state {
				continue
			}
			n++
			if !it.next.IsZero() {
				overdue = max(overdue, now.Sub(it.next))
			}
		}
	}
	return n, overdue
}

// waiting is a heap of queues, with the one on top whose moment comes first.
type waiting []*queue

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].due.Before(w[j].due) }

func (w waiting) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].place, w[j].place = i, j
}

// Push adds a queue at the end, as container/heap asks for.
func (w *waiting) Push(x any) {
	if q, ok := x.(*queue); ok {
		q.place = len(*w)
		*w = append(*w, q)
	}
}

// Pop takes the queue at the end off, as container/heap asks for.
func (w *waiting) Pop() any {
	last := len(*w) - 1
	q := (*w)[last]
	(*w)[last] = nil
	*w = (*w)[:last]
	q.place = -1
	return q
}
