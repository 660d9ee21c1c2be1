// Package series names what the history holds: metric names, label names, and
// the label sets of an instance's series. It is the one place where they are
// spelt, so that what is stored, derived, answered and sent away agrees.
package series

import (
	"cmp"
	"math"
	"strconv"
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
	return Identity{ID: Valid(in.ID), Product: Valid(in.Product), Edition: Valid(in.Edition)}
}

// Valid returns a label's value as the database takes it: UTF-8.
func Valid(value string) string { return strings.ToValidUTF8(value, "\uFFFD") }

// FormatFloat writes a bucket's bound or a quantile as a label's value.
func FormatFloat(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// IdentityIn reads the identity out of a series' labels.
func IdentityIn(ls labels.Labels) Identity {
	return Identity{ID: ls.Get(InstanceID), Product: ls.Get(Product), Edition: ls.Get(Edition)}
}

// Dimension tells the series of one instance apart: the metric's own name, and the
// labels beside the identity. What a series does not have is "".
type Dimension struct {
	Name, Metric, Severity, State string
}

// Label returns the value that a label has on a series of the instance.
func (id Identity) Label(name string, d Dimension) string {
	switch name {
	case Name:
		return d.Name
	case Edition:
		return id.Edition
	case InstanceID:
		return id.ID
	case Metric:
		return d.Metric
	case Product:
		return id.Product
	case Severity:
		return d.Severity
	case State:
		return d.State
	}
	return ""
}

// Names returns the label names of an instance's series in the order that
// Prometheus wants them in a label set.
func Names() []string {
	return []string{Name, Edition, InstanceID, Metric, Product, Severity, State}
}

// Labels returns the label set of one series; a label with an empty value is
// left out, as Prometheus takes the two for the same.
func (id Identity) Labels(d Dimension) labels.Labels {
	pairs := make([]string, 0, 14)
	for _, name := range Names() {
		if v := id.Label(name, d); v != "" {
			pairs = append(pairs, name, v)
		}
	}
	return labels.FromStrings(pairs...)
}

// Compare orders identities by ID, product and edition.
func (id Identity) Compare(other Identity) int {
	return cmp.Or(strings.Compare(id.ID, other.ID), strings.Compare(id.Product, other.Product), strings.Compare(id.Edition, other.Edition))
}

// States returns the lifecycle states in the fixed order that the file of facts
// numbers them in; new ones go to the end.
func States() []fleet.LifecycleState {
	return []fleet.LifecycleState{
		fleet.LifecycleActive, fleet.LifecycleExpiring, fleet.LifecycleGrace, fleet.LifecycleSuspended,
		fleet.LifecycleRecycled, fleet.LifecycleReleased, fleet.LifecycleFrozen, fleet.LifecycleUnknown,
	}
}

// Severities returns the severities of alarms in the fixed order that the facts
// number them in; new ones go to the end.
func Severities() []string { return []string{"info", "warning", "critical"} }

// Millis is a time in milliseconds since 1970, UTC, as the history counts it.
// It is an alias so that iterators can have the Seek method that Prometheus
// asks for without go vet taking it for the one of io.Seeker.
type Millis = int64
