package facts

import (
	"iter"
	"math"
	"slices"
	"sort"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Every is the distance of the samples that are made up for a fact which does
// not change, in milliseconds. It is well within PromQL's look-back of five
// minutes.
const Every = int64(60_000)

// View is what the store knew at one moment. It is a value and is never changed.
type View struct {
	Subject  series.Identity
	index    [NumKinds]uint8
	tracks   [][]point
	sessions []Span
}

// Views returns a view of each instance, in order of their identities; id narrows
// them down to one instance, "" is all. The session that is open counts as lasting
// until now.
func (s *Store) Views(id string, now int64) []View {
	subjects, unlock := s.readable(id)
	defer unlock()
	sessions := s.lasting(now)
	tracks := 0
	for _, sub := range subjects {
		tracks += len(sub.tracks)
	}
	room := make([][]point, 0, tracks) // the writer changes the lists in place
	out := make([]View, 0, len(subjects))
	for _, sub := range subjects {
		first := len(room)
		room = append(room, sub.tracks...)
		out = append(out, View{Subject: sub.ID, index: sub.index, tracks: room[first:len(room):len(room)], sessions: sessions})
	}
	return out
}

// readable returns the subjects of one instance, or all of them in order, with the
// lock for reading held until unlock is called.
func (s *Store) readable(id string) (subjects []*Subject, unlock func()) {
	s.mu.RLock()
	if id != "" {
		return s.byID[id], s.mu.RUnlock
	}
	for s.sorted == nil && len(s.subjects) > 0 {
		s.mu.RUnlock()
		s.sort()
		s.mu.RLock()
	}
	return s.sorted, s.mu.RUnlock
}

// sort puts the subjects in order.
func (s *Store) sort() {
	s.mu.Lock()
	defer s.mu.Unlock()
	sorted := make([]*Subject, 0, len(s.subjects))
	for _, sub := range s.subjects {
		sorted = append(sorted, sub)
	}
	slices.SortFunc(sorted, func(a, b *Subject) int { return a.ID.Compare(b.ID) })
	s.sorted = sorted
}

// lasting returns the sessions, with the open one lasting until now; the caller
// holds the lock.
func (s *Store) lasting(now int64) []Span {
	sessions := slices.Clone(s.sessions) // the writer moves the ends of the last one
	if n := len(sessions); n > 0 && s.open && now > sessions[n-1].To {
		sessions[n-1].To = now
	}
	return sessions
}

// Track is one fact of one instance over time.
type Track struct {
	points   []point
	sessions []Span
}

// Track returns fact k. For Lifecycle use State.
func (v View) Track(k Kind) Track { return Track{points: v.points(k), sessions: v.sessions} }

func (v View) points(k Kind) []point {
	if i := v.index[k]; i > 0 {
		return v.tracks[i-1]
	}
	return nil
}

// Kinds returns the facts that were ever known, in their order.
func (v View) Kinds() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		for k, i := range v.index {
			if i > 0 && len(v.tracks[i-1]) > 0 && !yield(Kind(k)) {
				return
			}
		}
	}
}

// State returns the track that is 1 while the lifecycle is in state number i of
// series.States, and absent at all other times.
func (v View) State(i int) Track {
	var out []point
	for _, p := range v.points(Lifecycle) {
		q := point{t: p.t, v: 1}
		if p.v != float64(i) {
			q.v = Absent()
		}
		if n := len(out); n == 0 && q.absent() || n > 0 && same(out[n-1].v, q.v) {
			continue
		}
		out = append(out, q)
	}
	return Track{points: out, sessions: v.sessions}
}

// Constant returns the track of something that is not kept: it has had value v since
// from, and has it until until, both in milliseconds and included.
func Constant(from, until int64, v float64) Track {
	return Track{points: []point{{t: from, v: v}}, sessions: []Span{{From: from, To: until}}}
}

// Empty tells whether the fact was never known.
func (t Track) Empty() bool { return len(t.points) == 0 }

// At returns the value that was in force at ms, whether or not Brimwatch ran,
// and false when there was none.
func (t Track) At(ms int64) (float64, bool) {
	i := t.index(ms)
	if i < 0 || t.points[i].absent() {
		return 0, false
	}
	return t.points[i].v, true
}

// Each calls visit with each value that was in force from from to to, both included, and since
// when: the first as of from where it is older. NaN is that there was none any more.
func (t Track) Each(from, to int64, visit func(ms int64, v float64)) {
	for i := max(t.index(from), 0); i < len(t.points) && t.points[i].t <= to; i++ {
		visit(max(t.points[i].t, from), t.points[i].v)
	}
}

// Held returns the value that was in force at ms while Brimwatch ran, or stopped
// running no longer than PromQL's look-back before.
func (t Track) Held(ms int64) (float64, bool) {
	i := sort.Search(len(t.sessions), func(i int) bool { return t.sessions[i].To+sessionJoin >= ms })
	if i == len(t.sessions) || t.sessions[i].From > ms {
		return 0, false
	}
	return t.At(ms)
}

// index returns the last point at or before ms, or -1.
func (t Track) index(ms int64) int {
	return sort.Search(len(t.points), func(i int) bool { return t.points[i].t > ms }) - 1
}

// next returns the first sample at or after ms: one when the value begins or
// changes, one at each full minute while it lasts, and a stale marker when it
// ends.
func (t Track) next(ms int64) (int64, float64, bool) {
	for len(t.points) > 0 {
		n := sort.Search(len(t.sessions), func(i int) bool { return t.sessions[i].To >= ms })
		if n == len(t.sessions) {
			return 0, 0, false
		}
		session := t.sessions[n]
		ms = max(ms, session.From)

		i := t.index(ms)
		if i < 0 {
			ms = t.points[0].t
			continue
		}
		until := int64(math.MaxInt64)
		if i+1 < len(t.points) {
			until = t.points[i+1].t
		}
		p := t.points[i]
		if p.absent() {
			if ms == p.t && i > 0 && !t.points[i-1].absent() {
				return ms, math.Float64frombits(value.StaleNaN), true
			}
			if until == math.MaxInt64 {
				return 0, 0, false
			}
			ms = until
			continue
		}
		if ms == max(p.t, session.From) {
			return ms, p.v, true
		}
		end := min(until-1, session.To)
		if grid := ceil(ms); grid <= end {
			return grid, p.v, true
		}
		ms = end + 1
	}
	return 0, 0, false
}

// ceil returns the first multiple of Every at or after ms.
func ceil(ms int64) int64 {
	rest := ms % Every
	if rest < 0 {
		rest += Every
	}
	if rest == 0 {
		return ms
	}
	return ms - rest + Every
}

// Any tells whether the fact has a sample from mint to maxt, both included.
func (t Track) Any(mint, maxt int64) bool {
	at, _, ok := t.next(mint)
	return ok && at <= maxt
}

// Iterator returns the samples of the fact from mint to maxt, both included.
// Seek takes the same time however far it goes.
func (t Track) Iterator(mint, maxt int64) chunkenc.Iterator {
	return &iterator{track: t, from: mint, maxt: maxt}
}

type iterator struct {
	track Track
	from  int64 // where to look for the next sample
	maxt  int64
	t     int64
	v     float64
	on    bool // at holds a sample
	done  bool
}

// Next implements chunkenc.Iterator.
func (it *iterator) Next() chunkenc.ValueType {
	if it.done {
		return chunkenc.ValNone
	}
	t, v, ok := it.track.next(it.from)
	if !ok || t > it.maxt {
		it.done, it.on = true, false
		return chunkenc.ValNone
	}
	it.t, it.v, it.on, it.from = t, v, true, t+1
	return chunkenc.ValFloat
}

// Seek implements chunkenc.Iterator.
func (it *iterator) Seek(t series.Millis) chunkenc.ValueType {
	if it.done {
		return chunkenc.ValNone
	}
	if it.on && it.t >= t {
		return chunkenc.ValFloat
	}
	it.from = max(it.from, t)
	return it.Next()
}

// At implements chunkenc.Iterator.
func (it *iterator) At() (int64, float64) { return it.t, it.v }

// AtHistogram implements chunkenc.Iterator; there are no histograms.
func (it *iterator) AtHistogram(*histogram.Histogram) (int64, *histogram.Histogram) {
	return it.t, nil
}

// AtFloatHistogram implements chunkenc.Iterator; there are no histograms.
func (it *iterator) AtFloatHistogram(*histogram.FloatHistogram) (int64, *histogram.FloatHistogram) {
	return it.t, nil
}

// AtT implements chunkenc.Iterator.
func (it *iterator) AtT() int64 { return it.t }

// AtST implements chunkenc.Iterator; there are no start times.
func (it *iterator) AtST() int64 { return 0 }

// Err implements chunkenc.Iterator.
func (it *iterator) Err() error { return nil }

// Known tells whether a value was in force at any moment from mint to maxt.
func (t Track) Known(mint, maxt int64) bool {
	first := max(t.index(mint), 0)
	for _, p := range t.points[min(first, len(t.points)):] {
		if p.t > maxt {
			return false
		}
		if !p.absent() {
			return true
		}
	}
	return false
}
