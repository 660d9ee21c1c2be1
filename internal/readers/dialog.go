package readers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/brimwatch/brimwatch/alarm"
	"github.com/brimwatch/brimwatch/fleet"
)

// AlarmDialog shows the alarms of an instance to who changes them, and changes them: all that is
// asked for, or nothing. People see the text of an error, one fault a line; it holds no secrets.
type AlarmDialog interface {
	// AlarmRules are what is in force; false when there is no such instance. It does not block.
	AlarmRules(id string) (AlarmRules, bool)
	// EditAlarms writes a change into the configuration and puts it into force. It returns an
	// *AlarmsChangedError, and changes nothing, when something else is in force than base says: somebody
	// else was faster.
	EditAlarms(ctx context.Context, id, base string, change AlarmChange) error
	// PreviewAlarms says how often the alarms of the metrics in settings would have been raised with
	// them over the recorded history. It reads the history, in bounded time.
	PreviewAlarms(ctx context.Context, id string, settings map[fleet.Metric]alarm.Setting) (AlarmPreview, error)
}

// AlarmRules are the capacity alarms of an instance, and who is told.
type AlarmRules struct {
	Metrics [fleet.NumMetrics]AlarmRule
	Notify  []string // receivers
	// Receivers are all that could be told.
	Receivers []string
}

// AlarmRule is the capacity alarm of one metric: as it is in force, or as it would be if it were
// switched on.
type AlarmRule struct {
	Enabled          bool
	Threshold, Clear float64 // utilizations; 0 is not known
	// OwnClear tells that the clear threshold was given for the instance: another threshold leaves it
	// where it is.
	OwnClear bool
	For      time.Duration
	Further  []fleet.Level // levels above
}

// Base names what is in force, so that it can be told whether it still is.
func (r *AlarmRules) Base() string {
	h := sha256.New()
	for m := range r.Metrics {
		one := &r.Metrics[m]
		fmt.Fprintln(h, m, one.Enabled, one.Threshold, one.Clear, one.OwnClear, one.For, one.Further)
	}
	fmt.Fprintf(h, "%q", r.Notify)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// AlarmChange is what is to change: what it leaves out stays.
type AlarmChange struct {
	Settings map[fleet.Metric]alarm.Setting
	Notify   []string // nil leaves them
}

// AlarmsChangedError says that something else is in force than somebody saw, and what.
type AlarmsChangedError struct{ Now AlarmRules }

// Error says so.
func (*AlarmsChangedError) Error() string {
	return "the alarms of this instance have been changed in the meantime"
}

// AlarmPreview is what alarms would have come to over the recorded history.
type AlarmPreview struct {
	Days    int       // that were asked for
	Since   time.Time // of the first reading within; zero: nothing was recorded
	Metrics map[fleet.Metric]MetricPreview
}

// MetricPreview is what the alarm of one metric would have come to.
type MetricPreview struct {
	Fault   string // what is wrong with the setting; the rest is not known then
	Known   bool   // a utilization was recorded
	Highest float64
	Raised  int // times it would have been raised
	Now     int // times with what is in force
}
