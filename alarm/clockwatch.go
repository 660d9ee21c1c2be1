package alarm

import (
	"context"
	"time"
)

// A wall clock that is set while the process runs says nothing about how much time
// has passed; the monotonic clock does. So the Engine looks at both again and again.
// When they went apart, all moments that it measures time from follow the wall clock.

// clockTolerance is by how much the wall clock may leave the monotonic one between two
// looks. It is far more than any clock is slewed by.
const clockTolerance = 2 * time.Second

// lateReadings is how long after the clock was set readings may come that were made
// before.
const lateReadings = 10 * time.Minute

// bothClocks returns what the wall clock says, in UTC, and how much time has passed since
// some moment by a clock that nobody sets.
type bothClocks func() (wall time.Time, steady time.Duration)

// machineClocks are the clocks of this machine.
func machineClocks() bothClocks {
	began := time.Now()
	return func() (time.Time, time.Duration) {
		now := time.Now()
		return now.UTC(), now.Sub(began) // UTC takes the monotonic reading off
	}
}

// clockWatch notices when the wall clock is set.
type clockWatch struct {
	wall   time.Time // of the last look; zero before the first
	steady time.Duration
	sets   []clockSet // not long ago, the newest first
}

// clockSet is one time at which the wall clock was set.
type clockSet struct {
	seen time.Duration // on the monotonic clock
	by   time.Duration
}

// look notes what both clocks say. It returns by how much the wall clock was set since
// the look before; 0 when it was not.
func (w *clockWatch) look(wall time.Time, steady time.Duration) time.Duration {
	by := wall.Sub(w.wall) - (steady - w.steady)
	first := w.wall.IsZero()
	w.wall, w.steady = wall, steady
	for n := len(w.sets); n > 0 && steady-w.sets[n-1].seen > lateReadings; n-- {
		w.sets = w.sets[:n-1]
	}
	if first || by.Abs() <= clockTolerance {
		return 0
	}
	w.sets = append([]clockSet{{seen: steady, by: by}}, w.sets...)
	return by
}

// moment returns the moment of a reading by the wall clock as it is set now. A reading
// was made not long before it comes, so one that seems to be from elsewhere was made
// before the clock was set.
func (w *clockWatch) moment(at time.Time) time.Time {
	if len(w.sets) == 0 {
		return at
	}
	best, by := at, time.Duration(0)
	for _, s := range w.sets {
		by += s.by
		if moved := at.Add(by); w.wall.Sub(moved).Abs() < w.wall.Sub(best).Abs() {
			best = moved
		}
	}
	return best
}

// look returns what the wall clock says. When it was set, all that is remembered follows.
func (e *Engine) look() time.Time {
	wall, steady := e.clocks()
	if by := e.watch.look(wall, steady); by != 0 {
		e.follow(by)
	}
	return wall
}

// follow moves all moments that time is measured from by as much as the wall clock was
// set by, so that every timer goes on as if nothing had happened.
func (e *Engine) follow(by time.Duration) {
	e.metrics.clockJumps.Inc()
	e.log.Warn("the wall clock was set; timers of alarms go on as if it had not been", "by", by.Round(time.Millisecond))
	if by.Abs() > clockJump {
		e.log.Warn("the calendar is not judged until the clock has stayed for a while", "for", clockSettle)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, en := range e.entries {
		for _, sl := range en.all() {
			sl.state = sl.state.moved(by)
		}
		if !en.seen.IsZero() {
			en.seen = en.seen.Add(by)
		}
	}
	if !e.lookAt.IsZero() {
		e.lookAt = e.lookAt.Add(by)
	}
	e.fleet.state = e.fleet.state.moved(by)
	for _, sl := range e.orphans {
		sl.state = sl.state.moved(by)
	}
	e.byClock.follow(by, e.watch.steady)
	e.unsaved = true
}

// follow lets the timers of the calendar's alarms follow a clock that was set. Dates stay
// what they are.
func (cj *clockJudge) follow(by, steady time.Duration) {
	for _, sl := range cj.slots {
		sl.state = sl.state.moved(by)
	}
	cj.lookAt, cj.wholeAt = time.Time{}, time.Time{}
	if by.Abs() > clockJump {
		cj.settled = steady + clockSettle
	}
}

// save stores the moments of open alarms as they are by the clock that was set, for
// the next start. Until that works, it is tried at each tick.
func (e *Engine) save(ctx context.Context) {
	if !e.unsaved {
		return
	}
	var b batch
	e.mu.RLock()
	keep := func(sl *slot) {
		if sl.state.kept() {
			b.add(sl, sl.state, nil)
		}
	}
	for _, en := range e.entries {
		for _, sl := range en.all() {
			keep(sl)
		}
	}
	keep(&e.fleet)
	for _, sl := range e.byClock.slots {
		keep(sl)
	}
	e.mu.RUnlock()
	e.unsaved = e.commit(ctx, &b) != nil
}
