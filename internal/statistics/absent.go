package statistics

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/brimwatch/brimwatch/fleet"
)

// Absent stands in for a history that could not be opened. Alarms do not
// need one: what is damaged must not keep anybody from being told.
type Absent struct {
	Why error // it could not be opened
}

// SetFleet does nothing.
func (Absent) SetFleet([]*fleet.Instance) {}

// Append drops readings.
func (Absent) Append([]*fleet.Reading) {}

// Close does nothing.
func (Absent) Close() error { return nil }

// Run waits for the end.
func (Absent) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// Statistics says why there are none.
func (n Absent) Statistics(context.Context, string, time.Time, time.Time, time.Duration) ([]fleet.Series, error) {
	return nil, n.err()
}

func (n Absent) err() error {
	return fmt.Errorf("the history could not be opened when Brimwatch was started: %w", n.Why)
}

// EachUsage says the same.
func (n Absent) EachUsage(context.Context, []string, fleet.MetricSet, time.Time, time.Time, func(string, fleet.Metric, Samples)) error {
	return n.err()
}

// EachAnswer says the same.
func (n Absent) EachAnswer(context.Context, []string, time.Time, time.Time, func(string, Samples)) error {
	return n.err()
}

// EachCapacity says the same.
func (n Absent) EachCapacity(context.Context, []string, fleet.MetricSet, time.Time, time.Time, func(string, fleet.Metric, Samples)) error {
	return n.err()
}

// Handler says the same to programs.
func (n Absent) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the history could not be opened when Brimwatch was started: "+n.Why.Error(), http.StatusServiceUnavailable)
	})
}
