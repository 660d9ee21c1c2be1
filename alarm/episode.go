package alarm

import "time"

// EpisodeState is how an episode stands.
type EpisodeState string

// The states of an episode. An unknown one is raised and held because its data
// is missing.
const (
	EpisodeRaised  EpisodeState = "raised"
	EpisodeUnknown EpisodeState = "unknown"
	EpisodeCleared EpisodeState = "cleared"
)

// Episode is one firing of one alarm, from raise to clear, as it is kept.
type Episode struct {
	Code      string
	Key       Key
	State     EpisodeState
	Severity  Severity
	Usage     float64 // last known
	Capacity  float64
	Threshold float64
	Peak      float64 // the highest usage so far, by its share; 0 is not known
	PeakOf    float64 // the capacity at that moment
	Reason    string  // of no_data: why; of an ended one: why it ended, when not by clearing
	RaisedAt  time.Time
	EndedAt   time.Time // zero while it lasts
	AckedBy   string
	AckedAt   time.Time
	UpdatedAt time.Time
}

// EpisodeFilter selects episodes; zero fields select all.
type EpisodeFilter struct {
	State    EpisodeState
	Open     bool // raised or unknown
	Instance string
	Code     string
	Limit    int // 0 is 1000, newest first
}
