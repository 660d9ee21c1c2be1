package facts

import (
	"maps"
	"math"
	"slices"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Labelled is a fact that is one series with labels of its own. It is made by
// Store.Labelled and changed only through the Store.
type Labelled struct {
	Labels labels.Labels
	ref    uint64
	points []point
	round  uint64 // in which it was noted last; for the Store's writer
}

// Labelled returns the fact with these labels, and makes it when there is none.
func (s *Store) Labelled(ls labels.Labels) *Labelled {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.labelledOf(ls, true)
}

// labelledOf returns the fact with these labels; the caller holds the lock.
func (s *Store) labelledOf(ls labels.Labels, record bool) *Labelled {
	key := string(ls.Bytes(nil))
	f := s.labelled[key]
	if f != nil {
		return f
	}
	f = &Labelled{Labels: ls, ref: s.nextLabelled}
	s.nextLabelled++
	s.labelled[key] = f
	name := ls.Get(series.Name)
	if s.families[name] == nil {
		s.families[name] = &family{}
	}
	s.families[name].add(f)
	if record {
		s.file.labelled(f)
	}
	return f
}

// family is the labelled facts of one metric.
type family struct {
	facts  []*Labelled
	sorted bool
}

func (f *family) add(one *Labelled) { f.facts, f.sorted = append(f.facts, one), false }

func (f *family) sort() {
	slices.SortFunc(f.facts, func(a, b *Labelled) int { return labels.Compare(a.Labels, b.Labels) })
	f.sorted = true
}

// Round notes the labelled facts of some families at one moment: those that it is
// given hold, and all others of these families end with it. It is for the Store's
// writer.
type Round struct {
	s  *Store
	t  int64
	no uint64
}

// Round begins to note the labelled facts at t.
func (s *Store) Round(t int64) *Round {
	s.round++
	return &Round{s: s, t: t, no: s.round}
}

// Set notes that the fact has value v.
func (r *Round) Set(f *Labelled, v float64) {
	f.round = r.no
	r.s.note(f, r.t, v)
}

// End ends the facts of the families called names that were not set.
func (r *Round) End(names ...string) {
	for _, name := range names {
		if r.s.families[name] == nil {
			continue
		}
		// Readers sort the list, so the writer goes through it with the lock.
		r.s.mu.RLock()
		var over []*Labelled
		for _, f := range r.s.families[name].facts {
			if _, holds := f.Latest(); holds && f.round != r.no {
				over = append(over, f)
			}
		}
		r.s.mu.RUnlock()
		for _, f := range over {
			r.s.note(f, r.t, Absent())
		}
	}
}

// note notes that a labelled fact has value v since t, as Set does for a kind.
func (s *Store) note(f *Labelled, t int64, v float64) {
	n := len(f.points)
	if n == 0 && math.IsNaN(v) || n > 0 && same(f.points[n-1].v, v) {
		return
	} else if n > 0 && t <= f.points[n-1].t {
		t = f.points[n-1].t + 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(&f.points, point{t: t, v: v})
	s.file.labelledPoint(f, t, v)
}

// Latest returns the value that holds now. It is for the Store's writer.
func (f *Labelled) Latest() (float64, bool) { return latest(f.points) }

// Families returns the names of the metrics that have labelled facts, in order.
func (s *Store) Families() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.families))
}

// LabelledView is a labelled fact as the store knew it at one moment.
type LabelledView struct {
	Labels labels.Labels
	Track  Track
}

// LabelledViews returns the labelled facts of the metric called name, in order of
// their labels. The session that is open counts as lasting until now.
func (s *Store) LabelledViews(name string, now int64) []LabelledView {
	s.mu.Lock() // it may sort
	defer s.mu.Unlock()
	f := s.families[name]
	if f == nil {
		return nil
	}
	if !f.sorted {
		f.sort()
	}
	sessions := s.lasting(now)
	out := make([]LabelledView, len(f.facts))
	for i, f := range f.facts {
		out[i] = LabelledView{Labels: f.Labels, Track: Track{points: f.points, sessions: sessions}}
	}
	return out
}

// pruneLabelled drops the labelled facts that ended before cutoff; the caller holds
// the lock.
func (s *Store) pruneLabelled(cutoff int64) {
	gone := make(map[*Labelled]bool)
	for key, f := range s.labelled {
		if f.points = s.pruned(f.points, cutoff); len(f.points) == 0 {
			gone[f] = true
			delete(s.labelled, key)
		}
	}
	if len(gone) == 0 {
		return
	}
	for name, family := range s.families {
		family.facts = slices.DeleteFunc(family.facts, func(f *Labelled) bool { return gone[f] })
		if len(family.facts) == 0 {
			delete(s.families, name)
		}
	}
}
