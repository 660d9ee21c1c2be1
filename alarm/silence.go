package alarm

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Silence has a rule of its own, no_data. Its observation is always known: 1
// while an instance tells nothing, 0 while it does. When most of the fleet is
// silent at the same time, something between us and them is the likely cause;
// then one alarm of the fleet speaks for all, and those of the instances are held.

// massLeast is the least number of silent instances that one notice speaks for.
const massLeast = 2

// overdueRounds is how many rounds may be missed before an instance whose
// readings stopped coming altogether counts as silent.
const overdueRounds = 3

// overdue tells whether readings stopped coming: not "could not be read", but
// nothing at all.
func (en *entry) overdue(now time.Time) bool {
	if en.watch.Every <= 0 || en.seen.IsZero() {
		return false
	}
	return now.Sub(en.seen) > en.patience()
}

// patience is how long no reading may come.
func (en *entry) patience() time.Duration { return overdueRounds*en.watch.Every + 10*time.Second }

// expect notes that the next reading of en is waited for. Unless another one is
// waited for less long, nothing has to be looked for until its patience ends.
func (e *Engine) expect(en *entry) {
	if en.watch.Every <= 0 || en.seen.IsZero() {
		return
	}
	if end := en.seen.Add(en.patience()); end.Before(e.lookAt) {
		e.lookAt = end
	}
}

// judgeSilence tells all alarms of an instance that nothing is known.
func (e *Engine) judgeSilence(b *batch, en *entry, at time.Time, reason string) {
	known := cmp.Or(en.expected, reason)
	for m, sl := range en.slots {
		if sl != nil {
			e.step(b, en, sl, en.quietly(en.watch.Rules[m]), Observation{At: at, Reason: known})
		}
	}
	en.noData.state.Missing = en.known
	e.judgeNoData(b, en, at, reason)
	e.endOfGone(b, en, at)
}

// judgeNoData judges the silence of one instance; reason is "" when the reading has
// all that its source usually tells.
func (e *Engine) judgeNoData(b *batch, en *entry, at time.Time, reason string) {
	missing := reason != ""
	if missing != en.missing && en.counts() {
		if missing {
			e.missing++
		} else {
			e.missing--
		}
	}
	en.missing, en.reason = missing, reason
	if en.watch.NoData == nil {
		return
	}
	o := Observation{At: at, Known: true, Capacity: 1, Reason: reason}
	switch {
	case missing && en.expected != "":
		o.Known, o.Reason = false, en.expected
	case missing:
		o.Usage = 1
	}
	rule := e.silenceRule(en)
	e.step(b, en, &en.noData, &rule, o)
}

// silenceRule returns the rule for one instance's silence. While the fleet's
// alarm speaks for all, it runs its timer and raises nothing; what is raised goes
// on.
func (e *Engine) silenceRule(en *entry) Rule {
	r := *en.quietly(en.watch.NoData)
	if e.mass() {
		r.For = math.MaxInt64
	}
	return r
}

// mass tells whether most of the fleet is silent, or was until just now.
func (e *Engine) mass() bool {
	return e.rule != nil && (e.fleet.state.Raised() || e.mostMissing())
}

func (e *Engine) mostMissing() bool {
	return e.missing >= massLeast && e.missing*2 > e.watched
}

// onTick looks for readings that stopped coming, lets the timers of silent
// instances run on, judges the silence of the fleet, and ends the episodes of
// what is no longer watched.
func (e *Engine) onTick(ctx context.Context, now time.Time) {
	var b batch
	e.mu.Lock()
	if e.missing > 0 || !now.Before(e.lookAt) {
		e.lookForSilence(&b, now)
	}
	e.judgeFleet(&b, now)
	e.withdrawOrphans(&b, now)
	e.mu.Unlock()
	// What went wrong is logged and counted there, and tried again at the next tick.
	if err := e.commit(ctx, &b); err == nil {
		e.save(ctx)
	}
	_ = e.tickCalendar(ctx, now)
}

// farAhead is how long silence is not looked for at most.
const farAhead = time.Hour

// lookForSilence judges the silence of all instances that tell nothing, and
// notes when the next of the others can be overdue.
func (e *Engine) lookForSilence(b *batch, now time.Time) {
	e.lookAt = now.Add(farAhead)
	var silent []*entry
	for _, en := range e.entries {
		e.expect(en)
		if en.missing || en.overdue(now) {
			silent = append(silent, en)
		}
	}
	slices.SortFunc(silent, func(a, b *entry) int { return strings.Compare(a.watch.Instance.ID, b.watch.Instance.ID) })
	for _, en := range silent {
		switch {
		case en.overdue(now):
			e.judgeSilence(b, en, now, "no reading since "+en.seen.UTC().Format(time.RFC3339))
		case en.missing:
			e.judgeNoData(b, en, now, en.reason)
		}
	}
}

// judgeFleet judges the silence of most of the fleet.
func (e *Engine) judgeFleet(b *batch, now time.Time) {
	if e.rule == nil {
		return
	}
	o := Observation{At: now, Known: true, Capacity: 1}
	if e.mostMissing() {
		o.Usage = 1
		o.Reason = fmt.Sprintf("%d of %d instances tell nothing", e.missing, e.watched)
	}
	next, events := Step(*e.rule, e.fleet.state, o)
	if len(events) == 0 {
		e.fleet.state = next
		return
	}
	for i := range events {
		events[i].Silent = e.silent(events[i].Flaps.Raises > 0)
	}
	b.add(&e.fleet, next, events)
}

// silent returns the instances that a notice about the fleet speaks for: those that tell
// nothing; all of them while the fleet comes and goes, as nobody knows who is next.
func (e *Engine) silent(flaps bool) []*fleet.Instance {
	var out []*fleet.Instance
	for _, en := range e.entries {
		if en.counts() && (en.missing || flaps) {
			out = append(out, en.watch.Instance)
		}
	}
	return out
}
