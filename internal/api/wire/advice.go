package wire

import "time"

// Advices is the answer of GET /api/v1/advice and of
// GET /api/v1/instances/{id}/advice, which has one.
type Advices struct {
	Advice []Advice `json:"advice"`
}

// Advice says which edition or specification would fit one instance.
type Advice struct {
	InstanceID string `json:"instance_id"`
	Name       string `json:"name"`
	Product    string `json:"product"`
	Edition    string `json:"edition"`
	Spec       string `json:"spec"`

	// Verdict is fits, upgrade, downgrade_possible, no_catalogue, not_enough_history
	// or unknown.
	Verdict string `json:"verdict"`
	// Complete is false when usage or capacity of a metric is not known; nothing is
	// assumed of it.
	Complete bool `json:"complete"`
	// HistoryDays is how many of the last 30 days are recorded in full.
	HistoryDays int    `json:"history_days"`
	Summary     string `json:"summary"`    // a few sentences
	SummaryZH   string `json:"summary_zh"` // the same in Chinese

	Target  *AdviceTarget `json:"target"`  // the smallest that fits; null: nothing to change, or nothing fits
	Also    *AdviceTarget `json:"also"`    // the smallest of another edition that fits, where there is a choice
	Blocked *AdviceTarget `json:"blocked"` // the smallest that would fit if the change were allowed

	// Metrics holds, by name, each metric that has a capacity, in force or by the
	// catalogue.
	Metrics map[string]AdviceMetric `json:"metrics"`
}

// AdviceTarget is an edition and specification that may be changed into.
type AdviceTarget struct {
	Edition  string             `json:"edition"`
	Spec     string             `json:"spec"`
	Capacity map[string]float64 `json:"capacity"` // by metric; what is not known is left out
	// ByFigures is true for what is bought in sizes that the catalogue does not list;
	// least_capacity of the metrics says what it takes.
	ByFigures bool `json:"by_figures"`
	// Allowed tells whether the change can be made now; null when the catalogue does
	// not say.
	Allowed *bool `json:"allowed"`
	// By is who or what makes it: console, engineer or post_expiration.
	By string `json:"by,omitempty"`
	// Overdue is true when it is not allowed because the account is overdue.
	Overdue bool `json:"overdue,omitempty"`
	// Late is true when it is best made near the end of the term.
	Late   bool   `json:"late,omitempty"`
	Note   string `json:"note,omitempty"`
	Source string `json:"source,omitempty"`
}

// AdviceMetric is how one metric goes with what there is, and with the target.
type AdviceMetric struct {
	State  string `json:"state"` // holds, over, unknown
	Reason string `json:"reason"`

	Peak7  *float64 `json:"peak_7d"`
	P997   *float64 `json:"p99_7d"` // of days that are over; null before the first is
	Peak30 *float64 `json:"peak_30d"`
	P9930  *float64 `json:"p99_30d"`
	Days   int      `json:"history_days"`

	// Counts is the usage that is held against capacities.
	Counts      *float64 `json:"counts"`
	Capacity    *float64 `json:"capacity"`
	Utilization *float64 `json:"utilization"` // Counts of Capacity
	Threshold   float64  `json:"threshold"`   // a utilization; 1 where the alarm is off
	// LeastCapacity is what it takes to keep Counts under the threshold.
	LeastCapacity *float64 `json:"least_capacity"`
	// LargestCapacity is the most that can be changed into, where that is not enough.
	LargestCapacity *float64 `json:"largest_capacity"`
	// Apart is true when its capacity is bought apart from the specification.
	Apart          bool     `json:"apart"`
	TargetCapacity *float64 `json:"target_capacity"`
	TargetState    string   `json:"target_state,omitempty"` // holds, over, unknown

	Outlook *Outlook `json:"outlook"` // null when it was never read
}

// Outlook says when a metric will reach its threshold and its capacity, if it goes
// on as it did.
type Outlook struct {
	Trend  bool    `json:"trend"`
	Reason string  `json:"reason,omitempty"` // why there is no trend
	PerDay float64 `json:"per_day"`          // growth of the daily peak
	Days   int     `json:"history_days"`     // full days it was worked out from

	Threshold *OutlookRange `json:"threshold"` // null: not within a year
	Capacity  *OutlookRange `json:"capacity"`
}

// OutlookRange is a moment with the earliest and the latest it may be; null is more
// than a year ahead.
type OutlookRange struct {
	Earliest *time.Time `json:"earliest"`
	Likely   *time.Time `json:"likely"`
	Latest   *time.Time `json:"latest"`
}
