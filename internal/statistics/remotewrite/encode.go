package remotewrite

import (
	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
)

// encoder writes requests; its memory is used again for the next one.
type encoder struct {
	request prompb.WriteRequest
	labels  []prompb.Label
	samples []prompb.Sample
	raw     []byte
	packed  []byte
}

// encode returns points, whose series are among those given, as a compressed
// remote-write 1.0 request, valid until the next call.
func (e *encoder) encode(all []labels.Labels, points []point) ([]byte, error) {
	e.labels, e.samples = e.labels[:0], e.samples[:0]
	e.request.Timeseries = e.request.Timeseries[:0]
	// Room for all of it at once: slices into the two lists must stay valid.
	need := 0
	for i := range points {
		need += all[points[i].series].Len()
	}
	if cap(e.labels) < need {
		e.labels = make([]prompb.Label, 0, need)
	}
	if cap(e.samples) < len(points) {
		e.samples = make([]prompb.Sample, 0, len(points))
	}
	for i := range points {
		p := &points[i]
		first := len(e.labels)
		all[p.series].Range(func(l labels.Label) { e.labels = append(e.labels, prompb.Label{Name: l.Name, Value: l.Value}) })
		e.samples = append(e.samples, prompb.Sample{Value: p.v, Timestamp: p.t})
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
