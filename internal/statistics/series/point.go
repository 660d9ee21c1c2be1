package series

import (
	"github.com/brimwatch/brimwatch/fleet"
)

// Point is the value of one series of a family at one moment. Its labels are those of
// the instance's identity, then the others that are not empty.
type Point struct {
	Family   *Family
	Instance *fleet.Instance // nil where the series is not of one instance
	Metric   string
	Severity string
	State    string
	Labels   []fleet.Label // further ones; valid until the visitor returns
	Value    float64
}

// EachLabel hands each label of the point to visit, but for the name of its family:
// the identity of its instance, the further ones, then metric, severity and state.
// Those with an empty value are left out, as Prometheus takes the two for the same;
// all are valid UTF-8.
func (p *Point) EachLabel(visit func(name, value string)) {
	if in := p.Instance; in != nil {
		some(visit, InstanceID, in.ID)
		some(visit, Product, in.Product)
		some(visit, Edition, in.Edition)
	}
	for i := range p.Labels {
		some(visit, p.Labels[i].Name, p.Labels[i].Value)
	}
	some(visit, Metric, p.Metric)
	some(visit, Severity, p.Severity)
	some(visit, State, p.State)
}

func some(visit func(name, value string), name, value string) {
	if value != "" {
		visit(name, Valid(value))
	}
}

// Label returns the value of one label of the point, that of Name being the name of
// its family; "" where it has none.
func (p *Point) Label(name string) string {
	value := p.field(name)
	for i := 0; value == "" && i < len(p.Labels); i++ {
		if p.Labels[i].Name == name {
			value = p.Labels[i].Value
		}
	}
	return Valid(value)
}

// field is the value of a label that is not among the further ones.
func (p *Point) field(name string) string {
	switch name {
	case Name:
		return p.Family.Name
	case Metric:
		return p.Metric
	case Severity:
		return p.Severity
	case State:
		return p.State
	}
	if p.Instance == nil {
		return ""
	}
	switch name {
	case InstanceID:
		return p.Instance.ID
	case Product:
		return p.Instance.Product
	case Edition:
		return p.Instance.Edition
	}
	return ""
}
