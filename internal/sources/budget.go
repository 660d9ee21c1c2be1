package sources

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/brimwatch/brimwatch/collector"
	"github.com/brimwatch/brimwatch/internal/memory"
)

// Descriptors says how many files and connections the sources may have open. What
// stores and sends needs some, too, and has to work when sources fill up all of theirs.
type Descriptors struct {
	Limit   int                // of the process
	Kept    int                // connections that sources keep
	Dialing int                // sources that connect at the same time: that takes more, to look names up
	Enough  func(need int) int // the limit under which so many connections may be kept
}

// budget gives each Collector what it keeps open, as long as there is some. Who was
// first keeps it: to share it would be to connect anew at each visit.
type budget struct {
	limits  Descriptors
	dialing chan struct{}

	mu     sync.Mutex
	free   int
	need   int              // of all sources in force
	denied map[*bounded]int // by how many instances are behind them

	room  *memory.Room     // nil: memory has no limit
	short map[*bounded]int // for which there was no memory the last time
}

// Bound bounds what the Collectors built from now on keep open. It is called once,
// before Prepare.
func (s *Sources) Bound(d Descriptors, room *memory.Room) {
	s.budget = &budget{
		limits: d, dialing: make(chan struct{}, max(d.Dialing, 1)), free: d.Kept, denied: make(map[*bounded]int),
		room: room, short: make(map[*bounded]int),
	}
}

// Remarks says how many instances cannot be read because no more files may be opened, or
// because memory is short.
func (s *Sources) Remarks() []string {
	if s.budget == nil {
		return nil
	}
	var out []string
	n, enough := s.budget.unread()
	if n > 0 {
		out = append(out, s.budget.remark(n, enough))
	}
	if n := s.budget.shortOf(); n > 0 {
		out = append(out, fmt.Sprintf("%d instances cannot be read: %s.", n, s.budget.room.Advice()))
	}
	return out
}

func (b *budget) remark(n, enough int) string {
	return fmt.Sprintf("%d instances cannot be read: this process may open %d files, and some are kept for storing and sending. "+
		"Raise the limit of open files (ulimit -n, or LimitNOFILE of the service) to %d.", n, b.limits.Limit, enough)
}

// shortOf counts the instances that cannot be read because memory is short.
func (b *budget) shortOf() (instances int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.short {
		instances += n
	}
	return instances
}

// note notes whether there was enough memory for a visit.
func (b *budget) note(c *bounded, short error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if short != nil {
		b.short[c] = c.instances
	} else {
		delete(b.short, c)
	}
}

// unread counts the instances that cannot be read, and says which limit would be
// enough.
func (b *budget) unread() (instances, enough int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.denied {
		instances += n
	}
	return instances, b.limits.Enough(b.need)
}

// bounded is a Collector within the budget.
type bounded struct {
	collector.Collector

	budget    *budget
	keeps     int // connections
	instances int
	holds     bool  // it has what it keeps
	connected bool  // the last visit got through
	usual     int64 // how much memory the last visit took
}

func (b *budget) bound(c collector.Collector, p *planned) *bounded {
	return &bounded{Collector: c, budget: b, keeps: connectionsOf(p), instances: len(p.instances)}
}

// connectionsOf is how many connections the Collector of a source keeps.
func connectionsOf(p *planned) int {
	n := max(len(p.from.Nodes), 1)
	if p.from.APIURL != "" {
		n++
	}
	if p.from.ManagementURL != "" {
		n++
	}
	return n
}

// planFor notes what all sources of a set need.
func (b *budget) planFor(set Set) {
	need := 0
	for _, built := range set.open {
		need += connectionsOf(&built.from)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.need = need
}

// Collect reads the source if it may be connected to, and there is memory for it.
func (c *bounded) Collect(ctx context.Context, visits []collector.Visit) error {
	if c.budget.room == nil {
		return c.collect(ctx, visits)
	}
	visit, short := c.budget.room.Enter(ctx, c.usual)
	if short != nil {
		c.budget.note(c, short)
		return short
	}
	err := c.collect(memory.With(ctx, visit), visits)
	c.usual, short = visit.Leave()
	c.budget.note(c, short)
	if short != nil {
		return short
	}
	return err
}

func (c *bounded) collect(ctx context.Context, visits []collector.Visit) error {
	if !c.holds {
		if err := c.budget.take(c); err != nil {
			return err
		}
		c.holds = true
	}
	if !c.connected {
		select {
		case c.budget.dialing <- struct{}{}:
			defer func() { <-c.budget.dialing }()
		case <-ctx.Done():
			return fmt.Errorf("wait for other sources to connect: %w", ctx.Err())
		}
	}
	err := c.Collector.Collect(ctx, visits)
	c.connected = err == nil || errors.Is(err, collector.ErrNotYet)
	return err
}

// Close ends what the Collector keeps, and leaves it to others.
func (c *bounded) Close() error {
	err := c.Collector.Close()
	c.budget.leave(c)
	return err
}

func (b *budget) take(c *bounded) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.free < c.keeps {
		b.denied[c] = c.instances
		return fmt.Errorf("no file descriptor is left for it: raise the limit of open files (ulimit -n) from %d to %d", b.limits.Limit, b.limits.Enough(b.need))
	}
	b.free -= c.keeps
	delete(b.denied, c)
	return nil
}

func (b *budget) leave(c *bounded) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.denied, c)
	delete(b.short, c)
	if c.holds {
		b.free += c.keeps
	}
}
