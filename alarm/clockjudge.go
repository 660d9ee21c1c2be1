package alarm

import (
	"context"
	"strings"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// clockJudge is the part of the Engine that judges by the clock. Its slots hold only
// alarms that have something to remember: most of a fleet has nothing.
type clockJudge struct {
	calendar Calendar
	terms    map[string]*TermWatch // by instance
	payers   map[string]*Payer     // by account
	slots    map[Key]*slot
	places   places
	strays   strays
	asked    map[int]bool // places of terms of which it is asked whether the instance still exists

	lookAt  time.Time                  // nothing is due before
	dues    []time.Time                // by place in calendar.Terms: nothing of it is due before
	wholeAt time.Time                  // all are judged again, due or not
	settled time.Duration              // the clock was set: nothing is judged before, on the monotonic clock
	known   map[string]fleet.Existence // what was told last of whether instances exist; of Run alone
}

// forgetAfter is how long the Engine remembers the steps of an instance that is not
// watched any more: of one that vanishes and comes back, people hear nothing twice.
const forgetAfter = 400 * 24 * time.Hour

// A clock that jumps is often mended soon. What it says is not judged by until it
// has stayed for a while.
const (
	clockJump   = 2 * time.Minute
	clockSettle = 10 * time.Minute
)

// SetCalendar replaces what is judged by the clock, and judges at once.
func (e *Engine) SetCalendar(ctx context.Context, c Calendar) error {
	return e.call(ctx, func(ctx context.Context) error {
		now := e.look()
		e.mu.Lock()
		e.byClock.set(c)
		e.mu.Unlock()
		return e.tickCalendar(ctx, now)
	})
}

func (cj *clockJudge) set(c Calendar) {
	cj.calendar = c
	cj.terms = make(map[string]*TermWatch, len(c.Terms))
	cj.payers = make(map[string]*Payer, len(c.Payers))
	for i := range c.Terms {
		cj.terms[c.Terms[i].Instance.ID] = &c.Terms[i]
	}
	for i := range c.Payers {
		cj.payers[c.Payers[i].Account.Name] = &c.Payers[i]
	}
	cj.places = placesOf(c.Terms)
	cj.lookAt, cj.wholeAt = time.Time{}, time.Time{}
	cj.dues = make([]time.Time, len(c.Terms))
	cj.asked = make(map[int]bool)
	cj.strays.known = false
}

// restoreCalendar puts a stored alarm of the calendar in place.
func (e *Engine) restoreCalendar(rec Record) {
	sl := &slot{key: rec.Key, state: rec.State, memory: &rec.Memory}
	if in := e.byClock.terms[rec.Key.Instance]; in != nil {
		sl.inst = in.Instance
	} else if rec.Key.Instance != "" {
		// All that is left of it is its name.
		sl.inst = &fleet.Instance{ID: rec.Key.Instance, Name: rec.Key.Instance}
	}
	e.byClock.slots[rec.Key] = sl
	e.byClock.strays.known = false
	e.track(sl)
}

// slot returns the alarm with this key, with nothing to remember when it is new.
func (cj *clockJudge) slot(k Key, in *fleet.Instance) *slot {
	if sl := cj.slots[k]; sl != nil {
		sl.inst = in
		return sl
	}
	return &slot{key: k, inst: in}
}

// keep takes over a slot after a commit: it stays while it has something to
// remember.
func (cj *clockJudge) keep(sl *slot) {
	if sl.state.Zero() && sl.remembered().Zero() {
		delete(cj.slots, sl.key)
		delete(cj.strays.keys, sl.key)
		return
	}
	cj.slots[sl.key] = sl
	if place, known := cj.places.of[sl.key.Instance]; known && sl.key.Rule == Release && sl.remembered().Said.At != 0 {
		cj.asked[place] = true // a person said something
	}
	if cj.strays.known && !cj.judges(sl.key) {
		cj.strays.keys[sl.key] = true
	}
}

// tickCalendar judges the calendar when something is due, and the clock can be
// trusted.
func (e *Engine) tickCalendar(ctx context.Context, now time.Time) error {
	if e.watch.steady < e.byClock.settled || now.Before(e.byClock.lookAt) {
		return nil
	}
	return e.judgeCalendar(ctx, now)
}

// judgeCalendar judges all accounts and instances by the clock. When the commit
// fails nothing has happened, and the next tick tries again.
func (e *Engine) judgeCalendar(ctx context.Context, now time.Time) error {
	now = now.UTC()
	j := clockRound{e: e, judge: &e.byClock, now: now, next: now.Add(farAhead), ahead: e.forecasts(now)}
	e.mu.Lock()
	j.begin()
	j.watches()
	j.expect()
	j.payers()
	j.judgeTerms(j.bulk())
	j.gather()
	j.gone()
	e.mu.Unlock()
	e.tellExistence(j.known)
	if err := e.commit(ctx, &j.b); err != nil {
		return err
	}
	j.end()
	return nil
}

// clockRound is one round of judging by the clock.
type clockRound struct {
	e     *Engine
	judge *clockJudge
	b     batch
	now   time.Time
	next  time.Time // when to judge again

	terms []*TermWatch               // what is judged: the calendar, with what is known of whether instances exist
	seen  map[int]bool               // places of terms of which that was looked up
	found map[string]found           // of those: of deletions that were due, as it is to be remembered
	known map[string]fleet.Existence // of whether instances exist, where that was asked
	ahead map[string]*ahead          // forecasts that are judged now, by instance

	whole bool     // all terms are judged, due or not
	dues  []judged // of the terms that were judged
}

// again notes that something has to be judged at the moment at.
func (j *clockRound) again(at time.Time) {
	if !at.IsZero() && at.Before(j.next) {
		j.next = at
	}
}

// term judges the calendar of one instance.
func (j *clockRound) term(a *TermWatch, pulled map[string]bulk) {
	if a.Course != nil { // that it was due for deletion is remembered from then on, whichever rules are on
		if release := a.Course.Untold().Begins(fleet.LifecycleReleased); release.After(j.now) {
			j.again(release)
		}
	}
	if a.Course != nil && a.Course.Basis == fleet.BasisSaid {
		j.departed(a)
		return
	}
	id := a.Instance.ID
	group, grouped := pulled[id]
	rules := a.schedule(j.now, group.lead)
	judged := false
	for i := range rules {
		r := &rules[i]
		sl := j.judge.slot(Key{Rule: r.Rule, Instance: id, Metric: NoMetric}, a.Instance)
		before := sl.remembered()
		start := before
		if r.Rule == Release {
			start.Due, start.Said, judged = j.found[id].Due, j.found[id].Said, true
		}
		next, memory, events := StepDate(r, sl.state, start, j.now)
		j.again(r.next(next, j.now))
		for k := range events {
			ev := &events[k]
			ev.Details = j.details(a, r, ev)
			ev.Topic = j.topic(a, r.Rule, ev.Kind)
			switch ev.Kind {
			case Cleared:
				ev.Reason = ev.Details.endReason()
			case Raised, Escalated, Reminded, Found:
				ev.Reason = ev.Details.reason(r.Rule, j.now)
			case Eased, Withdrawn, Acked, Lost, BeganFlapping, Rose, Fell, Settled:
			}
			if grouped && r.Rule == Expiry && Starts(ev.Kind) {
				ev.Topic = group.topic
				ev.Details.Others = group.others(id)
			}
		}
		if memory != before || next != sl.state { // without either nothing happened
			j.b.remember(sl, next, memory, events)
		}
	}
	if !judged {
		j.note(a)
	}
	j.frozen(a)
	j.forecast(a)
}

// Starts tells whether an event begins or sharpens an episode.
func Starts(k EventKind) bool { return k == Raised || k == Escalated }

// frozen judges whether the instance is frozen.
func (j *clockRound) frozen(a *TermWatch) {
	k := Key{Rule: FrozenRule, Instance: a.Instance.ID, Metric: NoMetric}
	if !a.Rules.has(FrozenRule) {
		return
	}
	o := Observation{At: j.now, Known: true, Capacity: 1}
	if a.Course != nil && a.Course.Term.Frozen {
		o.Usage = 1
	}
	j.plain(j.judge.slot(k, a.Instance), a.Rules.Frozen, o, func(ev *Event) {
		ev.Details = &Details{At: j.now, Course: a.Course, Lifecycle: a.Course.At(j.now), Account: a.Account}
		ev.Topic = "instance/" + a.Instance.ID
		ev.Reason = ev.Details.reason(FrozenRule, j.now)
	})
}

// plain judges an alarm that has no dates: something is so, or is not.
func (j *clockRound) plain(sl *slot, r *Rule, o Observation, dress func(*Event)) {
	next, events := Step(*r, sl.state, o)
	for i := range events {
		dress(&events[i])
		if !o.Known { // what it says of the moment would be of what was known before
			events[i].Reason = o.Reason
		}
	}
	if len(events) > 0 {
		j.b.add(sl, next, events)
	} else if next != sl.state {
		sl.state = next
		j.judge.keep(sl)
	}
	if next.Raised() && next.AckedAt == 0 && r.Repeat > 0 {
		j.again(fromMilli(next.NotifiedAt).Add(r.Repeat))
	}
}

// has tells whether a rule is on.
func (r *CalendarRules) has(name RuleName) bool {
	if r == nil {
		return false
	}
	switch name {
	case Expiry:
		return r.Expiry != nil
	case Suspension:
		return r.Suspension != nil
	case Release:
		return r.Release != nil
	case AutoRenewal:
		return r.AutoRenewal != nil
	case CannotRenew:
		return r.CannotRenew != nil
	case Overdue:
		return r.Overdue != nil
	case FrozenRule:
		return r.Frozen != nil
	case Forecast:
		return r.Forecast != nil
	case Capacity, NoData, LowBalance, Shortfall:
	}
	return false
}

func compareKeys(a, b Key) int {
	for _, c := range []int{strings.Compare(a.Account, b.Account), strings.Compare(a.Instance, b.Instance), strings.Compare(string(a.Rule), string(b.Rule))} {
		if c != 0 {
			return c
		}
	}
	return int(a.Metric) - int(b.Metric)
}
