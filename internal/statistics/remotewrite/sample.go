package remotewrite

import (
	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"

	"github.com/brimwatch/brimwatch/fleet"
	"github.com/brimwatch/brimwatch/internal/statistics/series"
)

// Name is the metric of a Sample.
type Name uint8

// The metrics that are sent.
const (
	Usage Name = iota
	Capacity
	Utilization
	Up
	Expiry
	Lifecycle
)

// String returns the name that the other side sees.
func (n Name) String() string {
	switch n {
	case Usage:
		return series.Usage
	case Capacity:
		return series.Capacity
	case Utilization:
		return series.Utilization
	case Up:
		return series.Up
	case Expiry:
		return series.Expiry
	case Lifecycle:
		return series.Lifecycle
	}
	return ""
}

// Sample is one value on its way. It is kept small, as many of them wait while
// an endpoint is away; labels are written out when it is sent.
type Sample struct {
	Instance *series.Identity
	Name     Name
	Index    uint8 // the fleet.Metric, or for Lifecycle the index into series.States
	T        int64 // milliseconds since 1970
	V        float64
}

// encoder writes requests; its memory is used again for the next one.
type encoder struct {
	request prompb.WriteRequest
	labels  []prompb.Label
	samples []prompb.Sample
	raw     []byte
	packed  []byte
	states  []fleet.LifecycleState
}

// encode returns samples as a compressed remote-write 1.0 request, valid until
// the next call.
func (e *encoder) encode(samples []Sample) ([]byte, error) {
	if e.states == nil {
		e.states = series.States()
	}
	names := series.Names()
	e.labels, e.samples = e.labels[:0], e.samples[:0]
	e.request.Timeseries = e.request.Timeseries[:0]
	// Room for all of it at once: slices into the two lists must stay valid.
	if need := len(samples) * len(names); cap(e.labels) < need {
		e.labels = make([]prompb.Label, 0, need)
	}
	if cap(e.samples) < len(samples) {
		e.samples = make([]prompb.Sample, 0, len(samples))
	}
	for i := range samples {
		s := &samples[i]
		first := len(e.labels)
		for _, name := range names {
			if v := e.label(s, name); v != "" {
				e.labels = append(e.labels, prompb.Label{Name: name, Value: v})
			}
		}
		e.samples = append(e.samples, prompb.Sample{Value: s.V, Timestamp: s.T})
		e.request.Timeseries = append(e.request.Timeseries, prompb.TimeSeries{
			Labels:  e.labels[first:len(e.labels):len(e.labels)],
			Samples: e.samples[i : i+1 : i+1],
		})
	}
	size := e.request.Size()
	if cap(e.raw) < size {
		e.raw = make([]byte, size)
	}
	n, err := e.request.MarshalToSizedBuffer(e.raw[:size])
	if err != nil {
		return nil, err
	}
	e.packed = snappy.Encode(e.packed[:cap(e.packed)], e.raw[size-n:size])
	return e.packed, nil
}

func (e *encoder) label(s *Sample, name string) string {
	metric, state := "", ""
	switch s.Name {
	case Usage, Capacity, Utilization:
		metric = fleet.Metric(s.Index).String()
	case Lifecycle:
		state = string(e.states[s.Index])
	case Up, Expiry:
	}
	if name == series.Name {
		return s.Name.String()
	}
	return s.Instance.Label(name, "", metric, state)
}
