package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// State is what is remembered of one alarm between observations. It is
// comparable; the zero State is an alarm that is quiet. Times are Unix
// milliseconds, 0 for "not".
type State struct {
	Level      int              `json:"level,omitempty"`       // 0 is not raised, n is Levels[n-1]
	Above      [MaxLevels]int64 `json:"above,omitzero"`        // since when at or above each level's Threshold
	Below      [MaxLevels]int64 `json:"below,omitzero"`        // since when below each level's Clear
	LostAt     int64            `json:"lost_at,omitempty"`     // since when unknown
	RaisedAt   int64            `json:"raised_at,omitempty"`   // start of the episode
	NotifiedAt int64            `json:"told_at,omitempty"`     // last raise, escalation or reminder
	AckedAt    int64            `json:"acked_at,omitempty"`    // when it was acknowledged
	AckedBy    string           `json:"acked_by,omitempty"`    // by whom
	Code       string           `json:"code,omitempty"`        // of the episode; given by the Engine
	Usage      float64          `json:"usage,omitempty"`       // last known figure while raised
	Capacity   float64          `json:"capacity,omitempty"`    // last known capacity while raised
	Severity   Severity         `json:"severity,omitempty"`    // of the current level
	Threshold  float64          `json:"threshold,omitempty"`   // of the current level
	Since      int64            `json:"since,omitempty"`       // since when usage was at the threshold that raised it
	Peak       float64          `json:"peak,omitempty"`        // the highest usage of the episode, by its share of the capacity
	PeakOf     float64          `json:"peak_of,omitempty"`     // the capacity at that moment
	Lowest     float64          `json:"lowest,omitempty"`      // threshold of the lowest level when it was raised
	LowestEnd  float64          `json:"lowest_end,omitempty"`  // below which that level ended by then
	LostReason string           `json:"lost_reason,omitempty"` // why it is unknown
	Missing    fleet.MetricSet  `json:"missing,omitempty"`     // of no_data: metrics that were known before and are not now
	Flap       FlapState        `json:"flap,omitzero"`         // of an alarm that was raised not long ago
}

// Zero tells whether there is nothing to remember.
func (s State) Zero() bool { return s == State{} }

// Raised tells whether usage is at a level, or held there.
func (s State) Raised() bool { return s.Level > 0 }

// Open tells whether an episode is open: that of an alarm that flaps is while usage is
// below, too.
func (s State) Open() bool { return s.Level > 0 || s.Flap.At != 0 }

// kept tells whether a change of the state has to be stored: an episode is open, or was
// not long ago.
func (s State) kept() bool { return s.Open() || s.Flap.Raises[0] != 0 }

// moved is the state after the wall clock was set: all its moments follow.
func (s State) moved(by time.Duration) State {
	s.eachMoment(func(at *int64) { *at += by.Milliseconds() })
	return s
}

// notAhead is a stored state as it is at a start. A moment that lies ahead shows that
// the clock was set back meanwhile; then all of them go back with it, so that the newest
// is now.
func (s State) notAhead(now time.Time) State {
	var newest int64
	s.eachMoment(func(at *int64) { newest = max(newest, *at) })
	ahead := max(newest-milli(now), 0)
	s.eachMoment(func(at *int64) { *at -= ahead })
	return s
}

// eachMoment calls f for each moment that is set.
func (s *State) eachMoment(f func(at *int64)) {
	call := func(list ...*int64) {
		for _, at := range list {
			if *at != 0 {
				f(at)
			}
		}
	}
	for i := range s.Above {
		call(&s.Above[i], &s.Below[i])
	}
	for i := range s.Flap.Raises {
		call(&s.Flap.Raises[i])
	}
	call(&s.LostAt, &s.RaisedAt, &s.Since, &s.NotifiedAt, &s.AckedAt, &s.Flap.At, &s.Flap.MovedAt)
}

// Unknown tells whether the alarm's data is missing at the moment.
func (s State) Unknown() bool { return s.LostAt != 0 }

func milli(t time.Time) int64 { return t.UnixMilli() }
