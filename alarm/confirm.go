package alarm

import (
	"context"
	"errors"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// A person may say whether an instance still exists that was due for deletion. That is kept
// with the moment at which it was due, over restarts, until something that knows better tells:
// the cloud, its source, or another term.

// Why nothing was taken down of what a person said. Errors of Confirm wrap them.
var (
	ErrNotWatched = errors.New("no instance has this id")
	ErrNotAsked   = errors.New("its deletion was not due, so nothing has to be confirmed; take an instance that you deleted out of the configuration")
	ErrAnswers    = errors.New("its source answers, so it exists; if it was deleted a moment ago, say so again when it does not answer any more")
)

// Saying is what a person said of whether an instance exists, as it is remembered.
type Saying struct {
	At   int64  `json:"at"` // Unix milliseconds; 0 is that nobody said anything
	By   string `json:"by,omitempty"`
	Gone bool   `json:"gone,omitempty"`
	Due  int64  `json:"due,omitempty"` // when its deletion was due by then

	// The term of which it was said.
	Method  fleet.Method `json:"method,omitempty"`
	Expires int64        `json:"expires,omitempty"` // Unix milliseconds; 0 is not known
}

// Said is one thing that the journal keeps of what people said of whether instances exist.
type Said struct {
	Instance string
	At       time.Time
	What     SaidWhat
	By       string // who said so, or whose word is taken back
	Reason   string // of TakenBack
}

// SaidWhat is what was said.
type SaidWhat string

// What people say of instances, and that it does not hold any more.
const (
	SaidExists SaidWhat = "exists"
	SaidGone   SaidWhat = "gone"
	TakenBack  SaidWhat = "taken_back"
)

// ofTerm tells whether the term is still that of which it was said: a later end or another
// method is another one.
func (s *Saying) ofTerm(t *fleet.Term) bool {
	return s.Method == t.Method && (t.Expires.IsZero() || milli(t.Expires) <= s.Expires)
}

func (s *Saying) confirmation() fleet.Confirmation {
	return fleet.Confirmation{Gone: s.Gone, By: s.By, At: fromMilli(s.At)}
}

// Confirm takes down what a person says of whether an instance still exists, and judges by it
// at once. What was said last counts.
func (e *Engine) Confirm(ctx context.Context, instance string, gone bool, by string) error {
	return e.call(ctx, func(ctx context.Context) error {
		now := e.look()
		e.mu.RLock()
		b, err := e.confirmed(instance, Saying{At: milli(now), By: by, Gone: gone}, now)
		e.mu.RUnlock()
		if err != nil {
			return err
		}
		if err := e.commit(ctx, b); err != nil {
			return err
		}
		e.mu.Lock()
		e.byClock.lookAt = time.Time{}
		e.mu.Unlock()
		return e.tickCalendar(ctx, now)
	})
}

// confirmed stages what a person says. e.mu is held.
func (e *Engine) confirmed(instance string, s Saying, now time.Time) (*batch, error) {
	a := e.byClock.terms[instance]
	if a == nil || a.Course == nil {
		return nil, ErrNotWatched
	}
	sl := e.byClock.slot(releaseOf(instance), a.Instance)
	m := sl.remembered()
	course := a.Course.Untold()
	switch release := course.Begins(fleet.LifecycleReleased); {
	case !release.IsZero() && !now.Before(release):
		s.Due = milli(release)
	case m.Due != 0 && !now.Before(fromMilli(m.Due)):
		s.Due = m.Due
	case m.Said.At != 0:
		s.Due = m.Said.Due
	default:
		return nil, ErrNotAsked
	}
	if s.Gone && e.answers(instance, now) {
		return nil, ErrAnswers
	}
	s.Method = course.Term.Method
	if t := course.Term.Expires; !t.IsZero() {
		s.Expires = milli(t)
	}
	m.Due, m.Said = s.Due, s
	b := new(batch)
	b.remember(sl, sl.state, m, nil)
	what := SaidExists
	if s.Gone {
		what = SaidGone
	}
	b.commit.Said = []Said{{Instance: instance, At: now, What: what, By: s.By}}
	return b, nil
}

// answers tells whether the source of an instance answers. e.mu is held.
func (e *Engine) answers(instance string, now time.Time) bool {
	en := e.entries[instance]
	return en != nil && en.last != nil && en.last.Up && now.Sub(en.seen) < lastSeen
}

// weigh holds what a person said against what is known since. It returns what still counts.
func (j *clockRound) weigh(a *TermWatch, s Saying, release time.Time) Saying {
	var why string
	switch t := &a.Course.Untold().Term; {
	case s.At == 0:
		return s
	case s.Gone && j.exists(a, fromMilli(s.At)):
		why = "it exists, by its source, by the list of its cloud, or by the configuration"
	case s.Gone && !s.ofTerm(t):
		why = "it has another term"
	case !s.Gone && release.After(fromMilli(s.At)) && !j.now.Before(release):
		why = "its deletion was due again"
	case !s.Gone && !s.ofTerm(t) && j.noted(a.Instance.ID).Due == 0:
		why = "it has another term"
	default:
		return s
	}
	j.b.commit.Said = append(j.b.commit.Said, Said{Instance: a.Instance.ID, At: j.now, What: TakenBack, By: s.By, Reason: why})
	return Saying{}
}

// noted is what is remembered of the deletion of an instance.
func (j *clockRound) noted(id string) Memory {
	if sl := j.judge.slots[releaseOf(id)]; sl != nil {
		return sl.remembered()
	}
	return Memory{}
}

// departed ends the alarms of the calendar of an instance that is gone, by what a person said.
func (j *clockRound) departed(a *TermWatch) {
	id := a.Instance.ID
	keys := make([]Key, 0, 7+fleet.NumMetrics)
	for _, r := range InstanceRules() {
		if r.OfCalendar() && !r.OfMetric() {
			keys = append(keys, Key{Rule: r, Instance: id, Metric: NoMetric})
		}
	}
	for _, m := range fleet.Metrics() {
		keys = append(keys, Key{Rule: Forecast, Instance: id, Metric: m})
	}
	for _, k := range keys {
		sl := j.judge.slots[k]
		if sl == nil {
			continue
		}
		sl.inst = a.Instance
		memory := sl.remembered()
		memory.Open = 0
		if k.Rule == Release {
			memory.Due, memory.Said = j.found[id].Due, j.found[id].Said
		}
		var events []Event
		if sl.state.Raised() {
			ev := dateEvent(Withdrawn, sl.state, j.now)
			ev.Reason, ev.Gone, ev.By = a.Course.At(j.now).Reason, a.Course.Begins(fleet.LifecycleReleased), a.Course.Said.By
			ev.Topic = "gone/" + id
			events = append(events, ev)
		}
		if memory != sl.remembered() || !sl.state.Zero() {
			j.b.remember(sl, State{}, memory, events)
		}
	}
	j.note(a)
}
