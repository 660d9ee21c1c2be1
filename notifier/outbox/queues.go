package outbox

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/notifier"
)

// queues holds the queue of each recipient, and knows which of them have something
// to do. A queue is busy, or it is ready, or it is parked, or it waits for its
// moment: so to claim costs what is due, however many wait. It is not for several
// goroutines.
type queues struct {
	of      map[line]*queue
	kin     map[string]*kin // by channel and address
	ways    map[string]*way
	ready   []*queue // something is due, in the order in which it became so
	waiting waiting
	looked  moment // at the last claim
}

func newQueues() *queues {
	return &queues{of: make(map[line]*queue), kin: make(map[string]*kin), ways: make(map[string]*way)}
}

// roads tells how messages to a recipient go.
type roads interface {
	Bundle(recipient string) int // how many notices one message holds
	// Roads are the routes to a recipient, the best first; none are known of some.
	Roads(recipient string) []notifier.Route
	// Address returns where the recipient is; "" is not known.
	Address(recipient string) string
	// Pace is how many messages the far side of a recipient takes.
	Pace(recipient string) notifier.Pace
	// Namesake returns the name of whoever is at an address, for a recipient whom nobody
	// knows by that name any more; else the recipient.
	Namesake(recipient, channel, address string) string
}

// hurryEvery is how often something new makes a recipient due that waits for a far
// side which failed.
const hurryEvery = 30 * time.Second

// put puts items into their queues, or replaces them there. News, which are pending
// notices that were just decided, make their recipients due.
func (s *queues) put(items []item, now moment, dir roads) {
	touched := make(map[*queue]bool)
	for _, it := range items {
		q := s.queueOf(it.line(), it.at, dir)
		q.set(it)
		touched[q] = touched[q] || it.free()
	}
	for q, news := range touched {
		if news {
			s.hurry(q, now.at, dir)
		}
		s.arrange(q, now)
	}
}

// queueOf returns a queue, and begins it. at is where its recipient was, in case nobody
// has its name any more.
func (s *queues) queueOf(l line, at string, dir roads) *queue {
	q := s.of[l]
	if q == nil {
		channel, address := channelOf(l.recipient), cmp.Or(l.address, dir.Address(l.recipient), at)
		key := channel + " " + cmp.Or(address, l.recipient)
		family := s.kin[key]
		if family == nil {
			family = &kin{key: key, channel: channel, address: address}
			s.kin[key] = family
		}
		q = &queue{line: l, place: -1, kin: family}
		family.queues = append(family.queues, q)
		if channelOf(l.recipient) == "sms" {
			q.pace = &pace{}
		}
		s.of[l] = q
	}
	return q
}

// drop takes items out of their queues.
func (s *queues) drop(items []item, now moment) {
	gone := make(map[line]map[int64]bool)
	for _, it := range items {
		if gone[it.line()] == nil {
			gone[it.line()] = make(map[int64]bool)
		}
		gone[it.line()][it.seq] = true
	}
	for l, seqs := range gone {
		if q := s.of[l]; q != nil {
			q.remove(seqs)
			s.arrange(q, now)
		}
	}
}

// arrange lets a queue wait for its moment. A busy, a ready and a parked one are
// looked at anyhow: when the work is done, when they are claimed, when the probe ends.
func (s *queues) arrange(q *queue, now moment) {
	if q.busy || q.ready || q.parked {
		return
	}
	due, some := q.soonest(now)
	switch {
	case !some && q.place >= 0:
		heap.Remove(&s.waiting, q.place)
	case !some:
	case q.place < 0:
		q.due = due
		heap.Push(&s.waiting, q)
	default:
		q.due = due
		heap.Fix(&s.waiting, q.place)
	}
	if !some && s.spent(q, now) {
		s.leave(q)
	}
}

// leave takes out a queue of which nothing needs to be remembered.
func (s *queues) leave(q *queue) {
	delete(s.of, q.line)
	q.kin.queues = slices.DeleteFunc(q.kin.queues, func(other *queue) bool { return other == q })
	if len(q.kin.queues) == 0 {
		delete(s.kin, q.kin.key)
	}
}

// spent tells whether nothing needs to be remembered of a queue without items: neither
// what was sent lately, nor that its far side failed, nor that it was hurried. What failed
// may be over before the next notice comes, and that one is no reason to forget it.
func (s *queues) spent(q *queue, now moment) bool {
	if len(q.items) > 0 || now.at < q.open || !q.kin.allowance.spent(now.at) || (q.rushed && now.at < q.hurried+hurryEvery) {
		return false
	}
	return q.pace == nil || len(q.pace.sent) == 0 || now.at > q.pace.newest+paceWindow
}

// claim marks as busy and returns what is due, that of most recipients at most,
// and when more will be; false is never. Those that became ready first are served
// first, so that nobody waits for ever while others always have something.
func (s *queues) claim(now moment, most int, dir roads) (out []work, later instant, some bool) {
	s.follow(now)
	for len(s.waiting) > 0 && s.waiting[0].due <= now.at {
		q := s.waiting[0]
		heap.Pop(&s.waiting)
		q.ready = true
		s.ready = append(s.ready, q)
	}
	for len(s.ready) > 0 && len(out) < most {
		q := s.ready[0]
		s.ready[0], s.ready = nil, s.ready[1:]
		q.ready = false
		if w, due := s.take(q, now, dir); due {
			out = append(out, w)
		}
	}
	if len(s.waiting) > 0 {
		return out, s.waiting[0].due, true
	}
	return out, 0, false
}

// take marks a queue as busy and returns what is due of it, if something is and its
// way admits it.
func (s *queues) take(q *queue, now moment, dir roads) (work, bool) {
	known := q.known(dir)
	w, due := q.next(now, dir.Bundle(known))
	if !due {
		s.arrange(q, now)
		return work{}, false
	}
	if w.action == doSend && !s.enter(&w, q, dir.Roads(known), now) {
		return work{}, false
	}
	if w.action == doSend {
		q.kin.allowance.note(now.at, w.items[0].seq, dir.Pace(known))
	}
	q.busy = true
	return w, true
}

// way returns a way by its name; nil is that of no name.
func (s *queues) way(name string) *way {
	if name == "" {
		return nil
	}
	w := s.ways[name]
	if w == nil {
		w = &way{failed: make(map[string]bool), sick: make(map[*queue]bool)}
		s.ways[name] = w
	}
	return w
}

// follow puts all that is held in its place again after somebody set the wall clock.
func (s *queues) follow(now moment) {
	jumped := now.wall.Sub(s.looked.wall) - (now.at - s.looked.at)
	first := s.looked.wall.IsZero()
	s.looked = now
	if first || jumped.Abs() < 2*time.Second {
		return
	}
	for _, q := range s.of {
		s.arrange(q, now)
	}
}

// waiting is a heap of queues, with the one on top whose moment comes first.
type waiting []*queue

func (w waiting) Len() int           { return len(w) }
func (w waiting) Less(i, j int) bool { return w[i].due < w[j].due }

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

// depth counts the items in a state, and tells for how long the one has waited that
// waits the longest.
func (s *queues) depth(state notifier.NoticeState, now moment) (n int, overdue time.Duration) {
	for _, q := range s.of {
		for i := range q.items {
			it := &q.items[i]
			if it.state != state {
				continue
			}
			n++
			overdue = max(overdue, now.at-max(it.decided, it.due))
		}
	}
	return n, overdue
}
