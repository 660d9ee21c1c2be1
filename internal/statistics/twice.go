package statistics

import "time"

// A wall clock that is put back lets a stretch of time come twice. Readings go on in it, and
// alarms are judged by them; the history keeps them beside what it has of the same times. The
// database takes samples out of order for that, in this case alone: otherwise a reading of
// an earlier time is one that came late or twice, and is refused.
//
// Times are on the schedule's grid, so they are the same the second time. The database would
// keep one of two samples, whichever it meets first; so the second one stands a millisecond behind the
// first, and a query about a moment finds what was read last.

// putBack is how far the clock may be put back. A day and an hour is a wrong date, or a wrong
// zone.
const putBack = 25 * time.Hour

// order tells whether the samples of a batch may be of times before those that are stored.
type order bool

const (
	inOrder  order = false
	anyOrder order = true
)

// ahead returns the newest time that is stored, where the clock stands before it; else 0.
func (s *Store) ahead(now time.Time) int64 {
	if newest := s.db.Head().MaxTime(); newest > now.UnixMilli() {
		return newest
	}
	return 0
}

// order is that of the readings of this commit.
func (w *writer) order() order { return order(w.ahead != 0) }

// twice is a stretch of time that comes again for an instance.
type twice struct {
	until int64 // its end, included; 0 is none
	times int64 // how often it came again
}

// place returns where the sample of a reading of time t goes. Nothing is known of the instance
// before its first reading in this process but how far the database reaches.
func (in *instance) place(t, ahead int64) int64 {
	switch {
	case t < in.last:
		in.twice = twice{until: max(in.twice.until, in.last), times: in.twice.times + 1}
	case in.last == 0 && t <= ahead:
		in.twice = twice{until: ahead, times: 1}
	}
	if t > in.twice.until {
		in.twice = twice{}
		return t
	}
	return t + in.twice.times
}

// judgeTwice says when times begin to come again, and when that is over.
func (s *Store) judgeTwice(w *writer) {
	switch {
	case w.twice > 0 && !s.repeating:
		s.repeating = true
		s.log.Warn("the clock was put back: readings are kept beside those that bear the same times; nothing is sent by remote write, and no own metrics are recorded, until the old time is reached",
			"old_time", time.UnixMilli(w.ahead).UTC(), "readings", w.twice)
	case w.twice == 0 && w.kept > 0 && s.repeating:
		s.repeating = false
		s.log.Info("the clock has reached what was recorded before it was put back; the history goes on as ever")
	}
}
