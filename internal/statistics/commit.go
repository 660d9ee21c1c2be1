package statistics

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/facts"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

const (
	// gather is how long the committer waits for more readings to come: one
	// commit for many costs a small part of one commit for each.
	gather = 250 * time.Millisecond
	// batch bounds the readings of one commit, and with them its memory.
	batch = 4096
	// slowEvery is the distance of visits to the calendar.
	slowEvery = time.Minute
	// syncEvery is how much of the facts a power cut may cost.
	syncEvery = 30 * time.Second
	// ahead is how far in the future a reading may be. One from a clock that ran
	// far ahead would make the database refuse everything until that time.
	ahead = 10 * time.Minute
)

// Reasons for which a reading is dropped.
const (
	dropBufferFull = "buffer_full"
	dropClosed     = "closed"
	dropUnknown    = "unknown_instance"
	dropDuplicate  = "duplicate"
	dropOutOfOrder = "out_of_order"
	dropFuture     = "future"
	dropError      = "append_error"
)

// instance is what the committer keeps of one instance.
type instance struct {
	in      *fleet.Instance
	subject *facts.Subject
	refs    [fleet.NumMetrics]storage.SeriesRef
	upRef   storage.SeriesRef
	last    int64           // time of the last reading, 0 before the first
	twice   twice           // the clock was put back
	stored  fleet.MetricSet // whose stored series goes on
	noted   uint64          // the kinds of facts that were found in the round under way
	newest  newestRow
	up      bool // has an up series that goes on
	met     bool // has had a reading in this process
}

// commitUntil commits whenever something was handed over, until ctx is done.
func (s *Store) commitUntil(ctx context.Context) {
	slow := time.NewTicker(slowEvery)
	defer slow.Stop()
	for {
		select {
		case <-ctx.Done():
			s.commit(time.Now())
			return
		case <-slow.C:
		case <-s.wake:
			pause := time.NewTimer(gather)
			select {
			case <-ctx.Done():
			case <-pause.C:
			}
			pause.Stop()
		}
		s.commit(time.Now())
	}
}

// commit stores what has been handed over.
func (s *Store) commit(now time.Time) {
	s.committing.Lock()
	defer s.committing.Unlock()

	s.mu.Lock()
	readings := s.buffer
	s.buffer, s.spare = s.spare[:0], nil
	instances, changed := s.fleet, s.changed
	s.changed = false
	gathered := s.gathered
	s.gathered = nil
	s.mu.Unlock()

	w := &writer{s: s, now: now, ahead: s.ahead(now)}
	if changed {
		w.begin(inOrder)
		s.takeOver(w, instances)
		w.end()
	}
	for rest := readings; len(rest) > 0; {
		n := min(batch, len(rest))
		w.begin(w.order())
		for _, r := range rest[:n] {
			s.store(w, r)
		}
		w.end()
		rest = rest[n:]
	}
	for _, f := range gathered {
		w.begin(inOrder) // counters that went back and forth would make no sense
		s.figuresStored(w, f)
		w.end()
	}
	if changed || now.Sub(s.lastSlow) >= slowEvery {
		s.lastSlow = now
		s.calendar(now)
	}
	s.facts.Alive(now.UnixMilli())
	s.writeFacts(now)
	s.judgeRefusals(w)

	clear(readings) // let go of the readings
	s.spare = readings[:0]
	if cap(s.spare) > 4*batch {
		s.spare = nil // a burst is over
	}
}

// takeOver makes the instances the fleet: those that are gone end, new ones
// begin, the others keep their series.
func (s *Store) takeOver(w *writer, instances []*fleet.Instance) {
	next := make(map[string]*instance, len(instances))
	present := make(map[series.Identity]bool, len(instances))
	for _, in := range instances {
		id := series.IdentityOf(in)
		present[id] = true
		was := s.instances[in.ID]
		if was != nil && was.subject.ID == id {
			was.in = in
			next[in.ID] = was
			continue
		}
		fresh := &instance{in: in, subject: s.facts.Subject(id)}
		fresh.newest.id = &fresh.subject.ID
		if was != nil {
			fresh.last, fresh.twice = was.last, was.twice
		}
		next[in.ID] = fresh
	}
	at := w.now.UnixMilli()
	left := false
	for id, was := range s.instances {
		if next[id] != was {
			left = true
			w.finish(was, at)
		}
	}
	s.facts.Begin(at)
	s.facts.ClearExcept(at, func(id series.Identity) bool { return present[id] })
	s.instances = next
	s.newest.set(next, left, at)
	s.count.Store(int64(len(next)))
}

// store puts one reading into the batch.
func (s *Store) store(w *writer, r *fleet.Reading) {
	in := s.instances[r.Instance]
	t := r.At.UnixMilli()
	switch {
	case in == nil:
		w.drop(dropUnknown)
	case r.At.After(w.now.Add(ahead)):
		w.drop(dropFuture)
	case in.last != 0 && t == in.last:
		w.drop(dropDuplicate)
	case t < in.last && in.last <= w.now.UnixMilli():
		w.drop(dropOutOfOrder)
	default:
		place := in.place(t, w.ahead)
		in.last = t
		w.reading(in, r, place)
		if place != t && w.reason == "" {
			w.twice++
		}
	}
}

// calendar notes the slow facts of the whole fleet.
func (s *Store) calendar(now time.Time) {
	at := now.UnixMilli()
	for _, in := range s.instances {
		expiry := facts.Absent()
		if e := in.in.Term.Expires; !e.IsZero() {
			expiry = float64(e.Unix())
		}
		s.facts.Set(in.subject, facts.Expiry, at, expiry)
		if s.opts.Lifecycle != nil {
			state := stateNumber(s.opts.Lifecycle(in.in, now).State)
			s.facts.Set(in.subject, facts.Lifecycle, at, float64(state))
		}
		if !in.in.Watched { // the others have theirs with each reading
			s.capacities(in, nil, at)
		}
	}
}

// capacities notes the capacities that hold with reading r, which may be nil.
func (s *Store) capacities(in *instance, r *fleet.Reading, t int64) (known fleet.Amounts) {
	for m := range fleet.Metric(fleet.NumMetrics) {
		v := facts.Absent()
		if limit := in.in.Limit(r, m); limit.Known() && !math.IsInf(limit.Value, 0) {
			v, known[m] = limit.Value, limit.Value
		}
		s.facts.Set(in.subject, facts.Capacity(m), t, v)
	}
	return known
}

func stateNumber(state fleet.LifecycleState) int {
	states := series.States()
	for i, st := range states {
		if st == state {
			return i
		}
	}
	return len(states) - 1 // unknown
}

// writeFacts writes the facts to the disk, and says when that begins or ceases
// to fail.
func (s *Store) writeFacts(now time.Time) {
	durable := now.Sub(s.lastSync) >= syncEvery
	if durable {
		s.lastSync = now
	}
	if s.factsErr && !durable {
		return // try again at a slow pace
	}
	err := s.facts.Flush(now, durable)
	switch {
	case err != nil && !s.factsErr:
		s.log.Error("facts cannot be written, they are kept in memory until they can", "error", err)
	case err == nil && s.factsErr:
		s.log.Info("facts are written again")
	}
	s.factsErr = err != nil
}

// judgeRefusals says when readings begin or cease to be refused for their time, or to be of times
// that were recorded before: it means a clock that was moved, and a person should know.
func (s *Store) judgeRefusals(w *writer) {
	s.judgeTwice(w)
	switch {
	case w.refused > 0 && !s.refusing:
		s.refusing = true
		s.log.Warn("history refuses readings because of their time, see brimwatch_history_dropped_total; was the clock moved?",
			"readings", w.refused)
	case w.refused == 0 && w.kept > 0 && s.refusing:
		s.refusing = false
		s.log.Info("history takes all readings again")
	}
}

// refusal tells the reason for which the database refused a sample, "" when the
// error is of another kind.
func refusal(err error) string {
	switch {
	case errors.Is(err, storage.ErrDuplicateSampleForTimestamp):
		return dropDuplicate
	case errors.Is(err, storage.ErrOutOfOrderSample), errors.Is(err, storage.ErrOutOfBounds), errors.Is(err, storage.ErrTooOldSample):
		return dropOutOfOrder
	}
	return ""
}

func stale() float64 { return math.Float64frombits(value.StaleNaN) }
