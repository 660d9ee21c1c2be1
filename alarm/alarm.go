// Package alarm decides: from readings and the passing of time to episodes.
//
// Step is the whole decision, a pure function over (rule, state, observation).
// The Engine keeps the states, gives every observation to Step, and commits
// changed states together with the events they caused through a Journal before
// memory follows. It knows neither where readings come from nor who is notified.
//
// Invariants:
//   - an unknown observation neither raises nor clears; it holds the state;
//   - a level has two thresholds, to raise and to clear, and both must be sustained;
//   - one episode has one raise and one end, and the same code throughout; one that flaps
//     goes up and down in between;
//   - what was not committed has not happened: memory changes after the commit.
package alarm

import (
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// RuleName names a kind of alarm; it is the alertname of notices.
type RuleName string

// The rules.
const (
	Capacity      RuleName = "capacity"
	NoData        RuleName = "no_data"
	Expiry        RuleName = "expiry"
	Suspension    RuleName = "suspension"
	Release       RuleName = "release"
	Overdue       RuleName = "overdue"
	LowBalance    RuleName = "low_balance"
	AutoRenewal   RuleName = "auto_renewal"
	CannotRenew   RuleName = "cannot_renew"
	FrozenRule    RuleName = "frozen"
	Forecast      RuleName = "forecast"
	Shortfall     RuleName = "shortfall"
	FleetInstance          = "" // Key.Instance of an alarm about the whole fleet
)

// InstanceRules lists the rules whose alarms are about an instance, or a metric of
// it.
func InstanceRules() []RuleName {
	return []RuleName{Capacity, NoData, Forecast, Expiry, Suspension, Release, Overdue, AutoRenewal, CannotRenew, FrozenRule}
}

// OfMetric tells whether the alarms of the rule are each about one metric.
func (r RuleName) OfMetric() bool { return r == Capacity || r == Forecast }

// NoMetric is the Key.Metric of an alarm that is about an instance as a whole.
const NoMetric fleet.Metric = 255

// Key identifies an alarm. It is comparable and used as it is. An alarm about an
// account has the Account and no Instance; all others have no Account.
type Key struct {
	Rule     RuleName
	Account  string
	Instance string
	Metric   fleet.Metric
}

// MetricName returns the metric's name, and "" for NoMetric.
func (k Key) MetricName() string {
	if k.Metric == NoMetric {
		return ""
	}
	return k.Metric.String()
}

// Severity is how bad a level is.
type Severity string

// The severities, from mild to bad.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Critical Severity = "critical"
)

// MaxLevels is how many levels a rule may have.
const MaxLevels = 4

// Level is one pair of thresholds, as utilization (usage / capacity): raised when
// usage has been at or above Threshold, eased when it has been below Clear.
type Level struct {
	Severity  Severity
	Threshold float64
	Clear     float64
}

// Rule is what Step judges by. Levels are in rising order, at most MaxLevels,
// and each Clear lies below its Threshold; configuration checks that.
type Rule struct {
	Levels   []Level
	For      time.Duration // how long at or above Threshold before it is an alarm
	ClearFor time.Duration // how long below Clear before it is over
	Repeat   time.Duration // remind this often until acknowledged; 0 is never
	Flapping Flapping
}

// Observation is what was seen of one alarm at one moment.
type Observation struct {
	At       time.Time
	Known    bool    // false: usage or capacity is unknown
	Usage    float64 // in the metric's unit
	Capacity float64 // above 0 when Known
	Reason   string  // why it is unknown, or what was seen
}

// EventKind is what happened to an episode.
type EventKind string

// The events. Lost and Found are kept in the journal and tell nobody; of lost
// data the no_data rule has an episode of its own. Nor do Rose and Fell.
const (
	Raised    EventKind = "raised"
	Escalated EventKind = "escalated" // a higher level
	Eased     EventKind = "eased"     // a lower level, still raised
	Reminded  EventKind = "reminded"
	Cleared   EventKind = "cleared"
	Withdrawn EventKind = "withdrawn" // the instance or rule is no more
	Acked     EventKind = "acknowledged"
	Lost      EventKind = "lost"  // raised, and its data went missing: held
	Found     EventKind = "found" // raised, and its data is back

	BeganFlapping EventKind = "flapping" // ended once more within a short time: it stays open
	Rose          EventKind = "rose"     // it flaps, and went up again
	Fell          EventKind = "fell"     // it flaps, and went down again
	Settled       EventKind = "settled"  // it flapped, and stays up: an ordinary open alarm
)

// Event is one thing that happened to one episode, with the figures of that
// moment.
type Event struct {
	Kind     EventKind
	Key      Key
	Code     string // of the episode
	At       time.Time
	RaisedAt time.Time
	// Since is when what the episode is about began: of raised and escalated, since when
	// usage is at or above the threshold; of others, since when it was when the episode
	// was raised; of no_data, the beginning of the silence. Zero is not known.
	Since    time.Time
	Severity Severity
	Level    int // 1 is the lowest; 0 once it is over

	Known     bool // whether Usage is of this moment; else it is the last known
	Usage     float64
	Capacity  float64
	Threshold float64 // the utilization that was crossed
	Peak      float64 // the highest usage of the episode so far, by its share; 0 is not known
	PeakOf    float64 // the capacity at that moment
	// Changed is why a cleared episode is over, where usage has not fallen: another
	// threshold holds.
	Changed ThresholdChange
	Reason  string // of no_data: why; of withdrawn: what went away
	// Removed is true of withdrawn where the instance is watched no more, and not only this alarm.
	Removed bool
	By      string // of acknowledged: who; of withdrawn: who said that the instance is gone
	// Gone is since when the deletion of the instance is due, of an alarm of its readings that
	// is withdrawn because of that; zero for others.
	Gone  time.Time
	Flaps Flaps // of an alarm that flaps

	// Instance is who it is about, as it was watched; nil for FleetInstance.
	Instance *fleet.Instance
	// Silent are the instances a notice about the whole fleet speaks for.
	Silent []*fleet.Instance
	// Details is what an event of the calendar or of an account is about; nil for
	// others.
	Details *Details
	// Fitting says which edition would fit, of events that tell of a metric that fills
	// up.
	Fitting Fitting
	// Topic names the piece of news that an event belongs to. Events of one topic are
	// stored in one commit, so that one text message can tell of all of them. "" is a
	// topic of its own.
	Topic string
}

// ThresholdChange is a threshold that was another when an episode was raised. The zero
// one is none.
type ThresholdChange struct{ From, To float64 }

// Utilization is usage / capacity, and 0 where there is no capacity.
func (e *Event) Utilization() float64 {
	if e.Capacity <= 0 {
		return 0
	}
	return e.Usage / e.Capacity
}
