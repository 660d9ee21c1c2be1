package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// What its calendar has stopped tells nothing, and that is no fault of a network. So while the
// calendar says so, the silence of an instance is expected: it raises no no_data, holds what is
// raised, reminds of nothing, and does not count towards the silence of the fleet.

// comesBack is how long a service may take to come back after it was paid for [S3].
const comesBack = 30 * time.Minute

// expect finds out of which instances no data is to be expected. e.mu is held.
func (j *clockRound) expect() {
	terms := j.terms
	if len(j.e.entries) == 0 { // nothing is read
		terms = nil
	}
	for _, a := range terms {
		en := j.e.entries[a.Instance.ID]
		if en == nil || a.Course == nil {
			continue
		}
		j.again(a.Course.Next(j.now))
		en.gone, en.goneBy = time.Time{}, ""
		if a.Course.Gone(j.now) {
			en.gone = a.Course.Begins(fleet.LifecycleReleased)
			if a.Course.Basis == fleet.BasisSaid {
				en.goneBy = a.Course.Said.By
			}
		}
		en.expected = j.excuse(en, a.Course)
		if en.missing {
			j.e.endOfGone(&j.b, en, j.now)
		}
	}
	j.e.countSilent()
}

// excuse says why no data is to be expected of an instance; "" when there is no reason.
func (j *clockRound) excuse(en *entry, c *fleet.Course) string {
	why := c.Silence(j.now)
	switch {
	case why != "":
		en.backBy = time.Time{}
		return why
	case en.expected == "":
		return ""
	case en.backBy.IsZero():
		en.backBy = j.now.Add(comesBack)
	}
	if !j.now.Before(en.backBy) {
		en.backBy = time.Time{}
		return ""
	}
	j.again(en.backBy)
	return "expected: it was paid for, and may take 30 minutes to come back"
}

// countSilent counts the instances whose silence would be news, and those of them that tell
// nothing. e.mu is held.
func (e *Engine) countSilent() {
	e.watched, e.missing = 0, 0
	for _, en := range e.entries {
		if !en.counts() {
			continue
		}
		e.watched++
		if en.missing {
			e.missing++
		}
	}
}

// counts tells whether the silence of an instance would be news.
func (en *entry) counts() bool { return en.watch.NoData != nil && en.expected == "" }

// quietly is a rule that reminds of nothing while silence is expected.
func (en *entry) quietly(r *Rule) *Rule {
	if en.expected == "" || r.Repeat == 0 {
		return r
	}
	quiet := *r
	quiet.Repeat = 0
	return &quiet
}

// endOfGone ends the alarms of an instance whose deletion is due and that tells nothing: what it
// read last is no alarm any more. The release rule speaks of the deletion.
func (e *Engine) endOfGone(b *batch, en *entry, now time.Time) {
	if en.gone.IsZero() || en.staged {
		return
	}
	for _, sl := range en.all() {
		if !sl.state.Open() {
			continue
		}
		ev := event(Withdrawn, &sl.state, &Observation{At: now, Usage: sl.state.Usage, Capacity: sl.state.Capacity})
		ev.Reason, ev.Gone, ev.By = "the instance tells nothing any more, as is to be "+en.expected, en.gone, en.goneBy
		b.add(sl, State{}, []Event{ev})
		if !en.staged {
			en.staged = true
			b.entries = append(b.entries, en)
		}
	}
}
