package collector

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
)

// Update replaces what is visited. A source whose Collector is the same value as
// before goes on: it keeps its counters and the limits it was told, instance by
// instance, even when its name, interval or instances changed. Collectors that
// are no longer named are closed when their running visit has ended; Update waits
// for neither. New sources are visited within seconds.
//
// A source without a Collector, and one whose name or Collector was given before
// in the same call, is left out and logged; its Collector is closed unless it is
// in use. After Run has ended, Update closes what it is given and returns when
// that is done.
func (r *Runner) Update(sources []Source) {
	r.mu.Lock()
	if r.state == ended {
		r.mu.Unlock()
		for i := range sources {
			if c := sources[i].Collector; c != nil {
				r.close(&task{name: sources[i].Name, collector: c})
			}
		}
		return
	}
	defer r.mu.Unlock()
	before := make(byCollector, len(r.tasks))
	for _, t := range r.tasks {
		before.put(t.collector, t)
	}
	next := make(map[string]*task, len(sources))
	named := make(map[*task]bool, len(sources))
	given := make(byCollector, len(sources))
	var fresh, surplus []*task
	for i := range sources {
		s := &sources[i]
		switch {
		case s.Collector == nil:
			r.log.Error("source left out: it has no collector", "source", s.Name)
			continue
		case given.find(s.Collector) != nil:
			r.log.Error("source left out: its collector belongs to another one", "source", s.Name)
			continue
		case next[s.Name] != nil:
			r.log.Error("source left out: its name is taken", "source", s.Name)
			t := newTask(s)
			given.put(s.Collector, t)
			if before.find(s.Collector) == nil {
				surplus = append(surplus, t)
			}
			continue
		}
		t := before.find(s.Collector)
		if t != nil {
			t.configure(s)
		} else {
			t = newTask(s)
			fresh = append(fresh, t)
		}
		given.put(s.Collector, t)
		next[s.Name], named[t] = t, true
	}
	for _, t := range r.tasks {
		if !named[t] {
			r.retire(t)
		}
	}
	for _, t := range surplus {
		r.retire(t)
	}
	r.tasks = next
	if r.state == runs {
		r.reschedule(fresh)
	}
}

// reschedule builds the schedule anew. It goes on from the last step, so that
// what became due since is not lost.
func (r *Runner) reschedule(fresh []*task) {
	all := make([]*task, 0, len(r.tasks))
	for _, t := range r.tasks {
		all = append(all, t)
	}
	r.rings = rings(all, r.last.wall)
	r.arrivals = slices.DeleteFunc(r.arrivals, func(a arrival) bool { return a.task.retired })
	r.arrivals = append(r.arrivals, arrivals(fresh, r.now())...)
	sortArrivals(r.arrivals)
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// retire ends a source: at once when no visit runs, else when that has ended,
// which is asked of it.
func (r *Runner) retire(t *task) {
	t.retired = true
	r.ending[t] = struct{}{}
	switch t.phase {
	case idle, waiting:
		r.closeLater(t)
	case visiting, hung:
		if t.cancel != nil {
			t.cancel()
		}
	case settled: // about to end
	}
}

// closeLater closes the Collector of a retired source on a goroutine of its own,
// since nobody knows how long that takes.
func (r *Runner) closeLater(t *task) {
	r.wg.Go(func() {
		r.close(t)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.ending, t)
	})
}

func (r *Runner) close(t *task) {
	defer func() {
		if p := recover(); p != nil {
			r.metrics.panics.Inc()
			r.log.Error("collector panicked while it was closed", "source", t.name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	if err := t.collector.Close(); err != nil {
		r.log.Warn("collector was not closed cleanly", "source", t.name, "error", err)
	}
}

// byCollector finds tasks by their Collector. Collectors that cannot be compared
// are never found.
type byCollector map[Collector]*task

func (b byCollector) put(c Collector, t *task) {
	if reflect.ValueOf(c).Comparable() {
		b[c] = t
	}
}

func (b byCollector) find(c Collector) *task {
	if reflect.ValueOf(c).Comparable() {
		return b[c]
	}
	return nil
}
