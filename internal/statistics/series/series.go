// Package series names what the history holds: metric names, label names, and
// the label sets of an instance's series. It is the one place where they are
// spelt, so that what is stored, derived, answered and sent away agrees.
package series

import (
	"strings"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/brimwatch/brimwatch/fleet"
)

// The metrics of the history.
const (
	Usage       = "brimwatch_instance_usage"
	Capacity    = "brimwatch_instance_capacity"
	Utilization = "brimwatch_instance_utilization_ratio"
	Up          = "brimwatch_instance_up"
	Expiry      = "brimwatch_instance_expiry_timestamp_seconds"
	Lifecycle   = "brimwatch_instance_lifecycle_state"
	Moment      = "brimwatch_instance_lifecycle_moment_timestamp_seconds"
)

// The labels of the history.
const (
	Name       = "__name__" // the metric's own name, as Prometheus keeps it
	Edition    = "edition"
	InstanceID = "instance_id"
	Metric     = "metric"
	Product    = "product"
	State      = "state"
)

// Identity is what tells the series of one instance from those of another. An
// instance that changes its edition gets new series.
type Identity struct {
	ID, Product, Edition string
}

// IdentityOf returns the identity of in.
func IdentityOf(in *fleet.Instance) Identity {
	return Identity{
		ID:      strings.ToValidUTF8(in.ID, "\uFFFD"),
		Product: strings.ToValidUTF8(in.Product, "\uFFFD"),
		Edition: strings.ToValidUTF8(in.Edition, "\uFFFD"),
	}
}

// IdentityIn reads the identity out of a series' labels.
func IdentityIn(ls labels.Labels) Identity {
	return Identity{ID: ls.Get(InstanceID), Product: ls.Get(Product), Edition: ls.Get(Edition)}
}

// Label returns the value that label name has on the series called metricName
// of the instance; metric and state are "" where the series has none.
func (id Identity) Label(name, metricName, metric, state string) string {
	switch name {
	case Name:
		return metricName
	case Edition:
		return id.Edition
	case InstanceID:
		return id.ID
	case Metric:
		return metric
	case Product:
		return id.Product
	case State:
		return state
	}
	return ""
}

// Names returns the label names of the history in the order that Prometheus
// wants them in a label set.
func Names() []string {
	return []string{Name, Edition, InstanceID, Metric, Product, State}
}

// Labels returns the label set of one series; a label with an empty value is
// left out, as Prometheus takes the two for the same.
func (id Identity) Labels(metricName, metric, state string) labels.Labels {
	pairs := make([]string, 0, 12)
	for _, name := range Names() {
		if v := id.Label(name, metricName, metric, state); v != "" {
			pairs = append(pairs, name, v)
		}
	}
	return labels.FromStrings(pairs...)
}

// States returns the lifecycle states in the fixed order that the file of facts
// numbers them in; new ones go to the end.
func States() []fleet.LifecycleState {
	return []fleet.LifecycleState{
		fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleSuspended,
		fleet.LifecycleRecycled, fleet.LifecycleReleased, fleet.LifecycleFrozen, fleet.LifecycleUnknown,
	}
}

// Millis is a time in milliseconds since 1970, UTC, as the history counts it.
// It is an alias so that iterators can have the Seek method that Prometheus
// asks for without go vet taking it for the one of io.Seeker.
type Millis = int64
