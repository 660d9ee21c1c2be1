package alarm

import (
	"context"
	"slices"
	"time"
)

// Most instances have nothing due for weeks. So each is judged when the first of its own
// moments comes, and all are judged again from time to time, whatever they said.

// wholeEvery is how often all instances are judged where the clock is moved by hand: no
// clock is set there, and no machine sleeps.
const wholeEvery = 30 * 24 * time.Hour

// judged is a term that was judged, and when it has to be again.
type judged struct {
	place int // in calendar.Terms
	again time.Time
}

// begin decides whether all are judged in this round.
func (j *clockRound) begin() {
	j.whole = !j.now.Before(j.judge.wholeAt)
	if j.e.stepped && !j.judge.calendar.looksAtMoney() {
		j.next = j.now.Add(wholeEvery)
	}
	if !j.whole {
		j.next = earlier(j.next, j.judge.wholeAt)
	}
}

// looksAtMoney tells whether it is judged for how long the money of some account lasts, which
// no moment of its own announces.
func (c *Calendar) looksAtMoney() bool {
	return slices.ContainsFunc(c.Payers, func(p Payer) bool { return p.Shortfall != nil })
}

// isDue tells whether the term at a place of the calendar is judged in this round.
func (j *clockRound) isDue(place int) bool {
	return j.whole || !j.now.Before(j.judge.dues[place])
}

// judgeTerms judges the instances of which something is due, those that hear now because others of
// their account do, those in doubt, and those of which a forecast is judged.
func (j *clockRound) judgeTerms(pulled map[string]bulk) {
	last := j.next
	for i, a := range j.terms {
		if !j.isDue(i) && !j.joins(a, pulled) && !j.doubtful(i) {
			last = earlier(last, j.judge.dues[i])
			continue
		}
		j.see(i)
		j.next = j.now.Add(farthest)
		j.term(j.terms[i], pulled)
		if id := a.Instance.ID; j.found[id].Said.At != 0 && j.changed(id) {
			j.again(j.now.Add(j.e.tick)) // what is stored now may decide about what was said
		}
		j.dues = append(j.dues, judged{i, j.next})
		last = earlier(last, j.next)
	}
	j.next = last
}

// joins tells whether an instance is judged because others of its account are, or its forecast is.
func (j *clockRound) joins(a *TermWatch, pulled map[string]bulk) bool {
	if len(pulled) == 0 && len(j.ahead) == 0 {
		return false
	}
	_, with := pulled[a.Instance.ID]
	return with || j.ahead[a.Instance.ID] != nil
}

// doubtful tells whether it is in doubt that the instance at a place of the calendar exists, or
// that it was due for deletion has to be remembered.
func (j *clockRound) doubtful(place int) bool {
	if !j.seen[place] {
		return false
	}
	a := j.terms[place]
	if a != &j.judge.calendar.Terms[place] {
		return true
	}
	return j.changed(a.Instance.ID)
}

// farthest is further away than anything that is looked for.
const farthest = 100 * 365 * 24 * time.Hour

// accountsDue names the accounts of which some instance is judged in this round.
func (j *clockRound) accountsDue() map[string]bool {
	out := make(map[string]bool)
	for i := range j.judge.calendar.Terms {
		if !j.isDue(i) {
			continue
		}
		if a := j.judge.calendar.Terms[i].Instance.Account; a != "" {
			out[a] = true
		}
	}
	return out
}

// end notes what the round found, once it is stored: when it could not be, all of it is due
// at the next tick again.
func (j *clockRound) end() {
	for _, d := range j.dues {
		j.judge.dues[d.place] = d.again
	}
	if j.whole {
		j.judge.wholeAt = j.now.Add(farAhead)
		if j.e.stepped {
			j.judge.wholeAt = j.now.Add(wholeEvery)
		}
	}
	j.judge.lookAt = j.next
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Round does what Run does at one moment: it judges what has come, and what is due. It returns
// when to call it again at the latest, unless something comes before. It is for an Engine that
// is Stepped, whose clock is moved by hand.
func (e *Engine) Round(ctx context.Context) time.Time {
	e.judgeAll(ctx)
	now := e.look()
	e.onTick(ctx, now)
	e.mu.RLock()
	defer e.mu.RUnlock()
	next := e.byClock.lookAt
	if !next.After(now) { // something could not be stored, or decided
		next = now.Add(e.tick)
	}
	switch {
	case e.failing, e.missing > 0, e.rule != nil && !e.fleet.state.Zero(): // timers run that are looked at with each tick
		next = earlier(next, now.Add(e.tick))
	case len(e.entries) > 0:
		next = earlier(next, later(e.lookAt, now.Add(e.tick)))
	}
	return next
}

// End does what Run does at its end: it saves the timers that run, so that a start goes on where
// this one ends. It is for an Engine that is Stepped.
func (e *Engine) End(ctx context.Context) { e.stop(ctx) }
