package collector

import (
	"context"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Source is one thing that is read, with all the instances behind it.
type Source struct {
	// Name tells sources apart; its hash is the source's place in the interval.
	Name string
	// Instances are in the order for which the Collector was built.
	Instances []*fleet.Instance
	// Collector must be comparable; a pointer is. The Runner closes it.
	Collector Collector
	Interval  time.Duration // 0 is DefaultInterval
	Timeout   time.Duration // of one visit; 0 is DefaultTimeout
	// LimitOrigin says who tells the limits: OriginServer, which is meant when it is
	// OriginNone, or OriginCloud.
	LimitOrigin fleet.Origin
	// LimitsBefore returns the limits of an instance from before this process was
	// started, so that a server which cannot give them now still has them. It is
	// asked once for an instance that is new; nil: none are known.
	LimitsBefore func(id string) ([fleet.NumMetrics]fleet.Limit, bool)
}

// What is taken when a Source does not say.
const (
	DefaultInterval = 15 * time.Second
	DefaultTimeout  = 5 * time.Second
)

// minInterval keeps a slip of the pen from turning into a flood.
const minInterval = 100 * time.Millisecond

// binding is what a source stands for at the moment. It is replaced, never changed;
// memories are carried from one to the next by instance ID.
type binding struct {
	instances []*fleet.Instance
	memories  []*memory
	origin    fleet.Origin
}

// bind makes a binding that carries on what old remembers.
func bind(s *Source, old *binding) *binding {
	b := &binding{instances: s.Instances, memories: make([]*memory, len(s.Instances)), origin: s.LimitOrigin}
	if b.origin == fleet.OriginNone {
		b.origin = fleet.OriginServer
	}
	known := make(map[string]*memory)
	if old != nil {
		for _, m := range old.memories {
			known[m.id] = m
		}
	}
	for i, in := range s.Instances {
		if b.memories[i] = known[in.ID]; b.memories[i] == nil {
			b.memories[i] = newMemory(in.ID, s.LimitsBefore)
		}
		delete(known, in.ID) // two of the same ID do not share a memory
	}
	return b
}

// phase is what a task is doing.
type phase uint8

const (
	idle     phase = iota
	waiting        // in the queue of a lane
	visiting       // its Collector is in Collect
	hung           // still in Collect, long after its timeout
	settled        // Collect has returned, its readings are being made
)

// task is a source on the schedule. The Runner's mu guards it; only the memories
// belong to the visit while there is one.
type task struct {
	name      string
	collector Collector
	bound     *binding
	interval  time.Duration
	timeout   time.Duration
	place     time.Duration

	phase   phase
	retired bool // no longer named; closed when its visit has ended
	slow    bool // its last visit took long to fail
	visited bool // its first visit has ended
	failed  bool // nothing answered at its last visit

	last    int64              // due time of the last visit taken on, Unix nanoseconds
	due     int64              // of the visit that waits or runs, Unix nanoseconds
	since   int64              // when that visit was due first; places may pass while it waits
	started time.Duration      // of the visit that runs, on the monotonic clock
	asked   bool               // a visit was started
	heard   time.Duration      // when it last told something; when it was first asked before that
	lane    *lane              // in which it waits or runs; nil while hung
	slot    int                // its index among those that run
	cancel  context.CancelFunc // of the visit that runs; nil when none does
}

func newTask(s *Source) *task {
	t := &task{name: s.Name, collector: s.Collector}
	t.configure(s)
	return t
}

// configure takes over what may change while a task lives.
func (t *task) configure(s *Source) {
	t.interval, t.timeout = s.Interval, s.Timeout
	if t.interval <= 0 {
		t.interval = DefaultInterval
	}
	t.interval = max(t.interval, minInterval)
	if t.timeout <= 0 {
		t.timeout = DefaultTimeout
	}
	t.place = place(t.name, t.interval)
	t.bound = bind(s, t.bound)
}

// follow lets a source follow a wall clock that was set: what was due before was due as
// long ago as it was. A visit that waits is for the newest place; the next place is left
// out where a visit was taken on less than half an interval before it.
func (t *task) follow(set, wall int64) {
	t.last, t.since = t.last+set, t.since+set
	next := wall + int64(untilPlace(t, wall))
	switch {
	case t.phase == waiting:
		t.due = next - int64(t.interval)
		t.last = t.due
	case next-t.last < int64(t.interval)/2:
		t.last = next
	}
}
