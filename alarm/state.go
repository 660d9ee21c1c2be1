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
	LostReason string           `json:"lost_reason,omitempty"` // why it is unknown
	Missing    fleet.MetricSet  `json:"missing,omitempty"`     // of no_data: metrics that were known before and are not now
}

// Zero tells whether there is nothing to remember.
func (s State) Zero() bool { return s == State{} }

// Raised tells whether an episode is open.
func (s State) Raised() bool { return s.Level > 0 }

// Unknown tells whether the alarm's data is missing at the moment.
func (s State) Unknown() bool { return s.LostAt != 0 }

func milli(t time.Time) int64 { return t.UnixMilli() }
