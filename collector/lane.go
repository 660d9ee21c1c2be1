package collector

// A lane bounds how many visits run at a time. There are two, so that sources
// that do not answer cannot keep those that do from being read:
//
//	due ──► prompt: bound Concurrency ──slowAfter──► slow: bound slowFactor × Concurrency
//	  └──last visit failed slowly───────────────────►┘ └──timeout + grace──► hung: no lane
//
// A visit that has been running for slowAfter moves to the slow lane even beyond
// its bound, so that a whole network that vanishes clogs the prompt lane for no
// longer than it takes to find that out, Concurrency sources in slowAfter. The
// bound then keeps sources that are known not to answer from being started.
type lane struct {
	name    string
	bound   int
	running int
	queue   queue
}

// slowFactor is how much wider the slow lane is. To wait for an answer costs a
// goroutine and a socket, and no work.
const slowFactor = 4

// free tells whether one more visit may run.
func (l *lane) free() bool { return l.running < l.bound }

// queue holds the due sources of a lane in order. Each source is in it once at
// most, which is its bound.
type queue struct {
	tasks []*task
	head  int
}

func (q *queue) len() int { return len(q.tasks) - q.head }

func (q *queue) push(t *task) {
	if q.head > 0 && len(q.tasks) == cap(q.tasks) {
		n := copy(q.tasks, q.tasks[q.head:])
		clear(q.tasks[n:])
		q.tasks, q.head = q.tasks[:n], 0
	}
	q.tasks = append(q.tasks, t)
}

func (q *queue) pop() *task {
	t := q.tasks[q.head]
	q.tasks[q.head] = nil
	q.head++
	if q.head == len(q.tasks) {
		q.tasks, q.head = q.tasks[:0], 0
	}
	return t
}
