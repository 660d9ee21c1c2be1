package alarm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/brimwatch/brimwatch/fleet"
)

// Watch is one instance with the rules it is judged by.
type Watch struct {
	Instance *fleet.Instance
	// Rules are the capacity rules by metric; nil where the alarm is off.
	Rules [fleet.NumMetrics]*Rule
	// NoData is the rule for silence; nil where it is off.
	NoData *Rule
	// Every is how often a reading is due; 0 for an instance without a source.
	Every time.Duration
}

// Options is what an Engine is built from. Journal and Logger are needed.
type Options struct {
	Journal    Journal
	Watches    []Watch
	FleetRule  *Rule // for silence of most of the fleet; nil switches it off
	Logger     *slog.Logger
	Registerer prometheus.Registerer
	// Calendar is what is judged by the clock.
	Calendar Calendar
	// Advisor says which edition would fit; nil says nothing.
	Advisor Advisor
	// Forecaster serves the forecast rule; nil switches it off.
	Forecaster Forecaster
	// Existence is told of the instances that were due for deletion and are paid for again, while
	// nobody knows whether they still exist, and of those of which a person said so; nil hears of none.
	Existence func(map[string]fleet.Existence)
	// Listed tells when a cloud's list of instances last had one; nil knows of no cloud. It is
	// asked only of instances in doubt, and must not call the Engine.
	Listed func(id string) time.Time
	// Tick is how often the clock is looked at; 0 is a second. Simulations of a year
	// take longer ones.
	Tick time.Duration
	// Clocks returns what the wall clock says, and how much time has passed by a clock
	// that nobody sets; nil is those of this machine. Tests let them go apart.
	Clocks func() (wall time.Time, steady time.Duration)
	// Seed makes episode codes repeatable in tests; 0 is random.
	Seed uint64
	// Stepped is true when nobody calls Run: Round judges at the moments that its caller
	// moves the clock to, and all else is done at once, on the caller's goroutine.
	Stepped bool
}

// Engine keeps the state of all alarms and judges what is observed.
//
// Observe, SetWatches, Ack, AckAll and Each may be called from any goroutine. All judging is done
// by the one goroutine in Run; a reading is judged when it arrives, and all that
// wait are committed together.
type Engine struct {
	journal    Journal
	advisor    Advisor    // nil says nothing
	forecaster Forecaster // nil: no forecast is judged
	listed     func(id string) time.Time

	onExistence func(map[string]fleet.Existence)

	log     *slog.Logger
	metrics *metrics
	rnd     *rand.Rand

	clocks  bothClocks
	watch   clockWatch // of Run alone
	unsaved bool       // the clock was set, and what is stored does not know it yet

	inbox inbox
	calls chan call
	begun chan struct{} // closed when Run has judged for the first time
	done  chan struct{} // closed when Run has ended

	// mu guards what follows. Only Run changes it; others read.
	mu      sync.RWMutex
	entries map[string]*entry
	open    map[string]*slot // open episodes by code
	fleet   slot             // silence of most of the fleet
	rule    *Rule            // for fleet
	orphans []*slot          // open episodes of what is no longer watched
	missing int              // entries whose newest outcome is "no data"
	watched int              // entries that are judged for silence
	lookAt  time.Time        // no reading can be overdue before
	byClock clockJudge       // what is judged by the clock

	tick    time.Duration
	stepped bool // nobody calls Run
	failing bool // the last commit failed
}

type call struct {
	do   func(context.Context) error
	done chan error
}

// NewEngine builds an Engine and loads its states from the journal. Episodes of
// instances that are no longer watched are withdrawn when Run starts.
func NewEngine(ctx context.Context, o Options) (*Engine, error) {
	seed := o.Seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	e := &Engine{
		journal: o.Journal, advisor: o.Advisor, forecaster: o.Forecaster, onExistence: o.Existence, listed: o.Listed,
		log:     o.Logger.With("component", "engine"),
		rnd:     rand.New(rand.NewPCG(seed, seed>>1)),
		calls:   make(chan call),
		begun:   make(chan struct{}),
		done:    make(chan struct{}),
		tick:    cmp.Or(o.Tick, tickEvery),
		stepped: o.Stepped,
		clocks:  o.Clocks,
		entries: make(map[string]*entry),
		open:    make(map[string]*slot),
		fleet:   slot{key: Key{Rule: NoData, Instance: FleetInstance, Metric: NoMetric}},
	}
	if e.clocks == nil {
		e.clocks = machineClocks()
	}
	e.inbox.init()
	m, err := newMetrics(o.Registerer, e)
	if err != nil {
		return nil, err
	}
	e.metrics = m
	records, err := o.Journal.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load alarm states: %w", err)
	}
	e.byClock.slots = make(map[Key]*slot)
	e.byClock.set(o.Calendar)
	e.restore(records, o.Watches, e.look())
	e.replaceWatches(o.Watches, o.FleetRule)
	return e, nil
}

// Observe hands readings over to be judged. It does not block; readings beyond
// the bound of the queue are dropped, the oldest first, and counted.
func (e *Engine) Observe(readings []*fleet.Reading) {
	e.metrics.dropped.Add(float64(e.inbox.put(readings)))
}

// SetWatches replaces what is watched. Alarms whose instance and rule go on keep
// their state; those that are no more are withdrawn; those whose rule or
// capacity changed are judged again at once, with the newest reading.
func (e *Engine) SetWatches(ctx context.Context, watches []Watch, fleetRule *Rule) error {
	return e.call(ctx, func(ctx context.Context) error {
		now := e.look()
		e.mu.Lock()
		changed := e.replaceWatches(watches, fleetRule)
		e.mu.Unlock()
		return e.rejudge(ctx, changed, now)
	})
}

// Each calls f for every watched instance with how its metrics stand, and how bad those
// are whose alarm is open. f must not call the Engine.
func (e *Engine) Each(f func(id string, states [fleet.NumMetrics]fleet.MetricState, severities fleet.Severities)) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for id, en := range e.entries {
		f(id, en.metricStates(), en.severities())
	}
}

// Severities tells how bad the metrics of one instance are whose alarm is open.
func (e *Engine) Severities(id string) fleet.Severities {
	e.mu.RLock()
	defer e.mu.RUnlock()
	en := e.entries[id]
	if en == nil {
		return fleet.Severities{}
	}
	return en.severities()
}

// States tells how the metrics of one instance stand.
func (e *Engine) States(id string) ([fleet.NumMetrics]fleet.MetricState, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	en := e.entries[id]
	if en == nil {
		return [fleet.NumMetrics]fleet.MetricState{}, false
	}
	return en.metricStates(), true
}

// call runs f on the goroutine of Run and waits for it.
func (e *Engine) call(ctx context.Context, f func(context.Context) error) error {
	if e.stepped {
		return f(ctx)
	}
	c := call{do: f, done: make(chan error, 1)}
	select {
	case e.calls <- c:
	case <-e.done:
		return errors.New("the alarm engine has stopped")
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tickEvery is how often the clock is looked at: for silence, reminders and the
// calendar.
const tickEvery = time.Second

// stopGrace is how long the last commit may take when Run ends.
const stopGrace = 5 * time.Second

// Begun is closed when Run has judged for the first time: steps of the calendar that became
// due while nothing ran, what ended with a renewal since, and alarms that are no more. It
// waits for no reading. Of a Stepped Engine, whose caller knows, it stays open.
func (e *Engine) Begun() <-chan struct{} { return e.begun }

// Run judges until ctx ends. What has arrived by then is judged and committed
// before it returns.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.done)
	tick := time.NewTicker(e.tick)
	defer tick.Stop()
	e.onTick(ctx, e.look())
	close(e.begun)
	for {
		select {
		case <-ctx.Done():
			e.stop(context.WithoutCancel(ctx))
			return nil
		case <-e.inbox.wake:
			e.judgeAll(ctx)
		case <-tick.C:
			e.onTick(ctx, e.look())
		case c := <-e.calls:
			c.done <- c.do(ctx)
		}
	}
}

// judgeAll judges all readings that wait. A second reading of an instance that
// is about to be committed waits for the commit.
func (e *Engine) judgeAll(ctx context.Context) {
	waiting := e.inbox.take()
	e.look() // after they were taken: none of them knows of a clock that was set later
	for len(waiting) > 0 {
		var b batch
		rest := waiting[:0]
		e.mu.Lock()
		for _, r := range waiting {
			en := e.entries[r.Instance]
			switch {
			case en == nil: // removed while the reading was under way
			case en.staged:
				rest = append(rest, r)
			default:
				e.judge(&b, en, r, e.watch.moment(r.At))
			}
		}
		e.mu.Unlock()
		e.metrics.readings.Add(float64(len(waiting) - len(rest)))
		if err := e.commit(ctx, &b); err != nil {
			// Newer readings will come; those that are left would meet the same disk.
			return
		}
		waiting = rest
	}
}

// stop judges and commits what is left, with the timers that are running, so
// that a restart goes on where this run ends.
func (e *Engine) stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stopGrace)
	defer cancel()
	e.judgeAll(ctx)
	var b batch
	now := milli(e.look())
	e.mu.RLock()
	for _, en := range e.entries {
		for _, sl := range en.all() {
			s := sl.state
			if s.Zero() {
				continue
			}
			if s.LostAt == 0 {
				s.LostAt, s.LostReason = now, "Brimwatch was stopped"
			}
			b.add(sl, s, nil)
		}
	}
	e.mu.RUnlock()
	if err := e.commit(ctx, &b); err != nil {
		e.log.Error("alarm timers were not saved at the end", "error", err)
	}
}
