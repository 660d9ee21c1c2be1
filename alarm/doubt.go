package alarm

import (
	"maps"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// A bill or a renewal that is paid after the deletion was due may have been paid too late: whether the
// instance still exists, no date tells. So the moment at which it was due is remembered, over
// restarts, until the cloud lists the instance, its source answers, or a person says that it
// exists.

// doubtEvery is how often the answer is looked for.
const doubtEvery = time.Minute

// lastSeen is how old an answer may be. What is due for deletion is read once an hour.
const lastSeen = 90 * time.Minute

// watches gathers what is judged in this round, with what is in doubt. It notes what has to be
// remembered of deletions that were due. Whether something is in doubt changes when it is due
// itself: at the moment of the deletion, and when it has another term; and, where it is in doubt,
// at any time.
func (j *clockRound) watches() {
	terms := j.judge.calendar.Terms
	j.terms = make([]*TermWatch, len(terms))
	j.due, j.doubts, j.seen = make(map[string]int64), make(map[string]time.Time), make(map[int]bool)
	for i := range terms {
		j.terms[i] = &terms[i]
		if j.isDue(i) || j.judge.inDoubt[i] {
			j.see(i)
		}
	}
}

// see looks whether the instance at a place of the calendar is in doubt.
func (j *clockRound) see(place int) {
	if j.seen[place] {
		return
	}
	a := &j.judge.calendar.Terms[place]
	j.seen[place], j.terms[place] = true, j.doubted(a)
	if _, doubt := j.doubts[a.Instance.ID]; doubt {
		j.judge.inDoubt[place] = true
	} else {
		delete(j.judge.inDoubt, place)
	}
}

// doubted returns what is judged of an instance: its calendar, with the doubt that there is now.
func (j *clockRound) doubted(a *TermWatch) *TermWatch {
	if a.Course == nil {
		return a
	}
	id := a.Instance.ID
	var noted int64
	if sl := j.judge.slots[releaseOf(id)]; sl != nil {
		noted = sl.remembered().Due
	}
	var doubt time.Time
	switch release := a.Course.Begins(fleet.LifecycleReleased); {
	case !release.IsZero() && !j.now.Before(release):
		noted = milli(release)
	case noted == 0 || j.now.Before(fromMilli(noted)): // nothing was due, or a clock that ran ahead said so
	case j.exists(a, fromMilli(noted)):
		noted = 0
	default:
		doubt = fromMilli(noted)
		j.doubts[id] = doubt
		if !j.e.stepped { // whose caller comes when there is an answer
			j.again(j.now.Add(doubtEvery))
		}
	}
	if noted != 0 {
		j.due[id] = noted
	}
	if a.Course.Doubt.Equal(doubt) {
		return a
	}
	course := *a.Course
	course.Doubt = doubt
	out := *a
	out.Course = &course
	return &out
}

func releaseOf(instance string) Key { return Key{Rule: Release, Instance: instance, Metric: NoMetric} }

// exists tells whether it is known that an instance is there after the moment at which it was
// due for deletion. Another end of its term says that somebody paid, and no more.
func (j *clockRound) exists(a *TermWatch, due time.Time) bool {
	t := &a.Course.Term
	const tomorrow = 26 * time.Hour // a day that is written down without a time is over then
	switch {
	case t.Method == fleet.Free:
		return true
	case t.Confirmed.After(due) && t.Confirmed.Before(j.now.Add(tomorrow)):
		return true
	case j.e.listed != nil && j.e.listed(a.Instance.ID).After(due):
		return true
	}
	en := j.e.entries[a.Instance.ID]
	return en != nil && en.last != nil && en.last.Up && en.seen.After(due) && j.now.Sub(en.seen) < lastSeen
}

// note begins to remember what is due for deletion where the release rule is off. What is
// remembered of a rule that is off changes in gone.
func (j *clockRound) note(a *TermWatch) {
	k := releaseOf(a.Instance.ID)
	if due := j.due[a.Instance.ID]; due != 0 && j.judge.slots[k] == nil {
		j.b.remember(j.judge.slot(k, a.Instance), State{}, Memory{Due: due}, nil)
	}
}

// tellDoubts says which instances are in doubt, when these are others than before.
func (e *Engine) tellDoubts(doubts map[string]time.Time) {
	if e.onDoubts == nil || maps.Equal(doubts, e.byClock.doubts) {
		return
	}
	e.byClock.doubts = doubts
	e.onDoubts(maps.Clone(doubts))
}
