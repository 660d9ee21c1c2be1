package wire

import "time"

// Explanation is the answer of GET /api/v1/instances/{id}/explain.
type Explanation struct {
	At       time.Time        `json:"at"`
	Instance Instance         `json:"instance"`
	Values   []ExplainedValue `json:"values"`
	Remarks  []string         `json:"remarks"` // why values may not be what is in force
	Alarms   []ExplainedAlarm `json:"alarms"`
	Notices  []Notice         `json:"notices"` // of this instance, the newest first
}

// ExplainedValue is one value in force, with who has set it.
type ExplainedValue struct {
	Key   string `json:"key"` // connections.threshold, billing.expires
	Value string `json:"value"`
	// Path is the key of the configuration that has set it, in File at Line; By says who
	// has where no key has: built in, the catalogue, the cloud.
	Path string `json:"path,omitempty"`
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	By   string `json:"by,omitempty"`
}

// ExplainedAlarm is how one alarm stands, what runs, and who would be told.
type ExplainedAlarm struct {
	Rule     string `json:"rule"`
	Metric   string `json:"metric"`        // "" for an alarm about the instance as a whole
	Off      string `json:"off,omitempty"` // why it is not judged
	State    string `json:"state"`         // quiet, raised, unknown, flapping
	Code     string `json:"code,omitempty"`
	Severity string `json:"severity,omitempty"`
	// UnknownSince and Reason say since when nothing is known, and why.
	UnknownSince *time.Time      `json:"unknown_since"`
	Reason       string          `json:"reason,omitempty"`
	AckedBy      string          `json:"acked_by,omitempty"`
	Timers       []ExplainedTime `json:"timers"`
	Tells        []ExplainedTell `json:"tells"`
}

// ExplainedTime is a timer that runs, or a step of the calendar.
type ExplainedTime struct {
	Kind     string     `json:"kind"` // raise, clear, remind, still, step
	Severity string     `json:"severity,omitempty"`
	Bound    *float64   `json:"bound"` // the threshold or clear threshold, as utilization
	Lead     string     `json:"lead,omitempty"`
	Since    *time.Time `json:"since"`
	Due      *time.Time `json:"due"`                    // null while it stands still
	Left     float64    `json:"left_seconds,omitempty"` // of one that stands still
	Told     bool       `json:"told,omitempty"`         // of a step: people were notified of it, or of a later one
}

// ExplainedTell is who would be told at a severity, if the alarm began now.
type ExplainedTell struct {
	Severity string             `json:"severity"`
	To       []ExplainedAddress `json:"to"` // empty: nobody
}

// ExplainedAddress is one recipient, and what becomes of their notice.
type ExplainedAddress struct {
	Receiver  string     `json:"receiver"`
	Channel   string     `json:"channel"`
	Recipient string     `json:"recipient"` // as people are shown it
	NotBefore *time.Time `json:"not_before"`
	Hold      string     `json:"hold,omitempty"` // why it waits
	Drop      string     `json:"drop,omitempty"` // why they do not get it
}
