package collector

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// worker is a goroutine that makes visits, with the memory it uses for them.
type worker struct {
	next     chan *task // of capacity 1: filled only while the worker waits
	visits   []Visit
	readings []*fleet.Reading
}

// work makes visits until the Runner lets the worker go.
func (r *Runner) work(ctx context.Context, w *worker) {
	for t := range w.next {
		r.visit(ctx, w, t)
		r.emitter.awaitRoom()
		if !r.park(ctx, w) {
			return
		}
	}
}

// park lets a worker wait for its next visit; false when there will be none.
func (r *Runner) park(ctx context.Context, w *worker) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == ended {
		return false
	}
	r.pool.put(w)
	r.dispatch(ctx, time.Since(r.began))
	return true
}

// visit makes one visit and hands over its readings.
func (r *Runner) visit(run context.Context, w *worker, t *task) {
	ctx, cancel, due, instances := r.open(run, t)
	defer cancel()
	began := time.Now()
	r.metrics.delay.Observe(max(began.Sub(due).Seconds(), 0))
	w.visits = resetVisits(w.visits, instances)
	err := r.collect(ctx, t, w.visits)
	arrival := time.Now()
	r.metrics.duration.Observe(arrival.Sub(began).Seconds())

	p := r.settle(run, t, arrival)
	how := judge(ctx, err, w.visits, p.wanted)
	switch {
	case p.hung:
		how = outcomeTimeout
	case len(p.bound.instances) != instances:
		how = outcomeCancelled // the source stands for others now
	case p.wanted:
		w.readings = r.readings(w.readings[:0], w.visits, &p, how, err)
		t.failed = len(w.readings) > 0 && !slices.ContainsFunc(w.readings, func(r *fleet.Reading) bool { return r.Up })
		r.emitter.put(w.readings)
		clear(w.readings)
	}
	r.metrics.visits[how].Inc()
	r.finish(t, how, arrival, p.hung)
}

// open returns what a visit needs to know before it begins: its ctx, when it was
// due, and how many instances it is for. From here on it can be cancelled.
func (r *Runner) open(run context.Context, t *task) (ctx context.Context, cancel context.CancelFunc, due time.Time, instances int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx, cancel = context.WithTimeout(run, t.timeout)
	if t.cancel = cancel; t.retired {
		cancel()
	}
	return ctx, cancel, time.Unix(0, t.since), len(t.bound.instances)
}

// collect calls the Collector, and turns a panic into an error.
func (r *Runner) collect(ctx context.Context, t *task, visits []Visit) (err error) {
	defer func() {
		if p := recover(); p != nil {
			resetVisits(visits, len(visits)) // half filled in
			err = &panicError{p}
			r.metrics.panics.Inc()
			r.log.Error("collector panicked", "source", r.nameOf(t), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	return t.collector.Collect(ctx, visits)
}

func (r *Runner) nameOf(t *task) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return t.name
}

// resetVisits returns n empty visits, in the same memory if it is large enough.
func resetVisits(v []Visit, n int) []Visit {
	if cap(v) < n {
		return make([]Visit, n)
	}
	v = v[:n]
	for i := range v {
		v[i].Reset()
	}
	return v
}

// passage is what becomes of a visit whose Collect has returned.
type passage struct {
	occasion
	bound   *binding
	timeout time.Duration
	silent  time.Duration // how long the source has told nothing
	hung    bool          // it was reported as hung: its readings come too late
	wanted  bool          // somebody wants its readings
}

// settle ends the time in which a visit may be given up: from here on its
// memories belong to the worker.
func (r *Runner) settle(run context.Context, t *task, arrival time.Time) passage {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := passage{
		occasion: occasion{at: time.Unix(0, t.due).UTC(), arrival: arrival, began: r.began, interval: t.interval, origin: t.bound.origin},
		bound:    t.bound, timeout: t.timeout, silent: arrival.Sub(r.began) - t.heard, hung: t.phase == hung,
	}
	// To be shut down is not a failure.
	p.wanted = !p.hung && !t.retired && run.Err() == nil
	if p.hung {
		r.hung--
	}
	t.phase = settled
	return p
}

// minSilence is the least time for which a source may be connected and tell
// nothing before that is reported.
const minSilence = 30 * time.Second

// readings makes the readings of one visit, none when there is nothing to say yet.
func (r *Runner) readings(out []*fleet.Reading, visits []Visit, p *passage, how outcome, err error) []*fleet.Reading {
	switch {
	case how == outcomeNotYet:
		if p.silent <= max(holdIntervals*p.interval, minSilence) {
			return out
		}
		p.failed = silentReason(err, p.silent)
	case how == outcomeTimeout:
		p.failed = timeoutReason(err, p.timeout)
	case err != nil:
		p.failed = plainReason(err)
	}
	for i, m := range p.bound.memories {
		reading, resets := m.reading(p.bound.instances[i], &visits[i], &p.occasion)
		if resets > 0 {
			r.metrics.resets.Add(float64(resets))
		}
		out = append(out, reading)
	}
	return out
}

// finish ends a visit.
func (r *Runner) finish(t *task, how outcome, arrival time.Time, wasHung bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.cancel = nil
	if !wasHung {
		r.leave(t)
	}
	t.phase = idle
	t.visited = true
	now := arrival.Sub(r.began)
	if how.answered() {
		t.heard = now
	}
	t.slow = !how.answered() && now-t.started >= slowAfter
	if t.retired {
		r.closeLater(t)
	}
}
