package collector

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/fleet"
)

// DefaultConcurrency is how many visits run at a time when Options do not say.
const DefaultConcurrency = 256

// Options is what a Runner is built from. Sink and Logger are needed.
type Options struct {
	// Concurrency is how many visits run at a time; 0 is DefaultConcurrency. Visits
	// that wait for a server for more than half a second do not count: they cost no
	// work. Sources that did not answer the last time have a bound of their own, of
	// four times as many.
	Concurrency int
	// Sink takes readings in the order in which they were made. It is called from
	// one goroutine at a time; the readings may be kept, the slice may not. While it
	// blocks, readings wait; when very many do, visits wait too.
	Sink func([]*fleet.Reading)
	// Gone tells whether an instance is not expected to answer any more, as its deletion was
	// due. A source that stands for such instances alone, and did not answer the last time, is
	// visited once an hour; nil: none is gone. It may not call the Runner.
	Gone       func(id string) bool
	Registerer prometheus.Registerer // nil: the Runner is not measured
	Logger     *slog.Logger
}

// Runner visits sources on a schedule and makes readings of what they tell.
//
// Update and Stats may be called from any goroutine, before, during and after
// Run. All scheduling is done by the one goroutine in Run, with one timer;
// visits run on goroutines that are kept for the next.
type Runner struct {
	log     *slog.Logger
	gone    func(id string) bool
	metrics *metrics
	emitter *emitter
	began   time.Time
	wake    chan struct{}  // of capacity 1: Update has changed the schedule
	wg      sync.WaitGroup // workers, and goroutines that close Collectors

	// mu guards what follows. Nothing that blocks is done while it is held.
	mu       sync.Mutex
	state    runState
	last     moment // of the last step
	tasks    map[string]*task
	ending   map[*task]struct{} // retired, and not yet closed
	rings    []*ring
	arrivals []arrival // in order of time
	prompt   lane
	slow     lane
	running  []*task // visits that count in a lane
	hung     int
	pool     pool
}

type runState uint8

const (
	notRun runState = iota
	runs
	ended
)

// NewRunner builds a Runner. It starts nothing; Collectors given to Update are
// closed by Run only, so that Run has to be called in any case (with a ctx that
// has ended it does nothing else).
func NewRunner(o Options) (*Runner, error) {
	if o.Sink == nil || o.Logger == nil {
		return nil, errors.New("a runner needs a sink and a logger")
	}
	if o.Concurrency < 0 {
		return nil, errors.New("concurrency below 0")
	}
	if o.Concurrency == 0 {
		o.Concurrency = DefaultConcurrency
	}
	r := &Runner{
		log:     o.Logger.With("component", "collect"),
		gone:    o.Gone,
		emitter: newEmitter(o.Sink),
		began:   time.Now(),
		wake:    make(chan struct{}, 1),
		tasks:   make(map[string]*task),
		ending:  make(map[*task]struct{}),
		prompt:  lane{name: "prompt", bound: o.Concurrency},
		slow:    lane{name: "slow", bound: o.Concurrency * slowFactor},
	}
	m, err := newMetrics(o.Registerer, r)
	if err != nil {
		return nil, err
	}
	r.metrics = m
	return r, nil
}

// now reads both clocks.
func (r *Runner) now() moment {
	t := time.Now()
	return moment{wall: t.UnixNano(), mono: t.Sub(r.began)}
}

// Run visits until ctx ends, then closes all Collectors and returns when
// everything it started has ended and the sink has taken the last reading. It
// may be called once.
func (r *Runner) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := r.begin(); err != nil {
		return err
	}
	done := make(chan struct{})
	var emitting sync.WaitGroup
	emitting.Go(func() { r.emitter.run(done) })
	r.loop(ctx)
	r.end()
	r.awaitEnd()
	close(done)
	emitting.Wait()
	return nil
}

func (r *Runner) begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state != notRun {
		return errors.New("the runner has run before")
	}
	r.state, r.last = runs, r.now()
	all := make([]*task, 0, len(r.tasks))
	for _, t := range r.tasks {
		all = append(all, t)
	}
	r.rings = rings(all, r.last.wall)
	r.arrivals = arrivals(all, r.last)
	return nil
}

func (r *Runner) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.wake:
		}
		timer.Reset(r.step(ctx, r.now()))
	}
}

// step does all that is to be done at the moment now and returns how long there
// is nothing to do. Visits that it starts end with ctx.
func (r *Runner) step(ctx context.Context, now moment) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if jumped(r.last, now) {
		r.reseat(now)
	}
	r.takeDue(now)
	r.last = now
	r.sweep(now.mono)
	r.dispatch(ctx, now.mono)
	r.pool.trim(now.mono)
	return r.untilNext(now)
}

// reseat goes on from a moment that does not follow the last one: each source
// is visited next when its place comes again, which is within one interval. So
// nothing is made up for in a burst, and nothing waits for the old time.
func (r *Runner) reseat(now moment) {
	r.metrics.jumps.Inc()
	r.log.Warn("clock jumped, schedule goes on from here",
		"wall_passed", time.Duration(now.wall-r.last.wall), "passed", now.mono-r.last.mono)
	set := now.wall - r.last.wall - int64(now.mono-r.last.mono)
	for _, g := range r.rings {
		g.seek(now.wall)
		for _, t := range g.tasks {
			t.follow(set, now.wall)
		}
	}
}

// takeDue puts what has become due into the lanes.
func (r *Runner) takeDue(now moment) {
	for _, g := range r.rings {
		g.take(now.wall, r.due)
	}
	n := 0
	for ; n < len(r.arrivals) && r.arrivals[n].at <= now.mono; n++ {
		a := r.arrivals[n]
		if a.task.asked || a.task.phase != idle || a.task.retired {
			continue
		}
		at := now.wall - int64(now.mono-a.at)
		r.enqueue(a.task, at-at%int64(time.Millisecond))
	}
	r.arrivals = slices.Delete(r.arrivals, 0, n)
}

// due is called for each source whose place has come.
func (r *Runner) due(t *task, due int64) {
	if due <= t.last && t.last-due < int64(t.interval) {
		return // the clock went back a little: this place was taken before
	}
	switch t.phase {
	case idle:
		if !r.rests(t, due) {
			r.enqueue(t, due)
		}
	case hung:
		r.metrics.overruns.Inc()
		r.emitHung(t, due)
	case waiting:
		// The visit has not begun, so what it will tell belongs to this place.
		r.metrics.overruns.Inc()
		t.due, t.last = due, due
	case visiting, settled:
		r.metrics.overruns.Inc()
	}
}

// restEvery is how often is looked whether something answers that is not expected to.
const restEvery = time.Hour

// rests tells whether a source is left alone this time: its instances are gone by their
// calendar, nothing answered at the last visit, and that was not long ago.
func (r *Runner) rests(t *task, due int64) bool {
	if r.gone == nil || !t.failed || due-t.last >= int64(restEvery) || due < t.last {
		return false
	}
	for _, in := range t.bound.instances {
		if !r.gone(in.ID) {
			return false
		}
	}
	return len(t.bound.instances) > 0
}

func (r *Runner) enqueue(t *task, due int64) {
	t.phase, t.since, t.due, t.last = waiting, due, due, due
	t.lane = &r.prompt
	if t.slow {
		t.lane = &r.slow
	}
	t.lane.queue.push(t)
}

// slowAfter is how long a visit runs before it moves to the slow lane.
const slowAfter = 500 * time.Millisecond

// grace is how long Collect may take to return after its ctx has ended.
const grace = time.Second

// sweep looks after the visits that run: those that take long move to the slow
// lane, and those that outlast their ctx leave the lanes and are reported.
func (r *Runner) sweep(now time.Duration) {
	for i := 0; i < len(r.running); {
		t := r.running[i]
		age := now - t.started
		if t.phase == visiting && age >= t.timeout+grace {
			r.leave(t) // puts another one at i
			t.phase = hung
			r.hung++
			r.log.Warn("collector does not return although its time is over", "source", t.name, "timeout", t.timeout)
			r.emitHung(t, t.due)
			continue
		}
		if t.lane == &r.prompt && age >= slowAfter {
			r.prompt.running--
			r.slow.running++
			t.lane = &r.slow
		}
		i++
	}
}

// emitHung reports a source whose Collect does not return.
func (r *Runner) emitHung(t *task, due int64) {
	at := time.Unix(0, due).UTC()
	readings := make([]*fleet.Reading, len(t.bound.memories))
	for i, m := range t.bound.memories {
		readings[i] = m.failed(at, hungReason(t.timeout))
	}
	r.emitter.put(readings)
}

// dispatch starts what waits, as far as the lanes have room.
func (r *Runner) dispatch(ctx context.Context, now time.Duration) {
	for _, l := range [...]*lane{&r.prompt, &r.slow} {
		for l.free() && l.queue.len() > 0 {
			if t := l.queue.pop(); !t.retired {
				r.start(ctx, t, now)
			}
		}
	}
}

// start hands a source to a worker; its lane has room.
func (r *Runner) start(ctx context.Context, t *task, now time.Duration) {
	if !t.asked {
		t.asked, t.heard = true, now
	}
	t.phase, t.started = visiting, now
	t.lane.running++
	t.slot = len(r.running)
	r.running = append(r.running, t)
	w := r.pool.take()
	if w == nil {
		w = &worker{next: make(chan *task, 1)}
		r.wg.Go(func() { r.work(ctx, w) })
	}
	w.next <- t // has room: the worker waits
}

// leave takes a visit out of its lane.
func (r *Runner) leave(t *task) {
	last := r.running[len(r.running)-1]
	r.running[t.slot], last.slot = last, t.slot
	r.running[len(r.running)-1] = nil
	r.running = r.running[:len(r.running)-1]
	t.lane.running--
	t.lane = nil
}

// whileRunning bounds the sleep while visits run, so that sweep sees them.
const whileRunning = 100 * time.Millisecond

// untilNext returns how long the Runner may sleep.
func (r *Runner) untilNext(now moment) time.Duration {
	next := now.wall + int64(longestSleep)
	for _, g := range r.rings {
		next = min(next, g.due())
	}
	if len(r.arrivals) > 0 {
		next = min(next, now.wall+int64(r.arrivals[0].at-now.mono))
	}
	d := sleep(now, next)
	if len(r.running) > 0 {
		d = min(d, whileRunning)
	}
	return d
}

// end retires all sources and lets the workers go.
func (r *Runner) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state = ended
	for _, t := range r.tasks {
		r.retire(t)
	}
	r.tasks, r.rings, r.arrivals = nil, nil, nil
	r.pool.close()
}

// complainEvery is how often it is logged that the end is waited for.
const complainEvery = 10 * time.Second

// awaitEnd waits for all visits, and for all Collectors to be closed.
func (r *Runner) awaitEnd() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.wg.Wait()
	}()
	complain := time.NewTicker(complainEvery)
	defer complain.Stop()
	for {
		select {
		case <-done:
			return
		case <-complain.C:
			r.log.Warn("waiting for sources to end", "sources", r.endingNames())
		}
	}
}

// maxNames is how many sources are named in a log line.
const maxNames = 5

func (r *Runner) endingNames() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	names := make([]string, 0, len(r.ending))
	for t := range r.ending {
		names = append(names, t.name)
	}
	slices.Sort(names)
	if len(names) > maxNames {
		names = append(names[:maxNames], "…")
	}
	return names
}
