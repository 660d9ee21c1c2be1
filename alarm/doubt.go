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

// found is what a round has found out of the deletion of an instance, as it is to be remembered.
type found struct {
	Due  int64
	Said Saying
}

// watches gathers what is judged in this round, with what is known of whether it exists. It
// notes what has to be remembered of deletions that were due. That changes when something of
// the instance is due: at the moment of the deletion, and when it has another term; and at any
// time where it is asked, or a person said something.
func (j *clockRound) watches() {
	terms := j.judge.calendar.Terms
	j.terms = make([]*TermWatch, len(terms))
	j.found, j.known, j.seen = make(map[string]found), make(map[string]fleet.Existence), make(map[int]bool)
	for i := range terms {
		j.terms[i] = &terms[i]
		if j.isDue(i) || j.judge.asked[i] {
			j.see(i)
		}
	}
}

// see looks what is known of whether the instance at a place of the calendar exists.
func (j *clockRound) see(place int) {
	if j.seen[place] {
		return
	}
	a := &j.judge.calendar.Terms[place]
	j.seen[place], j.terms[place] = true, j.told(a)
	_, known := j.known[a.Instance.ID]
	if known || j.changed(a.Instance.ID) { // also when what was found cannot be stored now
		j.judge.asked[place] = true
	} else {
		delete(j.judge.asked, place)
	}
}

// changed tells whether something else is remembered of the deletion of an instance than was found.
func (j *clockRound) changed(id string) bool {
	m, f := j.noted(id), j.found[id]
	return m.Due != f.Due || m.Said != f.Said
}

// told returns what is judged of an instance: its calendar, with what is known of whether it
// exists.
func (j *clockRound) told(a *TermWatch) *TermWatch {
	if a.Course == nil {
		return a
	}
	id := a.Instance.ID
	known := j.existence(a)
	if !known.Equal(fleet.Existence{}) {
		j.known[id] = known
		if !j.e.stepped && !known.Due.IsZero() { // a caller who steps comes when there is an answer
			j.again(j.now.Add(doubtEvery))
		}
	}
	if a.Course.Existence().Equal(known) {
		return a
	}
	course := a.Course.Told(known)
	out := *a
	out.Course = &course
	return &out
}

// existence finds out what is known of whether an instance exists.
func (j *clockRound) existence(a *TermWatch) (known fleet.Existence) {
	m := j.noted(a.Instance.ID)
	noted := m.Due
	release := a.Course.Untold().Begins(fleet.LifecycleReleased)
	said := j.weigh(a, m.Said, release)
	switch {
	case !release.IsZero() && !j.now.Before(release):
		noted = milli(release)
		if said.Gone {
			known.Due = release
		}
	case noted == 0 || j.now.Before(fromMilli(noted)): // nothing was due, or a clock that ran ahead said so
	case said.Gone:
		known.Due = fromMilli(noted)
	case said.At > noted || j.exists(a, fromMilli(noted)):
		noted = 0
	default:
		known.Due = fromMilli(noted)
	}
	if said.At != 0 {
		known.Said = said.confirmation()
	}
	if noted != 0 || said.At != 0 {
		j.found[a.Instance.ID] = found{Due: noted, Said: said}
	}
	return known
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
	return j.e.answers(a.Instance.ID, j.now) && en.seen.After(due)
}

// note begins to remember what is due for deletion where the release rule is off. What is
// remembered of a rule that is off changes in gone.
func (j *clockRound) note(a *TermWatch) {
	k := releaseOf(a.Instance.ID)
	if f := j.found[a.Instance.ID]; f.Due != 0 && j.judge.slots[k] == nil {
		j.b.remember(j.judge.slot(k, a.Instance), State{}, Memory{Due: f.Due, Said: f.Said}, nil)
	}
}

// tellExistence says of which instances it is in doubt whether they exist, or a person said so,
// when that is other than before.
func (e *Engine) tellExistence(known map[string]fleet.Existence) {
	if e.onExistence == nil || maps.EqualFunc(known, e.byClock.known, fleet.Existence.Equal) {
		return
	}
	e.byClock.known = known
	e.onExistence(maps.Clone(known))
}
