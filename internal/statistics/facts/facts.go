// Package facts keeps what changes rarely: of an instance its capacities, its
// thresholds, the end of its term, where it stands in its calendar; and series with
// labels of their own, such as the alarms that are raised. A time series database
// pays kilobytes of memory for each such series, however seldom it changes; here a
// fact is the short list of the moments at which it changed, and samples are
// made up from that list when somebody asks.
//
// What every instance may have is a Kind of its Subject. A Labelled fact is one
// series with all its labels.
//
// A Store has one writer and any number of readers. All times are milliseconds
// since 1970, UTC, as in the history.
package facts

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Absent is the value of a fact that is not known, or whose instance is gone.
func Absent() float64 { return math.NaN() }

// Span is a stretch of time, both ends included.
type Span struct{ From, To int64 }

// Subject is one instance with its facts. It is made by Store.Subject and
// changed only through the Store.
type Subject struct {
	ID  series.Identity
	ref uint64
	// An instance has few of all the kinds: index tells where in tracks each is,
	// counted from 1; 0 is nowhere.
	index  [NumKinds]uint8
	tracks [][]point
}

// track returns the points of fact k.
func (sub *Subject) track(k Kind) []point {
	if i := sub.index[k]; i > 0 {
		return sub.tracks[i-1]
	}
	return nil
}

// place returns where the points of fact k are, and makes room for them.
func (sub *Subject) place(k Kind) *[]point {
	if sub.index[k] == 0 {
		sub.tracks = append(sub.tracks, nil)
		sub.index[k] = uint8(len(sub.tracks))
	}
	return &sub.tracks[sub.index[k]-1]
}

// point says that a fact has had value v since t; NaN is absent.
type point struct {
	t int64
	v float64
}

func (p point) absent() bool { return math.IsNaN(p.v) }

// same tells whether two values of a fact are the same, two absent ones too.
func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// Store holds the facts of all instances in memory and in one file.
type Store struct {
	opts Options
	file *logFile // used by the writer alone

	mu       sync.RWMutex
	subjects map[series.Identity]*Subject
	byID     map[string][]*Subject
	sorted   []*Subject           // all subjects in order; nil when it must be made anew
	labelled map[string]*Labelled // by what their labels are written as
	families map[string]*family   // by the metric's name
	sessions []Span               // when Brimwatch ran; the last one is now
	points   int
	nextRef  uint64

	nextLabelled uint64
	round        uint64 // of labelled facts; used by the writer alone

	marked int64 // the newest sign of life in the file
	open   bool  // a session has begun
}

// Bounds on memory. A limit that changes with every reading (a mapping that
// points at the wrong series) must not grow without end: a track that is full
// loses every second point of its older half.
const (
	trackPoints   = 512     // of one track, while the store is small
	crowdedPoints = 64      // of one track, once the store holds manyPoints
	manyPoints    = 1 << 20 // 16 MiB of points
)

// markEvery is the distance of signs of life in the file. What a crash loses of
// it is bridged by sessionJoin.
const markEvery = int64(15_000)

// sessionJoin is the longest pause that is bridged: the look-back of PromQL
// bridges as much for a sample.
const sessionJoin = int64(5 * time.Minute / time.Millisecond)

// Subject returns the subject for id, and makes it when there is none.
func (s *Store) Subject(id series.Identity) *Subject {
	s.mu.RLock()
	sub := s.subjects[id]
	s.mu.RUnlock()
	if sub != nil {
		return sub
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(id, s.nextRef, true)
}

// add makes a subject with a reference; the caller holds the lock.
func (s *Store) add(id series.Identity, ref uint64, record bool) *Subject {
	sub := &Subject{ID: id, ref: ref}
	s.subjects[id] = sub
	s.byID[id.ID] = append(s.byID[id.ID], sub)
	s.sorted = nil
	s.nextRef = max(s.nextRef, ref+1)
	if record {
		s.file.subject(sub)
	}
	return sub
}

// Set notes that fact k of sub has had value v since t. It does nothing when
// that is known already, so it may be called with every reading. Time does not
// run backwards in a track: an earlier t counts as just after the last change.
func (s *Store) Set(sub *Subject, k Kind, t int64, v float64) {
	track := sub.track(k) // the one writer may read without the lock
	if n := len(track); n == 0 && math.IsNaN(v) || n > 0 && same(track[n-1].v, v) {
		return
	} else if n > 0 && t <= track[n-1].t {
		t = track[n-1].t + 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(sub.place(k), point{t: t, v: v})
	s.file.point(sub, k, t, v)
}

// push adds a point to a track and keeps the track within its bound; the caller
// holds the lock. Readers keep the slice they were given: points are added
// behind its end, and thinning makes a new slice.
func (s *Store) push(to *[]point, p point) {
	bound := trackPoints
	if s.points > manyPoints {
		bound = crowdedPoints
	}
	track := *to
	if len(track) >= bound {
		thin := thinned(track)
		s.points -= len(track) - len(thin)
		track = thin
	}
	if track == nil {
		track = make([]point, 0, 1) // most facts never change
	}
	*to = append(track, p)
	s.points++
}

// thinned returns a copy of track without every second point of its older half.
func thinned(track []point) []point {
	half := len(track) / 2
	out := make([]point, 0, len(track))
	for i := 0; i < half; i += 2 {
		out = append(out, track[i])
	}
	return append(out, track[half:]...)
}

// Begin opens a session at t: Brimwatch runs from here on. A short pause since
// the last one is bridged.
func (s *Store) Begin(t int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = true
	s.begin(t)
	s.file.session(recordBegin, t)
}

func (s *Store) begin(t int64) {
	if n := len(s.sessions); n > 0 && t <= s.sessions[n-1].To+sessionJoin {
		return
	}
	s.sessions = append(s.sessions, Span{From: t, To: t})
}

// Alive notes that Brimwatch still runs at t and, with the same, that all facts
// hold until t. It also takes the session back to an earlier t, as the first
// readings bear the time at which they were due.
func (s *Store) Alive(t int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.alive(t) || t >= s.marked && t < s.marked+markEvery {
		return
	}
	s.marked = max(s.marked, t)
	s.file.session(recordAlive, t)
}

// alive extends the current session to t and tells whether that changed it.
func (s *Store) alive(t int64) bool {
	n := len(s.sessions)
	if n == 0 {
		s.sessions = append(s.sessions, Span{From: t, To: t})
		return true
	}
	last := &s.sessions[n-1]
	switch {
	case t > last.To:
		last.To = t
		return true
	case t < last.From && (n == 1 || t > s.sessions[n-2].To):
		last.From = t
		return true
	}
	return false
}

// ClearExcept notes at t that the instances that keep does not name are gone.
func (s *Store) ClearExcept(t int64, keep func(series.Identity) bool) {
	s.mu.RLock()
	var gone []*Subject
	for id, sub := range s.subjects {
		if !keep(id) {
			gone = append(gone, sub)
		}
	}
	s.mu.RUnlock()
	for _, sub := range gone {
		for k := range Kind(NumKinds) {
			if sub.index[k] > 0 {
				s.Set(sub, k, t, Absent())
			}
		}
	}
}

// prune drops what ended before cutoff; the caller holds the lock.
func (s *Store) prune(cutoff int64) {
	s.sessions = slices.DeleteFunc(slices.Clone(s.sessions), func(sp Span) bool { return sp.To < cutoff })
	for id, sub := range s.subjects {
		empty := true
		// Readers may hold the list of tracks that is there.
		tracks := slices.Clone(sub.tracks)
		for i := range tracks {
			tracks[i] = s.pruned(tracks[i], cutoff)
			empty = empty && len(tracks[i]) == 0
		}
		sub.tracks = tracks
		if empty && s.opts.unused(id) {
			delete(s.subjects, id)
			s.sorted = nil
			s.byID[id.ID] = slices.DeleteFunc(slices.Clone(s.byID[id.ID]), func(o *Subject) bool { return o == sub })
			if len(s.byID[id.ID]) == 0 {
				delete(s.byID, id.ID)
			}
		}
	}
	s.pruneLabelled(cutoff)
}

// pruned returns a track without what ended before cutoff; the caller holds the
// lock.
func (s *Store) pruned(track []point, cutoff int64) []point {
	from := 0
	for from+1 < len(track) && track[from+1].t <= cutoff {
		from++
	}
	if from < len(track) && track[from].absent() && track[from].t < cutoff {
		from++
	}
	if from == 0 {
		return track
	}
	s.points -= from
	return slices.Clone(track[from:])
}

// Latest returns the value of fact k that holds now. It is for the Store's
// writer.
func (sub *Subject) Latest(k Kind) (float64, bool) { return latest(sub.track(k)) }

// latest returns the value at the end of a track.
func latest(track []point) (float64, bool) {
	if len(track) == 0 || track[len(track)-1].absent() {
		return 0, false
	}
	return track[len(track)-1].v, true
}

// Points returns how many changes are held in memory.
func (s *Store) Points() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.points
}
