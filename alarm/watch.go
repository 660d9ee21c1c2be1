package alarm

import (
	"context"
	"slices"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// restore puts stored states in place, for the watches that are about to be
// set. What nobody watches any more becomes an orphan.
func (e *Engine) restore(records []Record, watches []Watch, now time.Time) {
	byID := make(map[string]Watch, len(watches))
	for _, w := range watches {
		byID[w.Instance.ID] = w
	}
	for _, rec := range records {
		rec.State = rec.State.notAhead(now)
		if rec.Key == e.fleet.key {
			e.fleet.state = rec.State
			e.track(&e.fleet)
			continue
		}
		if rec.Key.Rule.OfCalendar() {
			e.restoreCalendar(rec)
			continue
		}
		en := e.entries[rec.Key.Instance]
		if en == nil {
			w, watched := byID[rec.Key.Instance]
			if !watched {
				// All that is left of it is its name.
				w = Watch{Instance: &fleet.Instance{ID: rec.Key.Instance, Name: rec.Key.Instance}}
			}
			en = newEntry(w)
			e.entries[rec.Key.Instance] = en
		}
		rec.State = afterStop(rec.State)
		sl := &slot{key: rec.Key, state: rec.State, inst: en.watch.Instance}
		switch {
		case rec.Key.Rule == NoData && rec.Key.Metric == NoMetric:
			// What was known before the restart is still missed after it.
			en.known |= rec.State.Missing
			en.noData.state = rec.State
			sl = &en.noData
		case rec.Key.Rule == Capacity && rec.Key.Metric < fleet.NumMetrics:
			if rec.State.Open() {
				en.known = en.known.With(rec.Key.Metric)
			}
			en.slots[rec.Key.Metric] = sl
		default:
			e.orphans = append(e.orphans, sl)
		}
		e.track(sl)
	}
}

// afterStop makes a stored state fit to go on from. After an orderly stop it says
// since when nothing is known, and its timers go on; after a crash nobody knows
// how long they have been running, so those that decide nothing yet begin anew.
func afterStop(s State) State {
	if s.LostAt != 0 {
		return s
	}
	for i := range s.Above {
		if i >= s.Level {
			s.Above[i] = 0
		}
	}
	s.Below = [MaxLevels]int64{}
	return s
}

// track notes an open episode under its code.
func (e *Engine) track(sl *slot) {
	if sl.state.Code != "" {
		e.open[sl.state.Code] = sl
	}
}

func newEntry(w Watch) *entry {
	return &entry{
		watch:  w,
		noData: slot{key: Key{Rule: NoData, Instance: w.Instance.ID, Metric: NoMetric}, inst: w.Instance},
	}
}

// replaceWatches makes watches what is watched. It returns the entries whose
// rules or capacities changed. Open episodes of what is no more become orphans.
func (e *Engine) replaceWatches(watches []Watch, fleetRule *Rule) []*entry {
	var changed []*entry
	before := e.entries
	e.entries = make(map[string]*entry, len(watches))
	e.missing, e.watched, e.lookAt = 0, 0, time.Time{}
	for _, w := range watches {
		en := before[w.Instance.ID]
		if en == nil {
			en = newEntry(w)
		} else {
			if rulesDiffer(en.watch, w, en.last) {
				changed = append(changed, en)
			}
			delete(before, w.Instance.ID)
		}
		e.adopt(en, w)
		e.entries[w.Instance.ID] = en
	}
	for _, en := range before {
		for _, sl := range en.all() {
			e.orphan(sl)
		}
	}
	e.rule = fleetRule
	return changed
}

// adopt gives an entry its new watch and its slots.
func (e *Engine) adopt(en *entry, w Watch) {
	en.watch = w
	en.noData.inst = w.Instance
	for m := range fleet.Metric(fleet.NumMetrics) {
		sl := en.slots[m]
		judged := w.Rules[m] != nil && w.Every > 0
		switch {
		case judged && sl == nil:
			en.slots[m] = &slot{key: Key{Rule: Capacity, Instance: w.Instance.ID, Metric: m}, inst: w.Instance}
		case judged && (en.last == nil || w.Instance.Limit(en.last, m).Known()):
			sl.inst = w.Instance
		case judged: // there was a capacity, and there is none now
			e.orphan(sl)
			en.slots[m] = &slot{key: sl.key, inst: w.Instance}
		case sl != nil:
			e.orphan(sl)
			en.slots[m] = nil
		}
	}
	if w.NoData == nil || w.Every <= 0 {
		old := en.noData
		e.orphan(&old)
		en.noData = slot{key: old.key, inst: w.Instance}
		en.watch.NoData = nil
		return
	}
	if !en.counts() {
		return
	}
	e.watched++
	if en.missing {
		e.missing++
	}
}

// orphan puts an open episode aside, to be withdrawn.
func (e *Engine) orphan(sl *slot) {
	if sl.state.Zero() {
		return
	}
	e.orphans = append(e.orphans, sl)
	e.track(sl)
}

// withdrawOrphans ends the episodes of what is no longer watched. They stay
// until the commit has succeeded.
func (e *Engine) withdrawOrphans(b *batch, now time.Time) {
	for _, sl := range e.orphans {
		var events []Event
		if sl.state.Open() {
			ev := event(Withdrawn, &sl.state, &Observation{At: now, Usage: sl.state.Usage, Capacity: sl.state.Capacity})
			ev.Reason = "the instance or this alarm is no longer in the configuration"
			ev.Removed = sl.key.Instance != FleetInstance && e.entries[sl.key.Instance] == nil
			events = append(events, ev)
		}
		b.add(sl, State{}, events)
	}
}

// rejudge judges the entries again, as of now, with the newest reading they
// have, and withdraws what is no more.
func (e *Engine) rejudge(ctx context.Context, changed []*entry, now time.Time) error {
	var b batch
	e.mu.Lock()
	for _, en := range changed {
		if en.last == nil || !en.last.Up || en.missing {
			continue
		}
		for m, sl := range en.slots {
			if sl != nil {
				e.step(&b, en, sl, en.watch.Rules[m], observe(en.watch.Instance, en.last, fleet.Metric(m), now))
			}
		}
	}
	e.withdrawOrphans(&b, now)
	e.mu.Unlock()
	return e.commit(ctx, &b)
}

// rulesDiffer tells whether a metric is judged differently under the new watch.
func rulesDiffer(a, b Watch, last *fleet.Reading) bool {
	for m := range fleet.Metric(fleet.NumMetrics) {
		if a.Instance.Limit(last, m).Value != b.Instance.Limit(last, m).Value || !sameRule(a.Rules[m], b.Rules[m]) {
			return true
		}
	}
	return false
}

func sameRule(a, b *Rule) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.For == b.For && a.ClearFor == b.ClearFor && a.Repeat == b.Repeat && a.Flapping == b.Flapping && slices.Equal(a.Levels, b.Levels)
}
